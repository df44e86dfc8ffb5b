/* SPDX-License-Identifier: BSD-3-Clause */
/* CRLs, OCSP responses and JWK Sets at hand: what has run out, or was never fetched. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "../lib/crl-form.h"
#include "../lib/jwks-url.h"
#include "../lib/ocsp-form.h"
#include "../lib/x509-time.h"
#include "../sys/answer-files.h"
#include "../sys/key-files.h"
#include "../sys/paths.h"
#include "check.h"

/* One issuer's answers while they are looked at. */
struct looking {
    struct check *check;
    const struct rules *rules;
    const struct issuer_rules *issuer;
    unsigned count; /* of answers so far */
};

static void say_unreadable(const struct looking *looking, const struct answer *answer,
                           const char *kind, const struct evidence *evidence)
{
    check_warning(looking->check,
                  "%s: expected %s, found another text (%s): it gives no certificate a status",
                  answer->origin, kind, evidence->detail);
}

/* `until`: seconds since the epoch; leeway is added, as in a login. */
static void check_end(const struct looking *looking, const struct answer *answer, int64_t until)
{
    char text[X509_TIME_TEXT_MAX];

    if (looking->check->now < until + looking->rules->leeway)
        return;
    check_warning(looking->check,
                  "%s: expected an answer that is current, found one that ended at %s: replace it, "
                  "by pam-jwt refresh if it was fetched",
                  answer->origin, x509_time_text(until, text));
}

static void look_at_crl(const struct looking *looking, const struct answer *answer)
{
    struct evidence evidence = {.detail = ""};
    struct crl crl;

    if (!crl_form_read(answer->der, &crl, &evidence))
        say_unreadable(looking, answer, "a CRL", &evidence);
    else if (crl.has_next_update)
        check_end(looking, answer, crl.next_update);
}

static void look_at_ocsp(const struct looking *looking, const struct answer *answer)
{
    struct evidence evidence = {.detail = ""};
    struct ocsp_response response;
    struct ocsp_single single;

    if (!ocsp_form_read(answer->der, &response, &evidence)) {
        say_unreadable(looking, answer, "an OCSP response", &evidence);
        return;
    }
    while (ocsp_form_take_single(&response.singles, &single))
        check_end(looking, answer,
                  single.has_next_update ? single.next_update
                                         : single.this_update + looking->issuer->ocsp_max_age);
}

static void look(void *context, const struct answer *answer)
{
    struct looking *looking = context;

    looking->count++;
    if (answer->kind == ANSWER_CRL)
        look_at_crl(looking, answer);
    else
        look_at_ocsp(looking, answer);
}

/* How many there are in files, and under one name of the cache. */
static unsigned count_answers(struct looking *looking, const struct answer_source *source,
                              const struct answer_query *query)
{
    struct report report = {.detail = ""};

    looking->count = 0;
    if (source->each(source->context, looking->issuer, query, look, looking, &report) !=
        STATUS_ACCEPTED)
        check_error(looking->check, "%s", report.detail);
    return looking->count;
}

static void say_not_fetched(struct check *check, const char *url)
{
    check_warning(check,
                  "%s: expected its answer in the cache, found none: the next login has to fetch "
                  "it; run pam-jwt refresh, and enable pam_jwt-refresh.timer",
                  url);
}

static void look_at_issuer(struct looking *looking, const struct answer_source *source)
{
    const struct issuer_rules *issuer = looking->issuer;
    unsigned files = count_answers(looking, source, &(struct answer_query){.crl_url_count = 0});

    for (size_t i = 0; issuer->fetch != FETCH_NONE && i < issuer->crl_urls.count; i++) {
        const struct answer_query query = {.crl_urls = {issuer->crl_urls.items[i]},
                                           .crl_url_count = 1};

        if (count_answers(looking, source, &query) == files)
            say_not_fetched(looking->check, issuer->crl_urls.items[i]);
    }
}

static void look_at_answers(struct check *check, const struct rules *rules)
{
    struct safefile_error error = {""};
    ANSWER_FILES_CLEANUP struct answer_files *files =
        answer_files_open(rules, paths_cache, -1, check->also_trusted, &error);

    for (size_t i = 0; files && i < rules->issuer_count; i++) {
        const struct answer_source source = answer_files_source(files);

        if (rules->issuers[i].revocation != REVOCATION_OFF)
            look_at_issuer(&(struct looking){check, rules, &rules->issuers[i], 0}, &source);
    }
}

/* --- JWK Sets --------------------------------------------------------------------------------- */

static void look_at_set(struct check *check, const struct issuer_rules *issuer,
                        const struct key_store *store)
{
    struct jwk_set set = {.local = false};
    struct report report = {.detail = ""};
    char *url = jwks_url(issuer);

    if (!url || store->jwks(store->context, issuer, &set, &report) != STATUS_ACCEPTED)
        check->failed = check->failed || !url;
    else if (!set.text.ptr)
        say_not_fetched(check, url);
    else if (check->now - set.fetched_at > issuer->jwks_stale)
        check_warning(check,
                      "%s: expected keys that are at most %lld s old, found some of %lld s: the "
                      "next login has to fetch them; run pam-jwt refresh",
                      url, (long long)issuer->jwks_stale, (long long)(check->now - set.fetched_at));
    free(url);
}

static void look_at_sets(struct check *check, const struct rules *rules)
{
    struct safefile_error error = {""};
    KEY_FILES_CLEANUP struct key_files *files =
        key_files_open(rules, paths_cache, -1, check->also_trusted, &error);

    for (size_t i = 0; files && i < rules->issuer_count; i++) {
        const struct key_store store = key_files_store(files);

        if (issuer_fetches_set(&rules->issuers[i]))
            look_at_set(check, &rules->issuers[i], &store);
    }
}

/* Files that cannot be opened have been reported. */
void check_answers(struct check *check)
{
    for (size_t i = 0; i < check->config_count; i++) {
        if (!check->configs[i].rules)
            continue;
        look_at_answers(check, check->configs[i].rules);
        look_at_sets(check, check->configs[i].rules);
    }
}
