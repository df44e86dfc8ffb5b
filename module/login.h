/* SPDX-License-Identifier: BSD-3-Clause */
/* One authentication, from the prompt to the PAM result. */
#ifndef PAM_JWT_LOGIN_H
#define PAM_JWT_LOGIN_H

#include <security/pam_modules.h>

/* What pam_sm_authenticate() returns. Logs; on success leaves what session.h takes up. */
int login_authenticate(pam_handle_t *pamh, int argc, const char **argv);

#endif
