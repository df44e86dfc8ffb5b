/* SPDX-License-Identifier: BSD-3-Clause */
#include "crl-point.h"

#include "der.h"

#define DER_SET 0x31u
#define DIRECTORY_NAME 0xa4u /* of GeneralName */

/* Tags of IssuingDistributionPoint, DistributionPoint and DistributionPointName. */
enum {
    POINT_NAME = 0xa0,
    ONLY_USERS = 0x81,
    ONLY_CAS = 0x82,
    ONLY_REASONS = 0x83,
    INDIRECT = 0x84,
    ONLY_ATTRIBUTES = 0x85,
    POINT_REASONS = 0x81,
    POINT_ISSUER = 0xa2,
    FULL_NAME = 0xa0,
    RELATIVE_NAME = 0xa1,
};

struct point {
    struct span name; /* DistributionPointName; empty if there is none */
    bool only_users, only_cas, only_reasons, indirect, only_attributes;
};

/* DEFAULT FALSE: only TRUE is written down. */
static bool take_flag(struct span *rest, unsigned tag, bool *flag)
{
    struct span content;

    *flag = x509_next_is(*rest, tag);
    return !*flag ||
           (der_take_tag(rest, tag, &content) && content.len == 1 && content.ptr[0] == 0xff);
}

static bool read_point(struct span value, struct point *point)
{
    struct span rest, reasons;

    *point = (struct point){.indirect = false};
    if (!x509_take_only(value, DER_SEQUENCE, &rest) || rest.len == 0)
        return false;
    if (x509_next_is(rest, POINT_NAME) &&
        (!der_take_tag(&rest, POINT_NAME, &point->name) || point->name.len == 0))
        return false;
    if (!take_flag(&rest, ONLY_USERS, &point->only_users) ||
        !take_flag(&rest, ONLY_CAS, &point->only_cas))
        return false;
    point->only_reasons = x509_next_is(rest, ONLY_REASONS);
    if (point->only_reasons && !der_take_tag(&rest, ONLY_REASONS, &reasons))
        return false;
    return take_flag(&rest, INDIRECT, &point->indirect) &&
           take_flag(&rest, ONLY_ATTRIBUTES, &point->only_attributes) && rest.len == 0;
}

/* --- names ------------------------------------------------------------------------------------ */

/* Whether a GeneralName is the issuer's Name with that RelativeDistinguishedName behind it. */
static bool is_below(struct span name, struct span issuer, struct span relative)
{
    struct span inner, last;
    struct span full, base;

    if (!x509_take_only(name, DIRECTORY_NAME, &inner) ||
        !x509_take_only(inner, DER_SEQUENCE, &full) || !x509_take_only(issuer, DER_SEQUENCE, &base))
        return false;
    if (full.len < base.len || !span_equal(span_of(full.ptr, base.len), base))
        return false;
    full = span_of(full.ptr + base.len, full.len - base.len);
    return x509_take_only(full, DER_SET, &last) && span_equal(last, relative);
}

static bool take_name(struct span *names, struct span *name)
{
    const unsigned char *begin = names->ptr;
    struct span content;
    unsigned tag;

    if (!der_take(names, &tag, &content))
        return false;
    *name = span_of(begin, (size_t)(names->ptr - begin));
    return true;
}

/* Whether `wanted`, a GeneralName with tag and length, is among `names`. */
static bool among(struct span names, struct span wanted)
{
    struct span name;

    while (take_name(&names, &name))
        if (span_equal(name, wanted))
            return true;
    return false;
}

static bool among_below(struct span names, struct span issuer, struct span relative)
{
    struct span name;

    while (take_name(&names, &name))
        if (is_below(name, issuer, relative))
            return true;
    return false;
}

/* Whether two DistributionPointNames have a name in common, byte for byte. */
static bool in_common(struct span a, struct span b, struct span issuer)
{
    struct span full_a, full_b, relative, name;

    if (x509_take_only(a, FULL_NAME, &full_a) && x509_take_only(b, FULL_NAME, &full_b)) {
        while (take_name(&full_a, &name))
            if (among(full_b, name))
                return true;
        return false;
    }
    if (x509_take_only(a, FULL_NAME, &full_a) && x509_take_only(b, RELATIVE_NAME, &relative))
        return among_below(full_a, issuer, relative);
    if (x509_take_only(b, FULL_NAME, &full_b) && x509_take_only(a, RELATIVE_NAME, &relative))
        return among_below(full_b, issuer, relative);
    return x509_take_only(a, RELATIVE_NAME, &relative) && relative.len > 0 && span_equal(a, b);
}

/* --- cRLDistributionPoints -------------------------------------------------------------------- */

enum match { NO_MATCH, MATCH_SOME_REASONS, MATCH };

/* RFC 5280 section 4.2.1.13: one DistributionPoint */
static enum match match_one(struct span place, struct span wanted, struct span issuer)
{
    struct span name, reasons;
    bool some;

    if (!der_take_tag(&place, POINT_NAME, &name))
        return NO_MATCH;
    some = x509_next_is(place, POINT_REASONS);
    if (some && !der_take_tag(&place, POINT_REASONS, &reasons))
        return NO_MATCH;
    /* RFC 5280 section 6.3.3 (b) (1): with cRLIssuer it is a place of indirect CRLs */
    if (place.len > 0 || !in_common(name, wanted, issuer))
        return NO_MATCH;
    return some ? MATCH_SOME_REASONS : MATCH;
}

static enum match match_any(struct span value, struct span wanted, struct span issuer)
{
    enum match best = NO_MATCH;
    struct span places, place;

    if (!x509_take_only(value, DER_SEQUENCE, &places))
        return NO_MATCH;
    while (der_take_tag(&places, DER_SEQUENCE, &place)) {
        enum match match = match_one(place, wanted, issuer);

        if (match > best)
            best = match;
    }
    return places.len == 0 ? best : NO_MATCH;
}

static enum match match_name(const struct x509_party *cert, struct span wanted)
{
    gnutls_datum_t value = {NULL, 0};
    enum match match = NO_MATCH;

    if (gnutls_x509_crt_get_extension_by_oid2(cert->crt, "2.5.29.31", 0, &value, NULL) >= 0)
        match = match_any(span_of(value.data, value.size), wanted, cert->cert.issuer);
    gnutls_free(value.data);
    return match;
}

/* --- scope ------------------------------------------------------------------------------------ */

static bool check_name(const struct point *point, const struct x509_party *cert,
                       struct crl_doubt *doubt, struct evidence *evidence)
{
    enum match match;

    if (point->name.len == 0)
        return true;
    match = match_name(cert, point->name);

    /* RFC 5280 section 6.3.3 (b) (2) (i) */
    if (match == NO_MATCH)
        return evidence_refuse(evidence,
                               "CRL: expected a name of issuingDistributionPoint among the "
                               "certificate's cRLDistributionPoints, found none");

    /* RFC 5280 section 6.3.3 (d) (3) */
    if (match == MATCH_SOME_REASONS)
        crl_doubt(doubt, "CRL: the certificate names it for some reasons of revocation only");
    return true;
}

bool crl_point_check(struct span value, const struct x509_party *cert, struct crl_doubt *doubt,
                     struct evidence *evidence)
{
    unsigned critical;
    bool is_ca = gnutls_x509_crt_get_ca_status(cert->crt, &critical) > 0;
    struct point point;

    if (!read_point(value, &point))
        return evidence_refuse(evidence, "CRL: issuingDistributionPoint cannot be read");

    /* RFC 5280 section 5.2.5: entries may be of certificates of somebody else */
    if (point.indirect)
        return evidence_refuse(evidence,
                               "CRL: expected one of its own issuer's certificates, found "
                               "an indirect CRL");

    /* RFC 5280 section 6.3.3 (b) (2) (iv), (ii) and (iii) */
    if (point.only_attributes)
        return evidence_refuse(evidence, "CRL: it is about attribute certificates only");
    if (point.only_users && is_ca)
        return evidence_refuse(evidence,
                               "CRL: it is about end entities only, the certificate is a CA");
    if (point.only_cas && !is_ca)
        return evidence_refuse(evidence, "CRL: it is about CAs only, the certificate is none");

    /* RFC 5280 section 6.3.3 (d) */
    if (point.only_reasons)
        crl_doubt(doubt, "CRL: it is about some reasons of revocation only");
    return check_name(&point, cert, doubt, evidence);
}
