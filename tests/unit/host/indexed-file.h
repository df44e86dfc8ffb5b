/* SPDX-License-Identifier: BSD-3-Clause */
/* The file anchors.pem with its index, in the directory of a test. */
#ifndef PAM_JWT_INDEXED_FILE_H
#define PAM_JWT_INDEXED_FILE_H

#include "../../../sys/anchor-index.h"
#include "indexed.h"

/* Writes the parts, of which those that begin with @ are names of certificates, and filling. The
 * last is NULL. */
void write_source(struct scratch *scratch, ...);

char *source_path(struct scratch *scratch); /* malloc'd */
bool make_index(struct scratch *scratch);
const char *index_path(struct scratch *scratch);

/* root, other-root and a second root of the same name. */
void make_source_and_index(struct scratch *scratch);

/* The bytes of the index, to be changed and written back. */
struct forgery {
    unsigned char *bytes; /* owned */
    size_t len;
    struct anchor_index_header *header;
    struct anchor_index_entry *entries;
};

struct forgery take_index(struct scratch *scratch);
void put_bytes(struct scratch *scratch, const struct forgery *forgery, size_t len);
void put_index(struct scratch *scratch, struct forgery *forgery);

struct result search_for(struct scratch *scratch, const gnutls_datum_t *subject, bool thorough);
struct result search(struct scratch *scratch, const char *name, bool thorough);

void assert_found(struct scratch *scratch, const char *name, unsigned quick, unsigned all);

/* There is no index that could be used: the quick search is thorough. */
void assert_ignored(struct scratch *scratch, const char *name, unsigned count);

#endif
