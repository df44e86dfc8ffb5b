/* SPDX-License-Identifier: BSD-3-Clause */
#include "fetch-permit.h"

#include <curl/curl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../lib/jwks-url.h"

#define HOST_MAX 256

struct place {
    bool https;
    char host[HOST_MAX]; /* IPv6 addresses without brackets */
};

__attribute__((format(printf, 2, 3))) static bool refuse(char why[FETCH_WHY_MAX],
                                                         const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(why, FETCH_WHY_MAX, format, arguments);
    va_end(arguments);
    return false;
}

static bool is_printable(const char *text)
{
    for (; *text; text++)
        if (*text <= ' ' || *text > '~')
            return false;
    return true;
}

static bool copy_host(const char *host, struct place *place)
{
    size_t len = strlen(host);

    if (host[0] == '[' && len > 1 && host[len - 1] == ']') {
        host++;
        len -= 2;
    }
    if (len == 0 || len >= sizeof(place->host))
        return false;
    memcpy(place->host, host, len);
    place->host[len] = '\0';
    return true;
}

static bool read_parts(CURLU *parts, struct place *place, char why[FETCH_WHY_MAX])
{
    char *scheme = NULL, *host = NULL;
    bool done;

    if (curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
        (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0)) {
        done = refuse(why, "expected http or https, found %.20s", scheme ? scheme : "neither");
    } else {
        place->https = strcmp(scheme, "https") == 0;
        done = (curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
                copy_host(host, place)) ||
               refuse(why, "expected a host name of at most %d bytes", HOST_MAX - 1);
    }
    curl_free(scheme);
    curl_free(host);
    return done;
}

static bool take_apart(const char *url, struct place *place, char why[FETCH_WHY_MAX])
{
    CURLU *parts;
    CURLUcode code;
    bool done;

    if (!is_printable(url) || strlen(url) >= FETCH_URL_MAX)
        return refuse(why, "expected a URL of at most %d printable characters", FETCH_URL_MAX - 1);
    parts = curl_url();
    if (!parts)
        return refuse(why, "no memory");
    code = curl_url_set(parts, CURLUPART_URL, url, CURLU_DISALLOW_USER);
    if (code == CURLUE_USER_NOT_ALLOWED)
        done = refuse(why, "expected a URL without user and password");
    else if (code != CURLUE_OK)
        done = refuse(why, "expected an http or https URL: %s", curl_url_strerror(code));
    else
        done = read_parts(parts, place, why);
    curl_url_cleanup(parts);
    return done;
}

static bool is_listed(const struct string_list *list, const char *text,
                      int (*compare)(const char *, const char *))
{
    for (size_t i = 0; i < list->count; i++)
        if (compare(list->items[i], text) == 0)
            return true;
    return false;
}

static bool is_configured(const struct issuer_rules *rules, enum answer_kind kind, const char *url)
{
    switch (kind) {
    case ANSWER_OCSP:
        return strcmp(rules->ocsp_responder, url) == 0;
    case ANSWER_CRL:
        return is_listed(&rules->crl_urls, url, strcmp);
    case ANSWER_JWKS:
        break; /* see permit_set() */
    }
    return false;
}

bool fetch_permit_discovered(const char *url, char why[FETCH_WHY_MAX])
{
    struct place place = {.https = false};

    if (!take_apart(url, &place, why))
        return false;
    /* RFC 8725 section 3.10: keys come over TLS */
    return place.https || refuse(why, "expected an https URL");
}

/* `fetch` is about revocation: whoever configures where keys are wants them fetched. */
static bool permit_set(const struct issuer_rules *rules, const char *url, char why[FETCH_WHY_MAX])
{
    char *configured = jwks_url(rules);
    bool same = configured && strcmp(configured, url) == 0;

    free(configured);
    return same ? fetch_permit_discovered(url, why)
                : refuse(why, "it is neither jwks_uri nor the issuer's metadata");
}

bool fetch_permit(const struct issuer_rules *rules, enum answer_kind kind, const char *url,
                  char why[FETCH_WHY_MAX])
{
    const char *key = kind == ANSWER_OCSP ? "ocsp_responder" : "crl_urls";
    struct place place = {.https = false};

    if (kind == ANSWER_JWKS)
        return permit_set(rules, url, why);
    if (rules->fetch == FETCH_NONE)
        return refuse(why, "the configuration says fetch = none");
    if (!take_apart(url, &place, why))
        return false;
    if (is_configured(rules, kind, url))
        return true;
    if (rules->fetch != FETCH_AIA)
        return refuse(why, "it is not in %s, and the configuration does not say fetch = aia", key);
    return is_listed(&rules->fetch_hosts, place.host, strcasecmp) ||
           refuse(why, "it is not in %s, and its host %s is not in fetch_hosts", key, place.host);
}

bool fetch_permit_redirect(const struct issuer_rules *rules, const char *from, const char *to,
                           char why[FETCH_WHY_MAX])
{
    struct place before = {.https = false}, after = {.https = false};

    if (!take_apart(from, &before, why) || !take_apart(to, &after, why))
        return false;
    if (before.https && !after.https)
        return refuse(why, "it redirects from https to http");
    return strcasecmp(before.host, after.host) == 0 ||
           is_listed(&rules->fetch_hosts, after.host, strcasecmp) ||
           refuse(why, "it redirects to %s, which is not in fetch_hosts", after.host);
}
