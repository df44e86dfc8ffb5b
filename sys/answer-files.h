/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * CRLs and OCSP responses on a host. answer_files_open() runs before the sandbox is closed: it maps
 * crl_files and ocsp_files, the file of descriptor 4, and opens the directory of the cache, beneath
 * which the source opens files when it knows the certificate.
 */
#ifndef PAM_JWT_ANSWER_FILES_H
#define PAM_JWT_ANSWER_FILES_H

#include <sys/types.h>

#include "../lib/answers.h"
#include "safefile.h"

struct answer_files;

/*
 * NULL, and `error` filled, if a file of an issuer that asks for revocation cannot be opened,
 * trusted or mapped, or the cache is not trusted; what the files hold is nobody's business yet.
 * `fetched`: a descriptor of what was fetched for this login, taken over, or -1.
 */
struct answer_files *answer_files_open(const struct rules *rules, const char *cache, int fetched,
                                       uid_t also_trusted, struct safefile_error *error);

/* The directory that the sandbox must leave readable; -1: none. */
int answer_files_directory(const struct answer_files *files);

/* A source for judge(); valid as long as `files`. */
struct answer_source answer_files_source(struct answer_files *files);

void answer_files_close(struct answer_files **files);
#define ANSWER_FILES_CLEANUP __attribute__((cleanup(answer_files_close)))

#endif
