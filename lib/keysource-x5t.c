/* SPDX-License-Identifier: BSD-3-Clause */
/* Certificates that are deployed on the host, named by their thumbprint. */
#include "base64url.h"
#include "keysource-parts.h"
#include "known-key.h"

struct taking {
    const struct thumbprint *thumbprint;
    struct untrusted_chain *chain;
    enum status status; /* unknown-certificate until there is a file */
    struct report *report;
};

bool keysource_thumbprint(struct json_object *members, const char *name, struct thumbprint *out)
{
    struct span text;

    return json_string(json_member(members, name), &text) &&
           thumbprint_read(text, strcmp(name, "x5t") == 0 ? 20 : 32, out);
}

static enum status refuse_file(const struct deployed *deployed, const char *found,
                               struct report *report)
{
    return report_refuse(report, STATUS_CONFIG_ERROR,
                         "%s: expected the certificate whose thumbprint is its name, found %s",
                         deployed->origin, found);
}

static enum status take_all(struct taking *taking, const struct deployed *deployed)
{
    struct report why = {.detail = ""};
    struct thumbprint found;

    for (unsigned i = 0; i < deployed->count; i++) {
        enum status status =
            untrusted_chain_add(taking->chain, deployed->ders[i], "certificate", i, &why);

        if (status == STATUS_OUT_OF_MEMORY)
            return report_refuse(taking->report, status, "%s", why.detail);
        if (status != STATUS_ACCEPTED)
            return refuse_file(deployed, why.detail, taking->report);
    }
    if (taking->chain->count == 0)
        return refuse_file(deployed, "none", taking->report);
    if (!thumbprint_of(taking->chain->certs[0], taking->thumbprint->len, &found) ||
        !thumbprint_equal(&found, taking->thumbprint))
        return refuse_file(deployed, "another", taking->report);
    return STATUS_ACCEPTED;
}

static void take(void *context, const struct deployed *deployed)
{
    struct taking *taking = context;

    taking->status = take_all(taking, deployed);
}

enum status keysource_deployed(const struct key_question *question,
                               const struct thumbprint *thumbprint, struct untrusted_chain *chain,
                               struct report *report)
{
    const struct span bytes = span_of(thumbprint->bytes, thumbprint->len);
    struct taking taking = {thumbprint, chain, STATUS_UNKNOWN_CERTIFICATE, report};
    char text[BASE64URL_ENCODED_MAX(THUMBPRINT_MAX)];
    enum status status = STATUS_ACCEPTED;

    if (question->store)
        status = question->store->certificate(question->store->context, question->issuer, bytes,
                                              take, &taking, report);
    if (status == STATUS_ACCEPTED)
        status = taking.status;
    if (status != STATUS_UNKNOWN_CERTIFICATE)
        return status;
    (void)base64url_encode(bytes, text);
    return report_refuse(report, STATUS_UNKNOWN_CERTIFICATE,
                         "no certificate with the thumbprint %s is deployed in %s", text,
                         question->issuer->certificates);
}

/* RFC 7515 section 4.1.6: x5c begins with the signer, or has CAs alone between it and an anchor */
static enum status add_x5c(struct json_object *header, const char *name,
                           struct untrusted_chain *chain, struct report *report)
{
    UNTRUSTED_CHAIN_CLEANUP struct untrusted_chain sent = {.count = 0};
    enum status status;

    if (!json_has(header, "x5c"))
        return STATUS_ACCEPTED;
    status = untrusted_chain_add_x5c(&sent, json_member(header, "x5c"), "x5c", report);
    if (status != STATUS_ACCEPTED)
        return status;
    if (!gnutls_x509_crt_equals(sent.certs[0], chain->certs[0]) &&
        !untrusted_chain_is_of_cas(&sent))
        return report_refuse(report, STATUS_THUMBPRINT_MISMATCH,
                             "%s is not the thumbprint of x5c[0]", name);
    return untrusted_chain_set_issuers(chain, &sent, report);
}

enum status keysource_x5t(const struct key_question *question, const char *name,
                          struct key_choice *choice, struct report *report)
{
    struct json_object *header = question->token->jws.header;
    struct thumbprint thumbprint;
    enum status status;

    /* RFC 7515 sections 4.1.7 and 4.1.8 */
    if (!keysource_thumbprint(header, name, &thumbprint))
        return report_refuse(report, STATUS_UNKNOWN_CERTIFICATE,
                             "%s: expected the thumbprint of a certificate", name);
    status = keysource_deployed(question, &thumbprint, &choice->chain, report);
    if (status == STATUS_ACCEPTED)
        status = add_x5c(header, name, &choice->chain, report);
    if (status == STATUS_ACCEPTED)
        status = known_key_deployed(choice->chain.certs[0], question->issuer, question->now,
                                    &choice->key, report);
    return status;
}
