/* SPDX-License-Identifier: BSD-3-Clause */
#include "json-scan.h"

#include <endian.h>
#include <stdint.h>

struct scan {
    const unsigned char *at, *end;
    size_t members;
    unsigned depth;
    struct span name; /* of the last member, with its quotation marks */
    bool nul;         /* there was one in the last string */
    bool escaped;     /* there was a backslash */
    /* of json_scan_objects() alone */
    const struct json_visit *visit;
    unsigned found; /* arrays of that name */
    bool named;
};

static bool value(struct scan *s);

static int peek(const struct scan *s)
{
    return s->at < s->end ? *s->at : -1;
}

static bool take(struct scan *s, int c)
{
    if (peek(s) != c)
        return false;
    s->at++;
    return true;
}

static void spaces(struct scan *s)
{
    while (peek(s) == ' ' || peek(s) == '\t' || peek(s) == '\n' || peek(s) == '\r')
        s->at++;
}

/* Mostly there is none. */
static inline void space(struct scan *s)
{
    if (peek(s) <= ' ')
        spaces(s);
}

static bool digits(struct scan *s)
{
    const unsigned char *begin = s->at;

    while (peek(s) >= '0' && peek(s) <= '9')
        s->at++;
    return s->at > begin;
}

/* RFC 8259 section 6 lets a reader limit numbers: versions of json-c disagree on what is beyond
 * these. */
static bool integer_fits(struct span digits, bool negative)
{
    static const char least[] = "9223372036854775808";

    return digits.len < sizeof(least) - 1 ||
           (digits.len == sizeof(least) - 1 &&
            (!negative || memcmp(digits.ptr, least, digits.len) <= 0));
}

/* RFC 8259 section 6 */
static bool number(struct scan *s)
{
    bool negative = take(s, '-');
    const unsigned char *begin = s->at;

    if (!take(s, '0') && !digits(s))
        return false;
    if (peek(s) != '.' && peek(s) != 'e' && peek(s) != 'E')
        return integer_fits(span_of(begin, (size_t)(s->at - begin)), negative);
    if (take(s, '.') && !digits(s))
        return false;
    if (take(s, 'e') || take(s, 'E')) {
        if (!take(s, '+'))
            take(s, '-');
        return digits(s);
    }
    return true;
}

static bool literal(struct scan *s, const char *word)
{
    for (; *word; word++)
        if (!take(s, *word))
            return false;
    return true;
}

static bool hex4(struct scan *s, uint32_t *unit)
{
    *unit = 0;
    for (int i = 0; i < 4; i++) {
        int c = peek(s);

        if (c >= '0' && c <= '9')
            c -= '0';
        else if (c >= 'a' && c <= 'f')
            c -= 'a' - 10;
        else if (c >= 'A' && c <= 'F')
            c -= 'A' - 10;
        else
            return false;
        *unit = *unit << 4 | (uint32_t)c;
        s->at++;
    }
    return true;
}

/* What follows \u: a surrogate must be the first of a pair (RFC 8259 section 7). */
static bool unicode_escape(struct scan *s)
{
    uint32_t unit, low;

    if (!hex4(s, &unit))
        return false;
    if (unit == 0)
        s->nul = true;
    if (unit < 0xd800 || unit > 0xdfff)
        return true;
    return unit <= 0xdbff && take(s, '\\') && take(s, 'u') && hex4(s, &low) && low >= 0xdc00 &&
           low <= 0xdfff;
}

static bool escape(struct scan *s)
{
    int c = peek(s);

    s->escaped = true;
    if (c < 0 || c == 0 || !strchr("\"\\/bfnrtu", c))
        return false;
    s->at++;
    return c != 'u' || unicode_escape(s);
}

/* One character beyond ASCII: well-formed UTF-8 only (RFC 3629 section 4). */
static bool utf8(struct scan *s)
{
    static const struct {
        unsigned char first, last, second_min, second_max, more;
    } forms[] = {
        {0xc2, 0xdf, 0x80, 0xbf, 0}, {0xe0, 0xe0, 0xa0, 0xbf, 1}, {0xe1, 0xec, 0x80, 0xbf, 1},
        {0xed, 0xed, 0x80, 0x9f, 1}, {0xee, 0xef, 0x80, 0xbf, 1}, {0xf0, 0xf0, 0x90, 0xbf, 2},
        {0xf1, 0xf3, 0x80, 0xbf, 2}, {0xf4, 0xf4, 0x80, 0x8f, 2},
    };

    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        if (peek(s) < forms[i].first || peek(s) > forms[i].last)
            continue;
        s->at++;
        if (peek(s) < forms[i].second_min || peek(s) > forms[i].second_max)
            return false;
        s->at++;
        for (unsigned n = 0; n < forms[i].more; n++, s->at++)
            if (peek(s) < 0x80 || peek(s) > 0xbf)
                return false;
        return true;
    }
    return false;
}

#define CHUNK 16 /* bytes */

typedef signed char chunk __attribute__((vector_size(CHUNK)));

/*
 * Behind characters that mean themselves, many at a time: most of a key is a long string. Stops at
 * the first that is a backslash, not above the quotation mark, or, being negative, beyond ASCII; or
 * where less than a chunk is left.
 */
static const unsigned char *plain(const unsigned char *at, const unsigned char *end)
{
    for (size_t chunks = (size_t)(end - at) / CHUNK; chunks > 0; chunks--, at += CHUNK) {
        uint64_t low, high;
        chunk bytes, ordinary;

        memcpy(&bytes, at, CHUNK);
        ordinary = (bytes > '"') & (bytes != '\\');
        memcpy(&low, &ordinary, 8);
        memcpy(&high, (const char *)&ordinary + 8, 8);
        if (~low)
            return at + __builtin_ctzll(~le64toh(low)) / 8;
        if (~high)
            return at + 8 + __builtin_ctzll(~le64toh(high)) / 8;
    }
    return at;
}

/* From the first character that plain() leaves to the end. */
__attribute__((noinline)) static bool rest_of_string(struct scan *s)
{
    for (;;) {
        int c = peek(s);

        if (c < 0x20)
            return false;
        if (c >= 0x80) {
            if (!utf8(s))
                return false;
        } else {
            s->at++;
            if (c == '"')
                return true;
            if (c == '\\' && !escape(s))
                return false;
        }
        s->at = plain(s->at, s->end);
    }
}

static bool string(struct scan *s)
{
    s->nul = false;
    if (!take(s, '"'))
        return false;
    s->at = plain(s->at, s->end);
    return take(s, '"') || rest_of_string(s);
}

/* And what follows up to the value. */
static bool member_name(struct scan *s)
{
    space(s);
    s->name.ptr = s->at;
    if (!string(s) || s->nul)
        return false;
    s->name.len = (size_t)(s->at - s->name.ptr);
    s->members++;
    space(s);
    if (!take(s, ':'))
        return false;
    space(s);
    return true;
}

static bool member(struct scan *s)
{
    return member_name(s) && value(s);
}

/* What follows the opening bracket of an object or array. */
static bool items(struct scan *s, bool (*item)(struct scan *), int close)
{
    space(s);
    if (take(s, close))
        return true;
    do {
        if (!item(s))
            return false;
    } while (take(s, ','));
    return take(s, close);
}

static bool nested(struct scan *s, bool (*item)(struct scan *), int close)
{
    bool good;

    if (++s->depth > JSON_DEPTH_MAX)
        return false;
    s->at++;
    good = items(s, item, close);
    s->depth--;
    return good;
}

static bool bare_value(struct scan *s)
{
    switch (peek(s)) {
    case '{':
        return nested(s, member, '}');
    case '[':
        return nested(s, value, ']');
    case '"':
        return string(s);
    case 't':
        return literal(s, "true");
    case 'f':
        return literal(s, "false");
    case 'n':
        return literal(s, "null");
    default:
        return number(s);
    }
}

static bool value(struct scan *s)
{
    space(s);
    if (!bare_value(s))
        return false;
    space(s);
    return true;
}

bool json_scan(struct span text, size_t *members)
{
    struct scan s = {.at = text.ptr, .end = text.ptr + text.len};

    if (!value(&s) || s.at != s.end)
        return false;
    *members = s.members;
    return true;
}

static bool is_quoted(struct span quoted, struct span text)
{
    return quoted.ptr[0] == '"' && span_equal(span_of(quoted.ptr + 1, quoted.len - 2), text);
}

static bool element_member(struct scan *s)
{
    const unsigned char *begin;
    bool named;

    if (!member_name(s))
        return false;
    begin = s->at;
    named = is_quoted(s->name, s->visit->member);
    if (!bare_value(s))
        return false;
    if (named && is_quoted(span_of(begin, (size_t)(s->at - begin)), s->visit->value))
        s->named = true;
    space(s);
    return true;
}

static bool object_element(struct scan *s)
{
    struct json_element element;

    space(s);
    element.text.ptr = s->at;
    s->escaped = s->named = false;
    if (peek(s) != '{' || !nested(s, element_member, '}'))
        return false;
    element = (struct json_element){span_of(element.text.ptr, (size_t)(s->at - element.text.ptr)),
                                    s->escaped, s->named};
    if (s->visit->element)
        s->visit->element(s->visit->context, &element);
    space(s);
    return true;
}

static bool outer_member(struct scan *s)
{
    s->escaped = false;
    if (!member_name(s) || s->escaped)
        return false;
    if (!is_quoted(s->name, span_text(s->visit->array)))
        return value(s);
    s->found++;
    if (peek(s) != '[' || !nested(s, object_element, ']'))
        return false;
    space(s);
    return true;
}

bool json_scan_objects(struct span text, const struct json_visit *visit)
{
    struct scan s = {.at = text.ptr, .end = text.ptr + text.len, .visit = visit};

    space(&s);
    if (peek(&s) != '{' || !nested(&s, outer_member, '}'))
        return false;
    space(&s);
    return s.at == s.end && s.found == 1;
}
