/* SPDX-License-Identifier: BSD-3-Clause */
#include "crl.h"

#include "crl-entries.h"
#include "crl-scope.h"
#include "x509-signature.h"
#include "x509-time.h"

/* Without doubt in it, a list counts from thisUpdate until nextUpdate. */
static void check_dates(const struct crl *crl, const struct evidence_question *question,
                        struct crl_doubt *doubt)
{
    char then[X509_TIME_TEXT_MAX], now[X509_TIME_TEXT_MAX];

    (void)x509_time_text(question->now, now);
    /* RFC 5280 section 5.1.2.4 */
    if (crl->this_update > question->now + question->leeway)
        crl_doubt(doubt, "CRL: thisUpdate is %s, now is %s: not yet valid",
                  x509_time_text(crl->this_update, then), now);

    /* RFC 5280 section 5.1.2.5: every CRL has it */
    if (!crl->has_next_update)
        crl_doubt(doubt, "CRL: expected nextUpdate, found none");
    else if (question->now - question->leeway >= crl->next_update)
        crl_doubt(doubt, "CRL: nextUpdate was %s, now is %s: expired",
                  x509_time_text(crl->next_update, then), now);
    else if (crl->next_update < crl->this_update)
        crl_doubt(doubt, "CRL: nextUpdate %s is before thisUpdate %s",
                  x509_time_text(crl->next_update, then), x509_time_text(crl->this_update, now));
}

/* Says what an entry means; `current`: whether the list is. */
static enum certificate_status judge_entry(const struct crl_entry *entry, bool current,
                                           struct evidence *evidence)
{
    /* RFC 5280 section 5.3.1: a hold may be lifted by the next list, and what is lifted is in
     * delta CRLs only */
    if (entry->listed == CRL_REMOVED || (entry->listed == CRL_ON_HOLD && !current)) {
        evidence_note(evidence, "CRL: listed with %s, which decides nothing in %s list",
                      evidence_reason_name(entry->reason),
                      entry->listed == CRL_REMOVED ? "this" : "an old");
        return CERTIFICATE_UNKNOWN;
    }
    evidence_note_revoked(evidence, entry->since, entry->reason);
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
    /* RFC 5280 section 6.3.3 (g): the bytes as they stand, before more of them is believed */
    if (!crl_issuer_check(&crl, &cert, &issuer, evidence) ||
        !x509_signature_verify(question->issuer, &crl.algorithm, crl.tbs, crl.signature, "CRL",
                               evidence) ||
        !crl_scope_check(&crl, &cert, &issuer, &doubt, evidence))
        return CERTIFICATE_UNKNOWN;
    evidence->genuine = true;
    evidence->this_update = crl.this_update;
    evidence->next_update = crl.next_update;
    crl_entries_find(&crl, cert.cert.serial, &entry, &doubt);

    /* RFC 5280 section 6.3.3 (i): what has been revoked stays so, whatever is in doubt */
    if (entry.listed != CRL_NOT_LISTED)
        return judge_entry(&entry, current, evidence);
    if (doubt.any) {
        evidence_note(evidence, "%s", doubt.detail);
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
