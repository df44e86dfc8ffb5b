/* SPDX-License-Identifier: BSD-3-Clause */
/* What a line's control makes of its module's result, as libpam reads it: pam.conf(5). */
#ifndef PAM_JWT_PAM_CONTROL_H
#define PAM_JWT_PAM_CONTROL_H

/* JUMP and a number: so many modules are left out. */
enum pam_action {
    PAM_ACTION_IGNORE,
    PAM_ACTION_OK,
    PAM_ACTION_DONE,
    PAM_ACTION_BAD,
    PAM_ACTION_DIE,
    PAM_ACTION_RESET,
    PAM_ACTION_JUMP
};

/* `control`: "required", or what stands in brackets. `result`: PAM_SUCCESS and so on. */
unsigned pam_control_action(const char *control, int result);

const char *pam_result_name(int result); /* "auth_err" for PAM_AUTH_ERR */

#endif
