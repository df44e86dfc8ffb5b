/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Certificates in PEM text (RFC 7468 section 5), one after the other. A line that begins with the
 * mark counts, so that a comment sign before it takes a certificate out. What stands between them
 * is text.
 */
#ifndef PAM_JWT_ANCHOR_PEM_H
#define PAM_JWT_ANCHOR_PEM_H

#include <gnutls/gnutls.h>
#include <stdbool.h>

#include "../lib/span.h"

/* The blocks of one text; begin with `at` 0. */
struct anchor_pem {
    struct span text;
    size_t at;
    struct span block; /* the last that was found: from its first mark to the end of its last */
    const char *error; /* what is wrong with the text; NULL if nothing is */
};

/* False: no further block, or `error` is set. */
bool anchor_pem_next(struct anchor_pem *pem);

/*
 * The block that begins at `offset`, if a search from the beginning would find one there: not
 * behind a comment sign, and not inside another block. `cut`: the text is a piece of a longer one,
 * without its beginning; then the mark before the block must be in it, to tell.
 */
bool anchor_pem_at(struct anchor_pem *pem, size_t offset, bool cut);

/* `der->data` is the caller's, for gnutls_free(). */
bool anchor_pem_decode(struct span block, gnutls_datum_t *der);

#endif
