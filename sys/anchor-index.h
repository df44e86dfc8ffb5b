/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where in a large PEM file, or a directory of many, the anchors of a subject are: a hint, so that
 * ten thousand anchors cost what one costs. `pam-jwt refresh` makes it and keeps it in the cache
 * directory. The certificate is always read from the source, and its subject compared: a wrong
 * index can hide an anchor from the quick search (then everything is searched), and never make one.
 *
 * The file: a header that says of which file or directory it is, then entries in the order of their
 * hashes, then names. A file of a directory may change without a trace in the directory: it is
 * looked at anew whenever an entry leads to it.
 *
 * Numbers are in host order: it is made and read on one machine.
 */
#ifndef PAM_JWT_ANCHOR_INDEX_H
#define PAM_JWT_ANCHOR_INDEX_H

#include <gnutls/gnutls.h>

#include "index-file.h"
#include "mapping.h"

#define ANCHOR_INDEX_WORTH                                                                         \
    4096                          /* bytes of a source: to search less is quicker than to open one \
                                   */
#define ANCHOR_INDEX_FOUND_MAX 17 /* entries: one more than a subject may have anchors */

struct anchor_index_entry {
    unsigned char hash[16]; /* the first bytes of SHA-256 of the subject's DER */
    uint32_t offset;        /* of the PEM block */
    uint32_t name;          /* where the name of the file begins in the names; 0 for a file */
};

struct anchor_index_header {
    char mark[8];
    struct file_identity source;
    uint64_t count; /* of entries */
    uint64_t names; /* bytes behind the entries: names of a directory's files, each with its NUL */
};

#define ANCHOR_INDEX_SUFFIX ".anchors"
#define ANCHOR_INDEX_WINDOW 32768 /* bytes of the source that are read to find a block */

/* An index that can be used; all zeros: there is none. */
struct anchor_index {
    struct mapping mapping; /* a header and entries */
    size_t count;           /* of entries */
    int source;             /* descriptor of the file or directory that it is of */
    bool directory;         /* its files are opened when an entry leads to them */
    uid_t also_trusted;
};

extern const char anchor_index_mark[8];

/* The name of the index of a path in the cache directory. */
bool anchor_index_name(const char *source, char name[INDEX_FILE_NAME_SIZE]);
void anchor_index_hash(const gnutls_datum_t *subject, unsigned char hash[16]);

/*
 * The index of `source`, if the directory `cache` has one that belongs to root or `also_trusted`,
 * is whole, and is of the very file that is there now.
 */
void anchor_index_open(struct anchor_index *index, int cache, const char *source, bool directory,
                       uid_t also_trusted);
void anchor_index_close(struct anchor_index *index);

/* The first of `*count` entries, ANCHOR_INDEX_FOUND_MAX at most, with the hash of that subject. */
size_t anchor_index_find(const struct anchor_index *index, const gnutls_datum_t *subject,
                         size_t *count);

/* The PEM block that an entry leads to; it lies in `window`. False: it leads to none. */
bool anchor_index_read(const struct anchor_index *index, size_t entry,
                       char window[ANCHOR_INDEX_WINDOW], struct span *block);

/*
 * Makes the index of a PEM file, or of a directory of them, in the directory `cache`, whole or not
 * at all. What is too small to need one is left without, and so is a directory with links, or with
 * files that not everybody may read: a sealed process opens them. False with `error` filled, and no
 * index left: the file cannot be trusted or read, holds something else than certificates, or the
 * disk refuses.
 */
bool anchor_index_make(const char *source, const char *cache, uid_t also_trusted,
                       struct safefile_error *error);

#endif
