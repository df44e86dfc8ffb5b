/* SPDX-License-Identifier: BSD-3-Clause */
#include "crl-entries.h"

#include "der.h"
#include "x509-time.h"

/* Content of the OIDs. */
#define OID_REASON span_of("\x55\x1d\x15", 3)
#define OID_HOLD_INSTRUCTION span_of("\x55\x1d\x17", 3)
#define OID_INVALIDITY_DATE span_of("\x55\x1d\x18", 3)
#define OID_CERTIFICATE_ISSUER span_of("\x55\x1d\x1d", 3)

/* An entry with a reason and nothing else, up to the reason: what most lists are full of. */
static const unsigned char usual[] = {DER_SEQUENCE, 0x0c, DER_SEQUENCE, 0x0a, 0x06, 0x03,
                                      0x55,         0x1d, 0x15,         0x04, 0x03, X509_ENUMERATED,
                                      0x01};

struct entry {
    struct span serial;
    struct span date;       /* revocationDate, with tag and length */
    struct span extensions; /* crlEntryExtensions, with tag and length; empty if there are none */
};

/* RFC 5280 section 5.1: the date is looked at only where it matters */
static inline bool take_entry(struct span *rest, struct entry *entry)
{
    struct span content, date;

    if (!der_take_tag(rest, DER_SEQUENCE, &content) ||
        !der_take_tag(&content, X509_INTEGER, &entry->serial) || entry->serial.len == 0)
        return false;
    entry->date = content;
    if (!der_take_tag(&content, X509_UTC_TIME, &date) && !der_take_tag(&content, X509_TIME, &date))
        return false;
    entry->extensions = content;
    return true;
}

static inline bool is_usual(struct span extensions)
{
    return extensions.len == sizeof(usual) + 1 && memcmp(extensions.ptr, usual, sizeof(usual)) == 0;
}

static bool read_reason(struct span value, unsigned *reason)
{
    struct span content;

    if (!x509_take_only(value, X509_ENUMERATED, &content) || content.len != 1)
        return false;
    *reason = content.ptr[0];
    return true;
}

static bool read_extension(const struct x509_extension *extension, unsigned *reason,
                           struct crl_doubt *doubt, struct evidence *evidence)
{
    /* RFC 5280 section 5.3.1 */
    if (span_equal(extension->oid, OID_REASON))
        return read_reason(extension->value, reason) ||
               evidence_refuse(evidence, "CRL: the reason of an entry cannot be read");

    /* RFC 5280 section 5.3.3: from here on the entries are of certificates of somebody else */
    if (span_equal(extension->oid, OID_CERTIFICATE_ISSUER))
        return evidence_refuse(evidence, "CRL: expected entries of its own issuer, found one of "
                                         "another (indirect CRL)");

    /* RFC 5280 section 5.3: not to be used; X.509 section 7.3: but what is listed is revoked */
    if (extension->critical && !span_equal(extension->oid, OID_HOLD_INSTRUCTION) &&
        !span_equal(extension->oid, OID_INVALIDITY_DATE))
        crl_doubt(doubt, "CRL: an entry has a critical extension that is not known");
    return true;
}

static bool read_extensions(const struct crl *crl, struct span extensions, unsigned *reason,
                            struct crl_doubt *doubt, struct evidence *evidence)
{
    struct x509_extension extension;
    struct span list;

    /* RFC 5280 section 5.1.2.1: extensions came with v2 */
    if (crl->version != 2 || !x509_take_only(extensions, DER_SEQUENCE, &list) ||
        !x509_extensions_readable(list, NULL))
        return evidence_refuse(evidence,
                               "CRL: expected extensions of an entry, each once, in version "
                               "2 only, found something else");
    while (x509_take_extension(&list, &extension))
        if (!read_extension(&extension, reason, doubt, evidence))
            return false;
    return true;
}

static enum crl_listed listed_as(unsigned reason)
{
    switch (reason) {
    case REASON_REMOVED:
        return CRL_REMOVED;
    case REASON_HOLD:
        return CRL_ON_HOLD;
    default:
        return CRL_REVOKED;
    }
}

/* An entry of the certificate: it counts if none before it is worse. */
static bool read_own(const struct entry *entry, unsigned reason, struct crl_entry *found,
                     struct evidence *evidence)
{
    struct crl_entry own = {.listed = listed_as(reason), .reason = reason};
    struct span date = entry->date;

    /* RFC 5280 section 5.1.2.6 */
    if (!x509_take_any_time(&date, &own.since))
        return evidence_refuse(evidence,
                               "CRL: the revocation date of the certificate cannot be read");
    if (own.listed > found->listed)
        *found = own;
    return true;
}

bool crl_entries_find(const struct crl *crl, struct span serial, struct crl_entry *found,
                      struct crl_doubt *doubt, struct evidence *evidence)
{
    struct span rest = crl->entries;

    *found = (struct crl_entry){.listed = CRL_NOT_LISTED};
    serial = span_number(serial);
    while (rest.len > 0) {
        struct entry entry;
        unsigned reason = REASON_UNSPECIFIED;
        bool own;

        if (!take_entry(&rest, &entry))
            return evidence_refuse(evidence,
                                   "CRL: expected an entry with a serial number and a date, "
                                   "found something else");
        /* RFC 5280 section 4.1.2.2: a positive number, though not all write its sign */
        own = span_equal(span_number(entry.serial), serial);
        if (entry.extensions.len > 0 && (own || crl->version != 2 || !is_usual(entry.extensions)) &&
            !read_extensions(crl, entry.extensions, &reason, doubt, evidence))
            return false;
        if (own && !read_own(&entry, reason, found, evidence))
            return false;
    }
    return true;
}
