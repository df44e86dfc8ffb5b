/* SPDX-License-Identifier: BSD-3-Clause */
/* The user map `users` in the directory of a test, its index, and what they say. */
#ifndef PAM_JWT_MAPPED_H
#define PAM_JWT_MAPPED_H

#include "../../../sys/usermap-files.h"
#include "../../../sys/usermap-index.h"
#include "scratch.h"

#define MAPPED_LINES 2000 /* of write_map() */

/* `name7 user7` and so on, between `before` and `after`, which are lines. */
void write_map(struct scratch *scratch, unsigned lines, const char *before, const char *after);
char *map_path(struct scratch *scratch); /* malloc'd */

/* False: `error` says why there is none. */
bool make_map_index(struct scratch *scratch, struct safefile_error *error);
const char *map_index_path(struct scratch *scratch);

/* Both, with MAPPED_LINES and these. */
void write_map_and_index(struct scratch *scratch, const char *before, const char *after);

struct map_answer {
    bool indexed; /* the index was used at all */
    bool hinted;  /* a line that it led to is one for the user */
    bool found;   /* a search finds one */
    unsigned looks;
};

struct map_answer ask_map(struct scratch *scratch, const char *subject, const char *user);

/* All of it by the index, or nothing of it. */
void assert_hinted(struct scratch *scratch, const char *subject, const char *user);
void assert_searched(struct scratch *scratch, const char *subject, const char *user, bool found);
/* There is none that could be used. */
void assert_no_index(struct scratch *scratch);

/* The bytes of the index, to be changed and written back. */
struct map_forgery {
    unsigned char *bytes; /* owned */
    size_t len;
    struct usermap_index_header *header;
    struct usermap_index_entry *entries;
    uint32_t *regexes;
};

struct map_forgery take_map_index(struct scratch *scratch);
void put_map_index(struct scratch *scratch, const struct map_forgery *forgery, size_t len);

/* Takes a new map for the one that the index was made of. */
void believe_map(struct scratch *scratch, struct map_forgery *forgery);

#endif
