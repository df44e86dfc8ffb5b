/* SPDX-License-Identifier: BSD-3-Clause */
/* A cache for one test, and answers to put into it. */
#ifndef PAM_JWT_CACHED_H
#define PAM_JWT_CACHED_H

#include "../../../sys/cache-store.h"
#include "scratch.h"

#define URL "http://ca.example/1.crl"
#define REQUEST "an OCSP request"

/* The directory of the test, opened; a failed assertion else. */
int cached_open(struct scratch *scratch);

struct wire_answer cached_crl(const char *url, const char *der);
struct wire_answer cached_ocsp(const char *request, const char *der);

/* Locks, stores, unlocks. */
bool cached_try_store(int directory, const struct wire_answer *answer,
                      struct safefile_error *error);
void cached_store(int directory, const struct wire_answer *answer);

/* The name of an answer; a buffer of its own for each call of an expression is not needed. */
const char *cached_name(const struct wire_answer *answer);

/* What is found under the name, for the owner of the test. */
enum cache_found cached_look(int directory, const char *name);

/* The names in the directory, but for "." and "..". */
unsigned cached_count_files(int directory);

#endif
