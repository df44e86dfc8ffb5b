/* SPDX-License-Identifier: BSD-3-Clause */
#include "fetch-network.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../lib/base64url.h"
#include "../sys/paths.h"
#include "../sys/sandbox.h"
#include "../sys/spawn.h"
#include "fetch-child.h"
#include "fetch-http.h"

#define REDIRECTS_MAX 2

struct journey {
    const struct network_job *job;
    CURL *curl;
    struct http_request request;
    struct http_reply reply;
    char url[FETCH_URL_MAX];
    bool asked;
};

__attribute__((format(printf, 2, 3))) static bool refuse(const struct network_job *job,
                                                         const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(job->report->why, sizeof(job->report->why), format, arguments);
    va_end(arguments);
    return false;
}

/* RFC 9110 section 15.4: 301 to 303 may turn a POST into a GET, which would ask something else. */
static bool may_follow(struct journey *journey)
{
    const struct http_reply *reply = &journey->reply;

    if (journey->request.body.len > 0 && reply->status != 307 && reply->status != 308)
        return refuse(journey->job, "expected a redirect by 307 or 308, found %ld", reply->status);
    return fetch_permit_redirect(journey->job->rules, journey->url, reply->redirect,
                                 journey->job->report->why);
}

static bool travel(struct journey *journey)
{
    for (unsigned redirects = 0;; redirects++) {
        journey->asked = true;
        http_ask(journey->curl, &journey->request, &journey->reply);
        if (journey->reply.complete)
            return true;
        if (!journey->reply.redirect[0])
            return refuse(journey->job, "%s", journey->reply.why);
        if (redirects == REDIRECTS_MAX)
            return refuse(journey->job, "expected at most %d redirects, found more", REDIRECTS_MAX);
        if (!may_follow(journey))
            return false;
        memcpy(journey->url, journey->reply.redirect, sizeof(journey->url));
    }
}

/* RFC 6960 appendix A.1: the request becomes part of the path. */
static bool turn_into_get(struct journey *journey)
{
    char text[BASE64URL_ENCODED_MAX(FETCH_REQUEST_MAX)], url[FETCH_URL_MAX];
    const struct span wished = journey->job->wish->url;
    char *escaped;
    int len;

    if (journey->request.body.len > FETCH_REQUEST_MAX || memchr(wished.ptr, '?', wished.len))
        return false;
    escaped =
        curl_easy_escape(journey->curl, text, (int)base64_encode(journey->request.body, text));
    len = snprintf(url, sizeof(url), "%.*s%s%s", (int)wished.len, (const char *)wished.ptr,
                   wished.ptr[wished.len - 1] == '/' ? "" : "/", escaped ? escaped : "");
    if (escaped && len > 0 && (size_t)len < sizeof(url)) {
        memcpy(journey->url, url, sizeof(url));
        journey->request.body = span_of(NULL, 0);
    }
    curl_free(escaped);
    return journey->request.body.len == 0;
}

/* Statuses of a server that does not take POST. */
static bool wants_get(long status)
{
    return status == 400 || status == 404 || status == 405 || status == 501;
}

/* CRLs and JWK Sets come in many types, an OCSP response in one (RFC 6960 appendix A.2). */
static const struct kind {
    const char *accept, *type; /* NULL: any type */
    size_t max;                /* bytes */
} kinds[] = {
    [ANSWER_CRL] = {"application/pkix-crl, */*;q=0.5", NULL, FETCH_CRL_MAX},
    [ANSWER_OCSP] = {"application/ocsp-response", "application/ocsp-response", FETCH_OCSP_MAX},
    [ANSWER_JWKS] = {"application/json, */*;q=0.5", NULL, FETCH_JWKS_MAX},
};

size_t network_max(int64_t kind)
{
    return kinds[kind].max;
}

static bool permit(const struct journey *journey)
{
    const struct network_job *job = journey->job;

    return job->discovered ? fetch_permit_discovered(journey->url, job->report->why)
                           : fetch_permit(job->rules, (enum answer_kind)job->wish->kind,
                                          journey->url, job->report->why);
}

static bool fetch(struct journey *journey)
{
    const struct network_job *job = journey->job;
    bool ocsp = job->wish->kind == ANSWER_OCSP;

    if (ocsp && job->wish->request.len == 0)
        return refuse(job, "expected a request for it, found none");
    if (!permit(journey))
        return false;
    journey->request = (struct http_request){
        .rules = job->rules,
        .url = journey->url,
        .body = ocsp ? job->wish->request : span_of(NULL, 0),
        .accept = kinds[job->wish->kind].accept,
        .type = kinds[job->wish->kind].type,
        .max = kinds[job->wish->kind].max,
        .file = CHILD_FILE,
        .deadline_ms = job->deadline_ms,
    };
    if (travel(journey))
        return true;
    return ocsp && wants_get(journey->reply.status) && turn_into_get(journey) && travel(journey);
}

static bool start(struct journey *journey)
{
    const struct network_job *job = journey->job;
    const struct span url = job->discovered ? span_text(job->discovered) : job->wish->url;

    if (url.len == 0 || url.len >= sizeof(journey->url))
        return refuse(journey->job, "expected a URL of at most %d characters", FETCH_URL_MAX - 1);
    memcpy(journey->url, url.ptr, url.len);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
        journey->curl = curl_easy_init();
    return journey->curl || refuse(journey->job, "libcurl cannot be used");
}

int network_run(void *context)
{
    static struct journey journey;
    const struct network_job *job = context;
    int64_t left = job->deadline_ms - spawn_now_ms();
    const struct sandbox_network limits = {
        .unprivileged = paths_unprivileged,
        .seconds = left < 0 ? 1 : (unsigned)(left / 1000 + 1),
        .file_max = network_max(job->wish->kind),
        .readable = job->rules->tls_ca,
    };
    struct sandbox_result sandbox;

    journey.job = job;
    if (!sandbox_enter_network(&limits, &sandbox)) {
        (void)refuse(job, "%s", sandbox.error);
        return NETWORK_NOT_ASKED;
    }
    if (start(&journey) && fetch(&journey))
        return NETWORK_BROUGHT;
    return journey.asked ? 0 : NETWORK_NOT_ASKED;
}
