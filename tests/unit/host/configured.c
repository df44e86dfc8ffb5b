/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "configured.h"

struct rules *load(struct scratch *scratch, const char *text, struct config_error *error)
{
    return config_load(scratch_write(scratch, "test.conf", text), geteuid(), error);
}

void assert_good(struct scratch *scratch, const char *text)
{
    struct config_error error;
    CONFIG_CLEANUP struct rules *rules = load(scratch, text, &error);

    if (!rules)
        fail_msg("%s", error.text);
}

void assert_bad(struct scratch *scratch, const char *text, unsigned line, const char *found)
{
    char place[PATH_MAX + 32];
    struct config_error error;
    CONFIG_CLEANUP struct rules *rules = load(scratch, text, &error);

    if (rules)
        fail_msg("accepted: %s", text);
    if (line)
        snprintf(place, sizeof(place), "%s:%u: ", scratch_path(scratch, "test.conf"), line);
    else
        snprintf(place, sizeof(place), "%s:", scratch_path(scratch, "test.conf"));
    if (strncmp(error.text, place, strlen(place)) != 0 || !strstr(error.text, found))
        fail_msg("expected %s...%s, found %s", place, found, error.text);
    assert_null(strchr(error.text, '\n'));
}
