/* SPDX-License-Identifier: BSD-3-Clause */
#include "crl-scope.h"

#include "crl-point.h"
#include "x509-authority.h"

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
        /* RFC 5280 section 5.2.1: but who sends the chain chooses the certificate of the key that
         * signed */
        if (!x509_authority_is(extension->value, issuer))
            crl_doubt(doubt, "CRL: its authorityKeyIdentifier is not of the issuer's certificate");
        return true;
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
