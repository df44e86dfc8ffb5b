/* SPDX-License-Identifier: BSD-3-Clause */
/* Keys that the token does not carry: certificates deployed on the host, JWK Sets of issuers. */
#ifndef PAM_JWT_KEY_STORE_H
#define PAM_JWT_KEY_STORE_H

#include <stdint.h>

#include "report.h"
#include "rules.h"
#include "span.h"

#define DEPLOYED_MAX 8 /* certificates of one file */

/* What one file of `certificates` holds. */
struct deployed {
    struct span
        ders[DEPLOYED_MAX]; /* DER, in the order of the file; borrowed until look() returns */
    unsigned count;
    const char *origin; /* its path, for people; likewise */
};

/* The newest JWK Set of an issuer that is at hand. */
struct jwk_set {
    struct span text;   /* JSON; NULL: there is none; borrowed as long as the store */
    const char *origin; /* a path or URL, for people; likewise */
    int64_t fetched_at; /* seconds since the epoch; meaningless for a jwks_file */
    bool local;         /* of jwks_file: has no age, and nothing newer can be fetched */
    bool brought;       /* fetched for this login */
};

/* Where they come from: files on a host, memory in tests. */
struct key_store {
    /*
     * Calls look() once with the file that is named after the thumbprint, 20 bytes of SHA-1 or 32
     * of SHA-256, if there is one. None is no error. What is there but cannot be trusted or read,
     * holds no certificate or more than DEPLOYED_MAX: config-error. Whether the first certificate
     * has that thumbprint is for look() to say.
     */
    enum status (*certificate)(void *context, const struct issuer_rules *issuer,
                               struct span thumbprint,
                               void (*look)(void *look_context, const struct deployed *deployed),
                               void *look_context, struct report *report);

    /* `*set` is zeroed by the caller, and stays so if there is none, which is no error. */
    enum status (*jwks)(void *context, const struct issuer_rules *issuer, struct jwk_set *set,
                        struct report *report);
    void *context;
};

#endif
