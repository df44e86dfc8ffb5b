/* SPDX-License-Identifier: BSD-3-Clause */
#include "clock.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SECONDS_MAX (INT64_C(1) << 53)
#define DIGITS "0123456789"

/* Reads exactly `count` digits with a value of at most `max`, then moves on behind them. */
static bool take_digits(const char **text, size_t count, int max, int *value)
{
    int sum = 0;

    if (strspn(*text, DIGITS) < count)
        return false;
    for (size_t i = 0; i < count; i++)
        sum = sum * 10 + (*text)[i] - '0';
    if (sum > max)
        return false;

    *text += count;
    *value = sum;
    return true;
}

static bool take_one_of(const char **text, const char *characters)
{
    if (**text == '\0' || !strchr(characters, **text))
        return false;

    ++*text;
    return true;
}

static bool take_date_time(const char **text, struct tm *tm)
{
    bool taken = take_digits(text, 4, 9999, &tm->tm_year) && take_one_of(text, "-") &&
                 take_digits(text, 2, 12, &tm->tm_mon) && take_one_of(text, "-") &&
                 take_digits(text, 2, 31, &tm->tm_mday) && take_one_of(text, "Tt") &&
                 take_digits(text, 2, 23, &tm->tm_hour) && take_one_of(text, ":") &&
                 take_digits(text, 2, 59, &tm->tm_min) && take_one_of(text, ":") &&
                 take_digits(text, 2, 59, &tm->tm_sec);

    tm->tm_year -= 1900;
    tm->tm_mon -= 1;
    return taken;
}

static bool take_fraction(const char **text)
{
    if (!take_one_of(text, "."))
        return true;

    size_t digits = strspn(*text, DIGITS);

    *text += digits;
    return digits > 0;
}

static bool take_offset(const char **text, int64_t *offset)
{
    int hours = 0;
    int minutes = 0;

    *offset = 0;
    if (take_one_of(text, "Zz"))
        return true;

    int64_t sign = **text == '-' ? -1 : 1;

    if (!take_one_of(text, "+-") || !take_digits(text, 2, 23, &hours) || !take_one_of(text, ":") ||
        !take_digits(text, 2, 59, &minutes))
        return false;

    *offset = sign * (hours * 3600 + minutes * 60);
    return true;
}

static bool parse_rfc3339(const char *text, int64_t *seconds)
{
    struct tm tm = {0};
    int64_t offset;

    if (!take_date_time(&text, &tm) || !take_fraction(&text) || !take_offset(&text, &offset))
        return false;
    if (*text != '\0')
        return false;

    int day = tm.tm_mday;
    int month = tm.tm_mon;

    /* timegm() moves days that do not exist (February 30, day or month 0) into another month. */
    *seconds = timegm(&tm) - offset;
    return tm.tm_mday == day && tm.tm_mon == month;
}

static bool parse_seconds(const char *text, int64_t *seconds)
{
    const char *digits = *text == '-' ? text + 1 : text;

    if (*digits == '\0' || digits[strspn(digits, DIGITS)] != '\0')
        return false;

    errno = 0;
    long long number = strtoll(text, NULL, 10);

    if (errno != 0 || number < -SECONDS_MAX || number > SECONDS_MAX)
        return false;

    *seconds = number;
    return true;
}

bool clock_parse(const char *text, int64_t *seconds)
{
    return parse_seconds(text, seconds) || parse_rfc3339(text, seconds);
}

void clock_format(int64_t seconds, char out[CLOCK_TEXT_MAX])
{
    time_t time = seconds;
    struct tm tm;

    if (!gmtime_r(&time, &tm) || tm.tm_year < -900 || tm.tm_year > 8099) {
        snprintf(out, CLOCK_TEXT_MAX, "%" PRId64, seconds);
        return;
    }
    strftime(out, CLOCK_TEXT_MAX, "%Y-%m-%dT%H:%M:%SZ", &tm);
}
