/* SPDX-License-Identifier: BSD-3-Clause */
/* The entries of the module: what PAM calls, and nothing else. */
#include <security/pam_modules.h>

#include "module/login.h"

#define ENTRY __attribute__((visibility("default")))

ENTRY int pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    (void)flags;
    return login_authenticate(pamh, argc, argv);
}

ENTRY int pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    (void)flags;
    (void)argc;
    (void)argv;
    return login_account(pamh);
}

/* PAM_IGNORE here would make sshd refuse a keyboard-interactive login. */
ENTRY int pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    (void)pamh;
    (void)flags;
    (void)argc;
    (void)argv;
    return PAM_SUCCESS;
}

/* Nothing to say about sessions and passwords. */
#define IGNORED(entry)                                                                             \
    ENTRY int entry(pam_handle_t *pamh, int flags, int argc, const char **argv)                    \
    {                                                                                              \
        (void)pamh;                                                                                \
        (void)flags;                                                                               \
        (void)argc;                                                                                \
        (void)argv;                                                                                \
        return PAM_IGNORE;                                                                         \
    }

IGNORED(pam_sm_open_session)
IGNORED(pam_sm_close_session)
IGNORED(pam_sm_chauthtok)
