/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../sys/paths.h"
#include "absolute.h"
#include "check.h"
#include "command.h"
#include "progress.h"

/* Where libpam looks, in this order. */
static const char pam_directory[] = "/etc/pam.d", vendor_directory[] = "/usr/lib/pam.d";

struct settings {
    const char *config, *pam_directory;
    struct option_time at;
};

static void (*const checks[])(struct check *check) = {
    check_configurations, check_issuers, check_answers,  check_replay,
    check_services,       check_stacks,  check_sessions, check_sshd,
};

static int run_checks(struct check *check, const char *config)
{
    check_find_uses(check, config);
    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
        checks[i](check);
    progress_say("%zu errors, %zu warnings in %zu auth lines with pam_jwt.so", check->errors,
                 check->warnings, check->use_count);
    if (check->failed)
        fprintf(stderr, "pam-jwt check: no memory to check everything\n");
    if (check->failed || fflush(stdout) != 0)
        return COMMAND_UNDECIDED;
    return check->errors > 0 ? COMMAND_NO : COMMAND_OK;
}

static int check_all(const struct settings *settings, const char *config)
{
    struct check check = {
        .also_trusted = paths_module_trusts_caller ? geteuid() : 0,
        .now = settings->at.given ? settings->at.seconds : time(NULL),
        .host = !settings->pam_directory,
    };
    const char *first = check.host ? pam_directory : settings->pam_directory;
    int exit_code = COMMAND_UNDECIDED;

    if (pam_services_read(first, check.host ? vendor_directory : NULL, &check.services))
        exit_code = run_checks(&check, config);
    else
        fprintf(stderr, "pam-jwt check: %s: %s\n", first, strerror(errno));
    check_free(&check);
    return exit_code;
}

static int run(int argc, char **argv)
{
    struct settings settings = {.config = paths_config};
    char config[ABSOLUTE_MAX];
    int exit_code;

    if (!command_parse(&command_check, argc, argv, &settings, &exit_code))
        return exit_code;
    if (!absolute_path(settings.config, config))
        return command_usage(&command_check, "--config: the path is too long");
    if (geteuid() != 0 && !paths_module_trusts_caller) {
        fprintf(stderr, "pam-jwt check: only root can see all that a login sees: run it as root\n");
        return COMMAND_UNDECIDED;
    }
    return check_all(&settings, config);
}

static const struct option_row options[] = {
    {"config", "FILE", OPTION_TEXT, false, offsetof(struct settings, config),
     "the configuration instead of the installed one"},
    {"pam-dir", "DIR", OPTION_TEXT, false, offsetof(struct settings, pam_directory),
     "PAM services instead of those of this host"},
    {"at", "TIME", OPTION_TIME, false, offsetof(struct settings, at),
     "what has run out by then, RFC 3339 or seconds (now)"},
};

const struct command command_check = {
    .name = "check",
    .summary = "find what would lock people out, or let too many in",
    .tail = "",
    .options = options,
    .option_count = sizeof(options) / sizeof(options[0]),
    .run = run,
};
