/* SPDX-License-Identifier: BSD-3-Clause */
/* Certificates of the fixtures as anchors, and how they are found. */
#ifndef PAM_JWT_INDEXED_H
#define PAM_JWT_INDEXED_H

#include "../../../sys/anchors.h"
#include "scratch.h"

/* The text, malloc'd, and the subject, for gnutls_free(), of a certificate of the fixtures. */
char *pem_of(const char *name);
gnutls_datum_t subject_of(const char *name);

struct result {
    enum status status;
    unsigned count;
    bool hinted;
};

/* What happens between opening and searching. */
typedef void meanwhile_function(struct scratch *scratch);

/* What an issuer whose trust_anchors is `path` has under the subject; NULL: nothing happens. */
struct result search_anchors(struct scratch *scratch, char *path, const gnutls_datum_t *subject,
                             bool thorough, meanwhile_function *meanwhile);

#endif
