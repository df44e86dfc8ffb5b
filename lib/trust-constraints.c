/* SPDX-License-Identifier: BSD-3-Clause */
#include "trust-constraints.h"

#include <string.h>

#include "der.h"

#define EXTENSIONS_MAX 32
#define OID_SIZE 128

struct oids {
    char text[EXTENSIONS_MAX][OID_SIZE];
    unsigned count;
};

static const char *const refused[] = {
    "2.5.29.36", /* policyConstraints */
    "2.5.29.54", /* inhibitAnyPolicy */
};

/* Critical or not, these are judged here or by GnuTLS, or say nothing about the path. */
static const char *const understood[] = {
    "2.5.29.14", /* subjectKeyIdentifier */
    "2.5.29.15", /* keyUsage */
    "2.5.29.17", /* subjectAltName */
    "2.5.29.18", /* issuerAltName */
    "2.5.29.19", /* basicConstraints */
    "2.5.29.30", /* nameConstraints */
    "2.5.29.31", /* cRLDistributionPoints */
    "2.5.29.32", /* certificatePolicies: any policy will do, so none is required */
    "2.5.29.33", /* policyMappings: likewise */
    "2.5.29.35", /* authorityKeyIdentifier */
    "2.5.29.37", /* extKeyUsage */
    "2.5.29.56", /* noRevAvail */
};

static bool among(const char *oid, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i], oid) == 0)
            return true;
    return false;
}

#define AMONG(oid, list) among(oid, list, sizeof(list) / sizeof((list)[0]))

static enum status check_extension(const struct oids *seen, const char *oid, unsigned critical,
                                   unsigned which, struct report *report)
{
    /* RFC 5280 section 4.2: an extension occurs once */
    for (unsigned i = 0; i < seen->count; i++)
        if (strcmp(seen->text[i], oid) == 0)
            return report_refuse(report, STATUS_UNSUPPORTED_CONSTRAINT,
                                 "certificate %u: extension %s occurs twice", which, oid);

    /* RFC 5280 sections 4.2.1.11 and 4.2.1.14 */
    if (AMONG(oid, refused))
        return report_refuse(report, STATUS_UNSUPPORTED_CONSTRAINT,
                             "certificate %u: extension %s cannot be enforced", which, oid);

    /* RFC 5280 section 4.2: critical means understand or refuse */
    if (critical && !AMONG(oid, understood))
        return report_refuse(report, STATUS_UNSUPPORTED_CONSTRAINT,
                             "certificate %u: critical extension %s is unknown", which, oid);
    return STATUS_ACCEPTED;
}

static enum status check_extensions(gnutls_x509_crt_t cert, unsigned which, struct report *report)
{
    struct oids seen = {.count = 0};

    for (;;) {
        size_t size = OID_SIZE;
        unsigned critical = 1;
        char oid[OID_SIZE];
        int found = gnutls_x509_crt_get_extension_info(cert, seen.count, oid, &size, &critical);
        enum status status;

        if (found == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
            return STATUS_ACCEPTED;
        /* RFC 8725 section 3.11: bounded work */
        if (found < 0 || seen.count == EXTENSIONS_MAX)
            return report_refuse(report, STATUS_UNSUPPORTED_CONSTRAINT,
                                 "certificate %u: expected at most %d readable extensions", which,
                                 EXTENSIONS_MAX);
        status = check_extension(&seen, oid, critical, which, report);
        if (status != STATUS_ACCEPTED)
            return status;
        memcpy(seen.text[seen.count++], oid, sizeof(oid));
    }
}

/* A GeneralSubtree with a dNSName, rfc822Name or iPAddress, from minimum 0 to no maximum. */
static bool subtree_supported(struct span subtree)
{
    struct span base;
    unsigned tag;

    return der_take(&subtree, &tag, &base) && (tag == 0x81 || tag == 0x82 || tag == 0x87) &&
           subtree.len == 0;
}

/* All of permittedSubtrees or excludedSubtrees. */
static bool subtrees_supported(struct span subtrees)
{
    while (subtrees.len > 0) {
        struct span subtree;
        unsigned tag;

        if (!der_take(&subtrees, &tag, &subtree) || tag != DER_SEQUENCE ||
            !subtree_supported(subtree))
            return false;
    }
    return true;
}

/* The DER of NameConstraints (RFC 5280 section 4.2.1.10): GnuTLS drops some that it cannot enforce.
 */
static bool constraints_supported(struct span der)
{
    struct span list, subtrees;
    unsigned tag;

    if (!der_take(&der, &tag, &list) || tag != DER_SEQUENCE || der.len > 0)
        return false;
    while (list.len > 0)
        if (!der_take(&list, &tag, &subtrees) || (tag != 0xa0 && tag != 0xa1) ||
            !subtrees_supported(subtrees))
            return false;
    return true;
}

static enum status check_name_constraints(gnutls_x509_crt_t cert, unsigned which,
                                          struct report *report)
{
    gnutls_datum_t der = {NULL, 0};
    unsigned critical;
    bool supported;
    int found = gnutls_x509_crt_get_extension_by_oid2(cert, "2.5.29.30", 0, &der, &critical);

    if (found == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
        return STATUS_ACCEPTED;
    supported = found >= 0 && constraints_supported(span_of(der.data, der.size));
    gnutls_free(der.data);

    /* RFC 5280 section 4.2.1.10: constraints on other kinds of names are not enforced by GnuTLS */
    if (!supported)
        return report_refuse(report, STATUS_UNSUPPORTED_CONSTRAINT,
                             "certificate %u: name constraints of another kind than dNSName, "
                             "rfc822Name, iPAddress",
                             which);
    return STATUS_ACCEPTED;
}

enum status trust_constraints_check(gnutls_x509_crt_t cert, unsigned which, struct report *report)
{
    enum status status = check_extensions(cert, which, report);

    return status == STATUS_ACCEPTED ? check_name_constraints(cert, which, report) : status;
}

bool trust_constraints_on_names(gnutls_x509_crt_t cert)
{
    gnutls_datum_t der = {NULL, 0};
    int found = gnutls_x509_crt_get_extension_by_oid2(cert, "2.5.29.30", 0, &der, NULL);

    gnutls_free(der.data);
    return found != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE;
}
