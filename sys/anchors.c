/* SPDX-License-Identifier: BSD-3-Clause */
#include "anchors.h"

#include <stdio.h>
#include <stdlib.h>

#include "inputs.h"

struct anchor_files {
    struct input_files inputs;
};

/* --- before the sandbox: bytes ---------------------------------------------------------------- */

static bool add_issuer(struct anchor_files *files, const struct issuer_rules *issuer,
                       uid_t also_trusted, struct safefile_error *error)
{
    static const char *const suffixes[] = {".pem", ".crt", NULL};
    static const struct input_kind kind = {suffixes, "expected *.pem or *.crt in it",
                                           64 * 1024 * 1024, false};

    return inputs_add(&files->inputs, &kind, issuer, &issuer->trust_anchors, also_trusted, error);
}

struct anchor_files *anchors_open(const struct rules *rules, uid_t also_trusted,
                                  struct safefile_error *error)
{
    struct anchor_files *files = calloc(1, sizeof(*files));

    if (!files)
        (void)snprintf(error->text, sizeof(error->text), "trust_anchors: no memory to read them");
    for (size_t i = 0; files && i < rules->issuer_count; i++)
        if (!add_issuer(files, &rules->issuers[i], also_trusted, error))
            anchors_close(&files);
    return files;
}

void anchors_close(struct anchor_files **files)
{
    if (!*files)
        return;
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

/* The next line that begins with `mark`: a comment sign before it makes it none. */
static const char *find_line(const char *text, const char *begin_of_text, const char *mark)
{
    const char *found = strstr(text, mark);

    while (found && found != begin_of_text && found[-1] != '\n')
        found = strstr(found + 1, mark);
    return found;
}

static enum status search_file(const struct input_file *file, const gnutls_datum_t *subject,
                               struct anchors *found, struct report *report)
{
    static const char begin[] = "-----BEGIN CERTIFICATE-----";
    static const char end[] = "-----END CERTIFICATE-----";
    const char *block = find_line(file->bytes, file->bytes, begin), *stop;
    enum status status = STATUS_ACCEPTED;

    if (strlen(file->bytes) != file->len)
        return refuse_block(file, "expected PEM, found a NUL byte", report);
    if (!block)
        return refuse_block(file, "expected a PEM certificate, found none", report);
    for (; block && status == STATUS_ACCEPTED; block = find_line(stop, file->bytes, begin)) {
        gnutls_datum_t pem, der = {NULL, 0};

        stop = find_line(block, file->bytes, end);
        if (!stop)
            return refuse_block(file, "a certificate in it has no end line", report);
        stop += sizeof(end) - 1;
        pem = (gnutls_datum_t){(unsigned char *)block, (unsigned)(stop - block)};
        if (gnutls_pem_base64_decode2("CERTIFICATE", &pem, &der) < 0)
            return refuse_block(file, "a certificate in it is broken", report);
        status = match(&der, subject, found, file, report);
        gnutls_free(der.data);
    }
    return status;
}

static enum status find(void *context, const struct issuer_rules *issuer,
                        const gnutls_datum_t *subject, struct anchors *found, struct report *report)
{
    const struct anchor_files *files = context;
    enum status status = STATUS_ACCEPTED;

    for (size_t i = 0; i < files->inputs.count && status == STATUS_ACCEPTED; i++)
        if (files->inputs.items[i].issuer == issuer)
            status = search_file(&files->inputs.items[i], subject, found, report);
    return status;
}

struct anchor_source anchors_source(struct anchor_files *files)
{
    return (struct anchor_source){find, files};
}
