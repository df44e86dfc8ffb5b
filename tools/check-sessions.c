/* SPDX-License-Identifier: BSD-3-Clause */
/* Sessions that are to end with their tokens: `session ... pam_jwt.so limit`. */
#include <security/pam_modules.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "pam-control.h"
#include "pam-modules.h"
#include "pam-outcome.h"

/* What is not understood the module leaves out. */
static bool limits(struct check *check, const struct pam_line *line)
{
    struct pam_words words = line->words;
    struct options options;
    const char *expected, *bad;

    if (line->stack != PAM_STACK_SESSION || !pam_line_is(line, "pam_jwt.so"))
        return false;
    bad = options_parse(words.count - PAM_LINE_ARGUMENTS, words.items + PAM_LINE_ARGUMENTS,
                        &options, &expected);
    if (bad)
        check_warning(check,
                      "%s:%u: pam_jwt.so: expected %s, found '%s': it is ignored; correct it",
                      line->file, line->words.line, expected, bad);
    return options.limit;
}

/* Whether the application is told of it if the limit cannot be set. */
static bool refuses(const struct pam_line *limit)
{
    static const int refusals[] = {PAM_SESSION_ERR, PAM_PERM_DENIED, PAM_BUF_ERR};

    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        unsigned action = pam_control_action(limit->words.items[1], refusals[i]);

        if (action != PAM_ACTION_BAD && action != PAM_ACTION_DIE)
            return false;
    }
    return true;
}

/* Whether all is well. */
static bool check_control(struct check *check, const struct pam_line *limit)
{
    if (refuses(limit))
        return true;
    check_warning(check,
                  "%s:%u: pam_jwt.so limit: expected required, found %s: sessions begin that do "
                  "not end with their tokens; make it required",
                  limit->file, limit->words.line, limit->words.items[1]);
    return false;
}

/* pam_env(8): the last one counts, and is off unless a number other than 0 follows. */
static bool reads_users_environment(const struct pam_line *line)
{
    static const char name[] = "user_readenv=";
    bool reads = false;

    if (!pam_line_is(line, "pam_env.so"))
        return false;
    for (int i = PAM_LINE_ARGUMENTS; i < line->words.count; i++)
        if (strncmp(line->words.items[i], name, sizeof(name) - 1) == 0)
            reads = strtol(line->words.items[i] + sizeof(name) - 1, NULL, 10) != 0;
    return reads;
}

/* Modules of auth run before those of session: pam_setcred() comes first. */
static void check_environment(struct check *check, const struct pam_service *service,
                              const struct pam_line *limit)
{
    for (size_t i = 0; i < service->count; i++) {
        const struct pam_line *line = &service->lines[i];

        if ((line->stack == PAM_STACK_AUTH || (line->stack == PAM_STACK_SESSION && line < limit)) &&
            reads_users_environment(line))
            check_warning(check,
                          "%s:%u: pam_env.so: expected no user_readenv before pam_jwt.so limit, "
                          "found it: users set the end of their own sessions; leave it out, or "
                          "move it behind %s:%u",
                          line->file, line->words.line, limit->file, limit->words.line);
    }
}

/* --- what is reached -------------------------------------------------------------------------- */

/* Every module has done what it is for. */
static int all_well(const struct pam_line *line, const void *context)
{
    (void)context;
    if (pam_line_is(line, "pam_deny.so"))
        return PAM_SESSION_ERR;
    return pam_module_says(line, false) == PAM_SAYS_GATE ? PAM_SAYS_GATE : PAM_SUCCESS;
}

static bool is_reached(const struct pam_service *service, const struct pam_line *line)
{
    return pam_reaches(
        &(struct pam_trial){.service = service, .stack = PAM_STACK_SESSION, .says = all_well},
        line);
}

static bool is_systemd(const struct pam_line *line)
{
    return line->stack == PAM_STACK_SESSION && pam_line_is(line, "pam_systemd.so");
}

/* Whether all is well; the first one makes the session, of which the limit must be known then. */
static bool check_order(struct check *check, const struct pam_service *service,
                        const struct pam_line *limit)
{
    const struct pam_line *line = service->lines;

    while (line < limit && !is_systemd(line))
        line++;
    if (line == limit)
        return true;
    check_warning(check,
                  "%s:%u: pam_jwt.so limit: expected before pam_systemd.so, found behind it: "
                  "sessions do not end with their tokens; move it above %s:%u",
                  limit->file, limit->words.line, line->file, line->words.line);
    return false;
}

static void check_systemd(struct check *check, const struct pam_service *service,
                          const struct pam_line *limit)
{
    const struct pam_line *systemd = NULL;

    for (size_t i = 0; i < service->count; i++) {
        if (!is_systemd(&service->lines[i]))
            continue;
        systemd = &service->lines[i];
        if (is_reached(service, systemd))
            return;
    }
    if (systemd)
        check_warning(check,
                      "%s:%u: pam_jwt.so limit: expected pam_systemd.so to be reached behind it in "
                      "%s, found a control before %s:%u that leaves it out: sessions do not end "
                      "with their tokens; make it required",
                      limit->file, limit->words.line, service->name, systemd->file,
                      systemd->words.line);
    else
        check_warning(check,
                      "%s:%u: pam_jwt.so limit: expected pam_systemd.so behind it in %s, found "
                      "none: sessions do not end with their tokens; install libpam-systemd",
                      limit->file, limit->words.line, service->name);
}

static void check_reached(struct check *check, const struct pam_service *service,
                          const struct pam_line *limit)
{
    if (is_reached(service, limit))
        check_systemd(check, service, limit);
    else
        check_warning(check,
                      "%s:%u: pam_jwt.so limit: expected to be reached in %s, found a control "
                      "before it that leaves it out: sessions do not end with their tokens; move "
                      "it up",
                      limit->file, limit->words.line, service->name);
}

static void check_limit(struct check *check, const struct pam_service *service,
                        const struct pam_line *limit)
{
    bool required = check_control(check, limit);
    bool first = check_order(check, service, limit);

    check_environment(check, service, limit);
    if (required && first)
        check_reached(check, service, limit);
}

void check_sessions(struct check *check)
{
    for (size_t i = 0; i < check->services.count; i++) {
        const struct pam_service *service = &check->services.items[i];

        for (size_t j = 0; j < service->count; j++)
            if (limits(check, &service->lines[j]))
                check_limit(check, service, &service->lines[j]);
    }
}
