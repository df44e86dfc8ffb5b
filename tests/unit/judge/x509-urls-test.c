/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../../lib/x509-urls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "make-urls.h"

#define A "http://a.example/"
#define B "https://b.example/x"
#define CA_ISSUERS BYTES("\x2b\x06\x01\x05\x05\x07\x30\x02")
#define OCSP BYTES("\x2b\x06\x01\x05\x05\x07\x30\x01")

static struct x509_urls urls_of(const struct extension_plan *extension,
                                void (*read)(gnutls_x509_crt_t, struct x509_urls *))
{
    struct cert_plan plan = plan_signer(make_key(KEY_P256, 0), NULL, 0);
    struct x509_urls urls;

    if (extension)
        plan.extensions[0] = *extension;
    memset(&urls, 0xa5, sizeof(urls));
    read(make_cert(&plan), &urls);
    return urls;
}

/* NULL: fewer. */
static void assert_urls(const struct extension_plan *extension,
                        void (*read)(gnutls_x509_crt_t, struct x509_urls *), const char *first,
                        const char *second)
{
    struct x509_urls urls = urls_of(extension, read);

    assert_int_equal(urls.count, !first ? 0 : !second ? 1 : 2);
    if (first)
        assert_string_equal(urls.items[0], first);
    if (second)
        assert_string_equal(urls.items[1], second);
}

static void assert_points(struct extension_plan extension, const char *first, const char *second)
{
    assert_urls(&extension, x509_crl_urls, first, second);
    extension.oid = "1.2.3";
    assert_urls(&extension, x509_crl_urls, NULL, NULL);
}

static void assert_accesses(struct extension_plan extension, const char *first, const char *second)
{
    assert_urls(&extension, x509_ocsp_urls, first, second);
}

/* RFC 5280 section 4.2.1.13 */
static void test_points(void **state)
{
    struct span uri = DER(0x86, span_text(A)), full = DER(0xa0, DER(0xa0, uri));
    struct span directory = DER(0xa4, DER(0x30, NONE)), ldap = DER(0x86, span_text("ldap://x/"));

    (void)state;
    assert_urls(NULL, x509_crl_urls, NULL, NULL);
    assert_points(POINTS(make_point(A)), A, NULL);
    assert_points(POINTS(make_point(A), make_point(B)), A, B);
    assert_points(POINTS(DER(0x30, DER(0xa0, DER(0xa0, directory, ldap, uri)))), A, NULL);
    assert_points(POINTS(DER(0x30, DER(0xa0, DER(0xa0, uri, DER(0x86, span_text(B)))))), A, B);
    /* reasons: not a complete list; cRLIssuer: not the issuer's */
    assert_points(POINTS(DER(0x30, full, DER(0x81, BYTES("\x00\x40"))), make_point(B)), B, NULL);
    assert_points(POINTS(DER(0x30, full, DER(0xa2, directory)), make_point(B)), B, NULL);
    assert_points(POINTS(DER(0x30, DER(0xa2, directory)), make_point(B)), B, NULL);
    /* a relative name is no URL */
    assert_points(POINTS(DER(0x30, DER(0xa0, DER(0xa1, uri))), make_point(B)), B, NULL);
}

/* RFC 5280 section 4.2.2.1 */
static void test_accesses(void **state)
{
    struct span uri = DER(0x86, span_text(A));

    (void)state;
    assert_urls(NULL, x509_ocsp_urls, NULL, NULL);
    assert_accesses(ACCESSES(make_access(A)), A, NULL);
    assert_accesses(ACCESSES(make_access(A), make_access(B)), A, B);
    assert_accesses(ACCESSES(DER(0x30, DER(0x06, CA_ISSUERS), uri), make_access(B)), B, NULL);
    assert_accesses(ACCESSES(DER(0x30, DER(0x06, OCSP), DER(0x82, span_text(A))), make_access(B)),
                    B, NULL);
}

/* One that cannot be read is not half read. */
static void test_malformed(void **state)
{
    struct span uri = DER(0x86, span_text(A)), point = make_point(A), access = make_access(A);

    (void)state;
    assert_points(POINTS(point, DER(0x04, NONE)), NULL, NULL);
    assert_points(POINTS(point, BYTES("\x30\x05")), NULL, NULL);
    assert_points(POINTS(DER(0x30, DER(0xa0, DER(0xa0, uri, BYTES("\x86\x05"))))), NULL, NULL);
    assert_points((struct extension_plan){CRL_POINTS, point, false}, NULL, NULL);
    assert_accesses(ACCESSES(access, DER(0x04, NONE)), NULL, NULL);
    assert_accesses(ACCESSES(access, DER(0x30, uri)), NULL, NULL);
    assert_accesses(ACCESSES(access, DER(0x30, DER(0x06, OCSP))), NULL, NULL);
    assert_accesses(ACCESSES(access, DER(0x30, DER(0x06, OCSP), uri, uri)), NULL, NULL);
}

/* What would be misread elsewhere. */
static void test_strange_urls(void **state)
{
    static const char *const strange[] = {
        "http://a.example/ x",
        "http://a.example/\n",
        "http://u@a.example/",
        "ftp://a.example/",
        "http://a.example/\x01",
        "http://a.example/#x",
        "",
        "http:///",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(strange) / sizeof(strange[0]); i++) {
        assert_points(POINTS(make_point(strange[i]), make_point(B)), B, NULL);
        assert_accesses(ACCESSES(make_access(strange[i]), make_access(B)), B, NULL);
    }
    assert_points(POINTS(DER(0x30, DER(0xa0, DER(0xa0, DER(0x86, BYTES(A "\0x"))))), make_point(B)),
                  B, NULL);
}

static void test_bounds(void **state)
{
    struct span point = make_point(A);
    struct extension_plan many = POINTS(point, point, point, point, point, point);
    char url[X509_URL_MAX + 1];

    (void)state;
    assert_int_equal(urls_of(&many, x509_crl_urls).count, X509_URLS_MAX);
    memset(url, 'x', sizeof(url));
    memcpy(url, A, strlen(A));
    url[X509_URL_MAX] = '\0'; /* no room for its NUL */
    assert_points(POINTS(make_point(url), make_point(B)), B, NULL);
    url[X509_URL_MAX - 1] = '\0';
    assert_points(POINTS(make_point(url), make_point(B)), url, B);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_points),    cmocka_unit_test(test_accesses),
        cmocka_unit_test(test_malformed), cmocka_unit_test(test_strange_urls),
        cmocka_unit_test(test_bounds),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    make_free_all();
    make_crl_free_all();
    return failed;
}
