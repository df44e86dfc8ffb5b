/* SPDX-License-Identifier: BSD-3-Clause */
#include "keysource.h"

#include <json-c/json.h>
#include <stdlib.h>

#include "base64url.h"
#include "der.h"
#include "jwk.h"

/* Whether the bytes are one DER SEQUENCE and no more: nothing may hide behind a certificate. */
static bool one_sequence(struct span der)
{
    struct span content;
    unsigned tag;

    return der_take(&der, &tag, &content) && tag == DER_SEQUENCE && der.len == 0;
}

static enum status import(struct span der, const char *name, unsigned index,
                          struct untrusted_chain *chain, struct report *report)
{
    gnutls_datum_t datum = {(unsigned char *)der.ptr, (unsigned)der.len};
    gnutls_x509_crt_t cert;

    if (gnutls_x509_crt_init(&cert) < 0)
        return report_refuse(report, STATUS_OUT_OF_MEMORY, "no memory for a certificate");

    /* RFC 7515 section 4.1.6: DER, one certificate an element */
    if (!one_sequence(der) || gnutls_x509_crt_import(cert, &datum, GNUTLS_X509_FMT_DER) < 0) {
        gnutls_x509_crt_deinit(cert);
        return report_refuse(report, STATUS_BAD_KEY, "%s[%u]: expected one DER certificate", name,
                             index);
    }
    chain->certs[chain->count++] = cert;
    return STATUS_ACCEPTED;
}

static enum status import_element(struct json_object *element, unsigned index,
                                  struct untrusted_chain *chain, struct report *report)
{
    struct span text;
    unsigned char *der;
    size_t len;
    enum status status;

    /* RFC 7515 section 4.1.6: a string */
    if (!json_string(element, &text))
        return report_refuse(report, STATUS_BAD_KEY, "x5c[%u]: expected a string", index);
    der = malloc(BASE64_DECODED_MAX(text.len));
    if (!der)
        return report_refuse(report, STATUS_OUT_OF_MEMORY, "x5c: no memory for a certificate");

    /* RFC 7515 section 4.1.6: base64, not base64url, and no PEM */
    status =
        base64_decode(text, der, &len)
            ? import(span_of(der, len), "x5c", index, chain, report)
            : report_refuse(report, STATUS_BAD_KEY, "x5c[%u]: expected standard base64", index);
    free(der);
    return status;
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

static enum status import_chain(struct json_object *x5c, struct untrusted_chain *chain,
                                struct report *report)
{
    size_t count;
    enum status status;

    /* RFC 7515 section 4.1.6: an array, the signer first */
    if (!json_object_is_type(x5c, json_type_array))
        return report_refuse(report, STATUS_BAD_KEY, "x5c: expected an array of certificates");
    count = json_object_array_length(x5c);
    status = check_count(count, "x5c", report);
    for (unsigned i = 0; i < count && status == STATUS_ACCEPTED; i++)
        status = import_element(json_object_array_get_idx(x5c, i), i, chain, report);
    return status;
}

/* Whether a header member, if it is there, is the base64url thumbprint of the certificate. */
static bool thumbprint_agrees(const struct token *token, const char *name,
                              gnutls_digest_algorithm_t digest, gnutls_x509_crt_t cert)
{
    unsigned char fingerprint[64];
    size_t size = sizeof(fingerprint);
    char expected[BASE64URL_ENCODED_MAX(sizeof(fingerprint))];
    struct span found;

    if (!json_has(token->jws.header, name))
        return true;
    if (gnutls_x509_crt_get_fingerprint(cert, digest, fingerprint, &size) < 0)
        return false;
    base64url_encode(span_of(fingerprint, size), expected);
    return json_string(json_member(token->jws.header, name), &found) &&
           span_equal(found, span_text(expected));
}

static bool jwk_agrees(const struct token *token, gnutls_x509_crt_t cert)
{
    gnutls_pubkey_t key;
    bool same;

    if (!json_has(token->jws.header, "jwk"))
        return true;
    if (gnutls_pubkey_init(&key) < 0)
        return false;
    same = gnutls_pubkey_import_x509(key, cert, 0) == 0 &&
           jwk_equals_key(json_member(token->jws.header, "jwk"), key);
    gnutls_pubkey_deinit(key);
    return same;
}

static enum status check_others(const struct token *token, gnutls_x509_crt_t signer,
                                struct report *report)
{
    /* RFC 7515 section 4.1.7 */
    if (!thumbprint_agrees(token, "x5t", GNUTLS_DIG_SHA1, signer))
        return report_refuse(report, STATUS_THUMBPRINT_MISMATCH,
                             "x5t is not the SHA-1 thumbprint of x5c[0]");

    /* RFC 7515 section 4.1.8 */
    if (!thumbprint_agrees(token, "x5t#S256", GNUTLS_DIG_SHA256, signer))
        return report_refuse(report, STATUS_THUMBPRINT_MISMATCH,
                             "x5t#S256 is not the SHA-256 thumbprint of x5c[0]");

    /* RFC 7517 section 4.7 */
    if (!jwk_agrees(token, signer))
        return report_refuse(report, STATUS_KEY_MISMATCH, "jwk is not the public key of x5c[0]");
    return STATUS_ACCEPTED;
}

static enum status no_source(const struct token *token, struct report *report)
{
    static const char *const members[] = {"x5c", "jwk", "x5t#S256", "x5t", "kid"};

    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
        if (json_has(token->jws.header, members[i]))
            return report_refuse(report, STATUS_KEY_SOURCE_NOT_ALLOWED,
                                 "the header carries %s, which is not in key_sources", members[i]);
    return report_refuse(report, STATUS_NO_KEY_SOURCE, "expected x5c in the header");
}

static bool allowed(const struct issuer_rules *issuer, const char *source)
{
    for (size_t i = 0; i < issuer->key_sources.count; i++)
        if (strcmp(issuer->key_sources.items[i], source) == 0)
            return true;
    return false;
}

enum status keysource_chain(const struct token *token, const struct issuer_rules *issuer,
                            struct untrusted_chain *chain, struct report *report)
{
    enum status status;

    *chain = (struct untrusted_chain){0};
    /* RFC 8725 section 3.10: only a way that the administrator chose */
    if (!json_has(token->jws.header, "x5c") || !allowed(issuer, "x5c"))
        return no_source(token, report);

    status = import_chain(json_member(token->jws.header, "x5c"), chain, report);
    if (status == STATUS_ACCEPTED)
        status = check_others(token, chain->certs[0], report);
    if (status != STATUS_ACCEPTED)
        keysource_free(chain);
    return status;
}

enum status keysource_certificates(const struct span *certificates, size_t count,
                                   struct untrusted_chain *chain, struct report *report)
{
    enum status status = check_count(count, "chain", report);

    *chain = (struct untrusted_chain){0};
    for (unsigned i = 0; i < count && status == STATUS_ACCEPTED; i++)
        status = import(certificates[i], "chain", i, chain, report);
    if (status != STATUS_ACCEPTED)
        keysource_free(chain);
    return status;
}

void keysource_free(struct untrusted_chain *chain)
{
    for (unsigned i = 0; i < chain->count; i++)
        gnutls_x509_crt_deinit(chain->certs[i]);
    *chain = (struct untrusted_chain){0};
}
