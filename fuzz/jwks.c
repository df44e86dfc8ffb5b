/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The choice of a key from a header, a JWK Set and deployed certificates. The input: a character
 * that chooses the rules, a header, a line break, a JWK Set. What is chosen is looked up again by
 * fixture-jwk.c, and so is a kid that is not found.
 */
#include "../lib/keysource.h"
#include "fixture-jwk.h"
#include "fixture.h"
#include "fuzz.h"

#define FRESH 100  /* seconds */
#define STALE 1000 /* seconds */

/* --- the rules -------------------------------------------------------------------------------- */

#define PINNED LIST("_zNpl6lg-ZJNdEwebVe00pCyEDMqrfGpBbw7ezVTVIs") /* signer-es256 */

#define SELF_SIGNED "signer-self.pem"

static const struct variant {
    struct issuer_rules issuer; /* sources and what goes with them */
    int64_t age;                /* of a fetched set, in seconds */
    enum key_set set;           /* what is said of one that is asked for */
    const char *deployed;       /* the file that every thumbprint leads to */
} variants[] = {
    {{.key_sources = LIST("kid"), .jwks_file = TEXT("/set")}, .set = KEY_SET_LOCAL},
    {{.key_sources = LIST("kid", "jwk"), .jwks_file = TEXT("/set"), .trust_anchors = LIST("/a")},
     .set = KEY_SET_LOCAL},
    {{.key_sources = LIST("jwk", "kid"), .jwks_file = TEXT("/set")}, .set = KEY_SET_LOCAL},
    {{.key_sources = LIST("jwk"), .pinned_keys = PINNED}, .set = KEY_SET_NOT_ASKED},
    {{.key_sources = LIST("jwk", "x5c"),
      .jwks_file = TEXT("/set"),
      .pinned_keys = PINNED,
      .trust_anchors = LIST("/a")},
     .set = KEY_SET_LOCAL,
     .deployed = "signer-es256.pem"},
    {{.key_sources = LIST("kid"), .jwks_uri = TEXT("https://k")}, FRESH, .set = KEY_SET_FRESH},
    {{.key_sources = LIST("kid"), .jwks_uri = TEXT("https://k")}, STALE, .set = KEY_SET_STALE},
    {{.key_sources = LIST("kid"), .discovery = true}, STALE + 1, .set = KEY_SET_NONE},
    {{.key_sources = LIST("x5t", "x5t#S256"), .trust_anchors = LIST("/a")},
     .deployed = "signer-es256.pem"},
    {{.key_sources = LIST("x5t#S256", "x5t"), .certificate_trust = CERTIFICATE_TRUST_PINNED},
     .deployed = SELF_SIGNED},
    {{.key_sources = LIST("x5t#S256", "x5t"), .certificate_trust = CERTIFICATE_TRUST_PINNED},
     .deployed = "signer-es256.pem"},
};

static struct issuer_rules issuer_of(const struct variant *variant)
{
    struct issuer_rules issuer = variant->issuer;

    issuer.issuer = TEXT(FIXTURE_ISSUER);
    issuer.certificates = TEXT("/certs");
    issuer.jwks_file = issuer.jwks_file ? issuer.jwks_file : TEXT("");
    issuer.jwks_uri = issuer.jwks_uri ? issuer.jwks_uri : TEXT("");
    issuer.jwks_fresh = FRESH;
    issuer.jwks_stale = STALE;
    return issuer;
}

/* --- the host --------------------------------------------------------------------------------- */

struct input {
    const struct variant *variant;
    struct span header, set;
};

static struct input cut(struct span rest)
{
    const unsigned count = sizeof(variants) / sizeof(variants[0]);
    struct input input = {.variant = &variants[(unsigned char)(rest.ptr[0] - '0') % count]};
    const unsigned char *end = memchr(rest.ptr, '\n', rest.len);

    rest = span_of(rest.ptr + 1, rest.len - 1);
    input.header = rest;
    if (end && end >= rest.ptr) {
        input.header.len = (size_t)(end - rest.ptr);
        input.set = span_of(end + 1, rest.len - input.header.len - 1);
    }
    return input;
}

static gnutls_x509_crt_t deployed_cert(const char *name)
{
    gnutls_x509_crt_t certs[FIXTURE_CERTS_MAX];

    REQUIRE(fixture_certs(name, certs) == 1);
    return certs[0];
}

/* There is one file, under whatever name. */
static enum status find_certificate(void *context, const struct issuer_rules *issuer,
                                    struct span thumbprint,
                                    void (*look)(void *look_context, const struct deployed *),
                                    void *look_context, struct report *report)
{
    const struct input *input = context;
    struct deployed deployed = {.count = 1, .origin = "a file"};
    gnutls_x509_crt_t cert;
    gnutls_datum_t der;

    (void)issuer;
    (void)report;
    REQUIRE(thumbprint.len == 20 || thumbprint.len == 32);
    if (!input->variant->deployed)
        return STATUS_ACCEPTED;
    cert = deployed_cert(input->variant->deployed);
    der = fixture_der(cert);
    deployed.ders[0] = span_of(der.data, der.size);
    look(look_context, &deployed);
    gnutls_free(der.data);
    gnutls_x509_crt_deinit(cert);
    return STATUS_ACCEPTED;
}

static enum status find_set(void *context, const struct issuer_rules *issuer, struct jwk_set *set,
                            struct report *report)
{
    const struct input *input = context;

    (void)report;
    *set = (struct jwk_set){.text = input->set,
                            .origin = "the set",
                            .fetched_at = FIXTURE_NOW - input->variant->age,
                            .local = issuer->jwks_file[0]};
    return STATUS_ACCEPTED;
}

/* --- looking again ---------------------------------------------------------------------------- */

static const char *const thumbprints[] = {"x5t", "x5t#S256"};

struct judged {
    const struct input *input;
    struct json_object *header, *keys; /* as json-c reads them; owned; NULL: it does not */
    const char *alg;
    const char *source; /* the first of the variant's that the header has */
};

static const char *source_of(const struct variant *variant, struct json_object *header)
{
    const struct string_list *sources = &variant->issuer.key_sources;

    for (size_t i = 0; i < sources->count; i++)
        if (plain_has(header, sources->items[i]) ||
            (strcmp(sources->items[i], "kid") == 0 &&
             (plain_has(header, "x5t") || plain_has(header, "x5t#S256"))))
            return sources->items[i];
    return "";
}

/* By kid, else by thumbprint; the certificate of a JWK that has no thumbprint has one, too. */
static bool is_named(const struct judged *judged, struct json_object *jwk)
{
    const char *name = plain_has(judged->header, "x5t#S256") ? "x5t#S256" : "x5t";

    if (plain_has(judged->header, "kid"))
        return plain_string(jwk, "kid").ptr &&
               span_equal(plain_string(jwk, "kid"), plain_string(judged->header, "kid"));
    if (plain_has(jwk, name))
        return plain_thumbprints_equal(jwk, judged->header, name);
    return plain_has(jwk, "x5c") && plain_x5c_is(jwk, judged->header, name);
}

static struct json_object *only_named(const struct judged *judged)
{
    struct json_object *found = NULL;

    REQUIRE(json_object_is_type(judged->keys, json_type_array));
    for (size_t i = 0; i < json_object_array_length(judged->keys); i++) {
        struct json_object *jwk = json_object_array_get_idx(judged->keys, i);

        if (!is_named(judged, jwk))
            continue;
        REQUIRE(!found);
        found = jwk;
    }
    REQUIRE(found);
    return found;
}

static bool is_in_set(const struct judged *judged, gnutls_pubkey_t key)
{
    if (!json_object_is_type(judged->keys, json_type_array))
        return false;
    for (size_t i = 0; i < json_object_array_length(judged->keys); i++) {
        struct json_object *jwk = json_object_array_get_idx(judged->keys, i);

        if (plain_jwk_is(jwk, key) && plain_jwk_serves(jwk, judged->alg))
            return true;
    }
    return false;
}

static void check_thumbprints(struct json_object *members, const struct untrusted_chain *chain)
{
    for (size_t i = 0; i < 2 && chain->count > 0; i++)
        if (plain_has(members, thumbprints[i]))
            REQUIRE(plain_thumbprint_is(members, thumbprints[i], chain->certs[0]));
}

static void check_strength(gnutls_pubkey_t key)
{
    unsigned bits = 0;

    if (gnutls_pubkey_get_pk_algorithm(key, &bits) == GNUTLS_PK_RSA)
        REQUIRE(bits >= 2048 && bits <= 8192);
    else if (gnutls_pubkey_get_pk_algorithm(key, &bits) == GNUTLS_PK_ECDSA)
        REQUIRE(gnutls_pubkey_verify_params(key) == 0);
}

static void check_name(const struct key_choice *choice, struct json_object *jwk)
{
    char *thumbprint = plain_jwk_thumbprint(jwk);

    REQUIRE(strcmp(trusted_key_name(choice->key), thumbprint) == 0);
    free(thumbprint);
}

/* --- by source -------------------------------------------------------------------------------- */

static void check_of_set(const struct judged *judged, const struct key_choice *choice,
                         gnutls_pubkey_t key)
{
    struct json_object *jwk = only_named(judged);
    bool chain = plain_has(jwk, "x5c");

    REQUIRE(choice->set == judged->input->variant->set && choice->set != KEY_SET_NONE);
    REQUIRE(key && plain_jwk_is(jwk, key) && plain_jwk_serves(jwk, judged->alg));
    for (size_t i = 0; i < 2; i++)
        if (plain_has(jwk, thumbprints[i]) && plain_has(judged->header, thumbprints[i]))
            REQUIRE(plain_thumbprints_equal(jwk, judged->header, thumbprints[i]));
    REQUIRE(choice->chain.count ==
            (chain ? json_object_array_length(json_object_object_get(jwk, "x5c")) : 0));
    check_thumbprints(jwk, &choice->chain);
    REQUIRE((choice->key == NULL) ==
            (chain && judged->input->variant->issuer.trust_anchors.count > 0));
    if (choice->key)
        check_name(choice, jwk);
}

static void check_of_header(const struct judged *judged, const struct key_choice *choice,
                            gnutls_pubkey_t key)
{
    const struct variant *variant = judged->input->variant;
    struct json_object *jwk = json_object_object_get(judged->header, "jwk");

    REQUIRE(key && plain_jwk_is(jwk, key) && plain_jwk_serves(jwk, judged->alg));
    if (!choice->key) {
        REQUIRE(variant->issuer.trust_anchors.count > 0);
        return;
    }
    check_name(choice, jwk);
    if (strcmp(trusted_key_revocation(choice->key), "pinned") == 0)
        REQUIRE(string_list_has(&variant->issuer.pinned_keys, trusted_key_name(choice->key)));
    else
        REQUIRE(choice->set == variant->set && is_in_set(judged, key));
}

static void check_deployed(const struct judged *judged, const struct key_choice *choice)
{
    gnutls_x509_crt_t cert = deployed_cert(judged->input->variant->deployed);

    REQUIRE(gnutls_x509_crt_equals(choice->chain.certs[0], cert));
    REQUIRE(plain_thumbprint_is(judged->header, judged->source, cert));
    REQUIRE((choice->key != NULL) == (strcmp(judged->input->variant->deployed, SELF_SIGNED) == 0));
    gnutls_x509_crt_deinit(cert);
}

/* Whatever else the header says of the key. */
static void check_others(const struct judged *judged, const struct key_choice *choice,
                         gnutls_pubkey_t key)
{
    check_thumbprints(judged->header, &choice->chain);
    if (plain_has(judged->header, "jwk"))
        REQUIRE(plain_jwk_is(json_object_object_get(judged->header, "jwk"), key));
    if (plain_has(judged->header, "x5c") && strncmp(judged->source, "x5t", 3) != 0)
        REQUIRE(plain_x5c_has_key(judged->header, key));
}

static void check_chosen(const struct judged *judged, const struct key_choice *choice)
{
    gnutls_pubkey_t own, key;

    REQUIRE(choice->key || choice->chain.count > 0);
    REQUIRE(gnutls_pubkey_init(&own) == 0);
    if (choice->key)
        key = trusted_key_pubkey(choice->key);
    else if (gnutls_pubkey_import_x509(key = own, choice->chain.certs[0], 0) < 0)
        key = NULL; /* trust.c has none of it */
    if (choice->key)
        check_strength(key);
    if (strcmp(judged->source, "kid") == 0)
        check_of_set(judged, choice, key);
    else if (strcmp(judged->source, "jwk") == 0)
        check_of_header(judged, choice, key);
    else if (strncmp(judged->source, "x5t", 3) == 0)
        check_deployed(judged, choice);
    else
        REQUIRE(strcmp(judged->source, "x5c") == 0 && !choice->key);
    if (key)
        check_others(judged, choice, key);
    gnutls_pubkey_deinit(own);
}

/* --- refusals --------------------------------------------------------------------------------- */

/* How many the search may not miss: what can be told without reading numbers or certificates. */
static unsigned count_sure(const struct judged *judged)
{
    unsigned sure = 0;

    if (!json_object_is_type(judged->keys, json_type_array))
        return 0;
    for (size_t i = 0; i < json_object_array_length(judged->keys); i++) {
        struct json_object *jwk = json_object_array_get_idx(judged->keys, i);

        if (strcmp(judged->source, "jwk") == 0)
            sure += plain_jwks_equal(jwk, json_object_object_get(judged->header, "jwk")) &&
                    plain_jwk_serves(jwk, judged->alg);
        else if (plain_has(judged->header, "kid"))
            sure += is_named(judged, jwk);
        else if (plain_has(jwk, "x5c"))
            return 0;
        else
            sure += plain_thumbprint_is_base64url(judged->header, "x5t") &&
                    !plain_has(judged->header, "x5t#S256") && is_named(judged, jwk) &&
                    plain_thumbprint_is_base64url(jwk, "x5t");
    }
    return sure;
}

static void check_refused(const struct judged *judged, const struct key_choice *choice,
                          enum status status, const struct report *report)
{
    unsigned sure = count_sure(judged);

    REQUIRE(status != STATUS_OUT_OF_MEMORY && status != STATUS_INTERNAL_ERROR);
    REQUIRE(report->detail[0] && !choice->key && choice->chain.count == 0);
    REQUIRE(choice->set == KEY_SET_NOT_ASKED || choice->set == judged->input->variant->set ||
            (choice->set == KEY_SET_NONE && !judged->input->set.ptr));
    if (status != STATUS_UNKNOWN_KEY || choice->set == KEY_SET_NOT_ASKED)
        return;
    REQUIRE(strcmp(judged->source, "jwk") == 0 ? sure == 0 : sure != 1);
}

/* --- the target ------------------------------------------------------------------------------- */

static void choose(struct judged *judged, struct token *token)
{
    const struct issuer_rules issuer = issuer_of(judged->input->variant);
    const struct key_store store = {find_certificate, find_set, (void *)judged->input};
    const struct key_question question = {
        .token = token, .issuer = &issuer, .store = &store, .now = FIXTURE_NOW};
    struct report report = {.detail = ""};
    KEY_CHOICE_CLEANUP struct key_choice choice;
    enum status status = keysource_choose(&question, &choice, &report);

    judged->source = source_of(judged->input->variant, judged->header);
    if (status == STATUS_ACCEPTED)
        check_chosen(judged, &choice);
    else
        check_refused(judged, &choice, status, &report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input;
    struct judged judged = {.input = &input};
    struct token token = {0};
    struct report report = {.detail = ""};
    struct json_object *set;

    if (size == 0)
        return 0;
    input = cut(span_of(data, size));
    if (json_parse(input.header, "header", &token.jws.header, &report) != STATUS_ACCEPTED)
        return 0;
    judged.header = plain_parse(input.header);
    set = plain_parse(input.set);
    judged.keys = plain_has(set, "keys") ? json_object_object_get(set, "keys") : NULL;
    token.jws.alg = alg_find(plain_string(judged.header, "alg"));
    if (!token.jws.alg)
        token.jws.alg = alg_find(span_text("ES256"));
    judged.alg = alg_name(token.jws.alg);
    choose(&judged, &token);
    json_object_put(set);
    json_object_put(judged.header);
    token_free(&token);
    return 0;
}
