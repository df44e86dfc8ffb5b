/* SPDX-License-Identifier: BSD-3-Clause */
#include "untrusted-chain.h"

#include <json-c/json.h>
#include <stdlib.h>

#include "base64url.h"
#include "der.h"

/* Whether the bytes are one DER SEQUENCE and no more: nothing may hide behind a certificate. */
static bool one_sequence(struct span der)
{
    struct span content;
    unsigned tag;

    return der_take(&der, &tag, &content) && tag == DER_SEQUENCE && der.len == 0;
}

/* RFC 8725 section 3.11: counted before anything is decoded */
static enum status check_count(size_t count, const char *name, struct report *report)
{
    if (count == 0)
        return report_refuse(report, STATUS_BAD_KEY, "%s: expected certificates, found none", name);
    if (count > CHAIN_MAX)
        return report_refuse(report, STATUS_CHAIN_TOO_LONG,
                             "%s: expected at most %d certificates, found %zu", name, CHAIN_MAX,
                             count);
    return STATUS_ACCEPTED;
}

enum status untrusted_chain_add(struct untrusted_chain *chain, struct span der, const char *name,
                                unsigned index, struct report *report)
{
    gnutls_datum_t datum = {(unsigned char *)der.ptr, (unsigned)der.len};
    gnutls_x509_crt_t cert;

    if (chain->count == CHAIN_MAX)
        return check_count(chain->count + 1, name, report);
    if (gnutls_x509_crt_init(&cert) < 0)
        return report_refuse(report, STATUS_OUT_OF_MEMORY, "%s: no memory for a certificate", name);

    /* RFC 7515 section 4.1.6: DER, one certificate an element */
    if (!one_sequence(der) || gnutls_x509_crt_import(cert, &datum, GNUTLS_X509_FMT_DER) < 0) {
        gnutls_x509_crt_deinit(cert);
        return report_refuse(report, STATUS_BAD_KEY, "%s[%u]: expected one DER certificate", name,
                             index);
    }
    chain->certs[chain->count++] = cert;
    return STATUS_ACCEPTED;
}

static enum status add_element(struct untrusted_chain *chain, struct json_object *element,
                               const char *name, unsigned index, struct report *report)
{
    struct span text;
    unsigned char *der;
    size_t len;
    enum status status;

    /* RFC 7515 section 4.1.6: a string */
    if (!json_string(element, &text))
        return report_refuse(report, STATUS_BAD_KEY, "%s[%u]: expected a string", name, index);
    der = malloc(BASE64_DECODED_MAX(text.len));
    if (!der)
        return report_refuse(report, STATUS_OUT_OF_MEMORY, "%s: no memory for a certificate", name);

    /* RFC 7515 section 4.1.6: base64, not base64url, and no PEM */
    status = base64_decode(text, der, &len)
                 ? untrusted_chain_add(chain, span_of(der, len), name, index, report)
                 : report_refuse(report, STATUS_BAD_KEY, "%s[%u]: expected standard base64", name,
                                 index);
    free(der);
    return status;
}

enum status untrusted_chain_add_x5c(struct untrusted_chain *chain, struct json_object *x5c,
                                    const char *name, struct report *report)
{
    size_t count;
    enum status status;

    /* RFC 7515 section 4.1.6: an array, the signer first */
    if (!json_object_is_type(x5c, json_type_array))
        return report_refuse(report, STATUS_BAD_KEY, "%s: expected an array of certificates", name);
    count = json_object_array_length(x5c);
    status = check_count(count, name, report);
    for (unsigned i = 0; i < count && status == STATUS_ACCEPTED; i++)
        status = add_element(chain, json_object_array_get_idx(x5c, i), name, i, report);
    return status;
}

enum status untrusted_chain_of(const struct span *certificates, size_t count,
                               struct untrusted_chain *chain, struct report *report)
{
    enum status status = check_count(count, "chain", report);

    *chain = (struct untrusted_chain){0};
    for (unsigned i = 0; i < count && status == STATUS_ACCEPTED; i++)
        status = untrusted_chain_add(chain, certificates[i], "chain", i, report);
    if (status != STATUS_ACCEPTED)
        untrusted_chain_free(chain);
    return status;
}

enum status untrusted_chain_set_issuers(struct untrusted_chain *chain,
                                        struct untrusted_chain *issuers, struct report *report)
{
    unsigned skip =
        issuers->count > 0 && gnutls_x509_crt_equals(issuers->certs[0], chain->certs[0]) ? 1 : 0;

    if (1 + issuers->count - skip > CHAIN_MAX)
        return check_count(1 + issuers->count - skip, "chain", report);
    while (chain->count > 1)
        gnutls_x509_crt_deinit(chain->certs[--chain->count]);
    for (unsigned i = skip; i < issuers->count; i++)
        chain->certs[chain->count++] = issuers->certs[i];
    issuers->count = skip; /* transferred */
    return STATUS_ACCEPTED;
}

bool untrusted_chain_key(const struct untrusted_chain *chain, gnutls_pubkey_t key)
{
    return chain->count > 0 && gnutls_pubkey_import_x509(key, chain->certs[0], 0) == 0;
}

bool untrusted_chain_is_of_cas(const struct untrusted_chain *chain)
{
    for (unsigned i = 0; i < chain->count; i++)
        if (gnutls_x509_crt_get_ca_status(chain->certs[i], NULL) <= 0)
            return false;
    return true;
}

void untrusted_chain_free(struct untrusted_chain *chain)
{
    for (unsigned i = 0; i < chain->count; i++)
        gnutls_x509_crt_deinit(chain->certs[i]);
    *chain = (struct untrusted_chain){0};
}
