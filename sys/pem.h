/* SPDX-License-Identifier: BSD-3-Clause */
/* Finding PEM blocks (RFC 7468) in bytes that end nowhere but at their length. */
#ifndef PAM_JWT_PEM_H
#define PAM_JWT_PEM_H

#include "../lib/span.h"

struct pem_reader {
    struct span text;
    size_t next; /* 0 at the beginning */
};

/* Whether a line begins a block, whatever its label. */
bool pem_holds_any(struct span text);

enum pem_found { PEM_NONE, PEM_BLOCK, PEM_NO_END };

/*
 * The next block with that label, from its BEGIN to the end of its END; both stand at the beginning
 * of a line: a comment sign before it makes it none. PEM_NO_END: `block` is what is left.
 */
enum pem_found pem_next(struct pem_reader *reader, const char *label, struct span *block);

#endif
