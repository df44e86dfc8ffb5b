/* SPDX-License-Identifier: BSD-3-Clause */
/* What all answers at hand say of one certificate, taken together. */
#ifndef PAM_JWT_CERT_STATUS_H
#define PAM_JWT_CERT_STATUS_H

#include "answers.h"

struct cert_status {
    struct evidence evidence; /* of the answer that counts; of none: the one that came closest */
    enum answer_kind kind;    /* of that answer */
    char origin[256];         /* of that answer: a path or URL, cut to fit; "": there is none */
    bool answered;            /* see struct evidence; by any of them */
};

/*
 * Every answer of `source` (NULL: there are none) is looked at before a good one counts. The first
 * that says revoked decides; of several good ones the newest counts. Not STATUS_ACCEPTED only if
 * the source fails.
 */
enum status cert_status_look(const struct answer_source *source, const struct issuer_rules *issuer,
                             const struct evidence_question *question, struct cert_status *found,
                             struct report *report);

/* "good: CRL of PATH, 2 h old, next update 2026-06-01T00:00:00Z", for people. */
void cert_status_describe(const struct cert_status *found, int64_t now, char *out, size_t size);

#endif
