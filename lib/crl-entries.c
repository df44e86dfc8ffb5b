/* SPDX-License-Identifier: BSD-3-Clause */
#include "crl-entries.h"

#include <limits.h>

#include "der.h"
#include "x509-time.h"

/* Content of the OIDs. */
#define OID_REASON span_of("\x55\x1d\x15", 3)
#define OID_HOLD_INSTRUCTION span_of("\x55\x1d\x17", 3)
#define OID_INVALIDITY_DATE span_of("\x55\x1d\x18", 3)
#define OID_CERTIFICATE_ISSUER span_of("\x55\x1d\x1d", 3)

/* The extensions that most entries have, up to what they say: a reason, an invalidityDate. */
static const unsigned char usual_reason[] = {
    DER_SEQUENCE, 0x0a, 0x06, 0x03, 0x55, 0x1d, 0x15, 0x04, 0x03, X509_ENUMERATED, 0x01};
static const unsigned char usual_date[] = {DER_SEQUENCE, 0x18, 0x06, 0x03,      0x55, 0x1d,
                                           0x18,         0x04, 0x11, X509_TIME, 0x0f};

#define HEAD 2 /* bytes of a tag and a short length */

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

/*
 * The same for what most entries are: each length in one byte, the date a UTCTime. It only saves
 * time; what it does not take is left to take_entry().
 */
static inline bool take_usual_entry(struct span *rest, struct entry *entry)
{
    const unsigned char *at = rest->ptr;
    size_t len, serial, head;

    if (rest->len < HEAD + HEAD || at[0] != DER_SEQUENCE || at[2] != X509_INTEGER)
        return false;
    len = HEAD + (size_t)at[1];
    serial = at[3];
    head = HEAD + HEAD + serial;
    if (at[1] >= 0x80 || len > rest->len || serial == 0 || head + HEAD + X509_UTC_TIME_LEN > len ||
        at[head] != X509_UTC_TIME || at[head + 1] != X509_UTC_TIME_LEN)
        return false;
    entry->serial = span_of(at + HEAD + HEAD, serial);
    entry->date = span_of(at + head, len - head);
    head += HEAD + X509_UTC_TIME_LEN;
    entry->extensions = span_of(at + head, len - head);
    *rest = span_of(at + len, rest->len - len);
    return true;
}

static inline bool skip(struct span *rest, const unsigned char *head, size_t size, size_t more)
{
    if (rest->len < size + more || memcmp(rest->ptr, head, size) != 0)
        return false;
    *rest = span_of(rest->ptr + size + more, rest->len - size - more);
    return true;
}

/* Whether there are only those, in that order: they change nothing for anybody else. */
static inline bool has_usual_extensions(struct span extensions)
{
    struct span list;
    bool reason, date;

    if (!der_take_tag(&extensions, DER_SEQUENCE, &list) || extensions.len > 0)
        return false;
    reason = skip(&list, usual_reason, sizeof(usual_reason), 1);
    date = skip(&list, usual_date, sizeof(usual_date), 0x0f);
    return (reason || date) && list.len == 0;
}

/* The same number in as few bytes as it needs: RFC 5280 section 4.1.2.2 wants it positive, but -1
 * is not 255. */
static inline struct span shortest(struct span number)
{
    while (number.len > 1 && ((number.ptr[0] == 0x00 && number.ptr[1] < 0x80) ||
                              (number.ptr[0] == 0xff && number.ptr[1] >= 0x80)))
        number = span_of(number.ptr + 1, number.len - 1);
    return number;
}

static inline bool same_number(struct span serial, struct span own)
{
    return serial.ptr[serial.len - 1] == own.ptr[own.len - 1] &&
           span_equal(shortest(serial), shortest(own));
}

/* --- extensions ------------------------------------------------------------------------------- */

#define UNREADABLE_REASON UINT_MAX

static unsigned read_reason(struct span value, struct crl_doubt *doubt)
{
    struct span content;

    if (x509_take_only(value, X509_ENUMERATED, &content) && content.len == 1)
        return content.ptr[0];
    crl_doubt(doubt, "CRL: the reason of an entry cannot be read");
    return UNREADABLE_REASON;
}

/* False if from here on the entries are of certificates of somebody else. */
static bool read_extension(const struct x509_extension *extension, unsigned *reason,
                           struct crl_doubt *doubt)
{
    /* RFC 5280 section 5.3.3 */
    if (span_equal(extension->oid, OID_CERTIFICATE_ISSUER)) {
        crl_doubt(doubt, "CRL: expected entries of its own issuer, found one of another "
                         "(indirect CRL)");
        return false;
    }

    /* RFC 5280 section 5.3.1 */
    if (span_equal(extension->oid, OID_REASON)) {
        *reason = read_reason(extension->value, doubt);
        return true;
    }

    /* RFC 5280 section 5.3: not to be used; X.509 section 7.3: but what is listed is revoked */
    if (extension->critical && !span_equal(extension->oid, OID_HOLD_INSTRUCTION) &&
        !span_equal(extension->oid, OID_INVALIDITY_DATE))
        crl_doubt(doubt, "CRL: an entry has a critical extension that is not known");
    return true;
}

/* Likewise; the reason of one whose extensions cannot be read is none that could be taken back. */
static bool read_extensions(const struct crl *crl, struct span extensions, unsigned *reason,
                            struct crl_doubt *doubt)
{
    struct x509_extension extension;
    struct span list;

    /* RFC 5280 section 5.1.2.1: extensions came with v2 */
    if (crl->version != 2 || !x509_take_only(extensions, DER_SEQUENCE, &list) ||
        !x509_extensions_readable(list, NULL)) {
        crl_doubt(doubt, "CRL: expected extensions of an entry, each once, in version 2 only, "
                         "found something else");
        *reason = UNREADABLE_REASON;
        return true;
    }
    while (x509_take_extension(&list, &extension))
        if (!read_extension(&extension, reason, doubt))
            return false;
    return true;
}

/* --- entries ---------------------------------------------------------------------------------- */

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
static void read_own(const struct crl *crl, const struct entry *entry, unsigned reason,
                     struct crl_entry *found)
{
    struct crl_entry own = {.listed = listed_as(reason), .reason = reason};
    struct span date = entry->date;

    /* RFC 5280 section 5.1.2.6; whenever it was, it was not later */
    if (!x509_take_any_time(&date, &own.since))
        own.since = crl->this_update;
    if (own.listed > found->listed)
        *found = own;
}

void crl_entries_find(const struct crl *crl, struct span serial, struct crl_entry *found,
                      struct crl_doubt *doubt)
{
    struct span rest = crl->entries;

    *found = (struct crl_entry){.listed = CRL_NOT_LISTED};
    while (rest.len > 0) {
        struct entry entry;
        unsigned reason = REASON_UNSPECIFIED;
        bool own;

        if (!take_usual_entry(&rest, &entry) && !take_entry(&rest, &entry)) {
            crl_doubt(doubt, "CRL: expected an entry with a serial number and a date, found "
                             "something else");
            return;
        }
        own = same_number(entry.serial, serial);
        if (entry.extensions.len > 0 &&
            (own || crl->version != 2 || !has_usual_extensions(entry.extensions)) &&
            !read_extensions(crl, entry.extensions, &reason, doubt))
            return;
        if (own)
            read_own(crl, &entry, reason, found);
    }
}
