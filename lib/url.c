/* SPDX-License-Identifier: BSD-3-Clause */
#include "url.h"

#define PORT_DIGITS_MAX 5

static bool is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

static unsigned char lower(unsigned char c)
{
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c - 'A' + 'a') : c;
}

static bool is_name_char(unsigned char c)
{
    return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || c == '.' || c == '-';
}

static bool is_address_char(unsigned char c)
{
    return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f') || c == ':' || c == '.';
}

static struct span skip(struct span text, size_t len)
{
    return span_of(text.ptr + len, text.len - len);
}

static size_t count_while(struct span text, bool (*is_one)(unsigned char))
{
    size_t len = 0;

    while (len < text.len && is_one(text.ptr[len]))
        len++;
    return len;
}

static bool take_text(struct span *rest, const char *text)
{
    size_t len = strlen(text);

    if (rest->len < len || memcmp(rest->ptr, text, len) != 0)
        return false;
    *rest = skip(*rest, len);
    return true;
}

/* RFC 3986 section 2: nothing but its characters; none that begins a fragment or a user */
static bool is_plain(struct span url)
{
    for (size_t i = 0; i < url.len; i++)
        if (url.ptr[i] <= ' ' || url.ptr[i] > '~' || strchr("#@\\\"<>^`{|}", url.ptr[i]))
            return false;
    return true;
}

static bool take_host(struct span *rest, struct span *host)
{
    bool address = take_text(rest, "[");

    *host = span_of(rest->ptr, count_while(*rest, address ? is_address_char : is_name_char));
    *rest = skip(*rest, host->len);
    return host->len > 0 && (!address || take_text(rest, "]"));
}

static bool take_port(struct span *rest, struct span *port)
{
    *port = span_of(rest->ptr, 0);
    if (!take_text(rest, ":"))
        return true;
    *port = span_of(rest->ptr, count_while(*rest, is_digit));
    *rest = skip(*rest, port->len);
    return port->len > 0 && port->len <= PORT_DIGITS_MAX;
}

bool url_split(struct span url, struct url_parts *parts)
{
    struct span *rest = &parts->rest;

    if (url.len == 0 || !is_plain(url))
        return false;
    parts->scheme = span_of(url.ptr, count_while(url, is_name_char));
    *rest = skip(url, parts->scheme.len);
    if (!take_text(rest, "://") || !take_host(rest, &parts->host) || !take_port(rest, &parts->port))
        return false;
    /* RFC 3986 section 3.2: what ends an authority */
    return rest->len == 0 || rest->ptr[0] == '/' || rest->ptr[0] == '?';
}

bool url_host(struct span url, struct span *host)
{
    struct url_parts parts;

    if (!url_split(url, &parts) || (!span_equal(parts.scheme, span_text("http")) &&
                                    !span_equal(parts.scheme, span_text("https"))))
        return false;
    *host = parts.host;
    return true;
}

static bool same_host(struct span a, struct span b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.ptr[i]) != lower(b.ptr[i]))
            return false;
    return true;
}

bool url_host_listed(struct span url, const struct string_list *hosts)
{
    struct span host;

    if (!url_host(url, &host))
        return false;
    for (size_t i = 0; i < hosts->count; i++)
        if (same_host(host, span_text(hosts->items[i])))
            return true;
    return false;
}
