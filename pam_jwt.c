/* SPDX-License-Identifier: BSD-3-Clause */
/* The entries of the module: what PAM calls, and nothing else. */
#include <security/pam_modules.h>

#include "module/login.h"
#include "module/session.h"

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
    return session_account(pamh);
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

ENTRY int pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    (void)flags;
    return session_open(pamh, argc, argv);
}

/* Nothing to say. */
#define IGNORED(entry)                                                                             \
    ENTRY int entry(pam_handle_t *pamh, int flags, int argc, const char **argv)                    \
    {                                                                                              \
        (void)pamh;                                                                                \
        (void)flags;                                                                               \
        (void)argc;                                                                                \
        (void)argv;                                                                                \
        return PAM_IGNORE;                                                                         \
    }

IGNORED(pam_sm_close_session)
IGNORED(pam_sm_chauthtok)
