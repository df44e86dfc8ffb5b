/* SPDX-License-Identifier: BSD-3-Clause */
/* What a subcommand of pam-jwt is: one table of options makes its parser, its usage and its help.
 */
#ifndef PAM_JWT_COMMAND_H
#define PAM_JWT_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum command_exit { COMMAND_OK = 0, COMMAND_NO = 1, COMMAND_UNDECIDED = 2, COMMAND_USAGE = 64 };

enum option_kind {
    OPTION_FLAG, /* bool */
    OPTION_TEXT, /* const char *, never empty */
    OPTION_LIST, /* struct option_list */
    OPTION_UID,  /* uid_t */
    OPTION_TIME, /* struct option_time */
    OPTION_BITS, /* unsigned */
};

#define OPTION_LIST_MAX 64

struct option_list {
    const char *items[OPTION_LIST_MAX]; /* borrowed from argv */
    size_t count;
};

/* The arguments that are no options. */
struct operands {
    char *const *items; /* argv */
    size_t count;
};

struct option_time {
    bool given;
    int64_t seconds; /* since the epoch */
};

struct option_row {
    const char *name;
    const char *metavar; /* NULL for a flag */
    enum option_kind kind;
    bool required;
    size_t offset; /* of the field in the subcommand's settings */
    const char *help;
};

#define COMMAND_OPTIONS_MAX 16

struct command {
    const char *name;
    const char *summary;
    const char *tail; /* behind the options in the usage line: "" or " < token" */
    const struct option_row *options;
    size_t option_count;    /* at most COMMAND_OPTIONS_MAX */
    const char *operands;   /* what its arguments are, one of which is needed; NULL: none */
    size_t operands_offset; /* of a struct operands in the settings */
    int (*run)(int argc, char **argv);
};

extern const struct command command_explain;
extern const struct command command_cert;
extern const struct command command_chain;
extern const struct command command_check;
extern const struct command command_config;
extern const struct command command_mint;
extern const struct command command_refresh;

/*
 * Fills `settings` (defaults are already in it) from argv. False: the caller returns `*exit_code`
 * at once, because help was asked for and printed, or because of a usage error, which stderr
 * explains.
 */
bool command_parse(const struct command *command, int argc, char **argv, void *settings,
                   int *exit_code);

/* Says on stderr what is wrong with the command line, then the usage. Returns COMMAND_USAGE. */
int command_usage(const struct command *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
