/* SPDX-License-Identifier: BSD-3-Clause */
#include "trust-issuer.h"

#include "der.h"

#define DER_BOOLEAN 0x01u
#define DER_INTEGER 0x02u

#define NO_LIMIT 255u
#define LIMIT_MAX 127u /* in one byte; a path is shorter than any other */

/* GnuTLS takes a negative limit for none. */
static bool read_limit(struct span rest, unsigned *limit)
{
    struct span number;

    *limit = NO_LIMIT;
    if (rest.len == 0)
        return true;
    if (!der_take_tag(&rest, DER_INTEGER, &number) || rest.len > 0 || number.len == 0 ||
        number.ptr[0] > LIMIT_MAX)
        return false;
    *limit = number.len == 1 ? number.ptr[0] : NO_LIMIT;
    return number.len == 1 || number.ptr[0] > 0 || number.ptr[1] > LIMIT_MAX;
}

/* The DER of BasicConstraints (RFC 5280 section 4.2.1.9). */
static bool read_constraints(struct span der, bool *is_ca, unsigned *limit)
{
    struct span list, flag;
    unsigned tag;

    if (!der_take(&der, &tag, &list) || tag != DER_SEQUENCE || der.len > 0)
        return false;
    *is_ca = false;
    if (list.len > 0 && list.ptr[0] == DER_BOOLEAN) {
        if (!der_take_tag(&list, DER_BOOLEAN, &flag) || flag.len != 1)
            return false;
        *is_ca = flag.ptr[0] != 0;
    }
    return read_limit(list, limit);
}

static enum status check_constraints(gnutls_x509_crt_t cert, unsigned below, const char *name,
                                     struct report *report)
{
    gnutls_datum_t der = {NULL, 0};
    unsigned limit = 0;
    bool is_ca = false, readable;

    readable = gnutls_x509_crt_get_extension_by_oid2(cert, "2.5.29.19", 0, &der, NULL) >= 0 &&
               read_constraints(span_of(der.data, der.size), &is_ca, &limit);
    gnutls_free(der.data);

    /* RFC 5280 sections 4.1.2.1 and 6.1.4 (k): extensions came with version 3 */
    if (gnutls_x509_crt_get_version(cert) != 3 || !readable || !is_ca)
        return report_refuse(report, STATUS_UNTRUSTED_CHAIN,
                             "%s is not an X.509 version 3 CA certificate", name);

    /* RFC 5280 section 6.1.4 (m) */
    if (limit < below)
        return report_refuse(report, STATUS_UNTRUSTED_CHAIN,
                             "pathLenConstraint of %s is %u, below it are %u more CAs", name, limit,
                             below);
    return STATUS_ACCEPTED;
}

static enum status check_usage(gnutls_x509_crt_t cert, const char *name, struct report *report)
{
    unsigned critical, usage = 0;
    int found = gnutls_x509_crt_get_key_usage(cert, &usage, &critical);

    /* RFC 5280 section 6.1.4 (n), and (d) of section 6.1.1 for an anchor */
    if (found != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE &&
        (found < 0 || !(usage & GNUTLS_KEY_KEY_CERT_SIGN)))
        return report_refuse(report, STATUS_UNTRUSTED_CHAIN, "keyUsage of %s has no keyCertSign",
                             name);
    return STATUS_ACCEPTED;
}

enum status trust_issuer_check(gnutls_x509_crt_t cert, unsigned below, const char *name,
                               struct report *report)
{
    enum status status = check_constraints(cert, below, name, report);

    return status == STATUS_ACCEPTED ? check_usage(cert, name, report) : status;
}
