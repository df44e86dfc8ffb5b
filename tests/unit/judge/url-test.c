/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../../lib/url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "make-token.h"

static void assert_host(struct span url, const char *expected)
{
    struct span host;

    if (!url_host(url, &host))
        fail_msg("refused: %.*s", (int)url.len, (const char *)url.ptr);
    assert_true(span_equal(host, span_text(expected)));
}

static void test_hosts(void **state)
{
    static const char *const rows[][2] = {
        {"http://a.example", "a.example"},
        {"https://a.example", "a.example"},
        {"http://a.example/", "a.example"},
        {"http://a.example?x", "a.example"},
        {"http://a.example:8080/ocsp?x=%20&y=[]", "a.example"},
        {"http://a.example:65535", "a.example"},
        {"http://A-1.Example/~x;y=z,!$&'()*+", "A-1.Example"},
        {"http://192.0.2.1:80/", "192.0.2.1"},
        {"http://[2001:db8::1]/", "2001:db8::1"},
        {"http://[::ffff:192.0.2.1]:80/", "::ffff:192.0.2.1"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_host(span_text(rows[i][0]), rows[i][1]);
}

static void test_no_hosts(void **state)
{
    static const char *const rows[] = {
        "",
        "http",
        "http:",
        "http://",
        "http:///x",
        "http://:80/",
        "http://?x",
        "HTTP://a.example/",
        "ftp://a.example/",
        "ldap://a.example/cn=x",
        "file:///etc/passwd",
        "a.example",
        "//a.example/",
        "http:/a.example",
        " http://a.example/",
        "http://a.example ",
        "http://a.example/a b",
        "http://a.example/\t",
        "http://a.example/\r\nHost: x",
        "http://a.example/\x7f",
        "http://a.example/\xc3\xa4",
        "http://a.example#x",
        "http://user@a.example/",
        "http://a.example/@",
        "http://a.example\\@b.example/",
        "http://a%2eexample/",
        "http://a_b.example/",
        "http://a.example:/",
        "http://a.example:x/",
        "http://a.example:80x/",
        "http://a.example:123456/",
        "http://a.example;x/",
        "http://[2001:db8::1/",
        "http://[]/",
        "http://[a.example]/",
        "http://[::1]x/",
        "http://[fe80::1%25eth0]/",
        "http://2001:db8::1/",
        "http://a.example/\"",
        "http://a.example/<x>",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct span host;

        if (url_host(span_text(rows[i]), &host))
            fail_msg("%s has the host %.*s", rows[i], (int)host.len, (const char *)host.ptr);
    }
}

static void test_nul(void **state)
{
    static const char url[] = "http://a.example/\0x";
    struct span host;

    (void)state;
    assert_false(url_host(span_of(url, sizeof(url) - 1), &host));
    assert_host(span_of(url, 17), "a.example");
}

static void test_listed(void **state)
{
    const struct string_list hosts = LIST("ocsp.example", "2001:db8::1"), none = NO_LIST;

    (void)state;
    assert_true(url_host_listed(span_text("http://ocsp.example/"), &hosts));
    assert_true(url_host_listed(span_text("https://OCSP.Example:8443/x"), &hosts));
    assert_true(url_host_listed(span_text("http://[2001:DB8::1]/"), &hosts));
    assert_false(url_host_listed(span_text("http://ocsp.example/"), &none));
    assert_false(url_host_listed(span_text("http://a.ocsp.example/"), &hosts));
    assert_false(url_host_listed(span_text("http://ocsp.example.org/"), &hosts));
    assert_false(url_host_listed(span_text("http://ocsp.exampl/"), &hosts));
    assert_false(url_host_listed(span_text("http://x/ocsp.example"), &hosts));
    assert_false(url_host_listed(span_text("ftp://ocsp.example/"), &hosts));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hosts),
        cmocka_unit_test(test_no_hosts),
        cmocka_unit_test(test_nul),
        cmocka_unit_test(test_listed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
