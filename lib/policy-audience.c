/* SPDX-License-Identifier: BSD-3-Clause */
#include "policy-audience.h"

#include <json-c/json.h>

#define FOUND_MAX 200 /* bytes of aud in a message */

/* NULL: no letter that is known. */
static const char *replacement(char letter, const char *host, const char *service)
{
    switch (letter) {
    case 'h':
        return host;
    case 's':
        return service;
    case '%':
        return "%";
    default:
        return NULL;
    }
}

bool policy_audience_expand(const char *pattern, const char *host, const char *service,
                            char out[AUDIENCE_SIZE])
{
    size_t len = 0;

    for (; *pattern; pattern++) {
        char one[2] = {*pattern, '\0'};
        const char *text = one;
        size_t text_len;

        if (*pattern == '%')
            text = replacement(*++pattern, host, service);
        if (!text)
            return false;
        text_len = strlen(text);
        if (text_len >= AUDIENCE_SIZE - len)
            return false;
        memcpy(out + len, text, text_len);
        len += text_len;
    }
    out[len] = '\0';
    return len > 0;
}

enum status policy_audience_check(struct json_object *claims, const struct rules *rules,
                                  const struct issuer_rules *issuer, const char *service,
                                  struct report *report)
{
    struct json_object *aud = json_member(claims, "aud");
    char first[AUDIENCE_SIZE] = "";

    /* RFC 7519 section 4.1.3: a string or an array of strings; an empty one is as good as none */
    if (!json_is_string_or_array(aud))
        return report_refuse(report, STATUS_MISSING_CLAIM,
                             "aud: expected a string or an array of strings");

    for (size_t i = 0; i < issuer->audience.count; i++) {
        char wanted[AUDIENCE_SIZE];

        if (!policy_audience_expand(issuer->audience.items[i], rules->hostname, service, wanted))
            return report_refuse(report, STATUS_CONFIG_ERROR,
                                 "audience %s: too long, or holds more than %%h, %%s, %%%%",
                                 issuer->audience.items[i]);
        if (json_string_or_array_has(aud, span_text(wanted)))
            return STATUS_ACCEPTED;
        if (i == 0)
            memcpy(first, wanted, sizeof(first));
    }
    return report_refuse(report, STATUS_WRONG_AUDIENCE, "expected %s%s in aud, found %.*s", first,
                         issuer->audience.count > 1 ? " (or another of audience)" : "", FOUND_MAX,
                         json_object_to_json_string_ext(aud, JSON_C_TO_STRING_PLAIN |
                                                                 JSON_C_TO_STRING_NOSLASHESCAPE));
}
