/* SPDX-License-Identifier: BSD-3-Clause */
/* The form of a response: whatever is not one is unknown. */
#include "../../../lib/ocsp-form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "make-ocsp.h"

#define BYTES(literal) span_of(literal, sizeof(literal) - 1)

static struct ocsp_world world;

static void assert_unknown(struct span der, const char *detail)
{
    assert_ocsp_bytes(&world, der, CERTIFICATE_UNKNOWN, detail);
}

static void test_status(void **state)
{
    static const struct {
        unsigned char status;
        const char *detail;
    } failures[] = {
        {1, "expected successful, found malformedRequest (1)"},
        {2, "found internalError (2)"},
        {3, "found tryLater (3)"},
        {4, "found no name (4)"},
        {5, "found sigRequired (5)"},
        {6, "found unauthorized (6)"},
        {7, "found no name (7)"},
        {255, "found no name (255)"},
    };
    struct ocsp_plan plan = plan_ocsp(&world);

    (void)state;
    for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
        plan.status = failures[i].status;
        for (int bare = 0; bare < 2; bare++) {
            plan.bare = bare;
            assert_ocsp(&world, &plan, CERTIFICATE_UNKNOWN, failures[i].detail);
        }
    }
    plan.status = 0;
    assert_ocsp(&world, &plan, CERTIFICATE_UNKNOWN, "responseBytes is missing");
}

static void test_type(void **state)
{
    struct ocsp_plan plan = plan_ocsp(&world);

    (void)state;
    plan.type = BYTES("\x2b\x06\x01\x05\x05\x07\x30\x01\x02");
    assert_ocsp(&world, &plan, CERTIFICATE_UNKNOWN, "id-pkix-ocsp-basic");
    plan.type = BYTES("\x2b\x06\x01\x05\x05\x07\x30\x01");
    assert_ocsp(&world, &plan, CERTIFICATE_UNKNOWN, "id-pkix-ocsp-basic");
}

static void test_response_version(void **state)
{
    struct ocsp_plan plan = plan_ocsp(&world);

    (void)state;
    plan.version = BYTES("\0");
    assert_ocsp(&world, &plan, CERTIFICATE_GOOD, "");
    plan.version = BYTES("\1");
    assert_ocsp(&world, &plan, CERTIFICATE_UNKNOWN, "expected version 1");
    plan.version = BYTES("\0\0");
    assert_ocsp(&world, &plan, CERTIFICATE_UNKNOWN, "expected version 1");
}

static void test_trailing(void **state)
{
    static const char *const details[] = {"OCSPResponse", "response is missing", "certs",
                                          "responseExtensions", "entry 0"};

    (void)state;
    for (size_t i = 0; i < sizeof(details) / sizeof(details[0]); i++) {
        struct ocsp_plan plan = plan_ocsp(&world);
        struct span *const places[] = {&plan.after_response, &plan.after_bytes, &plan.after_basic,
                                       &plan.after_tbs, &plan.after_single};

        assert_ocsp(&world, &plan, CERTIFICATE_GOOD, "");
        *places[i] = BYTES("\x05\x00");
        assert_ocsp(&world, &plan, CERTIFICATE_UNKNOWN, details[i]);
        *places[i] = BYTES("\x00");
        assert_ocsp(&world, &plan, CERTIFICATE_UNKNOWN, details[i]);
    }
}

static void test_entries(void **state)
{
    static const char *const raw[] = {"\x30\x00", "\x05\x00", "\x31\x00", "\x30"};
    struct ocsp_plan plan = plan_ocsp(&world);

    (void)state;
    plan.singles[1].raw = BYTES("\x30\x00");
    plan.count = 2;
    for (size_t i = 0; i < sizeof(raw) / sizeof(raw[0]); i++) {
        plan.singles[1].raw = span_text(raw[i]);
        if (i < 3)
            plan.singles[1].raw.len = 2;
        assert_ocsp(&world, &plan, CERTIFICATE_UNKNOWN, "entry 1 is malformed");
        plan.singles[0].said = SAYS_REVOKED; /* what stands behind it does not make it unsaid */
        assert_ocsp(&world, &plan, CERTIFICATE_REVOKED, "revoked since");
        plan.singles[0].said = SAYS_GOOD;
    }
    plan.singles[0].raw = BYTES("\x30\x00");
    assert_ocsp(&world, &plan, CERTIFICATE_UNKNOWN, "entry 0 is malformed");
    plan.count = 0;
    assert_ocsp(&world, &plan, CERTIFICATE_UNKNOWN, "found 0 for others");
}

static void test_garbage(void **state)
{
    static const char *const texts[] = {
        "",
        "0",
        "\x30",
        "\x30\x80",
        "<html>not found</html>",
        "eyJhbGciOiJub25lIn0",
        "\x30\x84\xff\xff\xff\xff",
        "\x30\x82\xff\xff",
        "\x1f\x81",
        "-----BEGIN OCSP RESPONSE-----",
    };
    unsigned char noise[300];
    unsigned seed = 1;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_unknown(span_text(texts[i]), "OCSPResponse is missing or malformed");
    for (unsigned i = 0; i < 1000; i++) {
        for (size_t j = 0; j < sizeof(noise); j++) {
            seed = seed * 1103515245 + 12345;
            noise[j] = (unsigned char)(seed >> 16);
        }
        noise[0] = 0x30;
        assert_unknown(span_of(noise, sizeof(noise)), "OCSP response: ");
    }
}

static void test_size(void **state)
{
    static unsigned char filler[OCSP_RESPONSE_MAX + 1];
    struct ocsp_plan plan = plan_ocsp(&world);
    struct span der = make_ocsp(&plan);

    (void)state;
    memcpy(filler, der.ptr, der.len);
    assert_unknown(span_of(filler, OCSP_RESPONSE_MAX), "OCSPResponse is missing or malformed");
    assert_unknown(span_of(filler, OCSP_RESPONSE_MAX + 1),
                   "expected at most 65536 bytes, found 65537");
}

/* Every length of it, and every byte of it changed in its lowest, its highest bit, and wholly. */
static void maim(const struct ocsp_plan *plan, enum certificate_status whole)
{
    struct span der = make_ocsp(plan);
    unsigned char *bytes = (unsigned char *)der.ptr;

    assert_ocsp_bytes(&world, der, whole, "");
    for (size_t len = 0; len < der.len; len++)
        assert_unknown(span_of(der.ptr, len), "OCSPResponse");
    for (size_t i = 0; i < der.len; i++) {
        static const unsigned char masks[] = {0x01, 0x02, 0x20, 0x40, 0x80, 0xff};

        for (size_t j = 0; j < sizeof(masks); j++) {
            bytes[i] ^= masks[j];
            assert_unknown(der, "");
            bytes[i] ^= masks[j];
        }
    }
    assert_ocsp_bytes(&world, der, whole, "");
}

static void test_maimed(void **state)
{
    struct cert_plan delegate = plan_delegate(&world);
    struct ocsp_plan plan = plan_ocsp(&world);

    (void)state;
    maim(&plan, CERTIFICATE_GOOD);
    plan.singles[0].said = SAYS_REVOKED;
    plan.singles[0].reason_plus_1 = 2;
    plan.extension = plan.singles[0].extension = "harmless";
    maim(&plan, CERTIFICATE_REVOKED);
    plan = plan_delegated(&world, &delegate);
    plan.by_key = true;
    maim(&plan, CERTIFICATE_GOOD);
}

static int setup(void **state)
{
    (void)state;
    world = make_ocsp_world();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    make_free_all();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_status),
        cmocka_unit_test(test_type),
        cmocka_unit_test(test_response_version),
        cmocka_unit_test(test_trailing),
        cmocka_unit_test(test_entries),
        cmocka_unit_test(test_garbage),
        cmocka_unit_test(test_size),
        cmocka_unit_test(test_maimed),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
