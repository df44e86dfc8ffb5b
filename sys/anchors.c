/* SPDX-License-Identifier: BSD-3-Clause */
#include "anchors.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "anchor-index.h"
#include "anchor-pem.h"
#include "inputs.h"

struct anchor_files {
    struct input_files inputs;
    struct anchor_index *indexes; /* one for each of inputs */
};

/* --- before the sandbox: bytes ---------------------------------------------------------------- */

static bool add_issuer(struct anchor_files *files, const struct issuer_rules *issuer,
                       uid_t also_trusted, struct safefile_error *error)
{
    static const char *const suffixes[] = {".pem", ".crt", NULL};
    static const struct input_kind kind = {suffixes, "expected *.pem or *.crt in it",
                                           64 * 1024 * 1024, true};

    return inputs_add(&files->inputs, &kind, issuer, &issuer->trust_anchors, also_trusted, error);
}

/* Whatever is wrong with an index or its directory: there is none then. */
static bool open_indexes(struct anchor_files *files, const char *path, uid_t also_trusted,
                         struct safefile_error *error)
{
    struct safefile_error unused;
    int cache = -1;

    files->indexes = calloc(files->inputs.count + 1, sizeof(*files->indexes));
    if (!files->indexes) {
        (void)snprintf(error->text, sizeof(error->text), "trust_anchors: no memory for indexes");
        return false;
    }
    for (size_t i = 0; path && i < files->inputs.count; i++) {
        if (files->inputs.items[i].len < ANCHOR_INDEX_WORTH)
            continue;
        if (cache < 0)
            cache = safefile_open_directory(path, also_trusted, &unused);
        if (cache >= 0)
            anchor_index_open(&files->indexes[i], cache, files->inputs.items[i].path, also_trusted);
    }
    if (cache >= 0)
        close(cache);
    return true;
}

static void close_indexes(struct anchor_files *files)
{
    for (size_t i = 0; files->indexes && i < files->inputs.count; i++)
        anchor_index_close(&files->indexes[i]);
    free(files->indexes);
}

struct anchor_files *anchors_open(const struct rules *rules, const char *cache, uid_t also_trusted,
                                  struct safefile_error *error)
{
    struct anchor_files *files = calloc(1, sizeof(*files));

    if (!files)
        (void)snprintf(error->text, sizeof(error->text), "trust_anchors: no memory to read them");
    for (size_t i = 0; files && i < rules->issuer_count; i++)
        if (!add_issuer(files, &rules->issuers[i], also_trusted, error))
            anchors_close(&files);
    if (files && !open_indexes(files, cache, also_trusted, error))
        anchors_close(&files);
    return files;
}

void anchors_close(struct anchor_files **files)
{
    if (!*files)
        return;
    close_indexes(*files);
    inputs_free(&(*files)->inputs);
    free(*files);
    *files = NULL;
}

/* --- inside the sandbox: certificates --------------------------------------------------------- */

static enum status refuse_block(const struct input_file *file, const char *text,
                                struct report *report)
{
    return report_refuse(report, STATUS_CONFIG_ERROR, "%s: %s", file->path, text);
}

static bool has_subject(gnutls_x509_crt_t cert, const gnutls_datum_t *subject)
{
    gnutls_datum_t name = {NULL, 0};
    bool equal = gnutls_x509_crt_get_raw_dn(cert, &name) == 0 &&
                 span_equal(span_of(name.data, name.size), span_of(subject->data, subject->size));

    gnutls_free(name.data);
    return equal;
}

/* Takes `cert` over. */
static enum status add_anchor(gnutls_x509_crt_t cert, struct anchors *found,
                              const struct input_file *file, struct report *report)
{
    bool known = false;

    for (unsigned i = 0; i < found->count; i++)
        known = known || gnutls_x509_crt_equals(found->certs[i], cert);
    if (!known && found->count < ANCHORS_MAX) {
        found->certs[found->count++] = cert;
        return STATUS_ACCEPTED;
    }
    gnutls_x509_crt_deinit(cert);
    return known ? STATUS_ACCEPTED
                 : refuse_block(file, "more than 16 trust anchors have one subject", report);
}

/* Only a certificate that holds the bytes of the name can have it as its subject: others are not
 * parsed. */
static enum status match(const gnutls_datum_t *der, const gnutls_datum_t *subject,
                         struct anchors *found, const struct input_file *file,
                         struct report *report)
{
    gnutls_x509_crt_t cert;

    if (!memmem(der->data, der->size, subject->data, subject->size))
        return STATUS_ACCEPTED;
    if (gnutls_x509_crt_init(&cert) < 0)
        return report_refuse(report, STATUS_OUT_OF_MEMORY, "no memory for a trust anchor");
    if (gnutls_x509_crt_import(cert, der, GNUTLS_X509_FMT_DER) < 0) {
        gnutls_x509_crt_deinit(cert);
        return refuse_block(file, "a certificate in it cannot be read", report);
    }
    if (has_subject(cert, subject))
        return add_anchor(cert, found, file, report);
    gnutls_x509_crt_deinit(cert);
    return STATUS_ACCEPTED;
}

static enum status add_block(struct span block, const gnutls_datum_t *subject,
                             struct anchors *found, const struct input_file *file,
                             struct report *report)
{
    gnutls_datum_t der = {NULL, 0};
    enum status status;

    if (!anchor_pem_decode(block, &der))
        return refuse_block(file, "a certificate in it is broken", report);
    status = match(&der, subject, found, file, report);
    gnutls_free(der.data);
    return status;
}

static enum status search_file(const struct input_file *file, const gnutls_datum_t *subject,
                               struct anchors *found, struct report *report)
{
    struct anchor_pem pem = {.text = span_of(file->bytes, file->len)};

    while (anchor_pem_next(&pem)) {
        enum status status = add_block(pem.block, subject, found, file, report);

        if (status != STATUS_ACCEPTED)
            return status;
    }
    return pem.error ? refuse_block(file, pem.error, report) : STATUS_ACCEPTED;
}

/* Of an entry that leads to no block nothing is believed. */
static enum status ask_index(const struct input_file *file, const struct anchor_index *index,
                             const gnutls_datum_t *subject, struct anchors *found,
                             struct report *report)
{
    size_t count, first = anchor_index_find(index, subject, &count);
    enum status status = STATUS_ACCEPTED;
    char *window = malloc(ANCHOR_INDEX_WINDOW);

    found->hinted = true;
    for (size_t i = first; window && i < first + count && status == STATUS_ACCEPTED; i++) {
        struct span block;

        if (anchor_index_read(index, i, window, &block))
            status = add_block(block, subject, found, file, report);
    }
    free(window);
    return status;
}

static enum status find(void *context, const struct issuer_rules *issuer,
                        const gnutls_datum_t *subject, struct anchors *found, struct report *report)
{
    const struct anchor_files *files = context;
    enum status status = STATUS_ACCEPTED;

    for (size_t i = 0; i < files->inputs.count && status == STATUS_ACCEPTED; i++) {
        const struct input_file *file = &files->inputs.items[i];
        const struct anchor_index *index = &files->indexes[i];

        if (file->issuer != issuer)
            continue;
        status = index->mapping.bytes.ptr && !found->thorough
                     ? ask_index(file, index, subject, found, report)
                     : search_file(file, subject, found, report);
    }
    return status;
}

struct anchor_source anchors_source(struct anchor_files *files)
{
    return (struct anchor_source){find, files};
}
