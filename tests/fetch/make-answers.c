/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * make-answers DIRECTORY: writes what the tests of jwt-fetch serve, all of it judged at NOW of
 * make-cert.h: certificates, an OCSP request, good and bad OCSP responses and CRLs, and what a TLS
 * server on localhost needs.
 */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../lib/answers.h"
#include "../../lib/ocsp.h"
#include "../unit/judge/ask-crl.h"
#include "../unit/judge/make-ocsp.h"

static const char *directory;

static void save(const char *name, struct span bytes)
{
    char path[PATH_MAX];
    FILE *file;

    (void)snprintf(path, sizeof(path), "%s/%s", directory, name);
    file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes.ptr, 1, bytes.len, file), bytes.len);
    assert_int_equal(fclose(file), 0);
}

static void save_cert(const char *name, gnutls_x509_crt_t cert, gnutls_x509_crt_fmt_t format)
{
    gnutls_datum_t bytes;

    assert_int_equal(gnutls_x509_crt_export2(cert, format, &bytes), 0);
    save(name, span_of(bytes.data, bytes.size));
    gnutls_free(bytes.data);
}

/* --- OCSP ------------------------------------------------------------------------------------- */

static void save_response(const struct ocsp_world *world, const char *name, const char *this_update,
                          enum said said)
{
    struct ocsp_plan plan = plan_ocsp(world);

    plan.singles[0].this_update = this_update;
    plan.singles[0].said = said;
    save(name, make_ocsp(&plan));
}

static void save_ocsp(void)
{
    struct ocsp_world world = make_ocsp_world();
    struct ocsp_plan foreign = plan_ocsp(&world);
    unsigned char request[FETCH_REQUEST_MAX];

    save("request.der",
         span_of(request, ocsp_request(world.leaf, world.ca, request, sizeof(request))));
    save_cert("leaf.der", world.leaf, GNUTLS_X509_FMT_DER);
    save_cert("ca.der", world.ca, GNUTLS_X509_FMT_DER);
    save_response(&world, "good.ocsp", HOUR_AGO, SAYS_GOOD);
    save_response(&world, "older.ocsp", "20260531220000Z", SAYS_GOOD);
    save_response(&world, "unknown.ocsp", HOUR_AGO, SAYS_UNKNOWN);
    foreign.responder = world.other_ca;
    foreign.key = make_key(KEY_P256, 1);
    save("foreign.ocsp", make_ocsp(&foreign));
}

/* --- CRL -------------------------------------------------------------------------------------- */

static void save_crl(const char *name, const char *this_update, const char *next_update,
                     unsigned char number, unsigned key)
{
    const unsigned char value[] = {0x02, 0x01, number};
    struct crl_plan plan = ask_plan();

    plan.this_update = make_time(this_update);
    plan.next_update = make_time(next_update);
    plan.key = make_key(KEY_P256, key);
    plan.extensions = make_extension(BYTES("\x55\x1d\x14"), false, span_of(value, sizeof(value)));
    save(name, make_crl(&plan));
}

static void save_crls(void)
{
    save_cert("signer.der", ask_signer(), GNUTLS_X509_FMT_DER);
    save_cert("root.der", ask_root(), GNUTLS_X509_FMT_DER);
    save_crl("list.crl", "260502000000Z", CRL_NEXT, 5, 0);
    save_crl("older.crl", "260501000000Z", CRL_NEXT, 6, 0);
    save_crl("lower.crl", "260503000000Z", CRL_NEXT, 4, 0);
    save_crl("newer.crl", "260503000000Z", CRL_NEXT, 6, 0);
    save_crl("short.crl", "260503000000Z", "260601010000Z", 6, 0);
    save_crl("forged.crl", "260503000000Z", CRL_NEXT, 6, 1);
    save_crl("highest.crl", "260502000000Z", CRL_NEXT, 127, 1);
    save_crl("future.crl", "260602000000Z", CRL_NEXT, 6, 0);
}

/* --- TLS -------------------------------------------------------------------------------------- */

static void save_tls(void)
{
    gnutls_x509_crt_t ca = make_ca("tls", 0, NULL, 0);
    struct cert_plan plan = plan_signer(make_key(KEY_P256, 2), ca, 0);
    gnutls_datum_t key;

    plan.dns[0] = "localhost";
    save_cert("tls-ca.pem", ca, GNUTLS_X509_FMT_PEM);
    save_cert("tls-other-ca.pem", make_ca("other", 1, NULL, 0), GNUTLS_X509_FMT_PEM);
    save_cert("tls.pem", make_cert(&plan), GNUTLS_X509_FMT_PEM);
    assert_int_equal(gnutls_x509_privkey_export2_pkcs8(plan.key, GNUTLS_X509_FMT_PEM, NULL,
                                                       GNUTLS_PKCS_PLAIN, &key),
                     0);
    save("tls.key", span_of(key.data, key.size));
    gnutls_free(key.data);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 1;
    directory = argv[1];
    save_ocsp();
    save_crls();
    save_tls();
    make_crl_free_all();
    make_free_all();
    return 0;
}
