/* SPDX-License-Identifier: BSD-3-Clause */
/* One authentication, from the prompt to the PAM result. */
#ifndef PAM_JWT_LOGIN_H
#define PAM_JWT_LOGIN_H

#include <security/pam_modules.h>

/* What pam_sm_authenticate() returns. Logs; on success leaves the token's end for login_account().
 */
int login_authenticate(pam_handle_t *pamh, int argc, const char **argv);

/* What pam_sm_acct_mgmt() returns: reads no configuration, and acts only on what a login left
 * behind. */
int login_account(pam_handle_t *pamh);

#endif
