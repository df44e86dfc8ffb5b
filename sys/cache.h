/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * CRLs and OCSP responses that were fetched: reading them. The cache is a directory of root's with
 * a file for each answer, named after the SHA-256 of what was asked: URL + ".crl", or OCSPRequest +
 * ".ocsp". A file is one answer as of sys/wire.h. Anything else in the directory is ignored. What
 * it holds is not believed: every answer is judged again by each login.
 */
#ifndef PAM_JWT_CACHE_H
#define PAM_JWT_CACHE_H

#include <sys/types.h>

#include "../lib/answers.h"
#include "mapping.h"
#include "safefile.h"
#include "wire.h"

#define CACHE_NAME_SIZE 70                 /* 64 digits, ".ocsp", NUL */
#define CACHE_ENTRY_MAX (64 * 1024 * 1024) /* bytes of a file */

struct cache_entry {
    struct mapping file;
    struct wire_answer answer; /* spans point into `file` */
};

enum cache_found {
    CACHE_FAILED, /* there may be one, but a system call failed; errno is set */
    CACHE_NONE,   /* or one that is foreign, cut, or renamed: it is as if there were none */
    CACHE_FOUND
};

/*
 * A descriptor of the directory, which root or `also_trusted` alone can write. -1: `error` says
 * why; its text is empty if there is no such directory, which is no error.
 */
int cache_open(const char *path, uid_t also_trusted, struct safefile_error *error);

/*
 * The name for a URL, or for the DER of an OCSPRequest. A JWK Set is one issuer's own, whoever else
 * has the same URL: its name is for both, and for all else `issuer`, the section's URL, plays no
 * part. False: there is none, the hash failed.
 */
bool cache_name(enum answer_kind kind, struct span issuer, struct span asked,
                char name[CACHE_NAME_SIZE]);

/* Likewise, for what is wished. */
bool cache_name_of(const struct wire_wish *wish, struct span issuer, char name[CACHE_NAME_SIZE]);

bool cache_is_name(const char *name);

/* Only what was asked under that name is found. Works inside the sandbox. */
enum cache_found cache_map(int directory, const char *name, uid_t also_trusted,
                           struct cache_entry *entry);

void cache_unmap(struct cache_entry *entry);

#endif
