/* SPDX-License-Identifier: BSD-3-Clause */
#include "anchor-match.h"

#include "anchor-pem.h"

static enum status refuse_block(const char *path, const char *text, struct report *report)
{
    return report_refuse(report, STATUS_CONFIG_ERROR, "%s: %s", path, text);
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
static enum status add_anchor(gnutls_x509_crt_t cert, struct anchors *found, const char *path,
                              struct report *report)
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
                 : refuse_block(path, "more than 16 trust anchors have one subject", report);
}

/* Only a certificate that holds the bytes of the name can have it as its subject: others are not
 * parsed. */
static enum status match(const gnutls_datum_t *der, const gnutls_datum_t *subject,
                         struct anchors *found, const char *path, struct report *report)
{
    gnutls_x509_crt_t cert;

    if (!memmem(der->data, der->size, subject->data, subject->size))
        return STATUS_ACCEPTED;
    if (gnutls_x509_crt_init(&cert) < 0)
        return report_refuse(report, STATUS_OUT_OF_MEMORY, "no memory for a trust anchor");
    if (gnutls_x509_crt_import(cert, der, GNUTLS_X509_FMT_DER) < 0) {
        gnutls_x509_crt_deinit(cert);
        return refuse_block(path, "a certificate in it cannot be read", report);
    }
    if (has_subject(cert, subject))
        return add_anchor(cert, found, path, report);
    gnutls_x509_crt_deinit(cert);
    return STATUS_ACCEPTED;
}

enum status anchor_match_block(struct span block, const gnutls_datum_t *subject,
                               struct anchors *found, const char *path, struct report *report)
{
    gnutls_datum_t der = {NULL, 0};
    enum status status;

    if (!anchor_pem_decode(block, &der))
        return refuse_block(path, "a certificate in it is broken", report);
    status = match(&der, subject, found, path, report);
    gnutls_free(der.data);
    return status;
}

enum status anchor_match_text(struct span text, const gnutls_datum_t *subject,
                              struct anchors *found, const char *path, struct report *report)
{
    struct anchor_pem pem = {.text = text};

    while (anchor_pem_next(&pem)) {
        enum status status = anchor_match_block(pem.block, subject, found, path, report);

        if (status != STATUS_ACCEPTED)
            return status;
    }
    return pem.error ? refuse_block(path, pem.error, report) : STATUS_ACCEPTED;
}
