/* SPDX-License-Identifier: BSD-3-Clause */
#include "redis-url.h"

#include "url.h"

#define DIGITS "0123456789"

static bool copy(struct span text, const char *fallback, char *out, size_t size)
{
    if (text.len == 0)
        text = span_text(fallback);
    if (text.len >= size)
        return false;
    memcpy(out, text.ptr, text.len);
    out[text.len] = '\0';
    return true;
}

/* Nothing, or a slash, or a slash and a number. */
static bool is_database(struct span rest)
{
    for (size_t i = 0; i < rest.len; i++)
        if (i == 0 ? rest.ptr[i] != '/' : !rest.ptr[i] || !strchr(DIGITS, rest.ptr[i]))
            return false;
    return true;
}

bool redis_url_parse(const char *url, struct redis_place *place)
{
    struct url_parts parts;

    if (!url_split(span_text(url), &parts) || !is_database(parts.rest))
        return false;
    place->tls = span_equal(parts.scheme, span_text("rediss"));
    if (!place->tls && !span_equal(parts.scheme, span_text("redis")))
        return false;
    if (parts.rest.len > 0)
        parts.rest = span_of(parts.rest.ptr + 1, parts.rest.len - 1);
    return copy(parts.host, "", place->host, sizeof(place->host)) &&
           copy(parts.port, "6379", place->port, sizeof(place->port)) &&
           copy(parts.rest, "0", place->database, sizeof(place->database));
}
