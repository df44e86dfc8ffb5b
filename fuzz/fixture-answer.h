/* SPDX-License-Identifier: BSD-3-Clause */
/* What the targets of CRLs and OCSP responses have in common: DER that is made, and its signer. */
#ifndef PAM_JWT_FUZZ_FIXTURE_ANSWER_H
#define PAM_JWT_FUZZ_FIXTURE_ANSWER_H

#include "../lib/evidence.h"
#include "fixture-ca.h"

#define ANSWER_LEEWAY 60     /* seconds */
#define ANSWER_MAX_AGE 86400 /* seconds */

/* signer-es256 and its intermediate, which has the key of the stand-in. */
const struct evidence_question *answer_question(void);

/* NULL if it is no certificate; owned by the caller. */
gnutls_x509_crt_t answer_import(struct span der);

/* Whether GnuTLS reads the same; before 1970 it reads something else. */
bool answer_same_time(int64_t ours, time_t theirs);

/* Bytes behind their length, in two bytes, or as many as are left. */
struct span answer_take(struct span *rest);

/* Bytes in the making. */
struct answer_out {
    unsigned char *bytes; /* owned, with room for all */
    size_t len;
};

/* With room for that many bytes, a signature, and the tags. */
struct answer_out answer_start(size_t len);

void answer_put(struct answer_out *out, struct span bytes);

/* Makes an element of what was put since `begin`, of less than 64 KiB. */
void answer_wrap(struct answer_out *out, size_t begin, unsigned char tag);

/* The same bytes, with an algorithm and a signature by the stand-in behind them. */
void answer_put_signed(struct answer_out *out, struct span tbs);

#endif
