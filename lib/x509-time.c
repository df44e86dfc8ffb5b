/* SPDX-License-Identifier: BSD-3-Clause */
#include "x509-time.h"

#include <inttypes.h>
#include <stdio.h>

#include "der.h"

#define TIME_LEN 15 /* YYYYMMDDHHMMSSZ */
#define DAY 86400   /* seconds */

#define DAYS_TO_1970 719162   /* from 0001-01-01 */
#define DAYS_OF_YEAR_ZERO 366 /* a leap year */

static int number(const unsigned char *digits, int count)
{
    int value = 0;

    for (int i = 0; i < count; i++)
        value = value * 10 + (digits[i] - '0');
    return value;
}

static bool is_leap_year(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days before that year, counted from 1970-01-01, in the Gregorian calendar. */
static int64_t days_before_year(int64_t year)
{
    int64_t years = year - 1;

    if (year == 0)
        return -DAYS_OF_YEAR_ZERO - DAYS_TO_1970;
    return years * 365 + years / 4 - years / 100 + years / 400 - DAYS_TO_1970;
}

/* Days of that year before a month; of 13: all of them. */
static int days_before_month(int64_t year, int month)
{
    static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};

    return before[month - 1] + (month > 2 && is_leap_year(year));
}

/* False if there is no such day. */
static bool count_days(int year, int month, int day, int64_t *days)
{
    if (month < 1 || month > 12 || day < 1 ||
        day > days_before_month(year, month + 1) - days_before_month(year, month))
        return false;
    *days = days_before_year(year) + days_before_month(year, month) + day - 1;
    return true;
}

/* RFC 5280 section 4.1.2.5.2: Zulu, with seconds, without fractions */
static bool read_time(const unsigned char text[TIME_LEN], int64_t *seconds)
{
    int hour, minute, second;
    int64_t days;

    for (size_t i = 0; i < TIME_LEN - 1; i++)
        if (text[i] < '0' || text[i] > '9')
            return false;
    hour = number(text + 8, 2);
    minute = number(text + 10, 2);
    second = number(text + 12, 2);
    if (text[TIME_LEN - 1] != 'Z' || hour > 23 || minute > 59 || second > 59 ||
        !count_days(number(text, 4), number(text + 4, 2), number(text + 6, 2), &days))
        return false;
    *seconds = days * DAY + hour * 3600 + minute * 60 + second;
    return true;
}

bool x509_take_time(struct span *rest, int64_t *seconds)
{
    struct span content;

    return der_take_tag(rest, X509_TIME, &content) && content.len == TIME_LEN &&
           read_time(content.ptr, seconds);
}

/* RFC 5280 section 4.1.2.5.1: years from 50 on are of the 20th century */
static bool take_utc_time(struct span *rest, int64_t *seconds)
{
    unsigned char text[TIME_LEN] = {'2', '0'};
    struct span content;

    if (!der_take_tag(rest, X509_UTC_TIME, &content) || content.len != X509_UTC_TIME_LEN)
        return false;
    if (content.ptr[0] >= '5') {
        text[0] = '1';
        text[1] = '9';
    }
    for (size_t i = 0; i < X509_UTC_TIME_LEN; i++)
        text[TIME_LEN - X509_UTC_TIME_LEN + i] = content.ptr[i];
    return read_time(text, seconds);
}

bool x509_take_any_time(struct span *rest, int64_t *seconds)
{
    return rest->len > 0 && rest->ptr[0] == X509_UTC_TIME ? take_utc_time(rest, seconds)
                                                          : x509_take_time(rest, seconds);
}

const char *x509_time_text(int64_t seconds, char text[X509_TIME_TEXT_MAX])
{
    int64_t days = seconds / DAY - (seconds % DAY < 0), second = seconds - days * DAY, year;
    int month = 1;

    if (days < days_before_year(0) || days >= days_before_year(10000)) {
        (void)snprintf(text, X509_TIME_TEXT_MAX, "%" PRId64, seconds);
        return text;
    }
    for (year = (days - days_before_year(0)) / 366; days_before_year(year + 1) <= days;)
        year++;
    days -= days_before_year(year);
    while (days_before_month(year, month + 1) <= days)
        month++;
    days -= days_before_month(year, month) - 1;
    (void)snprintf(text, X509_TIME_TEXT_MAX, "%04d-%02d-%02dT%02d:%02d:%02dZ", (int)year, month,
                   (int)days, (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60));
    return text;
}
