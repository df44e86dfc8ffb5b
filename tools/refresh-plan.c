/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/der.h"
#include "../lib/jwks-url.h"
#include "../lib/x509-der.h"
#include "../lib/x509-time.h"
#include "refresh.h"

#define LOCK_MS 10000 /* how long to wait for others who write the cache */

/* What marks of failed fetches are good for is over after that. */
#define MARK_SECONDS 3600

/* RFC 5280 section 4.1: version, serialNumber, signature, issuer, validity */
bool refresh_expired(struct span certificate, int64_t now)
{
    struct span outer, tbs, validity, skipped;
    int64_t not_before, not_after;

    if (!der_take_tag(&certificate, DER_SEQUENCE, &outer) ||
        !der_take_tag(&outer, DER_SEQUENCE, &tbs))
        return false;
    (void)der_take_tag(&tbs, X509_CHOICE(0u), &skipped);
    return der_take_tag(&tbs, X509_INTEGER, &skipped) &&
           der_take_tag(&tbs, DER_SEQUENCE, &skipped) &&
           der_take_tag(&tbs, DER_SEQUENCE, &skipped) &&
           der_take_tag(&tbs, DER_SEQUENCE, &validity) &&
           x509_take_any_time(&validity, &not_before) &&
           x509_take_any_time(&validity, &not_after) && now > not_after;
}

/* --- tasks ------------------------------------------------------------------------------------ */

static const struct issuer_rules *find_issuer(const struct rules *rules, struct span url)
{
    for (size_t i = 0; i < rules->issuer_count; i++) {
        if (span_equal(url, span_text(rules->issuers[i].issuer)))
            return &rules->issuers[i];
    }
    return NULL;
}

static bool is_planned(const struct refresh_plan *plan, const char *name)
{
    for (size_t i = 0; i < plan->count; i++) {
        if (strcmp(plan->tasks[i].name, name) == 0)
            return true;
    }
    return false;
}

static void plan_entry(const struct rules *rules, const struct wire_answer *answer,
                       const char *name, struct refresh_plan *plan)
{
    const struct issuer_rules *issuer = find_issuer(rules, answer->issuer);
    struct refresh_task *task = &plan->tasks[plan->count];

    if (!issuer || issuer->fetch == FETCH_NONE || answer->wish.kind == ANSWER_JWKS)
        return;
    *task = (struct refresh_task){.issuer = issuer};
    memcpy(task->name, name, sizeof(task->name));
    plan->count++;
}

static bool plan_url(const struct issuer_rules *issuer, const char *url, struct refresh_plan *plan)
{
    struct refresh_task *task = &plan->tasks[plan->count];

    *task = (struct refresh_task){.issuer = issuer, .url = url};
    if (!cache_name(ANSWER_CRL, span_text(url), task->name))
        return false;
    if (!is_planned(plan, task->name))
        plan->count++;
    return true;
}

static bool plan_urls(const struct rules *rules, struct refresh_plan *plan)
{
    for (size_t i = 0; i < rules->issuer_count; i++) {
        const struct issuer_rules *issuer = &rules->issuers[i];

        for (size_t j = 0; issuer->fetch != FETCH_NONE && j < issuer->crl_urls.count; j++) {
            if (!plan_url(issuer, issuer->crl_urls.items[j], plan))
                return false;
        }
    }
    return true;
}

/* Whatever `fetch` says, which is about revocation. */
static bool plan_sets(const struct rules *rules, struct refresh_plan *plan)
{
    for (size_t i = 0; i < rules->issuer_count; i++) {
        const struct issuer_rules *issuer = &rules->issuers[i];
        struct refresh_task *task = &plan->tasks[plan->count];

        if (!issuer_fetches_set(issuer))
            continue;
        *task = (struct refresh_task){.issuer = issuer, .owned = jwks_url(issuer)};
        task->url = task->owned;
        plan->count++;
        if (!task->owned || !cache_name(ANSWER_JWKS, span_text(task->owned), task->name))
            return false;
    }
    return true;
}

static size_t url_count(const struct rules *rules)
{
    size_t count = 0;

    for (size_t i = 0; i < rules->issuer_count; i++)
        count += rules->issuers[i].crl_urls.count;
    return count;
}

/* --- entries ---------------------------------------------------------------------------------- */

/* A CRL is about all certificates of its issuer: it is of use as long as that one lives. */
static bool is_over(const struct wire_answer *answer, int64_t now)
{
    return refresh_expired(
        answer->wish.kind == ANSWER_CRL ? answer->wish.issuer : answer->wish.cert, now);
}

static bool plan_entries(const struct rules *rules, const struct cache_names *names,
                         const struct cache_writer *writer, uid_t also_trusted, int64_t now,
                         struct refresh_plan *plan)
{
    for (size_t i = 0; i < names->count; i++) {
        struct cache_entry entry = {0};
        enum cache_found found =
            cache_map(writer->directory, names->names[i], also_trusted, &entry);

        if (found == CACHE_FAILED)
            return false;
        if (found == CACHE_NONE)
            continue;
        if (is_over(&entry.answer, now)) {
            cache_remove(writer, names->names[i]);
            plan->removed++;
        } else {
            plan_entry(rules, &entry.answer, names->names[i], plan);
        }
        cache_unmap(&entry);
    }
    return true;
}

static bool plan_all(const struct rules *rules, const struct cache_names *names,
                     const struct cache_writer *writer, uid_t also_trusted, int64_t now,
                     struct refresh_plan *plan, struct safefile_error *error)
{
    plan->tasks =
        calloc(names->count + url_count(rules) + rules->issuer_count + 1, sizeof(*plan->tasks));
    if (plan->tasks && plan_entries(rules, names, writer, also_trusted, now, plan) &&
        plan_urls(rules, plan) && plan_sets(rules, plan))
        return true;
    refresh_plan_free(plan);
    (void)snprintf(error->text, sizeof(error->text), "the cache cannot be read: %m");
    return false;
}

bool refresh_plan_make(const struct rules *rules, int cache, uid_t also_trusted, int64_t now,
                       struct refresh_plan *plan, struct safefile_error *error)
{
    struct cache_names names = {0};
    struct cache_writer writer;
    bool made = false;

    *plan = (struct refresh_plan){0};
    if (!cache_lock(cache, LOCK_MS, &writer, error))
        return false;
    cache_tidy(&writer, now, MARK_SECONDS);
    if (cache_list(cache, &names, error)) {
        made = plan_all(rules, &names, &writer, also_trusted, now, plan, error);
        cache_names_free(&names);
    }
    cache_unlock(&writer);
    return made;
}

void refresh_plan_free(struct refresh_plan *plan)
{
    for (size_t i = 0; plan->tasks && i < plan->count; i++)
        free(plan->tasks[i].owned);
    free(plan->tasks);
    *plan = (struct refresh_plan){0};
}
