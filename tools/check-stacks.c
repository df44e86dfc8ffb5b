/* SPDX-License-Identifier: BSD-3-Clause */
/* PAM services with pam_jwt.so: its arguments, and where it stands. */
#include <security/pam_modules.h>
#include <string.h>
#include <strings.h>

#include "check.h"
#include "pam-control.h"
#include "pam-modules.h"
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

/* --- who gets in without a token ----------------------------------------------------------------
 */

/* What pam_jwt.so can say but yes. */
static const int refusals[] = {
#define STATUS(name, number, slug, sentence, source, pam) PAM_##pam,
#include "../lib/status.def"
#undef STATUS
    PAM_CONV_ERR,
    PAM_USER_UNKNOWN,
};

struct scenario {
    const struct pam_service *service;
    int result;   /* of pam_jwt.so */
    bool unknown; /* the host does not know the user */
};

/* Who is unknown to the host gets no other answer to a token. */
static int pam_jwt_says(const struct pam_line *line, const struct scenario *scenario)
{
    if (scenario->result != PAM_USER_UNKNOWN)
        return scenario->result;
    if (pam_line_has(line, "virtual_users"))
        return PAM_AUTH_ERR;
    return pam_line_has(line, "ignore_unknown_user") ? PAM_IGNORE : PAM_USER_UNKNOWN;
}

static int without_token(const struct pam_line *line, const void *context)
{
    static const char *const of_root[] = {"sshd", "login", NULL};
    const struct scenario *scenario = context;

    if (pam_line_is(line, "pam_jwt.so"))
        return pam_jwt_says(line, scenario);
    /* It looks at who runs the program. */
    if (pam_line_is(line, "pam_rootok.so") && is_one_of(scenario->service->name, of_root))
        return PAM_SUCCESS;
    return pam_module_says(line, scenario->unknown);
}

static bool lets_in(const struct scenario *scenario)
{
    return pam_outcome(&(struct pam_trial){.service = scenario->service,
                                           .stack = PAM_STACK_AUTH,
                                           .says = without_token,
                                           .context = scenario});
}

static void say_open(struct check *check, const struct check_use *use,
                     const struct scenario *scenario)
{
    int result = pam_jwt_says(use->line, scenario);
    bool refused = result == PAM_AUTH_ERR;

    check_error(check,
                "%s:%u: pam_jwt.so: expected a module that refuses in %s if this one %s%s, found "
                "none: %s without token and password; %s",
                use->line->file, use->line->words.line, use->service->name,
                refused ? "does" : "says ", refused ? "" : pam_result_name(result),
                scenario->unknown ? "whoever the host does not know logs in" : "everybody logs in",
                result == PAM_IGNORE ? "leave out ignore_unknown_user" : "make it required");
}

/* The first way that is found is reported; what lets everybody in comes before what lets in some.
 */
static void check_outcome(struct check *check, const struct check_use *use)
{
    struct scenario scenario = {.service = use->service};

    for (int unknown = 0; unknown <= 1; unknown++) {
        scenario.unknown = unknown != 0;
        for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
            scenario.result = refusals[i];
            if ((scenario.unknown || refusals[i] != PAM_USER_UNKNOWN) && lets_in(&scenario)) {
                say_open(check, use, &scenario);
                return;
            }
        }
    }
}

static void check_first_pass(struct check *check, const struct check_use *use)
{
    if (!use->options.use_first_pass)
        return;
    for (const struct pam_line *line = use->service->lines; line != use->line; line++)
        if (line->stack == PAM_STACK_AUTH && !pam_module_is_silent(line))
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
