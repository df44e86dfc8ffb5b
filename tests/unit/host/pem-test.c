/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../../sys/pem.h"

#define BEGIN "-----BEGIN X509 CRL-----"
#define END "-----END X509 CRL-----"
#define ONE BEGIN "\nAAAA\n" END
#define TWO BEGIN "\nBBBB\n" END

/* What is found in exactly these bytes, with nothing behind them. */
static void assert_finds(const char *text, const char *const *expected, enum pem_found last)
{
    size_t len = strlen(text);
    unsigned char *bytes = malloc(len ? len : 1);
    struct pem_reader reader = {.text = span_of(bytes, len)};
    struct span block;

    assert_non_null(bytes);
    memcpy(bytes, text, len);
    for (; *expected; expected++) {
        assert_int_equal(pem_next(&reader, "X509 CRL", &block), PEM_BLOCK);
        assert_true(span_equal(block, span_text(*expected)));
    }
    assert_int_equal(pem_next(&reader, "X509 CRL", &block), last);
    assert_int_equal(pem_next(&reader, "X509 CRL", &block), PEM_NONE);
    free(bytes);
}

static void blocks(void **state)
{
    static const char *const none[] = {NULL}, *const one[] = {ONE, NULL};
    static const char *const both[] = {ONE, TWO, NULL};

    (void)state;
    assert_finds("", none, PEM_NONE);
    assert_finds("text", none, PEM_NONE);
    assert_finds(ONE, one, PEM_NONE);
    assert_finds(ONE "\n", one, PEM_NONE);
    assert_finds("text\n" ONE "\nmore text\n" TWO "\n", both, PEM_NONE);
    assert_finds("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" ONE, one,
                 PEM_NONE);
}

/* What is behind a comment sign was taken out by somebody. */
static void lines(void **state)
{
    static const char *const none[] = {NULL}, *const two[] = {TWO, NULL};

    (void)state;
    assert_finds("#" ONE, none, PEM_NONE);
    assert_finds("#" ONE "\n" TWO, two, PEM_NONE);
}

static void any_label(void **state)
{
    (void)state;
    assert_true(pem_holds_any(span_text(ONE)));
    assert_true(pem_holds_any(span_text("text\n-----BEGIN CERTIFICATE-----")));
    assert_false(pem_holds_any(span_text("#" ONE)));
    assert_false(pem_holds_any(span_text("0\x82 -----BEGIN ")));
    assert_false(pem_holds_any(span_of(NULL, 0)));
}

static void no_end(void **state)
{
    static const char *const none[] = {NULL}, *const one[] = {ONE, NULL};

    (void)state;
    assert_finds(BEGIN, none, PEM_NO_END);
    assert_finds(BEGIN "\nAAAA\n#" END, none, PEM_NO_END);
    assert_finds(BEGIN "\nAAAA\n-----END X509 CRL", none, PEM_NO_END);
    assert_finds(END "\n", none, PEM_NONE);
    assert_finds(ONE "\n" BEGIN "\nAAAA", one, PEM_NO_END);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks),
        cmocka_unit_test(lines),
        cmocka_unit_test(any_label),
        cmocka_unit_test(no_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
