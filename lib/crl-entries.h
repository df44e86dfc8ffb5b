/* SPDX-License-Identifier: BSD-3-Clause */
/* The entries of a CRL (RFC 5280 section 5.3), in one pass, and the worst about one certificate. */
#ifndef PAM_JWT_CRL_ENTRIES_H
#define PAM_JWT_CRL_ENTRIES_H

#include "crl-form.h"

/* From best to worst. */
enum crl_listed { CRL_NOT_LISTED, CRL_REMOVED, CRL_ON_HOLD, CRL_REVOKED };

struct crl_entry {
    enum crl_listed listed;
    unsigned reason; /* CRLReason */
    int64_t since;   /* seconds since the epoch */
};

/*
 * `serial` is the content of the certificate's INTEGER. `doubt` is noted if an entry cannot be read
 * or understood, or is of another issuer; it is not looked beyond one that has no end, or begins
 * those of another issuer.
 */
void crl_entries_find(const struct crl *crl, struct span serial, struct crl_entry *found,
                      struct crl_doubt *doubt);

#endif
