/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../../lib/thumbprint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "make-keys.h"

/* SHA-1 whose base64 has both letters that the alphabets write differently. */
#define HEX "fbf0ffee0102030405060708090a0b0c0d0e0f10"

static void test_forms(void **state)
{
    static const struct {
        const char *text;
        bool good;
    } rows[] = {
        {"-_D_7gECAwQFBgcICQoLDA0ODxA", true},
        {"-_D_7gECAwQFBgcICQoLDA0ODxA=", true},
        {"+/D/7gECAwQFBgcICQoLDA0ODxA=", true},
        {"+/D/7gECAwQFBgcICQoLDA0ODxA", true},
        {HEX, true},
        {"FBF0FFEE0102030405060708090A0B0C0D0E0F10", true},
        {"ZmJmMGZmZWUwMTAyMDMwNDA1MDYwNzA4MDkwYTBiMGMwZDBlMGYxMA", true},
        {"ZmJmMGZmZWUwMTAyMDMwNDA1MDYwNzA4MDkwYTBiMGMwZDBlMGYxMA==", true},
        {"", false},
        {"=", false},
        {"-_D_7gECAwQFBgcICQoLDA0ODx", false},
        {"-_D_7gECAwQFBgcICQoLDA0ODxB", false},
        {"-_D_7gECAwQFBgcICQoLDA0ODxA===", false},
        {"-_D_7gECAwQFBgcICQoLDA0ODxA ", false},
        {"fb:f0:ff:ee:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f:10", false},
        {"fbf0ffee0102030405060708090a0b0c0d0e0f1", false},
        {"fbf0ffee0102030405060708090a0b0c0d0e0f1g", false},
        {"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
         "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
         false},
    };
    struct thumbprint expected, found;

    (void)state;
    assert_true(thumbprint_read(span_text(HEX), 20, &expected));
    assert_int_equal(expected.bytes[0], 0xfb);
    assert_int_equal(expected.bytes[19], 0x10);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (thumbprint_read(span_text(rows[i].text), 20, &found) != rows[i].good)
            fail_msg("%s", rows[i].text);
        assert_int_equal(found.len, rows[i].good ? 20 : 0);
        assert_int_equal(thumbprint_equal(&found, &expected), rows[i].good);
        /* what is looked for in a set is found in each of these */
        if (rows[i].good && !thumbprint_is_in(&expected, span_text(rows[i].text)))
            fail_msg("%s", rows[i].text);
        assert_false(thumbprint_read(span_text(rows[i].text), 32, &found));
    }
    found.bytes[0] = 1;
    assert_false(thumbprint_equal(&found, &found));
    assert_false(thumbprint_is_in(&expected, span_text("AAAA")));
    assert_false(thumbprint_is_in(&expected, span_text("")));
}

static void test_of_a_certificate(void **state)
{
    gnutls_x509_crt_t cert = make_ca("root", 0, NULL, 0);
    const unsigned sizes[] = {20, 32};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const char *expected = thumbprint_text(cert, sizes[i]);
        struct thumbprint found, read;

        assert_true(thumbprint_of(cert, sizes[i], &found));
        assert_true(thumbprint_read(span_text(expected), sizes[i], &read));
        assert_true(thumbprint_equal(&found, &read));
    }
}

static int free_all(void **state)
{
    (void)state;
    make_keys_free();
    make_free_all();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_of_a_certificate),
    };

    return cmocka_run_group_tests(tests, NULL, free_all);
}
