/* SPDX-License-Identifier: BSD-3-Clause */
#include "crl.h"

#include <stdio.h>
#include <time.h>

#include "crl-entries.h"
#include "crl-scope.h"
#include "x509-signature.h"

#define TIME_TEXT_SIZE 32

/* YYYY-MM-DDTHH:MM:SSZ */
static const char *time_text(int64_t seconds, char text[TIME_TEXT_SIZE])
{
    time_t value = (time_t)seconds;
    struct tm tm;

    if (!gmtime_r(&value, &tm) || strftime(text, TIME_TEXT_SIZE, "%FT%TZ", &tm) == 0)
        text[0] = '\0';
    return text;
}

/* Without doubt in it, a list counts from thisUpdate until nextUpdate. */
static void check_dates(const struct crl *crl, const struct evidence_question *question,
                        struct crl_doubt *doubt)
{
    char then[TIME_TEXT_SIZE], now[TIME_TEXT_SIZE];

    (void)time_text(question->now, now);
    /* RFC 5280 section 5.1.2.4 */
    if (crl->this_update > question->now + question->leeway)
        crl_doubt(doubt, "CRL: thisUpdate is %s, now is %s: not yet valid",
                  time_text(crl->this_update, then), now);

    /* RFC 5280 section 5.1.2.5: every CRL has it */
    if (!crl->has_next_update)
        crl_doubt(doubt, "CRL: expected nextUpdate, found none");
    else if (question->now - question->leeway >= crl->next_update)
        crl_doubt(doubt, "CRL: nextUpdate was %s, now is %s: expired",
                  time_text(crl->next_update, then), now);
}

/* Says what an entry means; `current`: whether the list is. */
static enum certificate_status judge_entry(const struct crl_entry *entry, bool current,
                                           struct evidence *evidence)
{
    char since[TIME_TEXT_SIZE];

    /* RFC 5280 section 5.3.1: a hold may be lifted by the next list, and what is lifted is in
     * delta CRLs only */
    if (entry->listed == CRL_REMOVED || (entry->listed == CRL_ON_HOLD && !current)) {
        (void)evidence_refuse(evidence, "CRL: listed with %s, which decides nothing in %s list",
                              crl_reason_name(entry->reason),
                              entry->listed == CRL_REMOVED ? "this" : "an old");
        return CERTIFICATE_UNKNOWN;
    }
    (void)evidence_refuse(evidence, "revoked since %s (%s)", time_text(entry->since, since),
                          crl_reason_name(entry->reason));
    return CERTIFICATE_REVOKED;
}

static bool read_parties(const struct evidence_question *question, struct x509_party *cert,
                         struct x509_party *issuer, struct evidence *evidence)
{
    return (x509_party_read(question->cert, cert) && x509_party_read(question->issuer, issuer)) ||
           evidence_refuse(evidence, "CRL: the certificate or its issuer's cannot be read");
}

static enum certificate_status judge(struct span der, const struct evidence_question *question,
                                     struct evidence *evidence)
{
    X509_PARTY_CLEANUP struct x509_party cert = {.crt = NULL}, issuer = {.crt = NULL};
    struct crl_doubt doubt = {.any = false};
    struct crl_entry entry;
    struct crl crl;
    bool current;

    if (!read_parties(question, &cert, &issuer, evidence) || !crl_form_read(der, &crl, evidence))
        return CERTIFICATE_UNKNOWN;
    check_dates(&crl, question, &doubt);
    current = !doubt.any;
    /* RFC 5280 section 6.3.3 (g): the bytes as they stand */
    if (!crl_scope_check(&crl, &cert, &issuer, &doubt, evidence) ||
        !x509_signature_verify(question->issuer, &crl.algorithm, crl.tbs, crl.signature, "CRL",
                               evidence))
        return CERTIFICATE_UNKNOWN;
    evidence->genuine = true;
    evidence->this_update = crl.this_update;
    evidence->next_update = crl.next_update;
    if (!crl_entries_find(&crl, cert.cert.serial, &entry, &doubt, evidence))
        return CERTIFICATE_UNKNOWN;

    /* RFC 5280 section 6.3.3 (i): what has been revoked stays so, whatever is in doubt */
    if (entry.listed != CRL_NOT_LISTED)
        return judge_entry(&entry, current, evidence);
    if (doubt.any) {
        (void)evidence_refuse(evidence, "%s", doubt.detail);
        return CERTIFICATE_UNKNOWN;
    }
    return CERTIFICATE_GOOD;
}

void crl_look_up(struct span der, const struct evidence_question *question,
                 struct evidence *evidence)
{
    *evidence = (struct evidence){.status = CERTIFICATE_UNKNOWN};
    evidence->status = judge(der, question, evidence);
}
