/* SPDX-License-Identifier: BSD-3-Clause */
#include "crl-form.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>

#include "der.h"
#include "x509-time.h"

void crl_doubt(struct crl_doubt *doubt, const char *format, ...)
{
    va_list arguments;

    doubt->any = true;
    va_start(arguments, format);
    if (vsnprintf(doubt->detail, sizeof(doubt->detail), format, arguments) < 0)
        doubt->detail[0] = '\0';
    va_end(arguments);
}

/* RFC 5280 section 5.1.2.1: absent is v1, and the only one that may be written down is v2 */
static bool take_version(struct span *rest, unsigned *version)
{
    struct span content;

    *version = 1;
    if (!x509_next_is(*rest, X509_INTEGER))
        return true;
    *version = 2;
    return der_take_tag(rest, X509_INTEGER, &content) && content.len == 1 && content.ptr[0] == 1;
}

static bool take_dates(struct span *rest, struct crl *crl)
{
    if (!x509_take_any_time(rest, &crl->this_update))
        return false;
    crl->has_next_update = x509_next_is(*rest, X509_UTC_TIME) || x509_next_is(*rest, X509_TIME);
    return !crl->has_next_update || x509_take_any_time(rest, &crl->next_update);
}

/* RFC 5280 section 5.1.2.1: extensions came with v2 */
static bool take_extensions(struct span *rest, struct crl *crl)
{
    struct span tagged;

    if (rest->len == 0)
        return true;
    return crl->version == 2 && der_take_tag(rest, X509_CHOICE(0), &tagged) &&
           x509_take_only(tagged, DER_SEQUENCE, &crl->extensions) &&
           x509_extensions_readable(crl->extensions, NULL);
}

/* RFC 5280 section 5.1.2: TBSCertList; `*algorithm` with tag and length */
static bool read_tbs(struct crl *crl, struct span *algorithm, struct evidence *evidence)
{
    struct span rest;

    if (!x509_take_only(crl->tbs, DER_SEQUENCE, &rest))
        return evidence_refuse(evidence, "CRL: expected tbsCertList, found another element");
    if (!take_version(&rest, &crl->version))
        return evidence_refuse(evidence, "CRL: expected version 2, or none, found another");
    if (!x509_take_whole(&rest, DER_SEQUENCE, algorithm))
        return evidence_refuse(evidence, "CRL: expected an algorithm, found another element");
    if (!x509_take_whole(&rest, DER_SEQUENCE, &crl->issuer))
        return evidence_refuse(evidence, "CRL: expected the issuer's name, found another element");
    if (!take_dates(&rest, crl))
        return evidence_refuse(evidence, "CRL: expected thisUpdate, and perhaps nextUpdate, as "
                                         "YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ, found something else");
    if (x509_next_is(rest, DER_SEQUENCE) && !der_take_tag(&rest, DER_SEQUENCE, &crl->entries))
        return evidence_refuse(evidence, "CRL: expected a list of entries, found a part of it");
    if (!take_extensions(&rest, crl) || rest.len > 0)
        return evidence_refuse(evidence,
                               "CRL: expected extensions, each once, in version 2 only, or the end "
                               "of tbsCertList, found something else");
    return true;
}

bool crl_form_read(struct span der, struct crl *crl, struct evidence *evidence)
{
    struct span list, inner, outer, rest;

    *crl = (struct crl){.version = 0};
    /* GnuTLS counts bytes in unsigned int */
    if (der.len > UINT_MAX)
        return evidence_refuse(evidence, "CRL: expected less than 4 GiB, found %zu bytes", der.len);

    /* RFC 5280 section 5.1.1 */
    rest = der;
    if (!der_take_tag(&rest, DER_SEQUENCE, &list))
        return evidence_refuse(evidence, "expected a CRL in DER, found %zu other bytes", der.len);
    if (rest.len > 0)
        return evidence_refuse(evidence, "CRL: expected its end, found %zu bytes more", rest.len);
    if (!x509_take_whole(&list, DER_SEQUENCE, &crl->tbs) ||
        !x509_take_whole(&list, DER_SEQUENCE, &outer) || !x509_take_bits(&list, &crl->signature) ||
        list.len > 0)
        return evidence_refuse(evidence, "CRL: expected tbsCertList, algorithm and signature, "
                                         "found something else");
    if (!read_tbs(crl, &inner, evidence))
        return false;

    /* RFC 5280 section 5.1.1.2: the algorithm beside must be the one that is signed */
    if (!span_equal(inner, outer) || !x509_take_algorithm(&outer, &crl->algorithm))
        return evidence_refuse(evidence,
                               "CRL: expected the same algorithm, with the same parameters, "
                               "inside and beside what is signed, found two");
    return true;
}
