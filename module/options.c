/* SPDX-License-Identifier: BSD-3-Clause */
#include "options.h"

#include <string.h>

#include "../sys/paths.h"

#define TIMEOUT_DEFAULT 10 /* seconds */
#define TIMEOUT_MAX 60
#define MIN_UID_DEFAULT 1000

enum kind { FLAG, PATH, TEXT, SECONDS, UID };

static const char *const expected_of[] = {
    [FLAG] = "no value",
    [PATH] = "an absolute path",
    [TEXT] = "text that is not empty",
    [SECONDS] = "seconds from 1 to 60",
    [UID] = "a user number",
};

static const struct row {
    const char *name;
    enum kind kind;
    size_t offset;
} rows[] = {
    {"config", PATH, offsetof(struct options, config)},
    {"prompt", TEXT, offsetof(struct options, prompt)},
    {"min_uid", UID, offsetof(struct options, local.min_uid)},
    {"allow_root", FLAG, offsetof(struct options, local.allow_root)},
    {"virtual_users", FLAG, offsetof(struct options, local.virtual_users)},
    {"use_first_pass", FLAG, offsetof(struct options, use_first_pass)},
    {"try_first_pass", FLAG, offsetof(struct options, try_first_pass)},
    {"ignore_unknown_user", FLAG, offsetof(struct options, ignore_unknown_user)},
    {"timeout", SECONDS, offsetof(struct options, timeout)},
    {"nodelay", FLAG, offsetof(struct options, nodelay)},
    {"limit", FLAG, offsetof(struct options, limit)},
    {"debug", FLAG, offsetof(struct options, debug)},
};

/* Decimal digits only; strtoul() would take signs, spaces and the locale's ideas. */
static bool take_number(const char *value, uint32_t min, uint32_t max, void *field)
{
    uint64_t number = 0;

    if (*value == '\0' || strlen(value) > 10 || value[strspn(value, "0123456789")] != '\0')
        return false;
    for (; *value; value++)
        number = number * 10 + (uint64_t)(*value - '0');
    if (number < min || number > max)
        return false;
    *(uint32_t *)field = (uint32_t)number;
    return true;
}

static bool take(enum kind kind, const char *value, void *field)
{
    switch (kind) {
    case FLAG:
        *(bool *)field = true;
        return true;
    case PATH:
    case TEXT:
        *(const char **)field = value;
        return kind == PATH ? value[0] == '/' : value[0] != '\0';
    case SECONDS:
        return take_number(value, 1, TIMEOUT_MAX, field);
    case UID:
        return take_number(value, 0, UINT32_MAX - 1, field);
    }
    return false;
}

/* NULL, or what was expected. */
static const char *take_argument(const char *argument, struct options *options)
{
    size_t len = strcspn(argument, "=");

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strlen(rows[i].name) != len || strncmp(rows[i].name, argument, len) != 0)
            continue;
        if ((rows[i].kind == FLAG) == (argument[len] == '\0') &&
            take(rows[i].kind, argument + len + (argument[len] == '='),
                 (char *)options + rows[i].offset))
            return NULL;
        return expected_of[rows[i].kind];
    }
    return "an argument of pam_jwt(8)";
}

const char *options_parse(int argc, const char **argv, struct options *options,
                          const char **expected)
{
    const char *bad = NULL;

    *options = (struct options){
        .config = paths_config,
        .prompt = "Password or JWT: ",
        .timeout = TIMEOUT_DEFAULT,
        .local.min_uid = MIN_UID_DEFAULT,
    };
    for (int i = 0; i < argc; i++) {
        const char *wanted = take_argument(argv[i], options);

        if (!wanted || bad)
            continue;
        bad = argv[i];
        *expected = wanted;
    }
    return bad;
}

bool options_fit(const struct options *options, const char *service)
{
    static const char *const services[] = {"sshd", "login", "su", "su-l", "sudo", "sudo-i"};

    for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++)
        if (strcmp(services[i], service) == 0)
            return !options->local.virtual_users;
    return true;
}
