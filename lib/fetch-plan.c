/* SPDX-License-Identifier: BSD-3-Clause */
#include "fetch-plan.h"

#include <stdlib.h>

#include "ocsp.h"
#include "url.h"
#include "x509-urls.h"

/* Where the status of one certificate may be asked for; borrowed from the rules, or from below. */
struct places {
    const char *ocsp[X509_URLS_MAX], *crl[X509_URLS_MAX];
    unsigned ocsp_count, crl_count;
    unsigned char request[FETCH_REQUEST_MAX];
    size_t request_len;
    struct x509_urls ocsp_urls, crl_urls;
};

struct maker {
    const struct trusted_path *path;
    const struct issuer_rules *issuer;
    struct fetch_plan *plan;
    bool no_memory;
};

/* --- what may be asked ------------------------------------------------------------------------ */

static unsigned allowed(const struct x509_urls *urls, const struct issuer_rules *issuer,
                        const char **out)
{
    unsigned count = 0;

    for (unsigned i = 0; i < urls->count; i++)
        if (issuer->fetch == FETCH_AIA &&
            url_host_listed(span_text(urls->items[i]), &issuer->fetch_hosts))
            out[count++] = urls->items[i];
    return count;
}

static void find_places(const struct trusted_path *path, unsigned index,
                        const struct issuer_rules *issuer, struct places *places)
{
    gnutls_x509_crt_t cert = trust_path_cert(path, index);

    x509_ocsp_urls(cert, &places->ocsp_urls);
    x509_crl_urls(cert, &places->crl_urls);
    places->ocsp_count = allowed(&places->ocsp_urls, issuer, places->ocsp);
    places->crl_count = allowed(&places->crl_urls, issuer, places->crl);
    if (issuer->ocsp_responder[0]) {
        places->ocsp[0] = issuer->ocsp_responder;
        places->ocsp_count = 1;
    }
    places->request_len = ocsp_request(cert, trust_path_cert(path, index + 1), places->request,
                                       sizeof(places->request));
    if (places->request_len == 0)
        places->ocsp_count = 0;
}

bool fetch_plan_reaches(const struct trusted_path *path, unsigned index,
                        const struct issuer_rules *issuer)
{
    struct places places;

    if (issuer->fetch == FETCH_NONE)
        return false;
    find_places(path, index, issuer, &places);
    return places.ocsp_count > 0 || places.crl_count > 0 || issuer->crl_urls.count > 0;
}

/* --- wishes ----------------------------------------------------------------------------------- */

/* One list is about many certificates: it is fetched once. */
static bool is_planned(const struct fetch_plan *plan, enum answer_kind kind, const char *url)
{
    for (unsigned i = 0; i < plan->count; i++)
        if (kind == ANSWER_CRL && plan->wishes[i].kind == kind &&
            strcmp(plan->wishes[i].url, url) == 0)
            return true;
    return false;
}

/* The next free wish; NULL if there is none, or no need for it. */
static struct fetch_wish *add(struct maker *maker, enum answer_kind kind, unsigned group,
                              const char *url)
{
    struct fetch_plan *plan = maker->plan;
    struct fetch_wish *wish;

    if (plan->count == FETCHES_MAX || is_planned(plan, kind, url))
        return NULL;
    wish = &plan->wishes[plan->count];
    *wish = (struct fetch_wish){.kind = kind, .group = group, .url = strdup(url)};
    if (!wish->url) {
        maker->no_memory = true;
        return NULL;
    }
    plan->count++;
    return wish;
}

static void add_about(struct maker *maker, enum answer_kind kind, unsigned index, const char *url,
                      const struct places *places)
{
    struct fetch_wish *wish = add(maker, kind, index, url);

    if (!wish)
        return;
    if (gnutls_x509_crt_export2(trust_path_cert(maker->path, index), GNUTLS_X509_FMT_DER,
                                &wish->cert) < 0 ||
        gnutls_x509_crt_export2(trust_path_cert(maker->path, index + 1), GNUTLS_X509_FMT_DER,
                                &wish->issuer) < 0)
        maker->no_memory = true;
    if (kind == ANSWER_OCSP) {
        memcpy(wish->request, places->request, places->request_len);
        wish->request_len = places->request_len;
    }
}

static void add_configured_lists(struct maker *maker)
{
    const struct string_list *urls = &maker->issuer->crl_urls;

    for (size_t i = 0; i < urls->count && i < FETCHES_MAX; i++)
        (void)add(maker, ANSWER_CRL, CHAIN_MAX + 1 + (unsigned)i, urls->items[i]);
}

/* The `rank`-th URL of that kind of each certificate: all get one before any gets two. */
static void add_rank(struct maker *maker, enum answer_kind kind, unsigned rank, unsigned open)
{
    for (unsigned i = 0; i + 1 < trust_path_count(maker->path); i++) {
        struct places places;
        unsigned count;

        if (!(open & 1u << i))
            continue;
        find_places(maker->path, i, maker->issuer, &places);
        count = kind == ANSWER_OCSP ? places.ocsp_count : places.crl_count;
        if (rank < count)
            add_about(maker, kind, i, kind == ANSWER_OCSP ? places.ocsp[rank] : places.crl[rank],
                      &places);
    }
}

struct fetch_plan *fetch_plan_make(const struct trusted_path *path, unsigned open,
                                   const struct issuer_rules *issuer)
{
    struct fetch_plan *plan = calloc(1, sizeof(*plan));
    struct maker maker = {path, issuer, plan, false};

    if (!plan)
        return NULL;
    add_rank(&maker, ANSWER_OCSP, 0, open);
    add_configured_lists(&maker);
    for (unsigned rank = 0; rank < X509_URLS_MAX; rank++) {
        add_rank(&maker, ANSWER_CRL, rank, open);
        add_rank(&maker, ANSWER_OCSP, rank + 1, open);
    }
    if (maker.no_memory)
        fetch_plan_free(&plan);
    return plan;
}

void fetch_plan_free(struct fetch_plan **plan)
{
    if (!*plan)
        return;
    for (unsigned i = 0; i < (*plan)->count; i++) {
        free((*plan)->wishes[i].url);
        gnutls_free((*plan)->wishes[i].cert.data);
        gnutls_free((*plan)->wishes[i].issuer.data);
    }
    free(*plan);
    *plan = NULL;
}
