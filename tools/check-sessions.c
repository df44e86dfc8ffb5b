/* SPDX-License-Identifier: BSD-3-Clause */
/* Sessions that are to end with their tokens: `session ... pam_jwt.so limit`. */
#include <string.h>
#include <strings.h>

#include "check.h"

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

/* With optional the session begins although it is refused; sufficient leaves out pam_systemd. */
static void check_control(struct check *check, const struct pam_line *limit)
{
    const char *control = limit->words.items[1];

    if (strcasecmp(control, "optional") == 0 || strcasecmp(control, "sufficient") == 0)
        check_warning(check,
                      "%s:%u: pam_jwt.so limit: expected required, found %s: sessions begin that "
                      "do not end with their tokens; make it required",
                      limit->file, limit->words.line, control);
}

/* pam_env(8): off unless a number other than 0 follows. */
static bool reads_users_environment(const struct pam_line *line)
{
    static const char name[] = "user_readenv";

    if (!pam_line_is(line, "pam_env.so"))
        return false;
    for (int i = PAM_LINE_ARGUMENTS; i < line->words.count; i++)
        if (strncmp(line->words.items[i], name, sizeof(name) - 1) == 0)
            return strcmp(line->words.items[i] + sizeof(name) - 1, "=0") != 0;
    return false;
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

static void check_systemd(struct check *check, const struct pam_service *service,
                          const struct pam_line *limit)
{
    const struct pam_line *systemd = NULL;

    for (size_t i = 0; i < service->count; i++)
        if (service->lines[i].stack == PAM_STACK_SESSION &&
            pam_line_is(&service->lines[i], "pam_systemd.so"))
            systemd = &service->lines[i];
    if (!systemd)
        check_warning(check,
                      "%s:%u: pam_jwt.so limit: expected pam_systemd.so behind it in %s, found "
                      "none: sessions do not end with their tokens; install libpam-systemd",
                      limit->file, limit->words.line, service->name);
    else if (systemd < limit)
        check_warning(check,
                      "%s:%u: pam_jwt.so limit: expected before pam_systemd.so, found behind it: "
                      "sessions do not end with their tokens; move it above %s:%u",
                      limit->file, limit->words.line, systemd->file, systemd->words.line);
}

void check_sessions(struct check *check)
{
    for (size_t i = 0; i < check->services.count; i++) {
        const struct pam_service *service = &check->services.items[i];

        for (size_t j = 0; j < service->count; j++) {
            if (!limits(check, &service->lines[j]))
                continue;
            check_control(check, &service->lines[j]);
            check_environment(check, service, &service->lines[j]);
            check_systemd(check, service, &service->lines[j]);
        }
    }
}
