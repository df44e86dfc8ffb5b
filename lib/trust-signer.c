/* SPDX-License-Identifier: BSD-3-Clause */
#include "trust-signer.h"

#include <strings.h>

#include "span.h"

#define NAME_SIZE 1024 /* a longer name equals none of ours */
#define OID_SIZE 128

static enum status check_not_ca(gnutls_x509_crt_t signer, struct report *report)
{
    unsigned critical, is_ca = 1;
    int found;

    /* RFC 5280 section 4.1.2.1: only v3 says what a certificate is for */
    if (gnutls_x509_crt_get_version(signer) != 3)
        return report_refuse(report, STATUS_NOT_A_SIGNING_CERTIFICATE,
                             "the signer certificate is not X.509 version 3");

    /* RFC 5280 section 4.2.1.9: without basicConstraints it is no CA */
    found = gnutls_x509_crt_get_basic_constraints(signer, &critical, &is_ca, NULL);
    if (found != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE && (found < 0 || is_ca))
        return report_refuse(report, STATUS_NOT_A_SIGNING_CERTIFICATE,
                             "the signer certificate is a CA: expected one that signs tokens only");
    return STATUS_ACCEPTED;
}

static enum status check_key_usage(gnutls_x509_crt_t signer, const struct issuer_rules *issuer,
                                   struct report *report)
{
    unsigned usage = 0, wanted = 0, critical;
    int found = gnutls_x509_crt_get_key_usage(signer, &usage, &critical);

    if (found == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
        return STATUS_ACCEPTED;
    if (string_list_has(&issuer->signer_key_usage, "digitalSignature"))
        wanted |= GNUTLS_KEY_DIGITAL_SIGNATURE;
    if (string_list_has(&issuer->signer_key_usage, "nonRepudiation"))
        wanted |= GNUTLS_KEY_NON_REPUDIATION;

    /* RFC 5280 section 4.2.1.3: enforced whether critical or not */
    if (found < 0 || !(usage & wanted))
        return report_refuse(report, STATUS_NOT_A_SIGNING_CERTIFICATE,
                             "keyUsage of the signer certificate has none of signer_key_usage");
    if (usage & (GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN))
        return report_refuse(report, STATUS_NOT_A_SIGNING_CERTIFICATE,
                             "keyUsage of the signer certificate is that of a CA");
    return STATUS_ACCEPTED;
}

static enum status check_extended_key_usage(gnutls_x509_crt_t signer,
                                            const struct issuer_rules *issuer,
                                            struct report *report)
{
    bool found_one = issuer->signer_eku.count == 0;

    for (unsigned i = 0;; i++) {
        char oid[OID_SIZE];
        size_t size = sizeof(oid);
        int found = gnutls_x509_crt_get_key_purpose_oid(signer, i, oid, &size, NULL);

        if (found == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
            break;
        /* RFC 5280 section 4.2.1.12: a purpose that cannot be read is no purpose */
        if (found < 0)
            return report_refuse(report, STATUS_NOT_A_SIGNING_CERTIFICATE,
                                 "extendedKeyUsage of the signer certificate cannot be read");
        found_one = found_one || string_list_has(&issuer->signer_eku, oid);
    }

    /* RFC 5280 section 4.2.1.12: anyExtendedKeyUsage is no substitute for a purpose asked for */
    if (!found_one)
        return report_refuse(report, STATUS_NOT_A_SIGNING_CERTIFICATE,
                             "extendedKeyUsage of the signer certificate has none of signer_eku");
    return STATUS_ACCEPTED;
}

static bool is_signer_host(struct span name, const struct string_list *names)
{
    for (size_t i = 0; i < names->count; i++)
        if (strlen(names->items[i]) == name.len &&
            strncasecmp(names->items[i], (const char *)name.ptr, name.len) == 0)
            return true;
    return false;
}

static bool name_allowed(unsigned type, struct span name, const struct issuer_rules *issuer,
                         bool names_constrained)
{
    /* an embedded NUL would end a name early for strncasecmp() */
    if (name.len == 0 || memchr(name.ptr, '\0', name.len))
        return false;
    if (type == GNUTLS_SAN_DNSNAME)
        return name.ptr[0] != '*' && is_signer_host(name, &issuer->signer_names);
    /* RFC 5280 section 4.2.1.10: a constraint on dNSNames leaves a CA free in its choice of URI
     * names */
    if (type == GNUTLS_SAN_URI && !names_constrained)
        return span_equal(name, span_text(issuer->issuer));
    return false;
}

static enum status check_names(gnutls_x509_crt_t signer, const struct issuer_rules *issuer,
                               bool names_constrained, struct report *report)
{
    bool allowed = string_list_has(&issuer->signer_names, "*");

    for (unsigned i = 0; !allowed; i++) {
        char name[NAME_SIZE];
        size_t size = sizeof(name);
        unsigned type = 0;
        int found = gnutls_x509_crt_get_subject_alt_name2(signer, i, name, &size, &type, NULL);

        if (found == GNUTLS_E_SHORT_MEMORY_BUFFER)
            continue;
        if (found < 0)
            break;
        allowed = name_allowed(type, span_of(name, size), issuer, names_constrained);
    }

    /* RFC 8725 section 3.8: under an organisation's root every printer has a certificate */
    if (!allowed)
        return report_refuse(report, STATUS_SIGNER_NOT_ALLOWED,
                             "expected a dNSName of signer_names (%s%s) or the issuer as URI name",
                             issuer->signer_names.count ? issuer->signer_names.items[0] : "none",
                             issuer->signer_names.count > 1 ? ", ..." : "");
    return STATUS_ACCEPTED;
}

enum status trust_signer_check(gnutls_x509_crt_t signer, const struct issuer_rules *issuer,
                               bool names_constrained, struct report *report)
{
    enum status status = check_not_ca(signer, report);

    if (status == STATUS_ACCEPTED)
        status = check_key_usage(signer, issuer, report);
    if (status == STATUS_ACCEPTED)
        status = check_extended_key_usage(signer, issuer, report);
    if (status == STATUS_ACCEPTED)
        status = check_names(signer, issuer, names_constrained, report);
    return status;
}
