/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "configured.h"

static void defaults(void **state)
{
    struct config_error error;
    CONFIG_CLEANUP struct rules *rules = load(*state, GLOBAL ISSUER, &error);
    const struct issuer_rules *issuer;

    assert_non_null(rules);
    assert_int_equal(rules->leeway, 60);
    assert_string_equal(rules->hostname, "host.example");
    assert_int_equal(rules->issuer_count, 1);
    issuer = &rules->issuers[0];
    assert_string_equal(issuer->issuer, "https://issuer.example");
    assert_int_equal(issuer->audience.count, 1);
    assert_int_equal(issuer->algorithms.count, 2);
    assert_string_equal(issuer->algorithms.items[0], "ES256");
    assert_string_equal(issuer->algorithms.items[1], "RS256");
    assert_int_equal(issuer->signer_names.count, 1);
    assert_string_equal(issuer->signer_names.items[0], "issuer.example");
    assert_int_equal(issuer->signer_eku.count, 0);
    assert_string_equal(issuer->signer_key_usage.items[0], "digitalSignature");
    assert_int_equal(issuer->revocation, REVOCATION_REQUIRE);
    assert_int_equal(issuer->short_lived, 0);
    assert_int_equal(issuer->crl_files.count + issuer->ocsp_files.count, 0);
    assert_string_equal(issuer->ocsp_responder, "");
    assert_int_equal(issuer->crl_urls.count + issuer->fetch_hosts.count, 0);
    assert_int_equal(issuer->ocsp_max_age, 3600);
    assert_int_equal(issuer->fetch, FETCH_NONE);
    assert_string_equal(issuer->tls_ca, "");
    assert_string_equal(issuer->http_proxy, "");
    assert_int_equal(issuer->token_types.count, 3);
    assert_int_equal(issuer->max_age, 0);
    assert_int_equal(issuer->max_lifetime, 0);
    assert_int_equal(issuer->user_claim.count, 1);
    assert_string_equal(issuer->user_claim.items[0], "sub");
    assert_int_equal(issuer->replay, REPLAY_OFF);
    assert_string_equal(rules->replay.store, "/var/lib/pam_jwt/replay");
    assert_int_equal(rules->service_count, 0);
}

static void values(void **state)
{
    struct config_error error;
    CONFIG_CLEANUP struct rules *rules =
        load(*state,
             GLOBAL "leeway = 0\n" ISSUER "algorithms = EdDSA , PS512\nrevocation = prefer\n"
                    "signer_names = a.example, *\nmax_age = 300\nrequire_claim = a=b, /x/y=1\n"
                    "user_claim = email, upn\nsigner_eku = 1.2.3\n",
             &error);

    assert_non_null(rules);
    assert_int_equal(rules->leeway, 0);
    assert_int_equal(rules->issuers[0].algorithms.count, 2);
    assert_string_equal(rules->issuers[0].algorithms.items[0], "EdDSA");
    assert_string_equal(rules->issuers[0].algorithms.items[1], "PS512");
    assert_int_equal(rules->issuers[0].revocation, REVOCATION_PREFER);
    assert_string_equal(rules->issuers[0].signer_names.items[1], "*");
    assert_int_equal(rules->issuers[0].max_age, 300);
    assert_string_equal(rules->issuers[0].require_claim.items[1], "/x/y=1");
    assert_int_equal(rules->issuers[0].user_claim.count, 2);
    assert_string_equal(rules->issuers[0].user_claim.items[1], "upn");
}

static void values_of_revocation(void **state)
{
    struct config_error error;
    CONFIG_CLEANUP struct rules *rules =
        load(*state,
             GLOBAL ISSUER "crl_files = /a.crl, /lists\nocsp_files = /a.der\n"
                           "ocsp_responder = http://ocsp.example:8080/x?y\n"
                           "crl_urls = http://a/, https://[2001:db8::1]/b\nocsp_max_age = 0\n"
                           "fetch = aia\nfetch_hosts = a.example, 192.0.2.1, 2001:db8::1\n"
                           "tls_ca = /ca.pem\nhttp_proxy = http://proxy:3128\n",
             &error);
    const struct issuer_rules *issuer;

    if (!rules)
        fail_msg("%s", error.text);
    issuer = &rules->issuers[0];
    assert_string_equal(issuer->crl_files.items[1], "/lists");
    assert_string_equal(issuer->ocsp_files.items[0], "/a.der");
    assert_string_equal(issuer->ocsp_responder, "http://ocsp.example:8080/x?y");
    assert_string_equal(issuer->crl_urls.items[1], "https://[2001:db8::1]/b");
    assert_int_equal(issuer->ocsp_max_age, 0);
    assert_int_equal(issuer->fetch, FETCH_AIA);
    assert_int_equal(issuer->fetch_hosts.count, 3);
    assert_string_equal(issuer->tls_ca, "/ca.pem");
    assert_string_equal(issuer->http_proxy, "http://proxy:3128");
    config_free(&rules);
    rules = load(*state, GLOBAL ISSUER "fetch = configured\n", &error);
    assert_int_equal(rules->issuers[0].fetch, FETCH_CONFIGURED);
}

static const struct {
    const char *line, *found;
} bad_lines[] = {
    {"algorithms = none", "algorithms: expected"},
    {"algorithms = HS256", "found 'HS256'"},
    {"algorithms = ES256,", "algorithms: expected"},
    {"algorithms = ES256,,RS256", "algorithms: expected"},
    {"algorithms =", "algorithms: expected"},
    {"key_sources = jku", "key_sources: expected x5c, jwk"},
    {"key_sources =", "key_sources: expected"},
    {"signer_eku = clientAuth", "signer_eku: expected an object identifier"},
    {"signer_key_usage = keyCertSign", "signer_key_usage: expected"},
    {"signer_key_usage =", "signer_key_usage: expected"},
    {"revocation = Require", "revocation: expected require, prefer or off"},
    {"revocation =", "revocation: expected"},
    {"short_lived = -1", "short_lived: expected seconds"},
    {"short_lived = 1d", "short_lived: expected seconds"},
    {"short_lived = 1000000001", "short_lived: expected seconds"},
    {"short_lived = 99999999999999999999", "short_lived: expected seconds"},
    {"short_lived =", "short_lived: expected seconds"},
    {"max_age = 0", "max_age: expected seconds from 1"},
    {"max_lifetime = 0", "max_lifetime: expected seconds from 1"},
    {"user_claim =", "user_claim: expected"},
    {"user_map = users", "identity, or an absolute path"},
    {"user_map = Identity", "identity, or an absolute path"},
    {"user_map = /", "identity, or an absolute path"},
    {"require_claim = name", "require_claim: expected"},
    {"require_claim = =value", "require_claim: expected"},
    {"require_claim = groups = admins", "without spaces beside ="},
    {"require_claim = groups =admins", "require_claim: expected"},
    {"require_claim = groups= admins", "require_claim: expected"},
    {"require_claim = /a~2=x", "require_claim: expected"},
    {"require_claim = /a~=x", "require_claim: expected"},
    {"require_scope = a b", "require_scope: expected"},
    {"token_types =", "token_types: expected"},
    {"jwks_uri = http://x", "jwks_uri: expected an https URL"},
    {"fetch = all", "fetch: expected none, configured or aia"},
    {"fetch = AIA", "fetch: expected none, configured or aia"},
    {"fetch =", "fetch: expected"},
    {"crl_files = crl.pem", "crl_files: expected an absolute path"},
    {"crl_files = /a.crl,", "crl_files: expected"},
    {"ocsp_files = ./a.der", "ocsp_files: expected an absolute path"},
    {"ocsp_responder = ocsp.example", "ocsp_responder: expected an http or https URL"},
    {"ocsp_responder = ftp://ocsp.example/", "ocsp_responder: expected"},
    {"ocsp_responder = http://", "ocsp_responder: expected"},
    {"ocsp_responder = http://a@b/", "ocsp_responder: expected"},
    {"ocsp_responder = http://a/ b", "ocsp_responder: expected"},
    {"crl_urls = http://a/#x", "crl_urls: expected"},
    {"crl_urls = http://a/, ldap://b/", "crl_urls: expected an http or https URL"},
    {"ocsp_max_age = -1", "ocsp_max_age: expected seconds"},
    {"fetch_hosts = http://a/", "fetch_hosts: expected a host name or an IP address"},
    {"fetch_hosts = a:80", "fetch_hosts: expected"},
    {"fetch_hosts = *", "fetch_hosts: expected"},
    {"fetch_hosts = [2001:db8::1]", "fetch_hosts: expected"},
    {"fetch_hosts = fe80::1%eth0", "fetch_hosts: expected"},
    {"tls_ca = ca.pem", "tls_ca: expected an absolute path"},
    {"http_proxy = proxy:3128", "http_proxy: expected"},
    {"replay = once", "replay: expected off or require"},
    {"certificate_trust = all", "certificate_trust: expected chain or pinned"},
    {"jwks_uri = https://", "jwks_uri: expected an https URL"},
    {"jwks_file = keys.json", "jwks_file: expected an absolute path"},
    {"certificates = certs", "certificates: expected an absolute path"},
    {"certificates =", "certificates: expected"},
    {"discovery = true", "discovery: expected yes or no"},
    {"discovery =", "discovery: expected yes or no"},
    {"jwks_fresh = 1h", "jwks_fresh: expected seconds"},
    {"jwks_stale =", "jwks_stale: expected seconds"},
    {"pinned_keys = NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9X", "pinned_keys: expected"},
    {"pinned_keys = NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xt", "pinned_keys: expected"},
    {"pinned_keys = NzbLsXh8uDCcd+6MNwXF4W_7noWXFZAfHkxZsRGC9Xs", "pinned_keys: expected"},
    {"no_such_key = 1", "has no key 'no_such_key'"},
    {"leeway = 60", "has no key 'leeway'"},
    {"Algorithms = ES256", "has no key 'Algorithms'"},
    {"user_claim = a\tb", "expected no control characters"},
};

static void bad_values(void **state)
{
    for (size_t i = 0; i < sizeof(bad_lines) / sizeof(bad_lines[0]); i++) {
        char text[512];

        snprintf(text, sizeof(text), "%s%s\n", GLOBAL ISSUER, bad_lines[i].line);
        assert_bad(*state, text, 6, bad_lines[i].found);
    }
}

static void bad_required_values(void **state)
{
    assert_bad(*state, GLOBAL "[issuer https://a]\naudience = x\n", 0,
               "[issuer https://a] has no trust_anchors: x5c in key_sources needs them");
    assert_bad(*state, GLOBAL "[issuer https://a]\ntrust_anchors = /x\n", 0, "has no audience");
    assert_bad(*state, GLOBAL "[issuer https://a]\naudience =\n", 4, "audience: expected");
    assert_bad(*state, GLOBAL "[issuer https://a]\naudience = a%x\n", 4, "audience: expected");
    assert_bad(*state, GLOBAL "[issuer https://a]\naudience = a%\n", 4, "audience: expected");
    assert_bad(*state, GLOBAL "[issuer https://a]\ntrust_anchors = root.pem\n", 4,
               "trust_anchors: expected an absolute path");
}

static void host_names(void **state)
{
    static const char *const bad[] = {"localhost", "LOCALHOST", "localhost.localdomain",
                                      "a b",       "host_name", "host/x"};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char text[512];

        snprintf(text, sizeof(text), "[global]\nhostname = %s\n%s", bad[i], ISSUER);
        assert_bad(*state, text, 2, "hostname: expected");
    }
}

/* More than is looked at for a certificate. */
static void crl_urls(void **state)
{
#define FOUR "http://a/1, http://a/2, http://a/3, http://a/4"
    struct config_error error;
    CONFIG_CLEANUP struct rules *rules =
        load(*state, GLOBAL ISSUER "crl_urls = " FOUR ", " FOUR ", " FOUR "\n", &error);

    assert_non_null(rules);
    assert_int_equal(rules->issuers[0].crl_urls.count, 12);
    assert_bad(*state, GLOBAL ISSUER "crl_urls = " FOUR ", " FOUR ", " FOUR ", http://a/5\n", 0,
               "at most 12 crl_urls");
}

static void issuers(void **state)
{
    assert_bad(*state, GLOBAL "[issuer urn:x]\n" REQUIRED, 0, "set signer_names");
    assert_bad(*state, GLOBAL "[issuer http://a.example]\n" REQUIRED, 0, "set signer_names");
    assert_bad(*state, GLOBAL "[issuer https://]\n" REQUIRED, 0, "set signer_names");
    assert_bad(*state, GLOBAL "[issuer https://user@a.example]\n" REQUIRED, 0, "set signer_names");
    assert_good(*state, GLOBAL "[issuer urn:x]\nsigner_names = a\n" REQUIRED);
    assert_good(*state, GLOBAL "[issuer https://a.example:8443/realm]\n" REQUIRED);
    assert_bad(*state, GLOBAL "[issuer https://a]\n" REQUIRED "[issuer https://b]\n" REQUIRED, 0,
               "needs a user_map");
    assert_bad(*state,
               GLOBAL "[issuer https://a]\n" REQUIRED
                      "user_map = identity\n[issuer https://b]\n" REQUIRED,
               0, "[issuer https://b] needs a user_map");
    assert_good(*state, GLOBAL "[issuer https://a]\n" REQUIRED
                               "user_map = identity\n[issuer https://b]\n" REQUIRED
                               "user_map = /etc/pam_jwt/users\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(defaults),
        SCRATCH_TEST(values),
        SCRATCH_TEST(values_of_revocation),
        SCRATCH_TEST(bad_values),
        SCRATCH_TEST(bad_required_values),
        SCRATCH_TEST(host_names),
        SCRATCH_TEST(crl_urls),
        SCRATCH_TEST(issuers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
