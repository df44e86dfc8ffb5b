/* SPDX-License-Identifier: BSD-3-Clause */
#include "ocsp.h"

#include "ocsp-responder.h"

/* What the entries that are for the certificate say, taken together. */
struct tally {
    unsigned seen, good, revoked, unknown;
};

struct judgement {
    const struct evidence_question *question;
    struct x509_party cert, issuer;
    struct ocsp_response response;
    struct tally tally;
    int64_t this_update, next_update; /* of the entry that counts */
    struct evidence *evidence;
};

static void judgement_free(struct judgement *judgement)
{
    x509_party_free(&judgement->cert);
    x509_party_free(&judgement->issuer);
}

static int64_t later(int64_t time, int64_t seconds)
{
    int64_t sum;

    return __builtin_add_overflow(time, seconds, &sum) ? INT64_MAX : sum;
}

/* --- times ------------------------------------------------------------------------------------ */

static int64_t end_of(const struct ocsp_single *single, const struct evidence_question *question)
{
    return single->has_next_update ? single->next_update
                                   : later(single->this_update, question->ocsp_max_age);
}

static bool is_current(const struct judgement *judgement, const struct ocsp_single *single)
{
    const struct evidence_question *question = judgement->question;
    int64_t latest = later(question->now, question->leeway);
    int64_t earliest = question->now - question->leeway;
    int64_t end = end_of(single, question);

    /* RFC 6960 section 4.2.2.1 */
    if (single->has_next_update && single->this_update > single->next_update)
        return evidence_refuse(judgement->evidence,
                               "OCSP response: nextUpdate is before thisUpdate");
    if (single->this_update > latest)
        return evidence_refuse(judgement->evidence,
                               "OCSP response: thisUpdate is %lld s in the future",
                               (long long)(single->this_update - question->now));
    if (judgement->response.produced_at > latest)
        return evidence_refuse(judgement->evidence,
                               "OCSP response: producedAt is %lld s in the future",
                               (long long)(judgement->response.produced_at - question->now));

    /* RFC 6960 section 4.2.2.1; without nextUpdate section 2.4 leaves the age to the client */
    if (single->has_next_update ? earliest >= end : earliest > end)
        return evidence_refuse(judgement->evidence, "OCSP response: %s passed %lld s ago",
                               single->has_next_update ? "nextUpdate" : "ocsp_max_age",
                               (long long)(question->now - end));
    return true;
}

/* --- one entry -------------------------------------------------------------------------------- */

/* Whether its CertID names our certificate, or may do so. */
static bool is_ours(const struct judgement *judgement, const struct ocsp_single *single,
                    gnutls_digest_algorithm_t digest)
{
    if (!span_equal(single->serial, judgement->cert.cert.serial))
        return false;
    if (digest == GNUTLS_DIG_UNKNOWN)
        return true;
    /* RFC 6960 section 4.1.1: two CAs of one name have different keys */
    return x509_hash_is(digest, judgement->cert.cert.issuer, single->name_hash) &&
           x509_hash_is(digest, judgement->issuer.cert.key, single->key_hash);
}

/* RFC 5280 section 5.3.1: these two can be taken back */
static bool is_final(const struct ocsp_single *single)
{
    return single->status == OCSP_REVOKED && single->reason != REASON_HOLD &&
           single->reason != REASON_REMOVED;
}

/* Whether what it says counts. */
static bool check_single(const struct judgement *judgement, const struct ocsp_single *single,
                         gnutls_digest_algorithm_t digest)
{
    /* RFC 9155 section 3: no MD5; SHA-1 only names a certificate here */
    if (digest == GNUTLS_DIG_UNKNOWN)
        return evidence_refuse(judgement->evidence,
                               "OCSP response: expected a CertID with SHA-1, SHA-256, SHA-384 or "
                               "SHA-512, found another");

    /* RFC 5280 section 4.2: critical means understand or refuse, and none of OCSP's is understood
     */
    if (single->critical)
        return evidence_refuse(judgement->evidence,
                               "OCSP response: an entry has an unknown critical extension");

    if (is_final(single))
        return true;
    if (!is_current(judgement, single))
        return false;

    /* RFC 6960 section 2.2 */
    judgement->evidence->answered = single->status == OCSP_UNKNOWN || judgement->evidence->answered;
    return single->status != OCSP_UNKNOWN ||
           evidence_refuse(judgement->evidence,
                           "OCSP response: the responder does not know the certificate");
}

static void keep_times(struct judgement *judgement, const struct ocsp_single *single)
{
    judgement->this_update = single->this_update;
    judgement->next_update = end_of(single, judgement->question);
}

static void count(struct judgement *judgement, const struct ocsp_single *single)
{
    gnutls_digest_algorithm_t digest = x509_digest(&single->hash);
    struct tally *tally = &judgement->tally;

    tally->seen++;
    if (!is_ours(judgement, single, digest))
        return;
    judgement->evidence->genuine = true;
    if (!check_single(judgement, single, digest)) {
        tally->unknown++;
    } else if (single->status == OCSP_REVOKED) {
        tally->revoked++;
        keep_times(judgement, single);
        evidence_note_revoked(judgement->evidence, single->revoked_at, single->reason);
    } else {
        /* of several good ones, the one that ends first */
        if (tally->good++ == 0 || end_of(single, judgement->question) < judgement->next_update)
            keep_times(judgement, single);
    }
}

/* --- all of them ------------------------------------------------------------------------------ */

static bool read_all(struct judgement *judgement, struct span der)
{
    const struct evidence_question *question = judgement->question;
    struct evidence *evidence = judgement->evidence;

    if (!x509_party_read(question->cert, &judgement->cert) ||
        !x509_party_read(question->issuer, &judgement->issuer))
        return evidence_refuse(evidence, "OCSP: the certificate or its issuer cannot be read");
    if (!ocsp_form_read(der, &judgement->response, evidence) ||
        !ocsp_responder_check(&judgement->response, &judgement->cert, &judgement->issuer,
                              question->now, evidence))
        return false;

    /* RFC 5280 section 4.2, RFC 6960 section 4.4: none of OCSP's is understood, none is critical */
    if (judgement->response.critical)
        return evidence_refuse(evidence,
                               "OCSP response: the response has an unknown critical extension");
    return true;
}

/* Until one says revoked, which wins: nothing that comes after it is looked at. */
static void count_all(struct judgement *judgement)
{
    struct span singles = judgement->response.singles;
    struct ocsp_single single;

    while (singles.len > 0 && judgement->tally.revoked == 0) {
        if (!ocsp_form_take_single(&singles, &single)) {
            judgement->tally.unknown++;
            judgement->evidence->answered = judgement->evidence->genuine = false;
            evidence_note(judgement->evidence, "OCSP response: entry %u is malformed",
                          judgement->tally.seen);
            return;
        }
        count(judgement, &single);
    }
}

/* Revoked wins over unknown, unknown over good. */
static void decide(const struct judgement *judgement, struct evidence *evidence)
{
    const struct tally *tally = &judgement->tally;

    if (tally->revoked > 0) {
        evidence->status = CERTIFICATE_REVOKED;
    } else if (tally->good > 0 && tally->unknown == 0) {
        evidence->status = CERTIFICATE_GOOD;
        evidence->detail[0] = '\0';
    } else if (tally->unknown == 0) {
        evidence_note(evidence,
                      "OCSP response: expected an entry for the certificate, found %u for others",
                      tally->seen);
    }
    if (evidence->status != CERTIFICATE_UNKNOWN) {
        evidence->this_update = judgement->this_update;
        evidence->next_update = judgement->next_update;
    }
}

void ocsp_look_up(struct span der, const struct evidence_question *question,
                  struct evidence *evidence)
{
    __attribute__((cleanup(judgement_free))) struct judgement judgement = {.question = question,
                                                                           .evidence = evidence};

    *evidence = (struct evidence){.status = CERTIFICATE_UNKNOWN};
    if (!read_all(&judgement, der))
        return;
    count_all(&judgement);
    decide(&judgement, evidence);
}
