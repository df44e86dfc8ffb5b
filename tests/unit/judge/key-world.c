/* SPDX-License-Identifier: BSD-3-Clause */
#include "key-world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define CLAIMS                                                                                     \
    "{\"iss\":\"" ISSUER "\",\"aud\":\"pam://host.example/sshd\",\"sub\":\"alice\","               \
    "\"exp\":4070908800}"

gnutls_x509_crt_t root, middle, signer, of_middle, self, outdated;

int key_world_make(void **state)
{
    struct cert_plan plan;

    (void)state;
    root = make_ca("root", 0, NULL, 0);
    middle = make_ca("middle", 0, root, 0);
    plan = plan_signer(OWN, root, 0);
    plan.serial = "\x0a\x0b";
    signer = make_cert(&plan);
    plan = plan_signer(OWN, middle, 0);
    of_middle = make_cert(&plan);
    plan = (struct cert_plan){.name = "self", .key = OWN};
    self = make_cert(&plan);
    plan.end = NOW - 1;
    outdated = make_cert(&plan);
    return 0;
}

int key_world_remove(void **state)
{
    (void)state;
    make_keys_free();
    make_free_all();
    return 0;
}

struct world make_world(void)
{
    static const char *const anchors[] = {"/root.pem"};
    struct world world = {.issuer = make_issuer()};

    world.issuer.trust_anchors = (struct string_list){(char **)anchors, 1};
    return world;
}

void world_free(struct world *world)
{
    verdict_free(&world->verdict);
}

/* A token whose length makes nobody think that it was cut. */
static char *sign_members(const char *members, const char *claims, gnutls_x509_privkey_t key)
{
    const char *header = text("{\"alg\":\"ES256\"%s}", members);
    char *token = make_token(header, claims, span_of("", 0));
    gnutls_datum_t signature = jws_signature(token, key, GNUTLS_SIGN_ECDSA_SHA256);
    size_t len;

    free(token);
    token = make_token(header, claims, span_of(signature.data, signature.size));
    gnutls_free(signature.data);
    len = strlen(token);
    if (len != 1023 && len != 4095)
        return token;
    free(token);
    return sign_members(text("%s,\"longer\":1", members), claims, key);
}

enum status judge_in(struct world *world, const char *members)
{
    struct memory_anchors anchors = {.certs = {root}, .count = 1};
    struct memory_anchors none = {.count = 0};
    struct anchor_source source =
        make_source(world->issuer.trust_anchors.count > 0 ? &anchors : &none);
    struct key_store store = make_key_store(&world->store);
    struct judge_sources sources = {.anchors = &source, .keys = &store};
    struct rules rules = make_rules(&world->issuer);
    struct report report = {.detail = ""};
    const char *claims = world->claims ? world->claims : CLAIMS;
    char *token = sign_members(members, claims, world->key ? world->key : OWN);
    struct judge_request request = {
        .user = "alice", .service = "sshd", .now = NOW, .fetching = world->fetching};
    enum status status;

    request.token = span_text(token);
    verdict_free(&world->verdict);
    status = judge(&rules, &request, &sources, &report, &world->verdict);
    strcpy(world->detail, report.detail);
    free(token);
    return status;
}

void expect_at(int line, struct world *world, enum status expected, const char *members)
{
    enum status found = judge_in(world, members);

    if (found != expected)
        fail_msg("line %d: expected %s, found %s: %s", line, status_slug(expected),
                 status_slug(found), world->detail);
}

const char *beside(const char *name, const char *value)
{
    return text(",\"%s\":%s", name, value);
}

const char *quoted(const char *value)
{
    return text("\"%s\"", value);
}

const char *jwk_with_chain(gnutls_x509_privkey_t key, struct untrusted_chain chain,
                           const char *more)
{
    return beside("jwk", jwk_text(key, text(",\"x5c\":%s%s", x5c_text(&chain), more)));
}

void deploy(struct world *world, gnutls_x509_crt_t named, struct untrusted_chain holds)
{
    world->store.files[0].named = named;
    world->store.files[0].holds = holds;
    world->store.file_count = 1;
}

const char *hex_of(gnutls_x509_crt_t cert, unsigned size, bool upper)
{
    unsigned char digest[32];
    size_t len = sizeof(digest);
    const char *hex = "";

    assert_int_equal(gnutls_x509_crt_get_fingerprint(
                         cert, size == 20 ? GNUTLS_DIG_SHA1 : GNUTLS_DIG_SHA256, digest, &len),
                     0);
    for (size_t i = 0; i < len; i++)
        hex = text(upper ? "%s%02X" : "%s%02x", hex, digest[i]);
    return hex;
}

struct world make_set_world(void)
{
    struct world world = make_world();

    world.issuer.trust_anchors = NO_LIST;
    world.issuer.jwks_file = STRING("/keys");
    world.store.local = true;
    return world;
}

struct world make_fetching_world(void)
{
    struct world world = make_set_world();

    world.issuer.jwks_file = STRING("");
    world.issuer.jwks_uri = STRING("https://issuer.example/keys");
    world.issuer.jwks_fresh = 100;
    world.issuer.jwks_stale = 1000;
    world.store.local = false;
    world.store.fetched_at = NOW;
    world.store.set = text("{\"keys\":[%s]}", jwk_text(OWN, ",\"kid\":\"a\""));
    return world;
}
