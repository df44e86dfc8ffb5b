/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where in a large user map the line of a subject and a user is: a hint, so that a million lines
 * cost what ten cost. `pam-jwt refresh` makes it and keeps it in the cache directory. The line is
 * always read from the map and judged: a wrong index can hide a line (then the map is searched),
 * and never make one.
 *
 * The file: a header that says of which file it is, entries in the order of their hashes, and the
 * places of the lines with regular expressions. It is read where it is needed, not mapped: in a
 * mapping, each page that is touched can bring in two megabytes.
 *
 * Numbers are in host order: it is made and read on one machine.
 */
#ifndef PAM_JWT_USERMAP_INDEX_H
#define PAM_JWT_USERMAP_INDEX_H

#include "../lib/usermap-line.h"
#include "index-file.h"

#define USERMAP_BYTES_MAX ((size_t)128 * 1024 * 1024)
#define USERMAP_INDEX_WORTH 16384   /* bytes of a map: to search less is quicker */
#define USERMAP_INDEX_REGEX_MAX 256 /* more are found by a search only */
#define USERMAP_INDEX_FOUND_MAX 8   /* lines that are read for one hash */

#define USERMAP_INDEX_SUFFIX ".usermap"

struct usermap_index_entry {
    unsigned char hash[12]; /* the first bytes of SHA-256 of subject, NUL, user */
    uint32_t offset;        /* of the line */
};

struct usermap_index_header {
    char mark[8];
    struct file_identity source;
    uint64_t count;   /* of entries */
    uint64_t regexes; /* offsets behind the entries, of 4 bytes each */
};

/* An index that can be used, or none. */
struct usermap_index {
    int file;   /* descriptor of the index; -1: there is none */
    int source; /* descriptor of the map; -1 likewise */
    size_t count, regexes;
};

extern const char usermap_index_mark[8];

/* The name of the index of a path in the cache directory. */
bool usermap_index_name(const char *source, char name[INDEX_FILE_NAME_SIZE]);

/* False: they are too long for a line that counts, or there is no hash. */
bool usermap_index_hash(struct span subject, struct span user, unsigned char hash[12]);

/*
 * The index of `source`, if the directory `cache` has one that belongs to root or `also_trusted`,
 * is whole, and is of the very file that is there now.
 */
void usermap_index_open(struct usermap_index *index, int cache, const char *source,
                        uid_t also_trusted);
void usermap_index_close(struct usermap_index *index);

/* As hint() of struct usermap_source. */
void usermap_index_ask(const struct usermap_index *index, struct span subject, const char *user,
                       bool (*look)(void *context, struct span line), void *context);

/*
 * Makes the index of a map in the directory `cache`, whole or not at all, unless there is one
 * already. A map that is too small to need one is left without. False with `error` filled, and no
 * index left: the map cannot be trusted or read, has a broken line, or the disk refuses.
 */
bool usermap_index_make(const char *source, const char *cache, uid_t also_trusted,
                        struct safefile_error *error);

#endif
