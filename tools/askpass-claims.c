/* SPDX-License-Identifier: BSD-3-Clause */
#include "askpass-claims.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "../lib/base64url.h"
#include "../lib/json.h"
#include "../lib/report.h"
#include "clock.h"

#define SCHEME "pam://"
#define HOST_MAX 253 /* bytes of a name: RFC 1035 */

/* What is between the dots; empty without two of them. */
static struct span find_payload(struct span token)
{
    const unsigned char *end = token.ptr + token.len;
    const unsigned char *first = token.len > 0 ? memchr(token.ptr, '.', token.len) : NULL;
    const unsigned char *second = first ? memchr(first + 1, '.', (size_t)(end - first - 1)) : NULL;

    return second ? span_of(first + 1, (size_t)(second - first - 1)) : span_of("", 0);
}

/* NULL: they cannot be read. */
static struct json_object *read_claims(struct span token)
{
    struct span payload = find_payload(token);
    struct json_object *claims = NULL;
    struct report report = {0};
    size_t size = BASE64_DECODED_MAX(payload.len);
    unsigned char *bytes = malloc(size);
    size_t len;

    if (bytes && base64url_decode(payload, bytes, &len))
        (void)json_parse(span_of(bytes, len), "claims", &claims, &report);
    free(bytes);
    return claims;
}

static bool is_alphanumeric(unsigned char byte)
{
    return (byte >= '0' && byte <= '9') || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z');
}

/* A name of the DNS with at least one dot inside, and no address: the last label has a letter
 * first. */
static bool is_full_name(struct span name)
{
    bool dotted = false;
    unsigned char last = '.';
    unsigned char top = 0;

    if (name.len > HOST_MAX)
        return false;
    for (size_t i = 0; i < name.len; i++) {
        unsigned char byte = name.ptr[i];

        if (byte == '.' ? last == '.' : !is_alphanumeric(byte) && byte != '-' && byte != '_')
            return false;
        dotted = dotted || byte == '.';
        if (last == '.')
            top = byte;
        last = byte;
    }
    return dotted && last != '.' && (top | 0x20) >= 'a' && (top | 0x20) <= 'z';
}

static bool same_name(struct span a, struct span b)
{
    return a.len == b.len && strncasecmp((const char *)a.ptr, (const char *)b.ptr, a.len) == 0;
}

/* The name itself, or one below it: pam://prod.example.com may stand for all hosts of that domain.
 */
static bool may_cover(struct span audience, struct span host)
{
    if (same_name(audience, host))
        return true;
    if (audience.len >= host.len || host.ptr[host.len - audience.len - 1] != '.')
        return false;
    return same_name(audience, span_of(host.ptr + host.len - audience.len, audience.len));
}

static struct span without_end_dot(struct span name)
{
    return name.len > 0 && name.ptr[name.len - 1] == '.' ? span_of(name.ptr, name.len - 1) : name;
}

/* HOST of pam://HOST/SERVICE, if it is a full name. */
static bool audience_host(struct json_object *value, struct span *host)
{
    const size_t scheme_len = sizeof(SCHEME) - 1;
    struct span text;

    if (!json_string(value, &text) || text.len <= scheme_len ||
        memcmp(text.ptr, SCHEME, scheme_len) != 0)
        return false;
    text = span_of(text.ptr + scheme_len, text.len - scheme_len);

    const unsigned char *slash = memchr(text.ptr, '/', text.len);

    if (!slash)
        return false;
    *host = without_end_dot(span_of(text.ptr, (size_t)(slash - text.ptr)));
    return is_full_name(*host);
}

/* Whether the audience can only be other hosts'; `*first` is the first of them. */
static bool is_elsewhere(struct json_object *aud, struct span host, struct span *first)
{
    bool list = json_object_is_type(aud, json_type_array);
    size_t count = list ? json_object_array_length(aud) : 1;
    struct span named;

    for (size_t i = 0; i < count; i++) {
        struct json_object *item = list ? json_object_array_get_idx(aud, i) : aud;

        if (!audience_host(item, &named) || may_cover(named, host))
            return false;
        if (i == 0)
            *first = named;
    }
    return count > 0;
}

static bool check_exp(struct json_object *claims, int64_t now, char *why)
{
    char text[CLOCK_TEXT_MAX];
    int64_t exp;

    if (!json_time(json_member(claims, "exp"), &exp) || exp > now)
        return true;
    clock_format(exp, text);
    snprintf(why, CLAIMS_WHY_MAX, "it expired at %s (exp): get a new one; it was not sent", text);
    return false;
}

static bool check_aud(struct json_object *claims, struct span host, char *why)
{
    struct span first = {0};

    host = without_end_dot(host);
    if (!is_full_name(host) || !is_elsewhere(json_member(claims, "aud"), host, &first))
        return true;
    snprintf(why, CLAIMS_WHY_MAX,
             "it is for %.*s (aud), not for %.*s: get one for this host, or, if both are the same "
             "host, call it by the name in aud (HostName or HostKeyAlias in ssh_config(5)); it was "
             "not sent",
             (int)first.len, first.ptr, (int)host.len, host.ptr);
    return false;
}

bool askpass_claims_allow(struct span token, struct span host, int64_t now,
                          char why[CLAIMS_WHY_MAX])
{
    JSON_CLEANUP struct json_object *claims = read_claims(token);

    return !claims || (check_exp(claims, now, why) && check_aud(claims, host, why));
}
