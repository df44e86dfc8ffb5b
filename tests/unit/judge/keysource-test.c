/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../../lib/keysource.h"

#include <gnutls/crypto.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../../lib/base64url.h"
#include "make-token.h"

static gnutls_x509_crt_t signer, root;

static int make_certs(void **state)
{
    struct cert_plan plan;

    (void)state;
    root = make_ca("root", 0, NULL, 0);
    plan = plan_signer(make_key(KEY_P256, 2), root, 0);
    /* so that base64 and base64url of it differ */
    plan.extensions[0] = (struct extension_plan){"1.2.3", span_text("\xff\xff\xff\xff"), false};
    signer = make_cert(&plan);
    return 0;
}

/* Judges a header whose alg is already there; `members` is "" or ",...". */
static enum status choose_from(const char *members, const struct issuer_rules *issuer,
                               struct untrusted_chain *chain)
{
    TOKEN_CLEANUP struct token token = {0};
    struct report report = {0};
    struct key_choice choice;
    char *header = NULL, *text;
    enum status status;

    assert_true(asprintf(&header, "{\"alg\":\"ES256\"%s}", members) > 0);
    text = make_token(header, "{}", span_text("s"));
    assert_int_equal(token_parse(span_text(text), &token, &report), STATUS_ACCEPTED);
    memset(&choice, 0xff, sizeof(choice));
    status = keysource_choose(&(struct key_question){.token = &token, .issuer = issuer}, &choice,
                              &report);
    *chain = choice.chain;
    assert_null(choice.key);
    assert_int_equal(report.detail[0] == '\0', status == STATUS_ACCEPTED);
    free(header);
    free(text);
    return status;
}

static void assert_chosen(const char *members, enum status expected, unsigned count)
{
    static const struct untrusted_chain none;
    struct issuer_rules issuer = make_issuer();
    struct untrusted_chain chain;
    enum status found = choose_from(members, &issuer, &chain);

    if (found != expected)
        fail_msg("expected %s, found %s: %s", status_slug(expected), status_slug(found), members);
    if (found != STATUS_ACCEPTED)
        assert_memory_equal(&chain, &none, sizeof(chain));
    assert_int_equal(chain.count, count);
    untrusted_chain_free(&chain);
    assert_memory_equal(&chain, &none, sizeof(chain));
}

static char *element(gnutls_x509_crt_t cert)
{
    gnutls_datum_t der = cert_der(cert);
    char *text = malloc(BASE64URL_ENCODED_MAX(der.size));

    (void)base64_encode(span_of(der.data, der.size), text);
    gnutls_free(der.data);
    return text;
}

/* `format` holds up to three %s, each the signer's certificate in base64. */
static void assert_format(const char *format, enum status expected, unsigned count)
{
    char *cert = element(signer), *members = NULL;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    assert_true(asprintf(&members, format, cert, cert, cert) > 0);
#pragma GCC diagnostic pop
    assert_chosen(members, expected, count);
    free(members);
    free(cert);
}

static void test_chain(void **state)
{
    char *first = element(signer), *second = element(root), *members = NULL;
    struct issuer_rules issuer = make_issuer();
    struct untrusted_chain chain;

    (void)state;
    assert_true(asprintf(&members, ",\"x5c\":[\"%s\",\"%s\"]", first, second) > 0);
    assert_int_equal(choose_from(members, &issuer, &chain), STATUS_ACCEPTED);
    assert_int_equal(chain.count, 2);
    assert_true(gnutls_x509_crt_equals(chain.certs[0], signer));
    assert_true(gnutls_x509_crt_equals(chain.certs[1], root));
    untrusted_chain_free(&chain);
    free(first);
    free(second);
    free(members);
}

static void test_not_a_chain(void **state)
{
    static const char *const formats[] = {
        ",\"x5c\":[]",
        ",\"x5c\":null",
        ",\"x5c\":\"%s\"",
        ",\"x5c\":{}",
        ",\"x5c\":5",
        ",\"x5c\":[null]",
        ",\"x5c\":[5]",
        ",\"x5c\":[[\"%s\"]]",
        ",\"x5c\":[\"%s\",5]",
        ",\"x5c\":[\"\"]",
        ",\"x5c\":[\"AAAA\"]",
        ",\"x5c\":[\"%s\",\"\"]",
        ",\"x5c\":[\"%s\\n\"]",
        ",\"x5c\":[\" %s\"]",
        ",\"x5c\":[\"%s=\"]",
        ",\"x5c\":[\"%s%s\"]",
        ",\"x5c\":[\"%sAAAA\"]",
        ",\"x5c\":[\"-----BEGIN CERTIFICATE-----\\n%s\\n-----END CERTIFICATE-----\"]",
        ",\"x5c\":[\"MAA=\"]",
        ",\"x5c\":[\"MA==\"]",
        ",\"x5c\":[\"MIA=\"]",
        ",\"x5c\":[\"MIQA\"]",
        ",\"x5c\":[\"MIIA\"]",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
        assert_format(formats[i], STATUS_BAD_KEY, 0);
}

static void test_too_many(void **state)
{
    char *cert = element(signer), *members;
    size_t size;

    (void)state;
    for (unsigned count = CHAIN_MAX - 1; count <= CHAIN_MAX + 1; count++) {
        FILE *out = open_memstream(&members, &size);

        fprintf(out, ",\"x5c\":[\"%s\"", cert);
        for (unsigned i = 1; i < count; i++)
            fprintf(out, ",\"%s\"", cert);
        fputs("]", out);
        fclose(out);
        assert_chosen(members, count > CHAIN_MAX ? STATUS_CHAIN_TOO_LONG : STATUS_ACCEPTED,
                      count > CHAIN_MAX ? 0 : count);
        free(members);
    }
    /* counted before anything is decoded */
    assert_chosen(",\"x5c\":[1,2,3,4,5,6,7,8,9]", STATUS_CHAIN_TOO_LONG, 0);
    free(cert);
}

/* The certificate's DER with a byte put to it, taken from it or changed. */
static void test_der(void **state)
{
    gnutls_datum_t der = cert_der(signer);
    unsigned char *bytes = malloc(der.size + 1);
    char *text = malloc(BASE64URL_ENCODED_MAX(der.size + 1)), *members;

    (void)state;
    for (int way = 0; way < 6; way++) {
        size_t len = der.size;

        memcpy(bytes, der.data, len);
        bytes[len] = 0;
        if (way == 1)
            len++; /* behind the certificate */
        if (way == 2)
            len--;
        if (way == 3)
            bytes[0] = 0x31; /* no SEQUENCE */
        if (way == 4)
            bytes[3] ^= 1; /* the length */
        if (way == 5) {
            bytes[3]++; /* a length that takes the byte behind in */
            len++;
        }
        (void)base64_encode(span_of(bytes, len), text);
        assert_true(asprintf(&members, ",\"x5c\":[\"%s\"]", text) > 0);
        assert_chosen(members, way == 0 ? STATUS_ACCEPTED : STATUS_BAD_KEY, way == 0);
        free(members);
    }
    /* the length in more bytes than it needs */
    assert_int_equal(der.data[1], 0x82);
    memcpy(bytes, "\x30\x83\x00", 3);
    memcpy(bytes + 3, der.data + 2, der.size - 2);
    (void)base64_encode(span_of(bytes, der.size + 1), text);
    assert_true(asprintf(&members, ",\"x5c\":[\"%s\"]", text) > 0);
    assert_chosen(members, STATUS_BAD_KEY, 0);
    free(members);

    (void)base64url_encode(span_of(der.data, der.size), text);
    assert_non_null(strpbrk(text, "-_"));
    while (strlen(text) % 4 != 0)
        strcat(text, "=");
    assert_true(asprintf(&members, ",\"x5c\":[\"%s\"]", text) > 0);
    assert_chosen(members, STATUS_BAD_KEY, 0);
    free(members);
    gnutls_free(der.data);
    free(bytes);
    free(text);
}

static void thumbprint(gnutls_digest_algorithm_t digest, gnutls_x509_crt_t cert, char *out)
{
    unsigned char hash[64];
    gnutls_datum_t der = cert_der(cert);

    assert_int_equal(gnutls_hash_fast(digest, der.data, der.size, hash), 0);
    (void)base64url_encode(span_of(hash, gnutls_hash_get_len(digest)), out);
    gnutls_free(der.data);
}

static void check_thumbprint(const char *name, const char *value, enum status expected)
{
    char *format = NULL;

    assert_true(asprintf(&format, ",\"x5c\":[\"%%s\"],\"%s\":%s", name, value) > 0);
    assert_format(format, expected, expected == STATUS_ACCEPTED);
    free(format);
}

static void test_thumbprints(void **state)
{
    static const struct {
        const char *name;
        gnutls_digest_algorithm_t digest;
    } rows[] = {{"x5t", GNUTLS_DIG_SHA1}, {"x5t#S256", GNUTLS_DIG_SHA256}};
    static const char *const bad[] = {"null", "5", "\"\"", "[]", "\"AAAA\""};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        char text[100], quoted[110];

        thumbprint(rows[i].digest, signer, text);
        snprintf(quoted, sizeof(quoted), "\"%s\"", text);
        check_thumbprint(rows[i].name, quoted, STATUS_ACCEPTED);
        snprintf(quoted, sizeof(quoted), "\"%s=\"", text);
        check_thumbprint(rows[i].name, quoted, STATUS_ACCEPTED);
        snprintf(quoted, sizeof(quoted), "\"%s\\u0000\"", text);
        check_thumbprint(rows[i].name, quoted, STATUS_THUMBPRINT_MISMATCH);
        snprintf(quoted, sizeof(quoted), "\"%.20s\"", text);
        check_thumbprint(rows[i].name, quoted, STATUS_THUMBPRINT_MISMATCH);
        thumbprint(rows[1 - i].digest, signer, text);
        snprintf(quoted, sizeof(quoted), "\"%s\"", text);
        check_thumbprint(rows[i].name, quoted, STATUS_THUMBPRINT_MISMATCH);
        thumbprint(rows[i].digest, root, text);
        snprintf(quoted, sizeof(quoted), "\"%s\"", text);
        check_thumbprint(rows[i].name, quoted, STATUS_THUMBPRINT_MISMATCH);
        for (size_t k = 0; k < sizeof(bad) / sizeof(bad[0]); k++)
            check_thumbprint(rows[i].name, bad[k], STATUS_THUMBPRINT_MISMATCH);
    }
}

static char *jwk_of(gnutls_x509_privkey_t key)
{
    gnutls_datum_t x, y, k;
    gnutls_ecc_curve_t curve;
    char x_text[64], y_text[64], *jwk = NULL;
    unsigned char number[32];

    assert_int_equal(gnutls_x509_privkey_export_ecc_raw(key, &curve, &x, &y, &k), 0);
    memset(number, 0, 32);
    memcpy(number + 32 - span_number(span_of(x.data, x.size)).len,
           span_number(span_of(x.data, x.size)).ptr, span_number(span_of(x.data, x.size)).len);
    (void)base64url_encode(span_of(number, 32), x_text);
    memset(number, 0, 32);
    memcpy(number + 32 - span_number(span_of(y.data, y.size)).len,
           span_number(span_of(y.data, y.size)).ptr, span_number(span_of(y.data, y.size)).len);
    (void)base64url_encode(span_of(number, 32), y_text);
    assert_true(asprintf(&jwk,
                         ",\"jwk\":{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\",\"y\":\"%s\"}",
                         x_text, y_text) > 0);
    gnutls_free(x.data);
    gnutls_free(y.data);
    gnutls_free(k.data);
    return jwk;
}

static void test_jwk_beside(void **state)
{
    char *same = jwk_of(make_key(KEY_P256, 2)), *other = jwk_of(make_key(KEY_P256, 1));
    char *format = NULL;

    (void)state;
    assert_true(asprintf(&format, ",\"x5c\":[\"%%s\"]%s", same) > 0);
    assert_format(format, STATUS_ACCEPTED, 1);
    free(format);
    assert_true(asprintf(&format, ",\"x5c\":[\"%%s\"]%s", other) > 0);
    assert_format(format, STATUS_KEY_MISMATCH, 0);
    free(format);
    assert_format(",\"x5c\":[\"%s\"],\"jwk\":{}", STATUS_KEY_MISMATCH, 0);
    assert_format(",\"x5c\":[\"%s\"],\"jwk\":null", STATUS_KEY_MISMATCH, 0);
    assert_format(",\"x5c\":[\"%s\"],\"jwk\":\"x\"", STATUS_KEY_MISMATCH, 0);
    free(same);
    free(other);
}

static void test_ignored_members(void **state)
{
    (void)state;
    assert_format(",\"x5c\":[\"%s\"],\"kid\":5,\"jku\":\"https://evil.example\",\"x5u\":null",
                  STATUS_ACCEPTED, 1);
}

static void test_no_source(void **state)
{
    (void)state;
    assert_chosen("", STATUS_NO_KEY_SOURCE, 0);
    assert_chosen(",\"jku\":\"https://x\",\"x5u\":\"https://x\"", STATUS_NO_KEY_SOURCE, 0);
    assert_chosen(",\"X5C\":[\"x\"]", STATUS_NO_KEY_SOURCE, 0);
    assert_chosen(",\"kid\":\"x\"", STATUS_KEY_SOURCE_NOT_ALLOWED, 0);
    assert_chosen(",\"jwk\":{}", STATUS_KEY_SOURCE_NOT_ALLOWED, 0);
    assert_chosen(",\"x5t\":\"x\"", STATUS_KEY_SOURCE_NOT_ALLOWED, 0);
    assert_chosen(",\"x5t#S256\":\"x\"", STATUS_KEY_SOURCE_NOT_ALLOWED, 0);
    assert_format(",\"jwk\":{\"x5c\":[\"%s\"]}", STATUS_KEY_SOURCE_NOT_ALLOWED, 0);
}

static void test_source_not_allowed(void **state)
{
    struct issuer_rules issuer = make_issuer();
    struct untrusted_chain chain;
    char *cert = element(signer), *members = NULL;

    (void)state;
    assert_true(asprintf(&members, ",\"x5c\":[\"%s\"]", cert) > 0);
    issuer.key_sources = LIST("kid", "jwk", "X5C");
    assert_int_equal(choose_from(members, &issuer, &chain), STATUS_KEY_SOURCE_NOT_ALLOWED);
    issuer.key_sources = LIST("kid", "x5c");
    assert_int_equal(choose_from(members, &issuer, &chain), STATUS_ACCEPTED);
    untrusted_chain_free(&chain);
    free(members);
    free(cert);
}

static enum status take_list(const struct span *ders, size_t count, unsigned *taken)
{
    UNTRUSTED_CHAIN_CLEANUP struct untrusted_chain chain = {.count = 0};
    struct report report = {0};
    enum status status;

    memset(&chain, 0xff, sizeof(chain));
    status = untrusted_chain_of(ders, count, &chain, &report);
    assert_int_equal(report.detail[0] == '\0', status == STATUS_ACCEPTED);
    *taken = chain.count;
    return status;
}

/* Nine are not even looked at, so that what is in them does not matter. */
static void test_certificates(void **state)
{
    gnutls_datum_t der = cert_der(signer);
    struct span good = span_of(der.data, der.size), bad = span_of(der.data, der.size - 1);
    struct span all[9] = {good, good, good, good, good, good, good, good, bad};
    unsigned taken;

    (void)state;
    assert_int_equal(take_list(all, 0, &taken), STATUS_BAD_KEY);
    assert_int_equal(take_list(all, 1, &taken), STATUS_ACCEPTED);
    assert_int_equal(taken, 1);
    assert_int_equal(take_list(all, 8, &taken), STATUS_ACCEPTED);
    assert_int_equal(taken, 8);
    assert_int_equal(take_list(all, 9, &taken), STATUS_CHAIN_TOO_LONG);
    assert_int_equal(take_list(all + 1, 8, &taken), STATUS_BAD_KEY);
    assert_int_equal(taken, 0);
    gnutls_free(der.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chain),      cmocka_unit_test(test_not_a_chain),
        cmocka_unit_test(test_too_many),   cmocka_unit_test(test_certificates),
        cmocka_unit_test(test_der),        cmocka_unit_test(test_thumbprints),
        cmocka_unit_test(test_jwk_beside), cmocka_unit_test(test_ignored_members),
        cmocka_unit_test(test_no_source),  cmocka_unit_test(test_source_not_allowed),
    };
    int failed = cmocka_run_group_tests(tests, make_certs, NULL);

    make_free_all();
    return failed;
}
