/* SPDX-License-Identifier: BSD-3-Clause */
/* One HTTP request and its reply, by libcurl, with every limit set; no redirect is followed here.
 */
#ifndef PAM_JWT_FETCH_HTTP_H
#define PAM_JWT_FETCH_HTTP_H

#include <curl/curl.h>
#include <stdint.h>

#include "../lib/span.h"
#include "fetch-permit.h"

struct http_request {
    const struct issuer_rules *rules;
    const char *url;
    struct span body;    /* of a POST with application/ocsp-request; empty: GET */
    const char *accept;  /* the value of Accept */
    const char *type;    /* expected of the reply; NULL: any */
    size_t max;          /* bytes of the reply's body */
    int file;            /* gets the body, from its beginning */
    int64_t deadline_ms; /* CLOCK_MONOTONIC */
};

struct http_reply {
    bool complete;                /* status 200, and the whole body is in the file */
    long status;                  /* 0: none came */
    char redirect[FETCH_URL_MAX]; /* where to; "": nowhere */
    char why[FETCH_WHY_MAX];      /* it is not complete */
};

void http_ask(CURL *curl, const struct http_request *request, struct http_reply *reply);

#endif
