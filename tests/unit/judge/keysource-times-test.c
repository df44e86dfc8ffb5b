/* SPDX-License-Identifier: BSD-3-Clause */
/* RFC 5280 section 4.1.2.5: UTCTime and GeneralizedTime have one form each. GnuTLS may be built to
 * take others, and then reads them as other times than their CA meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../../lib/untrusted-chain.h"
#include "make-cert.h"

/* A certificate with that text in place of `usual`, one of its times. */
static enum status take(const char *usual, const char *text)
{
    struct cert_plan plan = plan_signer(make_key(KEY_P256, 2), make_ca("root", 0, NULL, 0), 0);
    gnutls_datum_t der = cert_der(make_cert(&plan));
    unsigned char *place = memmem(der.data, der.size, usual, strlen(usual));
    struct span whole = span_of(der.data, der.size);
    UNTRUSTED_CHAIN_CLEANUP struct untrusted_chain chain = {.count = 0};
    struct report report = {0};
    enum status status;

    assert_non_null(place);
    assert_int_equal(strlen(text), strlen(usual));
    memcpy(place, text, strlen(text));
    status = untrusted_chain_of(&whole, 1, &chain, &report);
    gnutls_free(der.data);
    return status;
}

static void test_times(void **state)
{
    static const char begin[] = "200101000000Z", end[] = "21000101000000Z";
    static const char *const odd_begins[] = {"200101000000z", "200101000000 ", "2001010000Z00",
                                             "20010100+0100", "2001010000+01", "2001010000-12",
                                             "-00101000000Z", "200101 00000Z", "200199000000Z",
                                             "200101250000Z", "200101006000Z"};
    static const char *const odd_ends[] = {"21000101000000z", "21000101000000+", "2100010100+0000",
                                           "2100010100-1200", "210001010000.5Z", "210001010000Z  ",
                                           "21000001000000Z", "2100010100000 Z"};

    (void)state;
    assert_int_equal(take(begin, begin), STATUS_ACCEPTED);
    assert_int_equal(take(end, end), STATUS_ACCEPTED);
    for (size_t i = 0; i < sizeof(odd_begins) / sizeof(odd_begins[0]); i++)
        assert_int_equal(take(begin, odd_begins[i]), STATUS_BAD_KEY);
    for (size_t i = 0; i < sizeof(odd_ends) / sizeof(odd_ends[0]); i++)
        assert_int_equal(take(end, odd_ends[i]), STATUS_BAD_KEY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_times)};
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    make_free_all();
    return failed;
}
