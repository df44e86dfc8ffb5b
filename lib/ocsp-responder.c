/* SPDX-License-Identifier: BSD-3-Clause */
#include "ocsp-responder.h"

#include <stdio.h>

#include "der.h"
#include "trust-constraints.h"
#include "trust-key.h"
#include "x509-authority.h"
#include "x509-signature.h"

#define CERTS_MAX 8
#define OID_SIZE 128
#define AUTHORITY "2.5.29.35"
#define NO_CHECK "1.3.6.1.5.5.7.48.1.5"
#define OCSP_SIGNING "1.3.6.1.5.5.7.3.9"

/* A responder's certificate that came with the response. */
struct delegate {
    gnutls_x509_crt_t crt; /* owned */
    struct x509_cert cert;
    unsigned which; /* in the response */
};

static void delegate_free(struct delegate *delegate)
{
    if (delegate->crt)
        gnutls_x509_crt_deinit(delegate->crt);
}

/* RFC 6960 section 4.2.2.3: the hash is SHA-1, of the key without its tag and length */
static bool id_is(const struct ocsp_response *response, const struct x509_cert *cert)
{
    if (response->id_kind == OCSP_BY_NAME)
        return span_equal(response->id, cert->subject);
    return x509_hash_is(GNUTLS_DIG_SHA1, cert->key, response->id);
}

/* --- a delegate's certificate ----------------------------------------------------------------- */

static bool refuse(const struct delegate *delegate, const char *why, struct evidence *evidence)
{
    return evidence_refuse(evidence, "OCSP response: the responder's certificate %u %s",
                           delegate->which, why);
}

static bool has_ocsp_signing(gnutls_x509_crt_t crt)
{
    for (unsigned i = 0;; i++) {
        char oid[OID_SIZE];
        size_t size = sizeof(oid);
        int found = gnutls_x509_crt_get_key_purpose_oid(crt, i, oid, &size, NULL);

        if (found < 0)
            return false;
        if (strcmp(oid, OCSP_SIGNING) == 0)
            return true;
    }
}

static bool check_purpose(const struct delegate *delegate, struct evidence *evidence)
{
    unsigned critical, is_ca = 1, usage = 0;
    int found;

    /* RFC 5280 section 4.1.2.1: only v3 says what a certificate is for */
    if (gnutls_x509_crt_get_version(delegate->crt) != 3)
        return refuse(delegate, "is not X.509 version 3", evidence);

    /* RFC 5280 section 4.2.1.9: a CA of its own is no delegate */
    found = gnutls_x509_crt_get_basic_constraints(delegate->crt, &critical, &is_ca, NULL);
    if (found != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE && (found < 0 || is_ca))
        return refuse(delegate, "is a CA's, but not the issuer's", evidence);

    /* RFC 5280 section 4.2.1.3 */
    found = gnutls_x509_crt_get_key_usage(delegate->crt, &usage, &critical);
    if (found != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE &&
        (found < 0 || !(usage & GNUTLS_KEY_DIGITAL_SIGNATURE)))
        return refuse(delegate, "has a keyUsage without digitalSignature", evidence);

    /* RFC 6960 section 4.2.2.2: id-kp-OCSPSigning itself, not anyExtendedKeyUsage */
    if (!has_ocsp_signing(delegate->crt))
        return refuse(delegate, "has no extendedKeyUsage OCSPSigning", evidence);
    return true;
}

static bool check_dates(const struct delegate *delegate, int64_t now, struct evidence *evidence)
{
    time_t begin = gnutls_x509_crt_get_activation_time(delegate->crt);
    time_t end = gnutls_x509_crt_get_expiration_time(delegate->crt);

    /* RFC 5280 section 6.1.3 (a)(2) */
    if (begin == (time_t)-1 || now < begin)
        return refuse(delegate, "is not valid yet", evidence);
    if (end == (time_t)-1 || now > end)
        return refuse(delegate, "has expired", evidence);
    return true;
}

/* As any other certificate of the path: strength of the key, no unknown critical extension. */
static bool check_common(const struct delegate *delegate, struct evidence *evidence)
{
    struct report report = {.detail = ""};

    if (trust_key_check_certificate(delegate->crt, 0, delegate->which, &report) ==
            STATUS_ACCEPTED &&
        trust_constraints_check(delegate->crt, delegate->which, &report) == STATUS_ACCEPTED)
        return true;
    return evidence_refuse(evidence, "OCSP response: the responder's %.400s", report.detail);
}

static bool check_issued(const struct delegate *delegate, const struct x509_party *issuer,
                         struct evidence *evidence)
{
    const struct x509_cert *cert = &delegate->cert;

    /* RFC 6960 section 4.2.2.2: issued directly by the CA of the certificate in question */
    if (!span_equal(cert->issuer, issuer->cert.subject))
        return refuse(delegate, "was issued by another CA", evidence);

    /* RFC 5280 section 4.1.1.2 */
    if (!span_equal(cert->inner.oid, cert->outer.oid) ||
        !span_equal(cert->inner.parameters, cert->outer.parameters))
        return refuse(delegate, "names two signature algorithms", evidence);
    return x509_signature_verify(issuer->crt, &cert->outer, cert->tbs, cert->signature,
                                 "OCSP response: the responder's certificate, by the issuer's key",
                                 evidence);
}

static bool check_authority(const struct delegate *delegate, const struct x509_party *issuer,
                            struct evidence *evidence)
{
    gnutls_datum_t value = {NULL, 0};
    int found = gnutls_x509_crt_get_extension_by_oid2(delegate->crt, AUTHORITY, 0, &value, NULL);
    bool same = found == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE ||
                (found >= 0 && x509_authority_is(span_of(value.data, value.size), issuer));

    gnutls_free(value.data);
    /* RFC 5280 section 4.2.1.1: as of any other certificate of a path */
    return same || refuse(delegate, "has an authorityKeyIdentifier of another issuer", evidence);
}

static bool check_no_check(const struct delegate *delegate, struct evidence *evidence)
{
    size_t size = 0;
    int found = gnutls_x509_crt_get_extension_by_oid(delegate->crt, NO_CHECK, 0, NULL, &size, NULL);

    /* RFC 6960 section 4.2.2.2.1: without it, its own status would be needed */
    if (found < 0 && found != GNUTLS_E_SHORT_MEMORY_BUFFER)
        return refuse(delegate, "has no id-pkix-ocsp-nocheck, and no status of its own", evidence);
    return true;
}

static bool import(struct delegate *delegate, struct span der, struct evidence *evidence)
{
    gnutls_datum_t datum = {(unsigned char *)der.ptr, (unsigned)der.len};

    if (gnutls_x509_crt_init(&delegate->crt) < 0)
        return refuse(delegate, "does not fit into memory", evidence);
    if (gnutls_x509_crt_import(delegate->crt, &datum, GNUTLS_X509_FMT_DER) < 0)
        return refuse(delegate, "is malformed", evidence);
    return true;
}

static bool check_other(const struct delegate *delegate, const struct x509_party *cert,
                        struct evidence *evidence)
{
    /* RFC 6960 section 4.2.2.2.1 trusts a responder for its life, not every certificate */
    if (span_equal(delegate->cert.serial, cert->cert.serial))
        return refuse(delegate, "is the one in question", evidence);
    return true;
}

/* What a delegate's certificate is held against. */
struct place {
    const struct ocsp_response *response;
    const struct x509_party *cert, *issuer;
    int64_t now;
};

static bool signed_by_delegate(const struct place *place, struct span der,
                               const struct x509_cert *cert, unsigned which,
                               struct evidence *evidence)
{
    __attribute__((cleanup(delegate_free))) struct delegate delegate = {.cert = *cert,
                                                                        .which = which};

    return import(&delegate, der, evidence) && check_purpose(&delegate, evidence) &&
           check_dates(&delegate, place->now, evidence) && check_common(&delegate, evidence) &&
           check_issued(&delegate, place->issuer, evidence) &&
           check_authority(&delegate, place->issuer, evidence) &&
           check_no_check(&delegate, evidence) && check_other(&delegate, place->cert, evidence) &&
           x509_signature_verify(delegate.crt, &place->response->algorithm, place->response->tbs,
                                 place->response->signature,
                                 "OCSP response: by the responder's key", evidence);
}

/* --- whoever it is ---------------------------------------------------------------------------- */

static bool is_issuer(const struct x509_cert *cert, const struct x509_party *issuer)
{
    return span_equal(cert->subject, issuer->cert.subject) &&
           span_equal(cert->key, issuer->cert.key);
}

/* The certificates have to be well formed, all of them, whoever signed. */
static bool count_certs(struct span certs, unsigned *count)
{
    *count = 0;
    while (certs.len > 0) {
        struct x509_cert cert;
        struct span der;

        if (!x509_take_whole(&certs, DER_SEQUENCE, &der) || !x509_cert_read(der, &cert))
            return false;
        (*count)++;
    }
    return true;
}

static bool check_certs(const struct ocsp_response *response, struct evidence *evidence)
{
    unsigned count;

    if (!count_certs(response->certs, &count))
        return evidence_refuse(evidence, "OCSP response: a certificate is malformed");
    /* RFC 5019 section 2.2.1: one is enough; bounded work */
    if (count > CERTS_MAX)
        return evidence_refuse(evidence,
                               "OCSP response: expected at most %d certificates, found %u",
                               CERTS_MAX, count);
    return true;
}

bool ocsp_responder_check(const struct ocsp_response *response, const struct x509_party *cert,
                          const struct x509_party *issuer, int64_t now, struct evidence *evidence)
{
    const struct place place = {response, cert, issuer, now};
    struct span certs = response->certs, der;
    struct x509_cert read;

    if (!check_certs(response, evidence))
        return false;
    evidence_note(evidence, "OCSP response: the responder is neither the issuer nor one whose "
                            "certificate is in the response");
    if (id_is(response, &issuer->cert) &&
        x509_signature_verify(issuer->crt, &response->algorithm, response->tbs, response->signature,
                              "OCSP response: by the issuer's key", evidence))
        return true;
    for (unsigned i = 0; x509_take_whole(&certs, DER_SEQUENCE, &der); i++)
        if (x509_cert_read(der, &read) && id_is(response, &read) && !is_issuer(&read, issuer) &&
            signed_by_delegate(&place, der, &read, i, evidence))
            return true;
    return false;
}
