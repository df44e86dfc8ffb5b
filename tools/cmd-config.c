/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <unistd.h>

#include "../sys/anchors.h"
#include "../sys/config.h"
#include "../sys/paths.h"
#include "absolute.h"
#include "command.h"

struct settings {
    const char *config;
};

/* No error of the configuration, but one of every login. */
static void warn_of_anchors(const struct rules *rules)
{
    struct safefile_error error = {""};
    ANCHOR_FILES_CLEANUP struct anchor_files *files = anchors_open(rules, NULL, geteuid(), &error);

    if (!files)
        fprintf(stderr, "pam-jwt config: warning: trust_anchors: %s\n", error.text);
}

static int run(int argc, char **argv)
{
    struct settings settings = {.config = paths_config};
    struct config_error error = {""};
    char path[ABSOLUTE_MAX];
    int exit_code;

    if (!command_parse(&command_config, argc, argv, &settings, &exit_code))
        return exit_code;
    if (!absolute_path(settings.config, path))
        return command_usage(&command_config, "--config: the path is too long");

    CONFIG_CLEANUP struct rules *rules = config_load(path, geteuid(), &error);

    if (!rules) {
        fprintf(stderr, "%s\n", error.text);
        return COMMAND_NO;
    }
    config_print(rules, stdout);
    warn_of_anchors(rules);
    return fflush(stdout) == 0 ? COMMAND_OK : COMMAND_NO;
}

static const struct option_row options[] = {
    {"config", "FILE", OPTION_TEXT, false, offsetof(struct settings, config),
     "the configuration instead of the installed one"},
};

const struct command command_config = {
    .name = "config",
    .summary = "print the effective configuration",
    .tail = "",
    .options = options,
    .option_count = sizeof(options) / sizeof(options[0]),
    .run = run,
};
