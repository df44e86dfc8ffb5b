/* SPDX-License-Identifier: BSD-3-Clause */
#include "cert-status.h"

#include <stdio.h>

#include "crl.h"
#include "ocsp.h"
#include "x509-time.h"
#include "x509-urls.h"

struct look {
    const struct evidence_question *question;
    struct cert_status *found;
};

/* --- answers ---------------------------------------------------------------------------------- */

/* Whether it counts more than what was found before. */
static bool is_better(const struct evidence *found, const struct evidence *next)
{
    /* among valid answers revoked wins */
    if (found->status == CERTIFICATE_REVOKED || next->status == CERTIFICATE_REVOKED)
        return found->status != CERTIFICATE_REVOKED;
    if (found->status != next->status)
        return next->status == CERTIFICATE_GOOD;
    if (next->status == CERTIFICATE_GOOD)
        return next->this_update > found->this_update;
    /* of those that decide nothing, one of the right issuer says best why */
    return next->genuine || !found->genuine;
}

static void look_at(void *context, const struct answer *answer)
{
    struct look *look = context;
    struct cert_status *found = look->found;
    struct evidence next;

    if (answer->kind == ANSWER_CRL)
        crl_look_up(answer->der, look->question, &next);
    else
        ocsp_look_up(answer->der, look->question, &next);
    found->answered = found->answered || next.answered;
    if (found->origin[0] && !is_better(&found->evidence, &next))
        return;
    found->evidence = next;
    found->kind = answer->kind;
    (void)snprintf(found->origin, sizeof(found->origin), "%s", answer->origin);
}

static void name_urls(const struct issuer_rules *issuer, const struct x509_urls *own,
                      struct answer_query *query)
{
    query->crl_url_count = 0;
    for (size_t i = 0; i < issuer->crl_urls.count && query->crl_url_count < ANSWER_URLS_MAX; i++)
        query->crl_urls[query->crl_url_count++] = issuer->crl_urls.items[i];
    for (unsigned i = 0; i < own->count && query->crl_url_count < ANSWER_URLS_MAX; i++)
        query->crl_urls[query->crl_url_count++] = own->items[i];
}

enum status cert_status_look(const struct answer_source *source, const struct issuer_rules *issuer,
                             const struct evidence_question *question, struct cert_status *found,
                             struct report *report)
{
    struct look look = {question, found};
    unsigned char request[FETCH_REQUEST_MAX];
    struct answer_query query;
    struct x509_urls own;

    *found = (struct cert_status){.evidence.status = CERTIFICATE_UNKNOWN};
    if (!source)
        return STATUS_ACCEPTED;
    x509_crl_urls(question->cert, &own);
    name_urls(issuer, &own, &query);
    query.ocsp_request =
        span_of(request, ocsp_request(question->cert, question->issuer, request, sizeof(request)));
    return source->each(source->context, issuer, &query, look_at, &look, report);
}

/* --- for people ------------------------------------------------------------------------------- */

/* Cut down to one unit. */
static const char *age_text(int64_t seconds, char text[X509_TIME_TEXT_MAX])
{
    static const struct {
        int64_t seconds, from;
        const char *name;
    } units[] = {{86400, 2 * 86400, "d"}, {3600, 2 * 3600, "h"}, {60, 120, "min"}};

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (seconds >= units[i].from) {
            (void)snprintf(text, X509_TIME_TEXT_MAX, "%lld %s",
                           (long long)(seconds / units[i].seconds), units[i].name);
            return text;
        }
    (void)snprintf(text, X509_TIME_TEXT_MAX, "%lld s", (long long)(seconds > 0 ? seconds : 0));
    return text;
}

static const char *kind_name(enum answer_kind kind)
{
    return kind == ANSWER_CRL ? "CRL" : "OCSP response";
}

void cert_status_describe(const struct cert_status *found, int64_t now, char *out, size_t size)
{
    static const char *const names[] = {"unknown", "good", "revoked"};
    const struct evidence *evidence = &found->evidence;
    const char *name = names[evidence->status];
    char age[X509_TIME_TEXT_MAX], next[X509_TIME_TEXT_MAX];

    if (!found->origin[0])
        (void)snprintf(out, size, "%s: no CRL and no OCSP response is at hand", name);
    else if (evidence->this_update == 0)
        (void)snprintf(out, size, "%s: %.240s (%s)", name, evidence->detail, found->origin);
    else
        (void)snprintf(out, size, "%s: %.200s%s%s of %s, %s old, next update %s", name,
                       evidence->detail, evidence->detail[0] ? ": " : "", kind_name(found->kind),
                       found->origin, age_text(now - evidence->this_update, age),
                       x509_time_text(evidence->next_update, next));
}
