/* SPDX-License-Identifier: BSD-3-Clause */
/* The form of an OCSP response (RFC 6960 section 4.2.1): spans into its bytes, nothing believed. */
#ifndef PAM_JWT_OCSP_FORM_H
#define PAM_JWT_OCSP_FORM_H

#include "evidence.h"
#include "x509-der.h"

#define OCSP_RESPONSE_MAX 65536 /* bytes */

enum ocsp_responder_id {
    OCSP_BY_NAME = X509_CHOICE(1),
    OCSP_BY_KEY = X509_CHOICE(2),
};

struct ocsp_response {
    struct span tbs; /* what is signed */
    enum ocsp_responder_id id_kind;
    struct span id; /* a Name with tag and length, or a key's hash */
    int64_t produced_at;
    struct span singles; /* for ocsp_form_take_single() */
    bool critical;       /* whether an extension of the response is */
    struct x509_algorithm algorithm;
    struct span signature;
    struct span certs; /* one after the other */
};

/* Tags of CertStatus. */
enum ocsp_status { OCSP_GOOD = 0x80, OCSP_REVOKED = 0xa1, OCSP_UNKNOWN = 0x82 };

struct ocsp_single {
    struct x509_algorithm hash;
    struct span name_hash, key_hash, serial;
    enum ocsp_status status;
    int64_t revoked_at; /* seconds since the epoch, if revoked; likewise below */
    unsigned reason;    /* CRLReason */
    int64_t this_update, next_update;
    bool has_next_update;
    bool critical; /* whether an extension of it is */
};

/* A successful response with one BasicOCSPResponse; false with a detail for any other. */
bool ocsp_form_read(struct span der, struct ocsp_response *response, struct evidence *evidence);

bool ocsp_form_take_single(struct span *singles, struct ocsp_single *single);

#endif
