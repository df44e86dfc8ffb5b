/* SPDX-License-Identifier: BSD-3-Clause */
/* CRLs and OCSP responses that are at hand, and those that would have to be fetched. */
#ifndef PAM_JWT_ANSWERS_H
#define PAM_JWT_ANSWERS_H

#include "evidence.h"
#include "rules.h"

enum answer_kind { ANSWER_CRL, ANSWER_OCSP };

struct answer {
    enum answer_kind kind;
    struct span der;    /* borrowed until look() returns */
    const char *origin; /* a path or URL, for people; likewise */
};

#define ANSWER_URLS_MAX 16

/* Under which names answers about one certificate may be kept; all borrowed. */
struct answer_query {
    const char *crl_urls[ANSWER_URLS_MAX]; /* configured ones, then those of the certificate */
    unsigned crl_url_count;
    struct span ocsp_request; /* see ocsp_request(); empty: none can be made */
};

/* Where answers come from: files on a host, memory in tests. */
struct answer_source {
    /*
     * Calls look() for every answer of the issuer that may be about the certificate: those of
     * crl_files and ocsp_files, those kept under the names of `query`, those fetched for this
     * login. None is no error; what cannot be read is config-error.
     */
    enum status (*each)(void *context, const struct issuer_rules *issuer,
                        const struct answer_query *query,
                        void (*look)(void *look_context, const struct answer *answer),
                        void *look_context, struct report *report);
    void *context;
};

#define FETCHES_MAX 4         /* a login */
#define FETCH_REQUEST_MAX 512 /* bytes of an OCSP request */

/* One answer that might settle a certificate's status. */
struct fetch_wish {
    enum answer_kind kind;
    unsigned group;                           /* the first of a group that is brought is enough */
    char *url;                                /* owned */
    unsigned char request[FETCH_REQUEST_MAX]; /* OCSP only */
    size_t request_len;
    gnutls_datum_t cert, issuer; /* DER, of the certificate that it is about and of its issuer;
                                    empty: any of the issuer's; owned */
};

/* See fetch-plan.h. */
struct fetch_plan {
    struct fetch_wish wishes[FETCHES_MAX];
    unsigned count;
};

#endif
