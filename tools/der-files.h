/* SPDX-License-Identifier: BSD-3-Clause */
/* Files of certificates, CRLs or OCSP responses: DER, or PEM with any number of them. */
#ifndef PAM_JWT_DER_FILES_H
#define PAM_JWT_DER_FILES_H

#include <gnutls/gnutls.h>

#include "../lib/report.h"
#include "../lib/span.h"

struct der_file_item {
    gnutls_datum_t der; /* owned */
    const char *path;   /* borrowed */
};

struct der_files {
    struct der_file_item *items; /* owned; in the order of the files */
    size_t count;
};

/*
 * Appends what a file holds; `label` is its name in PEM. Nothing is parsed: whatever has no line of
 * PEM counts as one item in DER. system-error: the file cannot be read; bad-key: broken PEM.
 */
enum status der_files_read(struct der_files *files, const char *path, const char *label,
                           struct report *report);

struct span der_files_span(const struct der_files *files, size_t index);

void der_files_free(struct der_files *files);
#define DER_FILES_CLEANUP __attribute__((cleanup(der_files_free)))

#endif
