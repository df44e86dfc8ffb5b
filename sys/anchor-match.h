/* SPDX-License-Identifier: BSD-3-Clause */
/* Which certificates of a PEM text have a subject. */
#ifndef PAM_JWT_ANCHOR_MATCH_H
#define PAM_JWT_ANCHOR_MATCH_H

#include "../lib/trust.h"

/* Appends the certificate of a block to `found` if it is one. `path` is for messages. */
enum status anchor_match_block(struct span block, const gnutls_datum_t *subject,
                               struct anchors *found, const char *path, struct report *report);

/* The same for all blocks of a file. Config-error if it holds none, or something broken. */
enum status anchor_match_text(struct span text, const gnutls_datum_t *subject,
                              struct anchors *found, const char *path, struct report *report);

#endif
