/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../../lib/trust-issuer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "make-cert.h"

#define TEXT(literal) span_of(literal, sizeof(literal) - 1)

static struct cert_plan good(void)
{
    return (struct cert_plan){
        .name = "ca", .key = make_key(KEY_P256, 0), .ca = true, .usage = GNUTLS_KEY_KEY_CERT_SIGN};
}

/* `detail`: NULL if it may issue. */
static void assert_judged(const struct cert_plan *plan, unsigned below, const char *detail)
{
    struct report report = {0};
    enum status found = trust_issuer_check(make_cert(plan), below, "it", &report);

    assert_int_equal(found, detail ? STATUS_UNTRUSTED_CHAIN : STATUS_ACCEPTED);
    assert_string_equal(report.detail, detail ? detail : "");
}

static const char *const no_ca = "it is not an X.509 version 3 CA certificate";
static const char *const no_usage = "keyUsage of it has no keyCertSign";

static void test_good(void **state)
{
    struct cert_plan plan = good();

    (void)state;
    assert_judged(&plan, 0, NULL);
    assert_judged(&plan, 7, NULL);
    plan.usage = 0;
    assert_judged(&plan, 0, NULL);
}

/* With extensions, which came with version 3, GnuTLS does not even read them. */
static void test_version(void **state)
{
    struct cert_plan plan = good();

    (void)state;
    plan.ca = false;
    plan.usage = 0;
    for (plan.version = 1; plan.version < 3; plan.version++)
        assert_judged(&plan, 0, no_ca);
}

static void test_usage(void **state)
{
    static const struct {
        struct span value;
        bool allowed;
    } rows[] = {
        {{(const unsigned char *)"\x03\x02\x02\x04", 4}, true},
        {{(const unsigned char *)"\x03\x02\x02\x84", 4}, true},
        {{(const unsigned char *)"\x03\x02\x07\x80", 4}, false},
        {{(const unsigned char *)"\x03\x02\x01\x02", 4}, false},
        {{(const unsigned char *)"\x03\x01\x00", 3}, false},
        {{(const unsigned char *)"\x05\x00", 2}, false},
        {{(const unsigned char *)"\x03\x02\x02\x04\x00", 5}, false},
        {{(const unsigned char *)"", 0}, false},
    };
    struct cert_plan plan = good();

    (void)state;
    plan.usage = 0;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        for (int critical = 0; critical < 2; critical++) {
            plan.extensions[0] = (struct extension_plan){"2.5.29.15", rows[i].value, critical};
            assert_judged(&plan, 0, rows[i].allowed ? NULL : no_usage);
        }
}

static void assert_constraints(struct span value, unsigned below, const char *detail)
{
    struct cert_plan plan = good();

    plan.ca = false;
    for (int critical = 0; critical < 2; critical++) {
        plan.extensions[0] = (struct extension_plan){"2.5.29.19", value, critical};
        assert_judged(&plan, below, detail);
    }
}

static void test_constraints(void **state)
{
    struct cert_plan plan = good();

    (void)state;
    plan.ca = false;
    assert_judged(&plan, 0, no_ca);
    assert_constraints(TEXT("\x30\x03\x01\x01\xff"), 8, NULL);
    assert_constraints(TEXT("\x30\x00"), 0, no_ca);
    assert_constraints(TEXT("\x30\x03\x01\x01\x00"), 0, no_ca);
    assert_constraints(TEXT("\x30\x03\x02\x01\x00"), 0, no_ca);
    assert_constraints(TEXT("\x30\x02\x01\x00"), 0, no_ca);
    assert_constraints(TEXT("\x30\x04\x01\x02\xff\xff"), 0, no_ca);
    assert_constraints(TEXT("\x31\x03\x01\x01\xff"), 0, no_ca);
    assert_constraints(TEXT("\x30\x03\x01\x01\xff\x00"), 0, no_ca);
    assert_constraints(TEXT("\x30\x03\x01\x01"), 0, no_ca);
    assert_constraints(TEXT("\x05\x00"), 0, no_ca);
    assert_constraints(TEXT(""), 0, no_ca);
}

#define LIMIT(bytes)                                                                               \
    span_of((const unsigned char[]){0x30, 5 + sizeof(bytes) - 1, 0x01, 0x01, 0xff, 0x02,           \
                                    sizeof(bytes) - 1, (unsigned char)(bytes)[0],                  \
                                    (unsigned char)(bytes)[1], 0},                                 \
            7 + sizeof(bytes) - 1)

/* RFC 5280 section 4.2.1.9: a number of 0 or more. GnuTLS takes a negative one for no limit. */
static void test_limit(void **state)
{
    (void)state;
    assert_constraints(LIMIT("\x00"), 0, NULL);
    assert_constraints(LIMIT("\x00"), 1, "pathLenConstraint of it is 0, below it are 1 more CAs");
    assert_constraints(LIMIT("\x01"), 1, NULL);
    assert_constraints(LIMIT("\x01"), 2, "pathLenConstraint of it is 1, below it are 2 more CAs");
    assert_constraints(LIMIT("\x7f"), 7, NULL);
    assert_constraints(LIMIT("\x00\x80"), 7, NULL);
    assert_constraints(LIMIT("\x01\x00"), 7, NULL);
    assert_constraints(LIMIT("\xff"), 0, no_ca);
    assert_constraints(LIMIT("\x80"), 0, no_ca);
    assert_constraints(LIMIT("\xff\x00"), 0, no_ca);
    assert_constraints(LIMIT("\x00\x01"), 0, no_ca);
    assert_constraints(TEXT("\x30\x05\x01\x01\xff\x02\x00"), 0, no_ca);
    assert_constraints(TEXT("\x30\x05\x01\x01\xff\x05\x00"), 0, no_ca);
    assert_constraints(TEXT("\x30\x08\x01\x01\xff\x02\x01\x05\x05\x00"), 0, no_ca);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),  cmocka_unit_test(test_version),
        cmocka_unit_test(test_usage), cmocka_unit_test(test_constraints),
        cmocka_unit_test(test_limit),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    make_free_all();
    return failed;
}
