/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "configured.h"

#define KEY "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"

/* Which keys need which others. */
static void keys_across(void **state)
{
    static const struct {
        const char *lines, *found; /* NULL: good */
    } cases[] = {
        {"key_sources = x5c\n", "has no trust_anchors: x5c"},
        {"key_sources = kid, x5c\njwks_file = /keys\n", "has no trust_anchors: x5c"},
        {"key_sources = x5t\n", "has no trust_anchors: x5t"},
        {"key_sources = x5t#S256\n", "has no trust_anchors: x5t"},
        {"key_sources = x5t\ncertificate_trust = pinned\n", NULL},
        {"key_sources = x5t#S256\ncertificate_trust = pinned\n", NULL},
        {"key_sources = x5t\ntrust_anchors = /x\n", NULL},
        {"key_sources = jwk\n", "has no trust_anchors: jwk"},
        {"key_sources = jwk\ntrust_anchors = /x\n", NULL},
        {"key_sources = jwk\npinned_keys = " KEY "\n", NULL},
        {"key_sources = jwk\njwks_file = /keys\n", NULL},
        {"key_sources = jwk\njwks_uri = https://a/keys\n", NULL},
        {"key_sources = jwk\ndiscovery = yes\n", NULL},
        {"key_sources = kid\n", "kid in key_sources needs"},
        {"key_sources = kid\ntrust_anchors = /x\n", "kid in key_sources needs"},
        {"key_sources = kid\njwks_file = /keys\n", NULL},
        {"key_sources = kid\njwks_uri = https://a/keys\n", NULL},
        {"key_sources = kid\ndiscovery = yes\n", NULL},
        {"trust_anchors = /x\njwks_file = /keys\n", "need kid or jwk"},
        {"trust_anchors = /x\njwks_uri = https://a/keys\n", "need kid or jwk"},
        {"trust_anchors = /x\ndiscovery = yes\n", "need kid or jwk"},
        {"trust_anchors = /x\npinned_keys = " KEY "\n", "pinned_keys needs jwk"},
        {"trust_anchors = /x\ncertificate_trust = pinned\n", "certificate_trust = pinned needs"},
        {"key_sources = kid\njwks_file = /keys\njwks_uri = https://a/keys\n", "expected one of"},
        {"key_sources = kid\njwks_file = /keys\ndiscovery = yes\n", "expected one of"},
        {"key_sources = kid\njwks_uri = https://a/keys\ndiscovery = yes\n", "expected one of"},
        {"key_sources = kid\njwks_file = /k\njwks_fresh = 10\njwks_stale = 10\n", NULL},
        {"key_sources = kid\njwks_file = /k\njwks_fresh = 10\njwks_stale = 9\n",
         "jwks_stale must not be below jwks_fresh"},
        {"key_sources = kid\njwks_file = /k\njwks_fresh = 86401\n",
         "jwks_stale must not be below jwks_fresh"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[512];

        snprintf(text, sizeof(text), GLOBAL "[issuer https://a]\naudience = x\n%s", cases[i].lines);
        if (cases[i].found)
            assert_bad(*state, text, 0, cases[i].found);
        else
            assert_good(*state, text);
    }
    assert_bad(*state,
               GLOBAL "[issuer urn:a]\naudience = x\nsigner_names = *\nkey_sources = kid\n"
                      "discovery = yes\n",
               0, "is no https URL, which discovery needs");
}

static void key_defaults(void **state)
{
    struct config_error error;
    CONFIG_CLEANUP struct rules *rules = load(*state, GLOBAL ISSUER, &error);
    const struct issuer_rules *issuer;

    assert_non_null(rules);
    issuer = &rules->issuers[0];
    assert_int_equal(issuer->key_sources.count, 1);
    assert_string_equal(issuer->key_sources.items[0], "x5c");
    assert_int_equal(issuer->certificate_trust, CERTIFICATE_TRUST_CHAIN);
    assert_string_equal(issuer->jwks_file, "");
    assert_string_equal(issuer->jwks_uri, "");
    assert_false(issuer->discovery);
    assert_int_equal(issuer->jwks_fresh, 3600);
    assert_int_equal(issuer->jwks_stale, 86400);
    assert_string_equal(issuer->certificates, "/etc/pam_jwt/certs");
    assert_int_equal(issuer->pinned_keys.count, 0);
}

static void key_values(void **state)
{
    struct config_error error;
    CONFIG_CLEANUP struct rules *rules =
        load(*state,
             GLOBAL ISSUER "key_sources = kid, jwk, x5t, x5t#S256, x5c\ndiscovery = yes\n"
                           "certificate_trust = pinned\njwks_fresh = 5\njwks_stale = 6\n"
                           "certificates = /certs\npinned_keys = " KEY ", " KEY "\n",
             &error);
    const struct issuer_rules *issuer;

    assert_non_null(rules);
    issuer = &rules->issuers[0];
    assert_int_equal(issuer->key_sources.count, 5);
    assert_string_equal(issuer->key_sources.items[3], "x5t#S256");
    assert_int_equal(issuer->certificate_trust, CERTIFICATE_TRUST_PINNED);
    assert_true(issuer->discovery);
    assert_int_equal(issuer->jwks_fresh, 5);
    assert_int_equal(issuer->jwks_stale, 6);
    assert_string_equal(issuer->certificates, "/certs");
    assert_int_equal(issuer->pinned_keys.count, 2);
}

/* Each claim of export_claims makes a name of its own. */
static void exported_names(void **state)
{
    static const struct {
        const char *claims, *found; /* NULL: good */
    } cases[] = {
        {"", NULL},
        {"email", NULL},
        {"email, groups, https://x.example/Role, -", NULL},
        {"expires, xexp, ex-p", NULL},
        {"exp", "other than exp, which is always exported, found exp"},
        {"sub, Exp", "found Exp"},
        {"a.b, x, a-b", "a.b and a-b would both be JWT_A_B"},
        {"sub, SUB", "sub and SUB would both be JWT_SUB"},
        {"sub, sub", "sub and sub would both be JWT_SUB"},
        {"a, , b", "export_claims"},
        {"a b", "export_claims"},
        {"gr\xc3\xb6\xc3\x9f"
         "e",
         "export_claims"},
        {"x23456789012345678901234567890123456789012345678901234567890", NULL},
        {"x234567890123456789012345678901234567890123456789012345678901", "at most 60 characters"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[512];

        snprintf(text, sizeof(text), "%sexport_claims = %s\n", GLOBAL ISSUER, cases[i].claims);
        if (cases[i].found)
            assert_bad(*state, text, 0, cases[i].found);
        else
            assert_good(*state, text);
    }
}

static void exported_count(void **state)
{
    char text[1024] = GLOBAL ISSUER "export_claims = c0";

    for (int i = 1; i < 32; i++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), ", c%d", i);
    assert_good(*state, text);
    strcat(text, ", c32");
    assert_bad(*state, text, 0, "expected at most 32 export_claims");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(keys_across),    SCRATCH_TEST(key_defaults),   SCRATCH_TEST(key_values),
        SCRATCH_TEST(exported_names), SCRATCH_TEST(exported_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
