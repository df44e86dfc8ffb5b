/* SPDX-License-Identifier: BSD-3-Clause */
#include "revocation.h"

#include <stdio.h>
#include <stdlib.h>

#include "cert-status.h"
#include "fetch-plan.h"

#define SERIAL_SIZE 64 /* RFC 5280 section 4.1.2.2 has at most 20 bytes */

/* From best to worst: the worst of the path is what the log says. */
enum settled { BY_NO_REV_AVAIL, BY_SHORT_LIFE, BY_OCSP, BY_CRL, UNKNOWN, SWITCHED_OFF };

static const char *const settled_names[] = {
    [BY_NO_REV_AVAIL] = "noRevAvail",
    [BY_SHORT_LIFE] = "short-lived",
    [BY_OCSP] = "ocsp",
    [BY_CRL] = "crl",
    [UNKNOWN] = "unknown",
    [SWITCHED_OFF] = "off",
};

struct trusted_key {
    gnutls_pubkey_t pubkey;
    char serial[2 * SERIAL_SIZE + 1];
    enum settled settled;
    struct fetch_plan *plan; /* NULL: nothing is to be fetched */
};

/* The certificates of a path on their way to a status. */
struct settling {
    const struct trusted_path *path;
    const struct revocation_question *question;
    enum settled worst;
    unsigned open; /* bit 1 << index: something may be fetched for it */
    enum status refusal;
    char detail[REPORT_DETAIL_MAX]; /* of the refusal */
};

/* --- certificates that need none -------------------------------------------------------------- */

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

/* UNKNOWN: it needs a status. */
static enum settled settle_without(gnutls_x509_crt_t cert, bool end_entity, int64_t short_lived)
{
    if (has_no_rev_avail(cert, end_entity))
        return BY_NO_REV_AVAIL;
    return is_short_lived(cert, short_lived) ? BY_SHORT_LIFE : UNKNOWN;
}

/* --- all the others --------------------------------------------------------------------------- */

static enum settled settled_by(const struct cert_status *found)
{
    if (found->evidence.status != CERTIFICATE_GOOD)
        return UNKNOWN;
    return found->kind == ANSWER_OCSP ? BY_OCSP : BY_CRL;
}

/* What it means that a certificate has no status; STATUS_ACCEPTED: the judgement goes on. */
static enum status judge_unknown(struct settling *settling, unsigned index,
                                 const struct cert_status *found)
{
    const struct revocation_question *question = settling->question;

    if (question->fetching == FETCHING_POSSIBLE &&
        fetch_plan_reaches(settling->path, index, question->issuer)) {
        settling->open |= 1u << index;
        return STATUS_ACCEPTED;
    }
    if (question->issuer->revocation == REVOCATION_PREFER)
        return STATUS_ACCEPTED;
    /* RFC 6960 section 2.2: a responder was reached, and does not know it */
    return question->fetching == FETCHING_TRIED && !found->answered ? STATUS_REVOCATION_UNAVAILABLE
                                                                    : STATUS_REVOCATION_UNKNOWN;
}

/* RFC 5280 section 6.3: no status is no good status. */
static enum status judge_status(struct settling *settling, unsigned index,
                                const struct cert_status *found)
{
    if (found->evidence.status == CERTIFICATE_GOOD)
        return STATUS_ACCEPTED;
    return found->evidence.status == CERTIFICATE_REVOKED ? STATUS_REVOKED
                                                         : judge_unknown(settling, index, found);
}

/* The first refusal stays, but for revoked, which is final. */
static void keep_refusal(struct settling *settling, unsigned index, enum status status,
                         const char *text)
{
    const char *failures = settling->question->failures;
    bool told = failures && *failures;

    if (status == STATUS_ACCEPTED ||
        (settling->refusal != STATUS_ACCEPTED && status != STATUS_REVOKED))
        return;
    settling->refusal = status;
    if (status == STATUS_REVOKED)
        (void)snprintf(settling->detail, sizeof(settling->detail), "certificate %u: %s", index,
                       text);
    else
        (void)snprintf(settling->detail, sizeof(settling->detail),
                       "certificate %u has no revocation status, is not marked noRevAvail and "
                       "lives longer than short_lived: %s%s%s",
                       index, text, told ? "; " : "", told ? failures : "");
}

static enum status settle_by_answers(struct settling *settling, unsigned index,
                                     enum settled *settled, struct report *report)
{
    const struct revocation_question *question = settling->question;
    const struct evidence_question evidence = {
        .cert = trust_path_cert(settling->path, index),
        .issuer = trust_path_cert(settling->path, index + 1),
        .now = question->now,
        .leeway = question->leeway,
        .ocsp_max_age = question->issuer->ocsp_max_age,
    };
    struct cert_status found;
    char text[REPORT_DETAIL_MAX];
    enum status status =
        cert_status_look(question->answers, question->issuer, &evidence, &found, report);

    if (status != STATUS_ACCEPTED)
        return status;
    *settled = settled_by(&found);
    cert_status_describe(&found, question->now, text, sizeof(text));
    status = judge_status(settling, index, &found);
    keep_refusal(settling, index, status, text);
    report_note(report, "certificate %u: %s", index, text);
    (void)report_step(report, "status", status);
    return STATUS_ACCEPTED;
}

/* Not STATUS_ACCEPTED: there is no looking any further. */
static enum status settle(struct settling *settling, unsigned index, struct report *report)
{
    const struct issuer_rules *issuer = settling->question->issuer;
    enum settled settled =
        settle_without(trust_path_cert(settling->path, index), index == 0, issuer->short_lived);
    enum status status = STATUS_ACCEPTED;

    if (settled == UNKNOWN) {
        status = settle_by_answers(settling, index, &settled, report);
    } else {
        report_note(report, "certificate %u: not needed: %s", index, settled_names[settled]);
        (void)report_step(report, "status", STATUS_ACCEPTED);
    }
    if (settled > settling->worst)
        settling->worst = settled;
    return status;
}

/* The certificates but the anchor, which is trusted by configuration. */
static enum status settle_all(struct settling *settling, struct report *report)
{
    if (settling->question->issuer->revocation == REVOCATION_OFF) {
        settling->worst = SWITCHED_OFF;
        return STATUS_ACCEPTED;
    }
    for (unsigned i = 0; i + 1 < trust_path_count(settling->path); i++) {
        enum status status = settle(settling, i, report);

        if (status != STATUS_ACCEPTED)
            return status;
        if (settling->refusal == STATUS_REVOKED)
            break;
    }
    if (settling->refusal == STATUS_ACCEPTED)
        return STATUS_ACCEPTED;
    return report_refuse(report, settling->refusal, "%s", settling->detail);
}

/* --- the key ---------------------------------------------------------------------------------- */

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

static enum status make_key(const struct settling *settling, struct trusted_key **key,
                            struct report *report)
{
    gnutls_x509_crt_t signer = trust_path_cert(settling->path, 0);
    TRUSTED_KEY_CLEANUP struct trusted_key *made = calloc(1, sizeof(*made));

    if (!made || gnutls_pubkey_init(&made->pubkey) < 0)
        return report_refuse(report, STATUS_OUT_OF_MEMORY, "no memory for the key");
    made->settled = settling->worst;
    if (settling->open != 0)
        made->plan = fetch_plan_make(settling->path, settling->open, settling->question->issuer);
    if (settling->open != 0 && !made->plan)
        return report_refuse(report, STATUS_OUT_OF_MEMORY, "no memory for what is to be fetched");

    /* RFC 5280 sections 4.1.2.2 and 4.1.2.7 */
    if (gnutls_pubkey_import_x509(made->pubkey, signer, 0) < 0 ||
        !read_serial(signer, made->serial))
        return report_refuse(report, STATUS_BAD_KEY, "the signer certificate cannot be read");
    *key = made;
    made = NULL; /* transferred */
    return STATUS_ACCEPTED;
}

enum status revocation_check(const struct trusted_path *path,
                             const struct revocation_question *question, struct trusted_key **key,
                             struct report *report)
{
    struct settling settling = {
        .path = path, .question = question, .refusal = STATUS_ACCEPTED, .worst = BY_NO_REV_AVAIL};
    enum status status = settle_all(&settling, report);

    if (status != STATUS_ACCEPTED)
        return status;
    return make_key(&settling, key, report);
}

struct fetch_plan *trusted_key_take_plan(struct trusted_key *key)
{
    struct fetch_plan *plan = key->plan;

    key->plan = NULL; /* transferred */
    return plan;
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
    fetch_plan_free(&(*key)->plan);
    free(*key);
    *key = NULL;
}
