/* SPDX-License-Identifier: BSD-3-Clause */
#include "environment.h"

#define PREFIX_LEN (sizeof(ENVIRONMENT_PREFIX) - 1)

/* Not by <ctype.h>, which asks the host's locale. */
static bool is_upper(unsigned char byte)
{
    return byte >= 'A' && byte <= 'Z';
}

static bool is_lower(unsigned char byte)
{
    return byte >= 'a' && byte <= 'z';
}

static bool is_digit(unsigned char byte)
{
    return byte >= '0' && byte <= '9';
}

static char name_byte(unsigned char byte)
{
    if (is_lower(byte))
        return (char)(byte - 'a' + 'A');
    if (is_upper(byte) || is_digit(byte))
        return (char)byte;
    return '_';
}

bool environment_name(const char *claim, char name[ENVIRONMENT_NAME_MAX + 1])
{
    size_t len = strlen(claim);

    if (len == 0 || len > ENVIRONMENT_NAME_MAX - PREFIX_LEN)
        return false;
    memcpy(name, ENVIRONMENT_PREFIX, PREFIX_LEN);
    for (size_t i = 0; i < len; i++)
        name[PREFIX_LEN + i] = name_byte((unsigned char)claim[i]);
    name[PREFIX_LEN + len] = '\0';
    return strcmp(name, ENVIRONMENT_EXP) != 0;
}

/* A shell gives no meaning to these, whether they are quoted or not. */
bool environment_is_plain(unsigned char byte)
{
    return is_upper(byte) || is_lower(byte) || is_digit(byte) || (byte && strchr("@+=:./_-", byte));
}

static bool name_passes(struct span name)
{
    if (name.len <= PREFIX_LEN || name.len > ENVIRONMENT_NAME_MAX ||
        memcmp(name.ptr, ENVIRONMENT_PREFIX, PREFIX_LEN) != 0 ||
        span_equal(name, span_text(ENVIRONMENT_EXP)))
        return false;
    for (size_t i = PREFIX_LEN; i < name.len; i++)
        if (!is_upper(name.ptr[i]) && !is_digit(name.ptr[i]) && name.ptr[i] != '_')
            return false;
    return true;
}

static bool value_passes(struct span value)
{
    if (value.len > ENVIRONMENT_VALUE_MAX)
        return false;
    for (size_t i = 0; i < value.len; i++)
        if (!environment_is_plain(value.ptr[i]) && value.ptr[i] != ',' && value.ptr[i] != '\\')
            return false;
    return true;
}

/* What is before the first `separator` goes to `part`, what is behind it stays; false: there is
 * none. */
static bool cut(struct span *rest, char separator, struct span *part)
{
    const unsigned char *end = rest->len > 0 ? memchr(rest->ptr, separator, rest->len) : NULL;

    if (!end)
        return false;
    *part = span_of(rest->ptr, (size_t)(end - rest->ptr));
    *rest = span_of(end + 1, rest->len - part->len - 1);
    return true;
}

bool environment_take(struct span *lines, char variable[ENVIRONMENT_SIZE])
{
    struct span rest = *lines, line, value, name;

    if (!cut(&rest, '\n', &line))
        return false;
    value = line;
    if (!cut(&value, '=', &name) || !name_passes(name) || !value_passes(value))
        return false;
    memcpy(variable, line.ptr, line.len);
    variable[line.len] = '\0';
    *lines = rest;
    return true;
}

bool environment_check(struct span lines)
{
    char variable[ENVIRONMENT_SIZE];
    unsigned count = 0;

    while (environment_take(&lines, variable))
        count++;
    return lines.len == 0 && count <= ENVIRONMENT_COUNT_MAX;
}
