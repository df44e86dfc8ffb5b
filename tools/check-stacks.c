/* SPDX-License-Identifier: BSD-3-Clause */
/* PAM services with pam_jwt.so: its arguments, and where it stands. */
#include <string.h>
#include <strings.h>

#include "check.h"
#include "pam-outcome.h"

static bool is_one_of(const char *name, const char *const *names)
{
    while (*names && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}

/* --- arguments -------------------------------------------------------------------------------- */

static void check_arguments(struct check *check, const struct check_use *use)
{
    const struct pam_line *line = use->line;

    if (use->bad)
        check_error(
            check, "%s:%u: pam_jwt.so: expected %s, found '%s': every login fails here; correct it",
            line->file, line->words.line, use->expected, use->bad);
    else if (use->options.limit)
        check_warning(check,
                      "%s:%u: pam_jwt.so: expected limit on a session line, found it on an auth "
                      "line: it has no effect; move it",
                      line->file, line->words.line);
    if (!options_fit(&use->options, use->service->name))
        check_error(check,
                    "%s:%u: pam_jwt.so: expected no virtual_users in %s, whose users are those of "
                    "the machine, found it: every login fails here; leave it out",
                    line->file, line->words.line, use->service->name);
}

/* Modules that ask for no password in auth. The others, unknown ones too, say no to who has none.
 */
static const struct {
    const char *module;
    enum pam_says says;
} silent[] = {
    {"pam_access.so", PAM_SAYS_NOTHING},
    {"pam_cap.so", PAM_SAYS_NOTHING},
    {"pam_deny.so", PAM_SAYS_NO},
    {"pam_echo.so", PAM_SAYS_NOTHING},
    {"pam_env.so", PAM_SAYS_NOTHING},
    {"pam_faildelay.so", PAM_SAYS_NOTHING},
    {"pam_faillock.so", PAM_SAYS_NOTHING},
    {"pam_group.so", PAM_SAYS_NOTHING},
    {"pam_issue.so", PAM_SAYS_NOTHING},
    {"pam_keyinit.so", PAM_SAYS_NOTHING},
    {"pam_limits.so", PAM_SAYS_NOTHING},
    {"pam_listfile.so", PAM_SAYS_NOTHING},
    {"pam_localuser.so", PAM_SAYS_NOTHING},
    {"pam_loginuid.so", PAM_SAYS_NOTHING},
    {"pam_nologin.so", PAM_SAYS_NOTHING},
    {"pam_permit.so", PAM_SAYS_YES},
    {"pam_rootok.so", PAM_SAYS_NO},
    {"pam_securetty.so", PAM_SAYS_NOTHING},
    {"pam_selinux.so", PAM_SAYS_NOTHING},
    {"pam_shells.so", PAM_SAYS_NOTHING},
    {"pam_succeed_if.so", PAM_SAYS_NOTHING},
    {"pam_time.so", PAM_SAYS_NOTHING},
    {"pam_warn.so", PAM_SAYS_NOTHING},
    {"pam_wheel.so", PAM_SAYS_NOTHING},
};
#define SILENT_COUNT (sizeof(silent) / sizeof(silent[0]))

static size_t find_silent(const struct pam_line *line)
{
    size_t i = 0;

    while (i < SILENT_COUNT && !pam_line_is(line, silent[i].module))
        i++;
    return i;
}

static enum pam_says without_token(const struct pam_line *line)
{
    size_t i = find_silent(line);

    return i < SILENT_COUNT ? silent[i].says : PAM_SAYS_NO;
}

static void check_outcome(struct check *check, const struct check_use *use)
{
    if (pam_outcome(use->service, PAM_STACK_AUTH, without_token))
        check_error(check,
                    "%s:%u: pam_jwt.so: expected a module that refuses in %s if this one does, "
                    "found none: everybody logs in without token and password; make it required",
                    use->line->file, use->line->words.line, use->service->name);
}

static void check_first_pass(struct check *check, const struct check_use *use)
{
    if (!use->options.use_first_pass)
        return;
    for (const struct pam_line *line = use->service->lines; line != use->line; line++)
        if (line->stack == PAM_STACK_AUTH && find_silent(line) == SILENT_COUNT)
            return;
    check_warning(check,
                  "%s:%u: pam_jwt.so: expected a module above it that asks for the token, because "
                  "of use_first_pass, found none: every login fails here; use try_first_pass",
                  use->line->file, use->line->words.line);
}

/* --- root ------------------------------------------------------------------------------------- */

static bool must_succeed(const struct pam_line *line)
{
    return strcasecmp(line->words.items[1], "required") == 0 ||
           strcasecmp(line->words.items[1], "requisite") == 0;
}

/* Of sshd's logins by key pam_jwt.so knows nothing; sudo asks for the user who runs it. */
static void check_root(struct check *check, const struct check_use *use)
{
    static const char *const services[] = {"login", "su", "su-l", NULL};

    if (use->bad || use->options.local.allow_root || !must_succeed(use->line) ||
        !is_one_of(use->service->name, services))
        return;
    check_warning(check,
                  "%s:%u: pam_jwt.so: expected a way for root through %s, found %s and no "
                  "allow_root: nobody %s; see that there is another way to become root",
                  use->line->file, use->line->words.line, use->service->name,
                  use->line->words.items[1],
                  strcmp(use->service->name, "login") == 0 ? "logs in as root on a terminal"
                                                           : "becomes root by it");
}

void check_stacks(struct check *check)
{
    for (size_t i = 0; i < check->use_count; i++) {
        const struct check_use *use = &check->uses[i];

        if (use->service->problem[0])
            check_error(check, "%s: libpam cannot use %s, which has pam_jwt.so: correct it",
                        use->service->problem, use->service->name);
        check_arguments(check, use);
        check_outcome(check, use);
        check_first_pass(check, use);
        check_root(check, use);
    }
    if (check->use_count == 0)
        check_warning(check, "expected pam_jwt.so in auth of a PAM service, found it in none: "
                             "nobody is asked for a token; see the examples in pam_jwt(8)");
}
