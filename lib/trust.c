/* SPDX-License-Identifier: BSD-3-Clause */
#include "trust.h"

#include <stdio.h>
#include <stdlib.h>

#include "trust-constraints.h"
#include "trust-issuer.h"
#include "trust-key.h"
#include "trust-signer.h"

#define PATH_MAX_CERTS (CHAIN_MAX + 1) /* the chain and its anchor */

struct trusted_path {
    gnutls_x509_crt_t certs[PATH_MAX_CERTS]; /* owned; signer first, anchor last */
    unsigned count;
};

/* Certificates that are about to be judged; all borrowed. */
struct candidate {
    gnutls_x509_crt_t certs[PATH_MAX_CERTS];
    unsigned count;
    unsigned rsa_bits_min; /* as in issuer_rules */
    int64_t now;
};

void anchors_free(struct anchors *anchors)
{
    for (unsigned i = 0; i < anchors->count; i++)
        gnutls_x509_crt_deinit(anchors->certs[i]);
    *anchors = (struct anchors){0};
}

typedef int (*get_name)(gnutls_x509_crt_t, gnutls_datum_t *);

/* The DER of a subject or issuer; `out->data` is owned by the caller and NULL on failure. */
static bool name_of(gnutls_x509_crt_t cert, get_name get, gnutls_datum_t *out)
{
    *out = (gnutls_datum_t){NULL, 0};
    return get(cert, out) == 0;
}

static bool names_equal(gnutls_x509_crt_t a, get_name get_a, gnutls_x509_crt_t b, get_name get_b)
{
    gnutls_datum_t name_a = {NULL, 0}, name_b = {NULL, 0};
    bool equal = name_of(a, get_a, &name_a) && name_of(b, get_b, &name_b) &&
                 span_equal(span_of(name_a.data, name_a.size), span_of(name_b.data, name_b.size));

    gnutls_free(name_a.data);
    gnutls_free(name_b.data);
    return equal;
}

static bool issued(gnutls_x509_crt_t issuer, gnutls_x509_crt_t cert)
{
    return names_equal(cert, gnutls_x509_crt_get_raw_issuer_dn, issuer, gnutls_x509_crt_get_raw_dn);
}

/* RFC 5280 section 6.1.3 (a)(2) */
enum status trust_dates_check(gnutls_x509_crt_t cert, unsigned which, int64_t now,
                              struct report *report)
{
    time_t begin = gnutls_x509_crt_get_activation_time(cert);
    time_t end = gnutls_x509_crt_get_expiration_time(cert);

    if (begin == (time_t)-1 || now < begin)
        return report_refuse(report, STATUS_CERTIFICATE_NOT_YET_VALID,
                             "certificate %u is valid from %lld, now is %lld", which,
                             (long long)begin, (long long)now);
    if (end == (time_t)-1 || now > end)
        return report_refuse(report, STATUS_CERTIFICATE_EXPIRED,
                             "certificate %u was valid until %lld, now is %lld", which,
                             (long long)end, (long long)now);
    return STATUS_ACCEPTED;
}

static enum status check_each(const struct candidate *path, struct report *report)
{
    for (unsigned i = 0; i < path->count; i++) {
        bool anchor = i + 1 == path->count;
        enum status status =
            trust_key_check_certificate(path->certs[i], path->rsa_bits_min, i, report);

        if (status == STATUS_ACCEPTED && !anchor)
            status = trust_key_check_signature(path->certs[i], i, report);
        if (status == STATUS_ACCEPTED)
            status = trust_constraints_check(path->certs[i], i, report);
        if (status == STATUS_ACCEPTED)
            status = trust_dates_check(path->certs[i], i, path->now, report);
        if (status != STATUS_ACCEPTED)
            return status;
    }
    return STATUS_ACCEPTED;
}

/* GNUTLS_CERT_* bits of the chain against this anchor; GNUTLS_CERT_INVALID if it cannot tell. */
static unsigned verify(const struct candidate *path)
{
    const unsigned flags =
        (path->rsa_bits_min == 0 ? GNUTLS_PROFILE_TO_VFLAGS(GNUTLS_PROFILE_MEDIUM) : 0) |
        GNUTLS_VERIFY_DO_NOT_ALLOW_UNSORTED_CHAIN | GNUTLS_VERIFY_DO_NOT_ALLOW_X509_V1_CA_CRT |
        GNUTLS_VERIFY_DISABLE_TIME_CHECKS | GNUTLS_VERIFY_DISABLE_TRUSTED_TIME_CHECKS |
        GNUTLS_VERIFY_DISABLE_CRL_CHECKS;
    gnutls_x509_crt_t certs[PATH_MAX_CERTS];
    gnutls_x509_trust_list_t list;
    unsigned result = GNUTLS_CERT_INVALID;

    if (gnutls_x509_trust_list_init(&list, 1) < 0)
        return GNUTLS_CERT_INVALID;
    memcpy(certs, path->certs, sizeof(certs)); /* GnuTLS may reorder them */
    if (gnutls_x509_trust_list_add_cas(list, &path->certs[path->count - 1], 1, 0) != 1 ||
        gnutls_x509_trust_list_verify_crt2(list, certs, path->count - 1, NULL, 0, flags, &result,
                                           NULL) < 0)
        result |= GNUTLS_CERT_INVALID;
    gnutls_x509_trust_list_deinit(list, 0);
    return result;
}

static enum status check_signatures(const struct candidate *path, struct report *report)
{
    unsigned result = verify(path);
    gnutls_datum_t text = {NULL, 0};

    if (result == 0)
        return STATUS_ACCEPTED;

    /* check_each() has found every key and hash strong enough: this system forbids one */
    if (result & GNUTLS_CERT_INSECURE_ALGORITHM)
        return report_refuse(report, STATUS_SYSTEM_POLICY,
                             "GnuTLS of this system forbids an algorithm of the chain");

    /* RFC 5280 section 6.1.3 */
    (void)gnutls_certificate_verification_status_print(result, GNUTLS_CRT_X509, &text, 0);
    report_note(report, "%s", text.data ? (char *)text.data : "the chain does not verify");
    gnutls_free(text.data);
    return STATUS_UNTRUSTED_CHAIN;
}

static bool self_issued(gnutls_x509_crt_t cert)
{
    return issued(cert, cert);
}

/* The anchor must be able to issue, too. */
static enum status check_issuers(const struct candidate *path, struct report *report)
{
    enum status status = STATUS_ACCEPTED;
    unsigned below = 0;

    for (unsigned i = 1; i < path->count && status == STATUS_ACCEPTED; i++) {
        char name[32] = "the trust anchor";

        if (i + 1 < path->count)
            (void)snprintf(name, sizeof(name), "certificate %u", i);
        status = trust_issuer_check(path->certs[i], below, name, report);
        below += !self_issued(path->certs[i]);
    }
    return status;
}

static enum status check_candidate(const struct candidate *path, struct report *report)
{
    enum status status = check_issuers(path, report);

    if (status == STATUS_ACCEPTED)
        status = check_each(path, report);
    if (status == STATUS_ACCEPTED)
        status = check_signatures(path, report);
    return status;
}

/* The certificates of the path change hands: NULL stays where they were. */
static enum status keep(struct untrusted_chain *chain, unsigned count, gnutls_x509_crt_t *anchor,
                        struct trusted_path **path, struct report *report)
{
    struct trusted_path *kept = calloc(1, sizeof(*kept));

    if (!kept)
        return report_refuse(report, STATUS_OUT_OF_MEMORY, "no memory for the path");
    for (unsigned i = 0; i < count; i++) {
        kept->certs[i] = chain->certs[i];
        chain->certs[i] = NULL; /* transferred */
    }
    kept->certs[count] = *anchor;
    *anchor = NULL; /* transferred */
    kept->count = count + 1;
    *path = kept;
    return STATUS_ACCEPTED;
}

/* RFC 7515 section 4.1.6: each certificate certifies the one before it */
static enum status check_order(const struct untrusted_chain *chain, struct report *report)
{
    for (unsigned i = 0; i + 1 < chain->count; i++)
        if (!issued(chain->certs[i + 1], chain->certs[i]))
            return report_refuse(report, STATUS_UNTRUSTED_CHAIN,
                                 "certificate %u is not the issuer of certificate %u", i + 1, i);
    return STATUS_ACCEPTED;
}

static enum status find_anchors(gnutls_x509_crt_t cert, get_name get,
                                const struct issuer_rules *issuer,
                                const struct anchor_source *source, struct anchors *found,
                                struct report *report)
{
    gnutls_datum_t name;
    enum status status;

    if (!name_of(cert, get, &name))
        return report_refuse(report, STATUS_BAD_KEY, "the certificate's names cannot be read");
    status = source->find(source->context, issuer, &name, found, report);
    gnutls_free(name.data);
    return status;
}

/* RFC 5280 section 6.1: an anchor issues; it does not sign tokens */
static enum status check_signer_no_anchor(gnutls_x509_crt_t signer,
                                          const struct issuer_rules *issuer,
                                          const struct anchor_source *source, struct report *report)
{
    ANCHORS_CLEANUP struct anchors found = {0};
    enum status status =
        find_anchors(signer, gnutls_x509_crt_get_raw_dn, issuer, source, &found, report);

    if (status != STATUS_ACCEPTED)
        return status;
    for (unsigned i = 0; i < found.count; i++)
        if (gnutls_x509_crt_equals(found.certs[i], signer))
            return report_refuse(report, STATUS_NOT_A_SIGNING_CERTIFICATE,
                                 "the signer certificate is itself a trust anchor");
    return STATUS_ACCEPTED;
}

/* The refusal that tells most: that of the first anchor which is not merely unrelated. */
struct outcome {
    enum status status;
    char detail[REPORT_DETAIL_MAX];
};

static void remember(struct outcome *outcome, enum status status, const struct report *report)
{
    if (outcome->status != STATUS_UNTRUSTED_CHAIN)
        return;
    outcome->status = status;
    memcpy(outcome->detail, report->detail, sizeof(outcome->detail));
}

/* Tries every anchor that may have issued the last certificate of `candidate`, as its end. */
static enum status try_anchors(struct untrusted_chain *chain, struct candidate candidate,
                               struct anchors *anchors, struct trusted_path **path,
                               struct outcome *outcome, struct report *report)
{
    unsigned last = candidate.count++ - 1;

    for (unsigned i = 0; i < anchors->count; i++) {
        enum status status;

        if (!issued(anchors->certs[i], chain->certs[last]))
            continue;
        candidate.certs[last + 1] = anchors->certs[i];
        status = check_candidate(&candidate, report);
        if (status == STATUS_ACCEPTED)
            return keep(chain, last + 1, &anchors->certs[i], path, report);
        remember(outcome, status, report);
    }
    return STATUS_UNTRUSTED_CHAIN;
}

/* What one search for a path works with. */
struct search {
    const struct issuer_rules *issuer;
    const struct anchor_source *source;
    int64_t now;
    bool thorough;
    bool hinted; /* some anchors may not have been looked at */
};

static enum status search(struct search *search, struct untrusted_chain *chain,
                          struct trusted_path **path, struct report *report)
{
    struct outcome outcome = {
        STATUS_UNTRUSTED_CHAIN,
        "no trust anchor of this issuer has issued a certificate of the chain"};

    for (unsigned last = 0; last < chain->count; last++) {
        ANCHORS_CLEANUP struct anchors found = {.thorough = search->thorough};
        struct candidate candidate = {
            .count = last + 1, .rsa_bits_min = search->issuer->rsa_bits_min, .now = search->now};
        enum status status = find_anchors(chain->certs[last], gnutls_x509_crt_get_raw_issuer_dn,
                                          search->issuer, search->source, &found, report);

        search->hinted = search->hinted || found.hinted;
        if (status != STATUS_ACCEPTED)
            return status;
        memcpy(candidate.certs, chain->certs, candidate.count * sizeof(gnutls_x509_crt_t));
        status = try_anchors(chain, candidate, &found, path, &outcome, report);
        if (status != STATUS_UNTRUSTED_CHAIN)
            return status;
    }
    return report_refuse(report, outcome.status, "%s", outcome.detail);
}

/* An index can say too little: nobody is refused before every anchor was looked at. */
static enum status build(struct untrusted_chain *chain, const struct issuer_rules *issuer,
                         const struct anchor_source *source, int64_t now,
                         struct trusted_path **path, struct report *report)
{
    struct search quick = {.issuer = issuer, .source = source, .now = now};
    struct search thorough = {.issuer = issuer, .source = source, .now = now, .thorough = true};
    enum status status = search(&quick, chain, path, report);

    if (status != STATUS_ACCEPTED && quick.hinted)
        status = search(&thorough, chain, path, report);
    return status;
}

static bool names_constrained(const struct trusted_path *path)
{
    for (unsigned i = 1; i < path->count; i++)
        if (trust_constraints_on_names(path->certs[i]))
            return true;
    return false;
}

static enum status check_signer(const struct trusted_path *path, const struct issuer_rules *issuer,
                                const struct anchor_source *source, struct report *report)
{
    enum status status = check_signer_no_anchor(path->certs[0], issuer, source, report);

    if (status == STATUS_ACCEPTED)
        status = trust_signer_check(path->certs[0], issuer, names_constrained(path), report);
    return status;
}

enum status trust_path(struct untrusted_chain *chain, const struct issuer_rules *issuer,
                       const struct anchor_source *source, int64_t now, struct trusted_path **path,
                       struct report *report)
{
    TRUSTED_PATH_CLEANUP struct trusted_path *built = NULL;
    enum status status;

    /* RFC 8725 section 3.11 */
    if (chain->count == 0 || chain->count > CHAIN_MAX)
        return report_refuse(report, STATUS_CHAIN_TOO_LONG, "expected 1 to %d certificates",
                             CHAIN_MAX);
    status = check_order(chain, report);
    if (status == STATUS_ACCEPTED)
        status = build(chain, issuer, source, now, &built, report);
    if (built)
        status = check_signer(built, issuer, source, report);
    if (status != STATUS_ACCEPTED)
        return status;
    *path = built;
    built = NULL; /* transferred */
    return STATUS_ACCEPTED;
}

unsigned trust_path_count(const struct trusted_path *path)
{
    return path->count;
}

gnutls_x509_crt_t trust_path_cert(const struct trusted_path *path, unsigned index)
{
    return path->certs[index];
}

void trust_path_free(struct trusted_path **path)
{
    if (!*path)
        return;
    for (unsigned i = 0; i < (*path)->count; i++)
        gnutls_x509_crt_deinit((*path)->certs[i]);
    free(*path);
    *path = NULL;
}
