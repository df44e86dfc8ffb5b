/* SPDX-License-Identifier: BSD-3-Clause */
#include "config-finish.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/answers.h"
#include "../lib/environment.h"
#include "../lib/url.h"
#include "../lib/x509-urls.h"
#include "config-option.h"

/* A list that is never looked at would be a hole: those of a certificate come behind them. */
#define CRL_URLS_MAX (ANSWER_URLS_MAX - X509_URLS_MAX)

static bool refuse(struct config_error *error, const char *path, const char *text,
                   const char *issuer)
{
    (void)snprintf(error->text, sizeof(error->text), "%s: %s%s%s%s", path, issuer ? "[issuer " : "",
                   issuer ? issuer : "", issuer ? "] " : "", text);
    return false;
}

static bool fill_hostname(struct rules *rules, const char *path, struct config_error *error)
{
    char name[HOST_NAME_MAX + 1] = "";

    if (rules->hostname[0])
        return true;
    if (gethostname(name, sizeof(name)) != 0 || name[HOST_NAME_MAX] || !is_hostname(name))
        return refuse(error, path,
                      "this host's name is no name for %h in audience: set hostname in [global]",
                      NULL);
    free(rules->hostname);
    rules->hostname = strdup(name);
    return rules->hostname || refuse(error, path, "no memory to read it", NULL);
}

static bool fill_signer_names(struct issuer_rules *issuer, const char *path,
                              struct config_error *error)
{
    struct string_list *names = &issuer->signer_names;
    struct url_parts url;

    if (names->count > 0)
        return true;
    if (url_split(span_text(issuer->issuer), &url) && span_equal(url.scheme, span_text("https"))) {
        if (option_list_add(names, (const char *)url.host.ptr, url.host.len) != OPTION_OK)
            return refuse(error, path, "no memory to read it", NULL);
        if (is_hostname(names->items[0]))
            return true;
    }
    return refuse(error, path,
                  "is no https URL with a host name: set signer_names to the names of its signer",
                  issuer->issuer);
}

static bool names_deployed(const struct issuer_rules *issuer)
{
    return issuer_uses(issuer, "x5t") || issuer_uses(issuer, "x5t#S256");
}

/* --- which keys go together: each true if it is broken ---------------------------------------- */

static bool x5c_without_anchors(const struct issuer_rules *issuer)
{
    return issuer_uses(issuer, "x5c") && issuer->trust_anchors.count == 0;
}

static bool x5t_without_anchors(const struct issuer_rules *issuer)
{
    return names_deployed(issuer) && issuer->certificate_trust == CERTIFICATE_TRUST_CHAIN &&
           issuer->trust_anchors.count == 0;
}

static bool jwk_without_trust(const struct issuer_rules *issuer)
{
    return issuer_uses(issuer, "jwk") && issuer->trust_anchors.count == 0 &&
           issuer->pinned_keys.count == 0 && !issuer_has_set(issuer);
}

static bool kid_without_jwks(const struct issuer_rules *issuer)
{
    return issuer_uses(issuer, "kid") && !issuer_has_set(issuer);
}

static bool jwks_unused(const struct issuer_rules *issuer)
{
    return issuer_has_set(issuer) && !issuer_uses(issuer, "kid") && !issuer_uses(issuer, "jwk");
}

static bool pins_unused(const struct issuer_rules *issuer)
{
    return issuer->pinned_keys.count > 0 && !issuer_uses(issuer, "jwk");
}

static bool certificate_trust_unused(const struct issuer_rules *issuer)
{
    return issuer->certificate_trust == CERTIFICATE_TRUST_PINNED && !names_deployed(issuer);
}

static bool two_jwks(const struct issuer_rules *issuer)
{
    return (issuer->jwks_file[0] != 0) + (issuer->jwks_uri[0] != 0) + issuer->discovery > 1;
}

static bool discovery_without_url(const struct issuer_rules *issuer)
{
    return issuer->discovery && strncmp(issuer->issuer, "https://", 8) != 0;
}

static bool stale_before_fresh(const struct issuer_rules *issuer)
{
    return issuer->jwks_stale < issuer->jwks_fresh;
}

static const struct {
    bool (*broken)(const struct issuer_rules *issuer);
    const char *text;
} rules_across[] = {
    {x5c_without_anchors, "has no trust_anchors: x5c in key_sources needs them"},
    {x5t_without_anchors, "has no trust_anchors: x5t and x5t#S256 in key_sources need them, or "
                          "certificate_trust = pinned"},
    {jwk_without_trust, "has no trust_anchors: jwk in key_sources needs them, or pinned_keys, "
                        "jwks_file, jwks_uri or discovery"},
    {kid_without_jwks, "kid in key_sources needs jwks_file, jwks_uri or discovery"},
    {jwks_unused, "jwks_file, jwks_uri and discovery need kid or jwk in key_sources"},
    {pins_unused, "pinned_keys needs jwk in key_sources"},
    {certificate_trust_unused, "certificate_trust = pinned needs x5t or x5t#S256 in key_sources"},
    {two_jwks, "expected one of jwks_file, jwks_uri and discovery"},
    {discovery_without_url, "is no https URL, which discovery needs: set jwks_uri"},
    {stale_before_fresh, "jwks_stale must not be below jwks_fresh"},
};

static bool check_across(const struct issuer_rules *issuer, const char *path,
                         struct config_error *error)
{
    for (size_t i = 0; i < sizeof(rules_across) / sizeof(rules_across[0]); i++)
        if (rules_across[i].broken(issuer))
            return refuse(error, path, rules_across[i].text, issuer->issuer);
    return true;
}

/* --- names for the environment ---------------------------------------------------------------- */

/* The item before number `index` that makes the same name; NULL if there is none. */
static const char *same_name(const struct string_list *claims, size_t index, const char *name)
{
    char other[ENVIRONMENT_NAME_MAX + 1];

    for (size_t i = 0; i < index; i++)
        if (environment_name(claims->items[i], other) && strcmp(other, name) == 0)
            return claims->items[i];
    return NULL;
}

static bool check_exports(const struct issuer_rules *issuer, const char *path,
                          struct config_error *error)
{
    const struct string_list *claims = &issuer->export_claims;
    char text[384] = "";

    if (claims->count > ENVIRONMENT_COUNT_MAX)
        return refuse(error, path, "expected at most 32 export_claims", issuer->issuer);
    for (size_t i = 0; i < claims->count && !text[0]; i++) {
        char name[ENVIRONMENT_NAME_MAX + 1];
        const char *claim = claims->items[i];
        bool good = environment_name(claim, name);
        const char *other = good ? same_name(claims, i, name) : NULL;

        if (!good)
            (void)snprintf(text, sizeof(text),
                           "export_claims: expected claims of at most 60 characters other than "
                           "exp, which is always exported, found %s",
                           claim);
        else if (other)
            (void)snprintf(text, sizeof(text), "export_claims: %s and %s would both be %s", other,
                           claim, name);
    }
    return !text[0] || refuse(error, path, text, issuer->issuer);
}

/* Keys of [replay] that would never be looked at. */
static bool check_replay(const struct replay_rules *replay, const char *path,
                         struct config_error *error)
{
    bool redis = replay->store[0] != '/';

    if (!redis && (replay->username[0] || replay->password_file[0]))
        return refuse(error, path,
                      "[replay] username and password_file need a store at redis:// or rediss://",
                      NULL);
    if (replay->username[0] && !replay->password_file[0])
        return refuse(error, path, "[replay] username needs password_file", NULL);
    if (replay->server_ca[0] && strncmp(replay->store, "rediss:", 7) != 0)
        return refuse(error, path, "[replay] server_ca needs a store at rediss://", NULL);
    return true;
}

bool config_finish(struct rules *rules, const char *path, struct config_error *error)
{
    if (rules->issuer_count == 0)
        return refuse(error, path, "expected at least one section [issuer URL]", NULL);
    for (size_t i = 0; i < rules->issuer_count; i++) {
        struct issuer_rules *issuer = &rules->issuers[i];

        /* Else the users of one issuer could pass for those of another. */
        if (rules->issuer_count > 1 && !issuer->user_map[0])
            return refuse(error, path,
                          "needs a user_map, a file or identity, as there is more than one issuer",
                          issuer->issuer);
        if (issuer->crl_urls.count > CRL_URLS_MAX)
            return refuse(error, path, "expected at most 12 crl_urls", issuer->issuer);
        if (!check_across(issuer, path, error) || !check_exports(issuer, path, error) ||
            !fill_signer_names(issuer, path, error))
            return false;
    }
    return check_replay(&rules->replay, path, error) && fill_hostname(rules, path, error);
}
