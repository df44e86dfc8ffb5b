/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Path validation (RFC 5280 section 6): from an untrusted chain to a path that ends at a trust
 * anchor of the issuer, and whose first certificate may sign this issuer's tokens. Revocation is
 * not known yet: only revocation.c makes a usable key of a path.
 */
#ifndef PAM_JWT_TRUST_H
#define PAM_JWT_TRUST_H

#include <stdint.h>

#include "keysource.h"

#define ANCHORS_MAX 16 /* anchors of one subject */

struct anchors {
    gnutls_x509_crt_t certs[ANCHORS_MAX]; /* owned */
    unsigned count;
    bool thorough; /* asked for: every anchor is looked at */
    bool hinted;   /* found out: an index was asked instead, and there may be others */
};

void anchors_free(struct anchors *anchors);
#define ANCHORS_CLEANUP __attribute__((cleanup(anchors_free)))

/* Where anchors come from: files on a host, memory in tests. */
struct anchor_source {
    /*
     * Appends every anchor of the issuer whose subject equals `subject` (DER of a Name) byte for
     * byte. None is no error. More than ANCHORS_MAX, or a source that cannot be read: config-error.
     * Unless found->thorough is set, a source with an index may believe it, and then says so.
     */
    enum status (*find)(void *context, const struct issuer_rules *issuer,
                        const gnutls_datum_t *subject, struct anchors *found,
                        struct report *report);
    void *context;
};

struct trusted_path; /* made by trust_path() alone */

/*
 * `now`: seconds since the epoch. `*path` is set only on STATUS_ACCEPTED; owned by the caller. It
 * takes its certificates out of `chain`, which is good for nothing but keysource_free() then.
 */
enum status trust_path(struct untrusted_chain *chain, const struct issuer_rules *issuer,
                       const struct anchor_source *source, int64_t now, struct trusted_path **path,
                       struct report *report);

/* Certificates of the path, signer first, the anchor last; borrowed. */
unsigned trust_path_count(const struct trusted_path *path);
gnutls_x509_crt_t trust_path_cert(const struct trusted_path *path, unsigned index);

void trust_path_free(struct trusted_path **path);
#define TRUSTED_PATH_CLEANUP __attribute__((cleanup(trust_path_free)))

#endif
