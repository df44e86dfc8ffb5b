/* SPDX-License-Identifier: BSD-3-Clause */
#include "command.h"

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "clock.h"

#define FIRST_ROW 256 /* getopt_long() returns this plus the row's index: no character */

static bool take_flag(void *field, const char *value)
{
    (void)value;
    *(bool *)field = true;
    return true;
}

static bool take_text(void *field, const char *value)
{
    if (*value == '\0')
        return false;

    *(const char **)field = value;
    return true;
}

static bool take_list(void *field, const char *value)
{
    struct option_list *list = field;

    if (list->count == OPTION_LIST_MAX)
        return false;

    list->items[list->count++] = value;
    return true;
}

static bool take_uid(void *field, const char *value)
{
    if (*value == '\0' || value[strspn(value, "0123456789")] != '\0')
        return false;

    errno = 0;
    unsigned long long number = strtoull(value, NULL, 10);

    /* The greatest uid_t means "no user" to system calls. */
    if (errno != 0 || number >= (uid_t)-1)
        return false;

    *(uid_t *)field = (uid_t)number;
    return true;
}

static bool take_bits(void *field, const char *value)
{
    if (*value == '\0' || strlen(value) > 4 || value[strspn(value, "0123456789")] != '\0')
        return false;

    unsigned number = (unsigned)strtoul(value, NULL, 10);

    if (number < 512 || number > 8192)
        return false;

    *(unsigned *)field = number;
    return true;
}

static bool take_time(void *field, const char *value)
{
    struct option_time *time = field;

    if (!clock_parse(value, &time->seconds))
        return false;

    time->given = true;
    return true;
}

static const struct {
    bool (*take)(void *field, const char *value);
    const char *expected;
} kinds[] = {
    [OPTION_FLAG] = {take_flag, "no value"},
    [OPTION_TEXT] = {take_text, "text that is not empty"},
    [OPTION_LIST] = {take_list, "at most 64 of them"},
    [OPTION_UID] = {take_uid, "a user number below 4294967295"},
    [OPTION_TIME] = {take_time, "RFC 3339 (2026-01-31T12:00:00Z) or seconds since 1970"},
    [OPTION_BITS] = {take_bits, "a number of bits, 512 to 8192"},
};

static void put_usage(const struct command *command, FILE *out)
{
    fprintf(out, "usage: pam-jwt %s", command->name);
    for (size_t i = 0; i < command->option_count; i++) {
        const struct option_row *row = &command->options[i];

        fprintf(out, row->required ? " --%s%s%s" : " [--%s%s%s]", row->name,
                row->metavar ? " " : "", row->metavar ? row->metavar : "");
        if (row->kind == OPTION_LIST)
            fputs("...", out);
    }
    fprintf(out, "%s\n", command->tail);
}

static void put_help(const struct command *command)
{
    put_usage(command, stdout);
    printf("%s\n\n", command->summary);
    for (size_t i = 0; i < command->option_count; i++) {
        const struct option_row *row = &command->options[i];
        char left[64];

        snprintf(left, sizeof(left), "--%s %s", row->name, row->metavar ? row->metavar : "");
        printf("  %-22s %s\n", left, row->help);
    }
    printf("  %-22s %s\n", "--help", "print this help");
}

int command_usage(const struct command *command, const char *format, ...)
{
    va_list args;

    fprintf(stderr, "pam-jwt %s: ", command->name);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    put_usage(command, stderr);
    return COMMAND_USAGE;
}

static void fill_getopt(const struct command *command, struct option *table)
{
    assert(command->option_count <= COMMAND_OPTIONS_MAX);
    for (size_t i = 0; i < command->option_count; i++) {
        const struct option_row *row = &command->options[i];

        table[i] = (struct option){row->name, row->metavar ? required_argument : no_argument, NULL,
                                   FIRST_ROW + (int)i};
    }
    table[command->option_count] = (struct option){"help", no_argument, NULL, 'h'};
}

static bool take_row(const struct command *command, size_t index, void *settings)
{
    const struct option_row *row = &command->options[index];

    if (kinds[row->kind].take((char *)settings + row->offset, optarg))
        return true;

    command_usage(command, "--%s: expected %s, found '%s'", row->name, kinds[row->kind].expected,
                  optarg);
    return false;
}

static const struct option_row *find_missing(const struct command *command, const bool *seen)
{
    for (size_t i = 0; i < command->option_count; i++) {
        if (command->options[i].required && !seen[i])
            return &command->options[i];
    }
    return NULL;
}

/* getopt_long() has moved them behind the options. */
static bool take_operands(const struct command *command, int argc, char **argv, void *settings)
{
    if (!command->operands) {
        if (optind < argc)
            command_usage(command, "'%s' is not understood", argv[optind]);
        return optind >= argc;
    }
    if (optind >= argc) {
        command_usage(command, "%s is needed", command->operands);
        return false;
    }

    struct operands *operands = (void *)((char *)settings + command->operands_offset);

    *operands = (struct operands){argv + optind, (size_t)(argc - optind)};
    return true;
}

bool command_parse(const struct command *command, int argc, char **argv, void *settings,
                   int *exit_code)
{
    struct option table[COMMAND_OPTIONS_MAX + 2] = {0};
    bool seen[COMMAND_OPTIONS_MAX] = {false};
    int found;

    *exit_code = COMMAND_USAGE;
    fill_getopt(command, table);
    opterr = 0;
    while ((found = getopt_long(argc, argv, command->operands ? ":" : "+:", table, NULL)) != -1) {
        if (found == 'h') {
            put_help(command);
            *exit_code = COMMAND_OK;
            return false;
        }
        if (found < FIRST_ROW) {
            command_usage(command, found == ':' ? "%s needs a value" : "%s is not understood",
                          argv[optind - 1]);
            return false;
        }
        if (!take_row(command, (size_t)(found - FIRST_ROW), settings))
            return false;
        seen[found - FIRST_ROW] = true;
    }
    if (!take_operands(command, argc, argv, settings))
        return false;

    const struct option_row *missing = find_missing(command, seen);

    if (missing) {
        command_usage(command, "--%s is needed", missing->name);
        return false;
    }
    return true;
}
