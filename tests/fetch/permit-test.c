/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../helper/fetch-permit.h"

#define RESPONDER "http://ocsp.example:8080/a?b"
#define LIST "https://crl.example/ca.crl"

static char responder[] = RESPONDER, list[] = LIST, file_list[] = "file:///etc/passwd";
static char host[] = "Pki.example", address[] = "192.0.2.1", address6[] = "2001:db8::1";
static char *lists[] = {list, file_list};
static char *hosts[] = {host, address, address6};

static struct issuer_rules rules(enum fetch_mode mode)
{
    return (struct issuer_rules){.ocsp_responder = responder,
                                 .crl_urls = {lists, 2},
                                 .fetch_hosts = {hosts, 3},
                                 .fetch = mode};
}

static void permitted(enum fetch_mode mode, enum answer_kind kind, const char *url)
{
    const struct issuer_rules issuer = rules(mode);
    char why[FETCH_WHY_MAX] = "";

    if (!fetch_permit(&issuer, kind, url, why))
        fail_msg("%s: %s", url, why);
}

static void refused(enum fetch_mode mode, enum answer_kind kind, const char *url, const char *part)
{
    const struct issuer_rules issuer = rules(mode);
    char why[FETCH_WHY_MAX] = "";

    if (fetch_permit(&issuer, kind, url, why))
        fail_msg("%s is permitted", url);
    if (!strstr(why, part))
        fail_msg("%s: expected '%s', found '%s'", url, part, why);
}

/* Where keys are is configured by itself: `fetch` is about revocation. */
static void keys(void **state)
{
    static const char own[] = "https://login.example/keys",
                      metadata[] = "https://login.example/.well-known/openid-configuration";
    struct issuer_rules issuer = rules(FETCH_NONE);
    char why[FETCH_WHY_MAX] = "";

    (void)state;
    issuer.issuer = (char *)"https://login.example/";
    issuer.jwks_uri = (char *)own;
    assert_true(fetch_permit(&issuer, ANSWER_JWKS, own, why));
    assert_false(fetch_permit(&issuer, ANSWER_JWKS, metadata, why));
    assert_false(fetch_permit(&issuer, ANSWER_JWKS, "https://login.example/keys/", why));
    assert_false(fetch_permit(&issuer, ANSWER_CRL, own, why));
    issuer.jwks_uri = (char *)"";
    assert_false(fetch_permit(&issuer, ANSWER_JWKS, metadata, why));
    assert_false(fetch_permit(&issuer, ANSWER_JWKS, "", why));
    issuer.discovery = true;
    assert_true(fetch_permit(&issuer, ANSWER_JWKS, metadata, why));
    assert_false(fetch_permit(&issuer, ANSWER_JWKS, own, why));
    issuer.issuer = (char *)"http://login.example";
    assert_false(fetch_permit(&issuer, ANSWER_JWKS,
                              "http://login.example/.well-known/openid-configuration", why));
    assert_non_null(strstr(why, "https"));
    /* one that is listed for revocation is none for keys */
    issuer = rules(FETCH_AIA);
    issuer.issuer = issuer.jwks_uri = (char *)"";
    assert_false(fetch_permit(&issuer, ANSWER_JWKS, "https://pki.example/keys", why));
    assert_true(fetch_permit_discovered("https://keys.example/", why));
    assert_false(fetch_permit_discovered("http://keys.example/", why));
    assert_false(fetch_permit_discovered("https://a@keys.example/", why));
}

static void none(void **state)
{
    (void)state;
    refused(FETCH_NONE, ANSWER_OCSP, RESPONDER, "fetch = none");
    refused(FETCH_NONE, ANSWER_CRL, LIST, "fetch = none");
    refused(FETCH_NONE, ANSWER_CRL, "http://pki.example/", "fetch = none");
}

static void configured(void **state)
{
    (void)state;
    permitted(FETCH_CONFIGURED, ANSWER_OCSP, RESPONDER);
    permitted(FETCH_CONFIGURED, ANSWER_CRL, LIST);
    permitted(FETCH_AIA, ANSWER_OCSP, RESPONDER);
    refused(FETCH_CONFIGURED, ANSWER_CRL, RESPONDER, "not in crl_urls");
    refused(FETCH_CONFIGURED, ANSWER_OCSP, LIST, "not in ocsp_responder");
    refused(FETCH_CONFIGURED, ANSWER_OCSP, RESPONDER "c", "not in ocsp_responder");
    refused(FETCH_CONFIGURED, ANSWER_OCSP, "http://pki.example/", "fetch = aia");
    /* Whoever configured it: */
    refused(FETCH_CONFIGURED, ANSWER_CRL, "file:///etc/passwd", "http or https");
}

/* "" is no responder. */
static void no_responder(void **state)
{
    struct issuer_rules issuer = rules(FETCH_CONFIGURED);
    char nothing[] = "", why[FETCH_WHY_MAX];

    (void)state;
    issuer.ocsp_responder = nothing;
    assert_false(fetch_permit(&issuer, ANSWER_OCSP, "", why));
}

static void in_certificates(void **state)
{
    (void)state;
    permitted(FETCH_AIA, ANSWER_OCSP, "http://pki.example/ocsp");
    permitted(FETCH_AIA, ANSWER_CRL, "https://PKI.EXAMPLE:8443/a.crl");
    permitted(FETCH_AIA, ANSWER_CRL, "http://192.0.2.1/a.crl");
    permitted(FETCH_AIA, ANSWER_CRL, "http://[2001:db8::1]:80/a.crl");
    refused(FETCH_AIA, ANSWER_CRL, "http://other.example/", "other.example is not in fetch_hosts");
    refused(FETCH_AIA, ANSWER_CRL, "http://pki.example.other/", "not in fetch_hosts");
    refused(FETCH_AIA, ANSWER_CRL, "http://a.pki.example/", "not in fetch_hosts");
    refused(FETCH_AIA, ANSWER_CRL, "http://other.example/pki.example", "not in fetch_hosts");
    refused(FETCH_AIA, ANSWER_CRL, "http://other.example?@pki.example/", "not in fetch_hosts");
    refused(FETCH_AIA, ANSWER_CRL, "http://other.example#@pki.example/", "not in fetch_hosts");
    refused(FETCH_AIA, ANSWER_CRL, "http://ocsp.example:8080/", "not in fetch_hosts");
}

static void forms(void **state)
{
    char longest[FETCH_URL_MAX + 1] = "http://pki.example/";

    (void)state;
    refused(FETCH_AIA, ANSWER_CRL, "http://me@pki.example/", "without user");
    refused(FETCH_AIA, ANSWER_CRL, "http://me:secret@pki.example/", "without user");
    refused(FETCH_AIA, ANSWER_CRL, "http://other.example:80@pki.example/", "without user");
    refused(FETCH_AIA, ANSWER_CRL, "ftp://pki.example/", "expected http or https, found ftp");
    refused(FETCH_AIA, ANSWER_CRL, "ldap://pki.example/", "http");
    refused(FETCH_AIA, ANSWER_CRL, "unknown://pki.example/", "http");
    refused(FETCH_AIA, ANSWER_CRL, "pki.example/a", "http");
    refused(FETCH_AIA, ANSWER_CRL, "http:///a", "its host a is not in fetch_hosts");
    refused(FETCH_AIA, ANSWER_CRL, "", "http");
    refused(FETCH_AIA, ANSWER_CRL, "http://pki.example/a b", "printable");
    refused(FETCH_AIA, ANSWER_CRL, "http://pki.example/a\r\nHost: other", "printable");
    refused(FETCH_AIA, ANSWER_CRL, "http://pki.example/\xc3\xa4", "printable");
    memset(longest + strlen(longest), 'a', sizeof(longest) - 1 - strlen(longest));
    refused(FETCH_AIA, ANSWER_CRL, longest, "at most 2047");
    longest[FETCH_URL_MAX - 1] = '\0';
    permitted(FETCH_AIA, ANSWER_CRL, longest);
}

static void redirect(const char *from, const char *to, const char *part)
{
    const struct issuer_rules issuer = rules(FETCH_CONFIGURED);
    char why[FETCH_WHY_MAX] = "";
    bool done = fetch_permit_redirect(&issuer, from, to, why);

    if (done != !part || (part && !strstr(why, part)))
        fail_msg("%s: expected '%s', found '%s'", to, part ? part : "", why);
}

static void redirects(void **state)
{
    (void)state;
    redirect(RESPONDER, "http://ocsp.example/elsewhere", NULL);
    redirect(RESPONDER, "https://OCSP.example/", NULL);
    redirect(RESPONDER, "http://pki.example/", NULL);
    redirect(LIST, "https://crl.example/other.crl", NULL);
    redirect(LIST, "http://crl.example/ca.crl", "from https to http");
    redirect(RESPONDER, "http://other.example/", "other.example, which is not in fetch_hosts");
    redirect(RESPONDER, "http://ocsp.example@other.example/", "without user");
    redirect(RESPONDER, "file:///etc/passwd", "http or https");
    redirect(RESPONDER, "ftp://ocsp.example/", "http or https");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys),
        cmocka_unit_test(none),
        cmocka_unit_test(configured),
        cmocka_unit_test(no_responder),
        cmocka_unit_test(in_certificates),
        cmocka_unit_test(forms),
        cmocka_unit_test(redirects),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
