/* SPDX-License-Identifier: BSD-3-Clause */
/* The request, and what it is made of. */
#include "../../../lib/ocsp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <gnutls/ocsp.h>

#include "make-ocsp.h"

#define BYTES(literal) span_of(literal, sizeof(literal) - 1)

static struct ocsp_world world;

#define REQUEST_MAX 256

/* What GnuTLS makes of it. */
static void assert_like_gnutls(gnutls_x509_crt_t cert)
{
    unsigned char out[REQUEST_MAX];
    size_t len = ocsp_request(cert, world.ca, out, sizeof(out));
    gnutls_ocsp_req_t request;
    gnutls_datum_t der;

    assert_int_equal(gnutls_ocsp_req_init(&request), 0);
    assert_int_equal(gnutls_ocsp_req_add_cert(request, GNUTLS_DIG_SHA1, world.ca, cert), 0);
    assert_int_equal(gnutls_ocsp_req_export(request, &der), 0);
    assert_int_equal(len, der.size);
    assert_memory_equal(out, der.data, len);
    gnutls_free(der.data);
    gnutls_ocsp_req_deinit(request);
}

static void test_request(void **state)
{
    (void)state;
    assert_like_gnutls(world.leaf);
    assert_like_gnutls(world.neighbour);
}

static gnutls_x509_crt_t with_serial(const char *serial)
{
    struct cert_plan plan = plan_signer(make_key(KEY_P256, 2), world.ca, 0);

    plan.serial = serial;
    return make_cert(&plan);
}

static void test_serials(void **state)
{
    static const char letters[] =
        "\1aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    (void)state;
    assert_like_gnutls(with_serial("\1"));
    assert_like_gnutls(with_serial("\x7f"));
    assert_like_gnutls(with_serial("\1aaaaaaaaaaaaaaaaaaa"));
    assert_like_gnutls(with_serial(letters + strlen(letters) - 62));
    assert_int_equal(strlen(letters), 63);
}

/* One byte more than a length of one byte can tell. */
static void test_too_long(void **state)
{
    static const char letters[] =
        "\1aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    unsigned char out[REQUEST_MAX];

    (void)state;
    assert_int_equal(ocsp_request(with_serial(letters), world.ca, out, sizeof(out)), 0);
}

static void test_room(void **state)
{
    unsigned char out[REQUEST_MAX], whole[REQUEST_MAX];
    size_t len = ocsp_request(world.leaf, world.ca, whole, sizeof(whole));

    (void)state;
    assert_true(len > 0);
    for (size_t size = 0; size < len; size++) {
        memset(out, 0x5a, sizeof(out));
        assert_int_equal(ocsp_request(world.leaf, world.ca, out, size), 0);
        assert_int_equal(out[size], 0x5a);
    }
    assert_int_equal(ocsp_request(world.leaf, world.ca, out, len), len);
    assert_memory_equal(out, whole, len);
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
        cmocka_unit_test(test_request),
        cmocka_unit_test(test_serials),
        cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_room),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
