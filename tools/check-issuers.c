/* SPDX-License-Identifier: BSD-3-Clause */
/* Rules of issuers that are no errors, and let in nobody or too many. */
#include <string.h>

#include "../lib/policy-audience.h"
#include "check.h"

#define LEEWAY_MAX 300         /* RFC 7519 section 4.1.4: "no more than a few minutes" */
#define SHORT_LIVED_MAX 864000 /* CA/Browser Forum, Baseline Requirements 1.6.1: ten days */

/* --- each the value that was found, or NULL if nothing is to be said ---------------------------
 */

static const char *any_signer(const struct issuer_rules *issuer)
{
    return string_list_has(&issuer->signer_names, "*") ? "*" : NULL;
}

/* Whether a percent sign and that letter are in it; %% is a percent sign. */
static bool has_percent(const char *text, char letter)
{
    for (const char *at = text; (at = strchr(at, '%')) && at[1]; at += 2)
        if (at[1] == letter)
            return true;
    return false;
}

static const char *audience_of_all_hosts(const struct issuer_rules *issuer)
{
    for (size_t i = 0; i < issuer->audience.count; i++)
        if (!has_percent(issuer->audience.items[i], 'h'))
            return issuer->audience.items[i];
    return NULL;
}

static bool has_source(const struct issuer_rules *issuer)
{
    return issuer->crl_files.count > 0 || issuer->ocsp_files.count > 0 || issuer->short_lived > 0 ||
           (issuer->fetch != FETCH_NONE &&
            (issuer->ocsp_responder[0] || issuer->crl_urls.count > 0)) ||
           (issuer->fetch == FETCH_AIA && issuer->fetch_hosts.count > 0);
}

/* Without trust anchors keys come without certificates, which need no status. */
static const char *no_status(const struct issuer_rules *issuer)
{
    return issuer->revocation == REVOCATION_REQUIRE && issuer->trust_anchors.count > 0 &&
                   !has_source(issuer)
               ? "none"
               : NULL;
}

static const char *no_revocation(const struct issuer_rules *issuer)
{
    if (issuer->trust_anchors.count == 0 || issuer->revocation == REVOCATION_REQUIRE)
        return NULL;
    return issuer->revocation == REVOCATION_OFF ? "off" : "prefer";
}

static const char *long_short_lived(const struct issuer_rules *issuer)
{
    return issuer->short_lived > SHORT_LIVED_MAX ? "more" : NULL;
}

static const struct {
    const char *key;
    const char *(*found)(const struct issuer_rules *issuer);
    const char *expected;
    const char *consequence; /* and what to do */
} rows[] = {
    {"signer_names", any_signer, "names",
     "whoever has a certificate under trust_anchors can log in as anybody: name the signer"},
    {"audience", audience_of_all_hosts, "%h in each value",
     "a host that a token is sent to can use it at all others: write pam://%h/%s"},
    {"revocation", no_status, "a source of revocation status",
     "all certificates are refused but short chains with noRevAvail: set crl_files, ocsp_files, "
     "fetch or short_lived"},
    {"revocation", no_revocation, "require",
     "who has stolen a signer's key can log in as anybody until its certificate expires"},
    {"short_lived", long_short_lived, "at most 864000 seconds",
     "certificates that live that long need a revocation status"},
};

static void check_leeway(struct check *check, const struct check_config *config)
{
    if (config->rules->leeway > LEEWAY_MAX)
        check_warning(check,
                      "%s: [global] leeway: expected at most %d seconds, found %lld: tokens are "
                      "accepted for that long after they expire; correct the clocks instead",
                      config->path, LEEWAY_MAX, (long long)config->rules->leeway);
}

static void check_issuer(struct check *check, const struct check_config *config,
                         const struct issuer_rules *issuer)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *found = rows[i].found(issuer);

        if (found)
            check_warning(check, "%s: [issuer %s] %s: expected %s, found %s: %s", config->path,
                          issuer->issuer, rows[i].key, rows[i].expected, found,
                          rows[i].consequence);
    }
}

/* --- services --------------------------------------------------------------------------------- */

#define NAMES_MAX 256 /* bytes; what does not fit is left out */

/* A value of aud that a service accepts, and of whom. */
struct audience {
    const char *issuer;
    char value[AUDIENCE_SIZE];
};

static const struct rules *rules_of(const struct check *check, const struct check_use *use)
{
    return check->configs[use->config].rules;
}

static bool issuer_accepts(const struct rules *rules, const struct issuer_rules *issuer,
                           const char *service, const struct audience *audience)
{
    char value[AUDIENCE_SIZE];

    for (size_t i = 0; i < issuer->audience.count; i++)
        if (policy_audience_expand(issuer->audience.items[i], rules->hostname, service, value) &&
            strcmp(value, audience->value) == 0)
            return true;
    return false;
}

static bool accepts(const struct check *check, const struct check_use *use,
                    const struct audience *audience)
{
    const struct rules *rules = rules_of(check, use);

    for (size_t i = 0; rules && i < rules->issuer_count; i++)
        if (strcmp(rules->issuers[i].issuer, audience->issuer) == 0)
            return issuer_accepts(rules, &rules->issuers[i], use->service->name, audience);
    return false;
}

/* The services that accept it, root's or others, with commas between them. */
static void list_services(const struct check *check, const struct audience *audience, bool roots,
                          char names[NAMES_MAX])
{
    const struct pam_service *last = NULL;
    size_t len = 0;

    names[0] = '\0';
    for (size_t i = 0; i < check->use_count; i++) {
        const struct pam_service *service = check->uses[i].service;

        if (service == last || check_is_roots(service) != roots || (service->included && !roots) ||
            len + strlen(service->name) + 3 > NAMES_MAX ||
            !accepts(check, &check->uses[i], audience))
            continue;
        if (len > 0)
            len = (size_t)(stpcpy(names + len, ", ") - names);
        len = (size_t)(stpcpy(names + len, service->name) - names);
        last = service;
    }
}

/* Whether a service of root before that one accepts it: then all has been said. */
static bool is_known(const struct check *check, const struct check_use *use,
                     const struct audience *audience)
{
    for (const struct check_use *earlier = check->uses; earlier < use; earlier++)
        if (check_is_roots(earlier->service) && accepts(check, earlier, audience))
            return true;
    return false;
}

/* Whether it is; who runs a service that is not root's gets tokens, and could become their users
 * elsewhere. */
static bool check_shared(struct check *check, const struct check_use *use,
                         const struct audience *audience, const char *pattern)
{
    char roots[NAMES_MAX], others[NAMES_MAX];

    list_services(check, audience, true, roots);
    list_services(check, audience, false, others);
    if (!*others || is_known(check, use, audience))
        return false;
    check_warning(check,
                  "%s: [issuer %s] audience: expected no value for services of root (%s) and "
                  "others (%s) alike, found %s: who runs one of the others can use a token that "
                  "it was given for root's; write pam://%%h/%%s",
                  check->configs[use->config].path, audience->issuer, roots, others, pattern);
    return true;
}

/* The other services may have configurations of their own, with an issuer of that name. */
static void check_shared_audience(struct check *check, const struct check_use *use)
{
    const struct rules *rules = rules_of(check, use);

    for (size_t i = 0; rules && i < rules->issuer_count; i++) {
        const struct string_list *patterns = &rules->issuers[i].audience;
        struct audience audience = {.issuer = rules->issuers[i].issuer};
        bool shared = false;

        for (size_t j = 0; j < patterns->count && !shared; j++)
            shared = policy_audience_expand(patterns->items[j], rules->hostname, use->service->name,
                                            audience.value) &&
                     check_shared(check, use, &audience, patterns->items[j]);
    }
}

void check_issuers(struct check *check)
{
    for (size_t i = 0; i < check->config_count; i++) {
        const struct check_config *config = &check->configs[i];

        if (!config->rules)
            continue;
        check_leeway(check, config);
        for (size_t j = 0; j < config->rules->issuer_count; j++)
            check_issuer(check, config, &config->rules->issuers[j]);
    }
    for (size_t i = 0; i < check->use_count; i++)
        if (check_is_roots(check->uses[i].service))
            check_shared_audience(check, &check->uses[i]);
}
