/* SPDX-License-Identifier: BSD-3-Clause */
#include "x509-der.h"

#include <stdarg.h>
#include <stdio.h>

#include "der.h"

#define DER_BOOLEAN 0x01u
#define TIME_LEN 15 /* YYYYMMDDHHMMSSZ */

bool evidence_refuse(struct evidence *evidence, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    if (vsnprintf(evidence->detail, sizeof(evidence->detail), format, arguments) < 0)
        evidence->detail[0] = '\0';
    va_end(arguments);
    return false;
}

bool x509_next_is(struct span rest, unsigned tag)
{
    return rest.len > 0 && rest.ptr[0] == tag;
}

bool x509_take(struct span *rest, unsigned tag, struct span *content)
{
    unsigned found;

    return x509_next_is(*rest, tag) && der_take(rest, &found, content);
}

bool x509_take_whole(struct span *rest, unsigned tag, struct span *whole)
{
    const unsigned char *begin = rest->ptr;
    struct span content;

    if (!x509_take(rest, tag, &content))
        return false;
    *whole = span_of(begin, (size_t)(rest->ptr - begin));
    return true;
}

bool x509_take_only(struct span rest, unsigned tag, struct span *content)
{
    return x509_take(&rest, tag, content) && rest.len == 0;
}

/* X.690 section 8.3.2: the first nine bits are not all the same */
static bool is_integer(struct span content)
{
    if (content.len == 0)
        return false;
    if (content.len == 1)
        return true;
    return !(content.ptr[0] == 0x00 && content.ptr[1] < 0x80) &&
           !(content.ptr[0] == 0xff && content.ptr[1] >= 0x80);
}

bool x509_take_integer(struct span *rest, struct span *content)
{
    return x509_take(rest, X509_INTEGER, content) && is_integer(*content);
}

bool x509_take_bits(struct span *rest, struct span *bits)
{
    struct span content;

    /* X.690 section 8.6.2.2: the first byte is the number of unused bits */
    if (!x509_take(rest, X509_BIT_STRING, &content) || content.len < 1 || content.ptr[0] != 0)
        return false;
    *bits = span_of(content.ptr + 1, content.len - 1);
    return true;
}

bool x509_take_algorithm(struct span *rest, struct x509_algorithm *algorithm)
{
    struct span content, inner;
    unsigned tag;

    if (!x509_take(rest, DER_SEQUENCE, &content) ||
        !x509_take(&content, X509_OID, &algorithm->oid) || algorithm->oid.len == 0)
        return false;
    algorithm->parameters = content;
    return content.len == 0 || (der_take(&content, &tag, &inner) && content.len == 0);
}

bool x509_no_parameters(const struct x509_algorithm *algorithm)
{
    return algorithm->parameters.len == 0 ||
           span_equal(algorithm->parameters, span_of("\x05\x00", 2));
}

/* --- GeneralizedTime -------------------------------------------------------------------------- */

static int number(const unsigned char *digits, int count)
{
    int value = 0;

    for (int i = 0; i < count; i++)
        value = value * 10 + (digits[i] - '0');
    return value;
}

static bool is_leap_year(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days since 1970-01-01 in the Gregorian calendar; false if there is no such day. */
static bool count_days(int year, int month, int day, int64_t *days)
{
    static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};
    int64_t years = year - 1;
    int leap_day;

    if (month < 1 || month > 12)
        return false;
    leap_day = month == 2 && is_leap_year(year);
    if (day < 1 || day > before[month] - before[month - 1] + leap_day)
        return false;
    *days = year == 0 ? -366 : years * 365 + years / 4 - years / 100 + years / 400;
    *days += before[month - 1] + (month > 2 && is_leap_year(year)) + day - 1;
    *days -= 719162; /* from 0001-01-01 to 1970-01-01 */
    return true;
}

/* RFC 5280 section 4.1.2.5.2: Zulu, with seconds, without fractions */
static bool read_time(struct span text, int64_t *seconds)
{
    int hour, minute, second;
    int64_t days;

    if (text.len != TIME_LEN || text.ptr[TIME_LEN - 1] != 'Z')
        return false;
    for (size_t i = 0; i < TIME_LEN - 1; i++)
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
    hour = number(text.ptr + 8, 2);
    minute = number(text.ptr + 10, 2);
    second = number(text.ptr + 12, 2);
    if (hour > 23 || minute > 59 || second > 59 ||
        !count_days(number(text.ptr, 4), number(text.ptr + 4, 2), number(text.ptr + 6, 2), &days))
        return false;
    *seconds = days * 86400 + hour * 3600 + minute * 60 + second;
    return true;
}

bool x509_take_time(struct span *rest, int64_t *seconds, struct span *text)
{
    struct span content;

    if (!x509_take(rest, X509_TIME, &content) || !read_time(content, seconds))
        return false;
    if (text)
        *text = content;
    return true;
}

/* --- Extensions ------------------------------------------------------------------------------- */

/* RFC 5280 section 4.1: critical is TRUE or, being the default, absent */
static bool read_extension(struct span extension, bool *critical)
{
    struct span oid, value, flag;

    if (!x509_take(&extension, X509_OID, &oid) || oid.len == 0)
        return false;
    if (x509_next_is(extension, DER_BOOLEAN)) {
        if (!x509_take(&extension, DER_BOOLEAN, &flag) || flag.len != 1 || flag.ptr[0] != 0xff)
            return false;
        *critical = true;
    }
    return x509_take_only(extension, X509_OCTET_STRING, &value);
}

bool x509_read_extensions(struct span list, bool *critical)
{
    if (list.len == 0)
        return false;
    while (list.len > 0) {
        struct span extension;

        if (!x509_take(&list, DER_SEQUENCE, &extension) || !read_extension(extension, critical))
            return false;
    }
    return true;
}
