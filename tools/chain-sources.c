/* SPDX-License-Identifier: BSD-3-Clause */
#include "chain-sources.h"

#include "../lib/x509-cert.h"

static bool has_subject(struct span der, struct span subject)
{
    struct x509_cert cert;

    return x509_cert_read(der, &cert) && span_equal(cert.subject, subject);
}

static enum status add_anchor(const struct der_file_item *item, struct anchors *found,
                              struct report *report)
{
    gnutls_x509_crt_t *cert = &found->certs[found->count];

    if (found->count == ANCHORS_MAX)
        return report_refuse(report, STATUS_CONFIG_ERROR,
                             "%s: more than %d trust anchors have one subject", item->path,
                             ANCHORS_MAX);
    if (gnutls_x509_crt_init(cert) < 0)
        return report_refuse(report, STATUS_OUT_OF_MEMORY, "no memory for a trust anchor");
    found->count++;
    if (gnutls_x509_crt_import(*cert, &item->der, GNUTLS_X509_FMT_DER) < 0)
        return report_refuse(report, STATUS_CONFIG_ERROR, "%s: a trust anchor cannot be read",
                             item->path);
    return STATUS_ACCEPTED;
}

static enum status find(void *context, const struct issuer_rules *issuer,
                        const gnutls_datum_t *subject, struct anchors *found, struct report *report)
{
    const struct der_files *anchors = context;
    enum status status = STATUS_ACCEPTED;

    (void)issuer;
    for (size_t i = 0; i < anchors->count && status == STATUS_ACCEPTED; i++)
        if (has_subject(der_files_span(anchors, i), span_of(subject->data, subject->size)))
            status = add_anchor(&anchors->items[i], found, report);
    return status;
}

struct anchor_source chain_anchor_source(struct der_files *anchors)
{
    return (struct anchor_source){find, anchors};
}

typedef void look_function(void *look_context, const struct answer *answer);

static void show(const struct der_files *files, enum answer_kind kind, look_function *look,
                 void *look_context)
{
    for (size_t i = 0; i < files->count; i++) {
        struct answer answer = {kind, der_files_span(files, i), files->items[i].path};

        look(look_context, &answer);
    }
}

static enum status each(void *context, const struct issuer_rules *issuer,
                        const struct answer_query *query, look_function *look, void *look_context,
                        struct report *report)
{
    const struct chain_answers *answers = context;

    (void)issuer;
    (void)query;
    (void)report;
    show(&answers->crls, ANSWER_CRL, look, look_context);
    show(&answers->responses, ANSWER_OCSP, look, look_context);
    return STATUS_ACCEPTED;
}

struct answer_source chain_answer_source(struct chain_answers *answers)
{
    return (struct answer_source){each, answers};
}

void chain_answers_free(struct chain_answers *answers)
{
    der_files_free(&answers->crls);
    der_files_free(&answers->responses);
}
