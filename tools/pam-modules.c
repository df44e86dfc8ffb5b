/* SPDX-License-Identifier: BSD-3-Clause */
#include "pam-modules.h"

#include <security/pam_modules.h>
#include <stddef.h>

#include "pam-outcome.h"

/*
 * The first row that fits counts. What they say is what those of Linux-PAM 1.5 were seen to say:
 * tests/services/test_check.py asks them.
 */
static const struct row {
    const char *module;
    const char *argument; /* that it must have, or NULL */
    int known, unknown;   /* what it says of users whom the host knows, and of others */
} rows[] = {
    {"pam_access.so", NULL, PAM_SAYS_GATE, PAM_SAYS_SHUT},
    {"pam_cap.so", NULL, PAM_SUCCESS, PAM_IGNORE},
    {"pam_deny.so", NULL, PAM_AUTH_ERR, PAM_AUTH_ERR},
    {"pam_echo.so", NULL, PAM_SUCCESS, PAM_SUCCESS},
    {"pam_env.so", NULL, PAM_IGNORE, PAM_IGNORE},
    {"pam_faildelay.so", NULL, PAM_IGNORE, PAM_IGNORE},
    {"pam_faillock.so", "authfail", PAM_IGNORE, PAM_IGNORE},
    {"pam_faillock.so", NULL, PAM_SUCCESS, PAM_IGNORE},
    {"pam_group.so", NULL, PAM_IGNORE, PAM_IGNORE},
    {"pam_issue.so", NULL, PAM_IGNORE, PAM_IGNORE},
    {"pam_keyinit.so", NULL, PAM_IGNORE, PAM_IGNORE},
    {"pam_lastlog.so", NULL, PAM_SUCCESS, PAM_USER_UNKNOWN},
    {"pam_limits.so", NULL, PAM_MODULE_UNKNOWN, PAM_MODULE_UNKNOWN},
    {"pam_listfile.so", NULL, PAM_SAYS_GATE, PAM_SAYS_GATE},
    {"pam_localuser.so", NULL, PAM_SAYS_GATE, PAM_SAYS_SHUT},
    {"pam_loginuid.so", NULL, PAM_MODULE_UNKNOWN, PAM_MODULE_UNKNOWN},
    {"pam_mail.so", NULL, PAM_IGNORE, PAM_IGNORE},
    {"pam_nologin.so", "successok", PAM_SUCCESS, PAM_SUCCESS},
    {"pam_nologin.so", NULL, PAM_IGNORE, PAM_IGNORE},
    {"pam_permit.so", NULL, PAM_SUCCESS, PAM_SUCCESS},
    {"pam_rootok.so", NULL, PAM_AUTH_ERR, PAM_AUTH_ERR},
    {"pam_securetty.so", NULL, PAM_SUCCESS, PAM_SAYS_GATE},
    {"pam_selinux.so", NULL, PAM_AUTH_ERR, PAM_AUTH_ERR},
    {"pam_sepermit.so", NULL, PAM_IGNORE, PAM_IGNORE},
    {"pam_shells.so", NULL, PAM_SAYS_GATE, PAM_SAYS_SHUT},
    {"pam_succeed_if.so", "uid", PAM_SAYS_GATE, PAM_SAYS_SHUT},
    {"pam_succeed_if.so", "gid", PAM_SAYS_GATE, PAM_SAYS_SHUT},
    {"pam_succeed_if.so", "shell", PAM_SAYS_GATE, PAM_SAYS_SHUT},
    {"pam_succeed_if.so", "home", PAM_SAYS_GATE, PAM_SAYS_SHUT},
    {"pam_succeed_if.so", "ingroup", PAM_SAYS_GATE, PAM_SAYS_SHUT},
    {"pam_succeed_if.so", NULL, PAM_SAYS_GATE, PAM_SAYS_GATE},
    {"pam_time.so", NULL, PAM_MODULE_UNKNOWN, PAM_MODULE_UNKNOWN},
    {"pam_usertype.so", NULL, PAM_SAYS_GATE, PAM_SAYS_SHUT},
    {"pam_warn.so", NULL, PAM_IGNORE, PAM_IGNORE},
    {"pam_wheel.so", "trust", PAM_SAYS_GATE, PAM_SAYS_SHUT},
    {"pam_wheel.so", NULL, PAM_IGNORE, PAM_USER_UNKNOWN},
};

static const struct row *find_row(const struct pam_line *line)
{
    for (const struct row *row = rows; row < rows + sizeof(rows) / sizeof(rows[0]); row++)
        if (pam_line_is(line, row->module) && (!row->argument || pam_line_has(line, row->argument)))
            return row;
    return NULL;
}

bool pam_module_is_silent(const struct pam_line *line)
{
    return find_row(line) != NULL;
}

int pam_module_says(const struct pam_line *line, bool unknown)
{
    const struct row *row = find_row(line);

    if (row)
        return unknown ? row->unknown : row->known;
    return unknown ? PAM_USER_UNKNOWN : PAM_AUTH_ERR;
}
