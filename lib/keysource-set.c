/* SPDX-License-Identifier: BSD-3-Clause */
/* Keys of the issuer's JWK Set (RFC 7517 section 5). */
#include <gnutls/crypto.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>

#include "base64url.h"
#include "jwk.h"
#include "jwks.h"
#include "keysource-parts.h"
#include "known-key.h"

/* --- the set ---------------------------------------------------------------------------------- */

static enum key_set judge_age(const struct key_question *question, const struct jwk_set *set)
{
    int64_t age = question->now - set->fetched_at;

    if (set->local || !issuer_fetches_set(question->issuer))
        return KEY_SET_LOCAL;
    if (set->brought)
        return KEY_SET_BROUGHT;
    if (!set->text.ptr || age < -question->leeway || age > question->issuer->jwks_stale)
        return KEY_SET_NONE;
    return age > question->issuer->jwks_fresh ? KEY_SET_STALE : KEY_SET_FRESH;
}

static enum status refuse_age(const struct key_question *question, const struct jwk_set *set,
                              struct report *report)
{
    if (!set->text.ptr)
        return report_refuse(report, STATUS_KEYS_UNAVAILABLE,
                             "the issuer's JWK Set has not been fetched");
    return report_refuse(report, STATUS_KEYS_UNAVAILABLE,
                         "%s was fetched %lld s ago, jwks_stale is %lld s", set->origin,
                         (long long)(question->now - set->fetched_at),
                         (long long)question->issuer->jwks_stale);
}

/* A set that cannot be read has no key, and a newer one may; a file that cannot is a mistake. */
static enum status refuse_text(const struct jwk_set *set, enum status status, struct report *report)
{
    char detail[REPORT_DETAIL_MAX];

    if (status == STATUS_OUT_OF_MEMORY)
        return status;
    (void)snprintf(detail, sizeof(detail), "%s", report->detail);
    return report_refuse(report, set->local ? STATUS_CONFIG_ERROR : STATUS_KEYS_UNAVAILABLE,
                         "%s: %s", set->origin, detail);
}

/* `answer` may have no match; owned by the caller on STATUS_ACCEPTED. */
static enum status find_in_set(const struct key_question *question,
                               const struct jwks_question *wanted, struct key_choice *choice,
                               struct jwks_answer *answer, struct report *report)
{
    struct jwk_set set = {.local = false};
    enum status status = STATUS_ACCEPTED;

    choice->set = KEY_SET_NONE;
    if (question->store)
        status = question->store->jwks(question->store->context, question->issuer, &set, report);
    if (status != STATUS_ACCEPTED)
        return status;
    choice->set = judge_age(question, &set);
    if (!set.text.ptr || choice->set == KEY_SET_NONE)
        return refuse_age(question, &set, report);
    status = jwks_find(set.text, wanted, answer, report);
    return status == STATUS_ACCEPTED ? status : refuse_text(&set, status, report);
}

/* --- the key ---------------------------------------------------------------------------------- */

/* What header and JWK both have must be the same; the certificate itself may be in neither. */
static enum status check_names(struct json_object *header, struct json_object *jwk,
                               struct report *report)
{
    static const char *const names[] = {"x5t", "x5t#S256"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct thumbprint sent, known;

        /* RFC 7515 sections 4.1.7 and 4.1.8 */
        if (json_has(header, names[i]) && json_has(jwk, names[i]) &&
            !(keysource_thumbprint(header, names[i], &sent) &&
              keysource_thumbprint(jwk, names[i], &known) && thumbprint_equal(&sent, &known)))
            return report_refuse(report, STATUS_THUMBPRINT_MISMATCH,
                                 "%s is not that of the key in the issuer's JWK Set", names[i]);
    }
    return STATUS_ACCEPTED;
}

static bool holds_key(struct json_object *jwk, const struct untrusted_chain *chain)
{
    gnutls_pubkey_t first;
    bool same;

    if (gnutls_pubkey_init(&first) < 0)
        return false;
    same = untrusted_chain_key(chain, first) && jwk_equals_key(jwk, first);
    gnutls_pubkey_deinit(first);
    return same;
}

static enum status take_chain(struct json_object *jwk, struct untrusted_chain *chain,
                              struct report *report)
{
    const char *name = NULL;
    enum status status;

    untrusted_chain_free(chain);
    status = untrusted_chain_add_x5c(chain, json_member(jwk, "x5c"), "x5c of the JWK", report);
    if (status != STATUS_ACCEPTED)
        return status;
    /* RFC 7517 section 4.7 */
    if (!holds_key(jwk, chain))
        return report_refuse(report, STATUS_KEY_MISMATCH,
                             "a JWK of the issuer's set is not the public key of its x5c[0]");
    /* RFC 7517 sections 4.8 and 4.9 */
    if (!thumbprints_agree(jwk, chain->certs[0], &name))
        return report_refuse(report, STATUS_THUMBPRINT_MISMATCH,
                             "%s of a JWK of the issuer's set is not that of its x5c[0]", name);
    return STATUS_ACCEPTED;
}

/* With anchors a key that has a chain counts by its chain, as it could be revoked. */
static enum status use_key(const struct key_question *question, struct json_object *jwk,
                           struct key_choice *choice, struct report *report)
{
    enum status status = check_names(question->token->jws.header, jwk, report);

    if (status == STATUS_ACCEPTED)
        status = known_key_of_set(jwk, question->token->jws.alg, &choice->key, report);
    if (status == STATUS_ACCEPTED && json_has(jwk, "x5c")) {
        status = take_chain(jwk, &choice->chain, report);
        if (question->issuer->trust_anchors.count > 0)
            trusted_key_free(&choice->key);
    }
    return status;
}

/* Looks, and says `missing` if it is not there. */
static enum status find_and_use(const struct key_question *question,
                                const struct jwks_question *wanted, bool may_be_many,
                                const char *missing, struct key_choice *choice,
                                struct report *report)
{
    struct jwks_answer answer = {0};
    enum status status = find_in_set(question, wanted, choice, &answer, report);

    if (status != STATUS_ACCEPTED)
        return status;
    if (answer.count == 0)
        /* RFC 7515 section 6: never another key of the set */
        status = report_refuse(report, STATUS_UNKNOWN_KEY, "%s", missing);
    else if (answer.count > 1 && !may_be_many)
        /* RFC 7517 section 4.5: distinct keys should have distinct names */
        status = report_refuse(report, STATUS_UNKNOWN_KEY,
                               "the issuer's JWK Set has %u keys of that name", answer.count);
    else
        status = use_key(question, answer.jwk, choice, report);
    json_free(&answer.jwk);
    return status;
}

/* --- by key ----------------------------------------------------------------------------------- */

struct by_key {
    const struct alg *alg;
    struct json_object *jwk;
};

static bool is_same_key(const void *context, struct json_object *jwk)
{
    const struct by_key *wanted = context;
    gnutls_pubkey_t key;
    bool same;

    if (gnutls_pubkey_init(&key) < 0)
        return false;
    same = jwk_import(wanted->jwk, key) && jwk_equals_key(jwk, key) && jwk_serves(jwk, wanted->alg);
    gnutls_pubkey_deinit(key);
    return same;
}

enum status keysource_set_by_key(const struct key_question *question, struct json_object *jwk,
                                 struct key_choice *choice, struct report *report)
{
    const struct by_key wanted = {question->token->jws.alg, jwk};
    struct jwks_question in_set = {.matches = is_same_key, .context = &wanted};

    (void)jwk_number(jwk, &in_set.needle);
    return find_and_use(question, &in_set, true,
                        "the key of jwk is neither in the issuer's JWK Set nor in pinned_keys",
                        choice, report);
}

/* --- by kid ----------------------------------------------------------------------------------- */

/* Between quotation marks: a short kid is in every other number. */
static bool has_kid(const void *context, struct span text)
{
    const struct span *kid = context;
    const unsigned char *end = text.ptr + text.len;

    /* an object has a byte before and behind each of its values */
    for (const unsigned char *at = text.ptr + 1; end - at > (ptrdiff_t)kid->len; at++) {
        at = memmem(at, (size_t)(end - at) - 1, kid->ptr, kid->len);
        if (!at)
            return false;
        if (at[-1] == '"' && at[kid->len] == '"')
            return true;
    }
    return false;
}

static bool is_of_kid(const void *context, struct json_object *jwk)
{
    const struct span *kid = context;
    struct span found;

    return json_string(json_member(jwk, "kid"), &found) && span_equal(found, *kid);
}

static enum status use_kid(const struct key_question *question, struct key_choice *choice,
                           struct report *report)
{
    struct span kid;
    struct jwks_question in_set = {.may_match = has_kid, .matches = is_of_kid, .context = &kid};
    char missing[160];

    /* RFC 7515 section 4.1.4 */
    if (!json_string(json_member(question->token->jws.header, "kid"), &kid))
        return report_refuse(report, STATUS_UNKNOWN_KEY, "kid: expected a string");
    in_set.needle = kid;
    (void)snprintf(missing, sizeof(missing), "the issuer's JWK Set has no key with kid %.*s",
                   kid.len < 96 ? (int)kid.len : 96, (const char *)kid.ptr);
    return find_and_use(question, &in_set, false, missing, choice, report);
}

/* --- by thumbprint ---------------------------------------------------------------------------- */

struct by_thumbprint {
    const char *name; /* x5t or x5t#S256 */
    struct thumbprint thumbprint;
};

/* Its x5c is looked into only if the JWK does not say the thumbprint itself. */
static bool may_have_thumbprint(const void *context, struct span text)
{
    const struct by_thumbprint *wanted = context;
    char quoted[16];

    if (thumbprint_is_in(&wanted->thumbprint, text))
        return true;
    (void)snprintf(quoted, sizeof(quoted), "\"%s\"", wanted->name);
    return !span_has(text, span_text(quoted)) && span_has(text, span_text("\"x5c\""));
}

static bool first_has_thumbprint(struct json_object *x5c, const struct thumbprint *thumbprint)
{
    struct thumbprint found = {.len = thumbprint->len};
    unsigned char *der = NULL;
    struct span text;
    size_t len;
    bool same;

    if (!json_object_is_type(x5c, json_type_array) ||
        !json_string(json_object_array_get_idx(x5c, 0), &text))
        return false;
    der = malloc(BASE64_DECODED_MAX(text.len));
    same = der && base64_decode(text, der, &len) &&
           gnutls_hash_fast(thumbprint->len == 20 ? GNUTLS_DIG_SHA1 : GNUTLS_DIG_SHA256, der, len,
                            found.bytes) == 0 &&
           thumbprint_equal(&found, thumbprint);
    free(der);
    return same;
}

static bool is_of_thumbprint(const void *context, struct json_object *jwk)
{
    const struct by_thumbprint *wanted = context;
    struct thumbprint found;

    if (json_has(jwk, wanted->name))
        return keysource_thumbprint(jwk, wanted->name, &found) &&
               thumbprint_equal(&found, &wanted->thumbprint);
    return first_has_thumbprint(json_member(jwk, "x5c"), &wanted->thumbprint);
}

static enum status use_thumbprint(const struct key_question *question, struct key_choice *choice,
                                  struct report *report)
{
    struct json_object *header = question->token->jws.header;
    struct by_thumbprint wanted = {.name = json_has(header, "x5t#S256") ? "x5t#S256" : "x5t"};
    const struct jwks_question in_set = {
        .may_match = may_have_thumbprint, .matches = is_of_thumbprint, .context = &wanted};

    /* RFC 7515 sections 4.1.7 and 4.1.8 */
    if (!keysource_thumbprint(header, wanted.name, &wanted.thumbprint))
        return report_refuse(report, STATUS_UNKNOWN_KEY,
                             "%s: expected the thumbprint of a certificate", wanted.name);
    return find_and_use(question, &in_set, false,
                        "the issuer's JWK Set has no key with that thumbprint", choice, report);
}

enum status keysource_kid(const struct key_question *question, struct key_choice *choice,
                          struct report *report)
{
    return json_has(question->token->jws.header, "kid") ? use_kid(question, choice, report)
                                                        : use_thumbprint(question, choice, report);
}
