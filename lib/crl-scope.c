/* SPDX-License-Identifier: BSD-3-Clause */
#include "crl-scope.h"

#include "crl-point.h"
#include "der.h"

#define DIRECTORY_NAME 0xa4u /* of GeneralName */

/* Tags of AuthorityKeyIdentifier. */
enum { KEY_IDENTIFIER = 0x80, CERT_ISSUER = 0xa1, CERT_SERIAL = 0x82 };

static bool has_name(struct span names, struct span wanted)
{
    struct span content;
    unsigned tag;

    while (der_take(&names, &tag, &content))
        if (tag == DIRECTORY_NAME && span_equal(content, wanted))
            return true;
    return false;
}

/* True also if the issuer's certificate says nothing of its own key's identifier. */
static bool key_identifier_is(struct span identifier, gnutls_x509_crt_t issuer)
{
    gnutls_datum_t value = {NULL, 0};
    struct span own;
    bool same;
    int found = gnutls_x509_crt_get_extension_by_oid2(issuer, "2.5.29.14", 0, &value, NULL);

    same =
        found == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE ||
        (found >= 0 && x509_take_only(span_of(value.data, value.size), X509_OCTET_STRING, &own) &&
         span_equal(own, identifier));
    gnutls_free(value.data);
    return same;
}

/* RFC 5280 sections 5.2.1 and 4.2.1.1: whatever it names is the issuer's */
static bool authority_is(struct span value, const struct x509_party *issuer)
{
    struct span rest, content;

    if (!x509_take_only(value, DER_SEQUENCE, &rest))
        return false;
    if (der_take_tag(&rest, KEY_IDENTIFIER, &content) && !key_identifier_is(content, issuer->crt))
        return false;
    if (der_take_tag(&rest, CERT_ISSUER, &content) && !has_name(content, issuer->cert.issuer))
        return false;
    if (der_take_tag(&rest, CERT_SERIAL, &content) &&
        !span_equal(span_number(content), span_number(issuer->cert.serial)))
        return false;
    return rest.len == 0;
}

/* --- extensions ------------------------------------------------------------------------------- */

enum meaning { UNKNOWN, IGNORED, AUTHORITY, POINT, DELTA };

static enum meaning meaning_of(struct span oid)
{
    static const struct {
        const char *oid;
        enum meaning meaning;
    } known[] = {
        {"\x55\x1d\x12", IGNORED},   /* issuerAltName */
        {"\x55\x1d\x14", IGNORED},   /* cRLNumber */
        {"\x55\x1d\x1b", DELTA},     /* deltaCRLIndicator */
        {"\x55\x1d\x1c", POINT},     /* issuingDistributionPoint */
        {"\x55\x1d\x23", AUTHORITY}, /* authorityKeyIdentifier */
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (span_equal(oid, span_text(known[i].oid)))
            return known[i].meaning;
    return UNKNOWN;
}

static bool check_extension(const struct x509_extension *extension, const struct x509_party *cert,
                            const struct x509_party *issuer, struct crl_doubt *doubt,
                            struct evidence *evidence)
{
    switch (meaning_of(extension->oid)) {
    case IGNORED:
        return true;
    case AUTHORITY:
        return authority_is(extension->value, issuer) ||
               evidence_refuse(evidence, "CRL: its authorityKeyIdentifier is not of the issuer's "
                                         "certificate");
    case POINT:
        return crl_point_check(extension->value, cert, doubt, evidence);
    case DELTA:
        /* RFC 5280 section 5.2.4: it lists what has changed */
        crl_doubt(doubt, "CRL: expected a complete list, found a delta CRL");
        return true;
    case UNKNOWN:
    default:
        /* RFC 5280 section 5.2: not to be used; X.509 section 7.3: but what is listed is revoked */
        if (extension->critical)
            crl_doubt(doubt, "CRL: it has a critical extension that is not known");
        return true;
    }
}

/* --- issuer ----------------------------------------------------------------------------------- */

bool crl_issuer_check(const struct crl *crl, const struct x509_party *cert,
                      const struct x509_party *issuer, struct evidence *evidence)
{
    unsigned usage = 0, critical;
    int found;

    /* RFC 5280 section 6.3.3 (b) (1) */
    if (!span_equal(crl->issuer, issuer->cert.subject) ||
        !span_equal(crl->issuer, cert->cert.issuer))
        return evidence_refuse(evidence,
                               "CRL: expected the name of the certificate's issuer, found "
                               "that of another");

    /* RFC 5280 section 6.3.3 (f) */
    found = gnutls_x509_crt_get_key_usage(issuer->crt, &usage, &critical);
    if (found != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE &&
        (found < 0 || !(usage & GNUTLS_KEY_CRL_SIGN)))
        return evidence_refuse(evidence,
                               "CRL: keyUsage of the issuer's certificate has no cRLSign");
    return true;
}

bool crl_scope_check(const struct crl *crl, const struct x509_party *cert,
                     const struct x509_party *issuer, struct crl_doubt *doubt,
                     struct evidence *evidence)
{
    struct span rest = crl->extensions;
    struct x509_extension extension;

    while (x509_take_extension(&rest, &extension))
        if (!check_extension(&extension, cert, issuer, doubt, evidence))
            return false;
    return true;
}
