/* SPDX-License-Identifier: BSD-3-Clause */
/* The form of a CRL (RFC 5280 section 5.1): spans into its bytes, nothing believed. */
#ifndef PAM_JWT_CRL_FORM_H
#define PAM_JWT_CRL_FORM_H

#include "evidence.h"
#include "x509-der.h"

struct crl {
    struct span tbs;  /* what is signed */
    unsigned version; /* 1 or 2 */
    struct x509_algorithm algorithm;
    struct span signature;
    struct span issuer;  /* Name, with tag and length */
    int64_t this_update; /* seconds since the epoch */
    int64_t next_update; /* likewise, if has_next_update */
    bool has_next_update;
    struct span entries;    /* one after the other, not looked at */
    struct span extensions; /* one after the other; each readable, none twice */
};

/* Why a list cannot make a certificate good. What it lists is revoked all the same. */
struct crl_doubt {
    bool any;
    char detail[REPORT_DETAIL_MAX]; /* the latest one */
};

void crl_doubt(struct crl_doubt *doubt, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* False with a detail if it is no CRL, or one with bytes behind it. */
bool crl_form_read(struct span der, struct crl *crl, struct evidence *evidence);

#endif
