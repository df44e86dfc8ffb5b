/* SPDX-License-Identifier: BSD-3-Clause */
/* For tests, in the place of pam_systemd: logs the limit that it would find. */
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stddef.h>
#include <syslog.h>

#define ENTRY __attribute__((visibility("default")))

ENTRY int pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    const void *limit = NULL;

    (void)flags;
    (void)argc;
    (void)argv;
    if (pam_get_data(pamh, "systemd.runtime_max_sec", &limit) != PAM_SUCCESS || !limit)
        limit = "none";
    pam_syslog(pamh, LOG_NOTICE, "limit: %s", (const char *)limit);
    return PAM_SUCCESS;
}

ENTRY int pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    (void)pamh;
    (void)flags;
    (void)argc;
    (void)argv;
    return PAM_SUCCESS;
}
