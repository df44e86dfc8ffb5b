/* SPDX-License-Identifier: BSD-3-Clause */
#include "revocation.h"

#include <stdio.h>
#include <stdlib.h>

#define SERIAL_SIZE 64 /* RFC 5280 section 4.1.2.2 has at most 20 bytes */

/* From best to worst: the worst of the path is what the log says. */
enum settled { BY_NO_REV_AVAIL, BY_SHORT_LIFE, UNKNOWN, SWITCHED_OFF };

static const char *const settled_names[] = {
    [BY_NO_REV_AVAIL] = "noRevAvail",
    [BY_SHORT_LIFE] = "short-lived",
    [UNKNOWN] = "unknown",
    [SWITCHED_OFF] = "off",
};

struct trusted_key {
    gnutls_pubkey_t pubkey;
    char serial[2 * SERIAL_SIZE + 1];
    enum settled settled;
};

static bool has_extension(gnutls_x509_crt_t cert, const char *oid)
{
    unsigned char data[1];
    size_t size = sizeof(data);
    unsigned critical;

    return gnutls_x509_crt_get_extension_by_oid(cert, oid, 0, data, &size, &critical) !=
           GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE;
}

/* RFC 9608 section 4: only an end entity, and only without a place to ask */
static bool has_no_rev_avail(gnutls_x509_crt_t cert, bool end_entity)
{
    return end_entity && has_extension(cert, "2.5.29.56") && !has_extension(cert, "2.5.29.31") &&
           !has_extension(cert, "2.5.29.46") && !has_extension(cert, "1.3.6.1.5.5.7.1.1");
}

static bool is_short_lived(gnutls_x509_crt_t cert, int64_t short_lived)
{
    time_t begin = gnutls_x509_crt_get_activation_time(cert);
    time_t end = gnutls_x509_crt_get_expiration_time(cert);

    return short_lived > 0 && begin != (time_t)-1 && end != (time_t)-1 && end >= begin &&
           end - begin <= short_lived;
}

static enum settled settle(const struct trusted_path *path, unsigned index,
                           const struct issuer_rules *issuer)
{
    gnutls_x509_crt_t cert = trust_path_cert(path, index);

    if (issuer->revocation == REVOCATION_OFF)
        return SWITCHED_OFF;
    if (has_no_rev_avail(cert, index == 0))
        return BY_NO_REV_AVAIL;
    return is_short_lived(cert, issuer->short_lived) ? BY_SHORT_LIFE : UNKNOWN;
}

/* The certificates but the anchor, which is trusted by configuration. */
static enum status settle_all(const struct trusted_path *path, const struct issuer_rules *issuer,
                              enum settled *worst, struct report *report)
{
    *worst = BY_NO_REV_AVAIL;
    for (unsigned i = 0; i + 1 < trust_path_count(path); i++) {
        enum settled settled = settle(path, i, issuer);

        /* RFC 5280 section 6.3: no status is no good status */
        if (settled == UNKNOWN && issuer->revocation != REVOCATION_PREFER)
            return report_refuse(report, STATUS_REVOCATION_UNKNOWN,
                                 "certificate %u has no revocation status, is not marked "
                                 "noRevAvail and lives longer than short_lived",
                                 i);
        if (settled > *worst)
            *worst = settled;
    }
    return STATUS_ACCEPTED;
}

static bool read_serial(gnutls_x509_crt_t cert, char *out)
{
    unsigned char serial[SERIAL_SIZE];
    size_t size = sizeof(serial);

    if (gnutls_x509_crt_get_serial(cert, serial, &size) < 0)
        return false;
    for (size_t i = 0; i < size; i++)
        snprintf(out + 2 * i, 3, "%02x", serial[i]);
    return true;
}

static enum status make_key(gnutls_x509_crt_t signer, enum settled settled,
                            struct trusted_key **key, struct report *report)
{
    TRUSTED_KEY_CLEANUP struct trusted_key *made = calloc(1, sizeof(*made));

    if (!made || gnutls_pubkey_init(&made->pubkey) < 0)
        return report_refuse(report, STATUS_OUT_OF_MEMORY, "no memory for the key");
    made->settled = settled;

    /* RFC 5280 sections 4.1.2.2 and 4.1.2.7 */
    if (gnutls_pubkey_import_x509(made->pubkey, signer, 0) < 0 ||
        !read_serial(signer, made->serial))
        return report_refuse(report, STATUS_BAD_KEY, "the signer certificate cannot be read");
    *key = made;
    made = NULL; /* transferred */
    return STATUS_ACCEPTED;
}

enum status revocation_check(const struct trusted_path *path, const struct issuer_rules *issuer,
                             struct trusted_key **key, struct report *report)
{
    enum settled worst = UNKNOWN;
    enum status status = settle_all(path, issuer, &worst, report);

    if (status != STATUS_ACCEPTED)
        return status;
    return make_key(trust_path_cert(path, 0), worst, key, report);
}

gnutls_pubkey_t trusted_key_pubkey(const struct trusted_key *key)
{
    return key->pubkey;
}

const char *trusted_key_serial(const struct trusted_key *key)
{
    return key->serial;
}

const char *trusted_key_revocation(const struct trusted_key *key)
{
    return settled_names[key->settled];
}

void trusted_key_free(struct trusted_key **key)
{
    if (!*key)
        return;
    gnutls_pubkey_deinit((*key)->pubkey);
    free(*key);
    *key = NULL;
}
