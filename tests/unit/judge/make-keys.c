/* SPDX-License-Identifier: BSD-3-Clause */
#include "make-keys.h"

#include <gnutls/crypto.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../../lib/base64url.h"

#define TEXTS_MAX 8192

static char *texts[TEXTS_MAX];
static unsigned text_count;

static const char *keep(char *made)
{
    assert_non_null(made);
    assert_true(text_count < TEXTS_MAX);
    return texts[text_count++] = made;
}

const char *text(const char *format, ...)
{
    char *made = NULL;
    va_list arguments;

    va_start(arguments, format);
    assert_true(vasprintf(&made, format, arguments) >= 0);
    va_end(arguments);
    return keep(made);
}

void make_keys_free(void)
{
    while (text_count > 0)
        free(texts[--text_count]);
}

static const char *coordinate(gnutls_datum_t number)
{
    struct span digits = span_number(span_of(number.data, number.size));
    unsigned char bytes[32] = {0};
    char encoded[64];

    memcpy(bytes + 32 - digits.len, digits.ptr, digits.len);
    (void)base64url_encode(span_of(bytes, 32), encoded);
    gnutls_free(number.data);
    return text("%s", encoded);
}

static void numbers_of(gnutls_x509_privkey_t key, const char **x, const char **y)
{
    gnutls_datum_t first, second, secret;
    gnutls_ecc_curve_t curve;

    assert_int_equal(gnutls_x509_privkey_export_ecc_raw(key, &curve, &first, &second, &secret), 0);
    gnutls_free(secret.data);
    *x = coordinate(first);
    *y = coordinate(second);
}

const char *jwk_text(gnutls_x509_privkey_t key, const char *more)
{
    const char *x, *y;

    numbers_of(key, &x, &y);
    return text("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\",\"y\":\"%s\"%s}", x, y, more);
}

const char *jwk_print(gnutls_x509_privkey_t key)
{
    const char *x, *y, *whole;
    unsigned char digest[32];
    char encoded[64];

    numbers_of(key, &x, &y);
    whole = text("{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}", x, y);
    assert_int_equal(gnutls_hash_fast(GNUTLS_DIG_SHA256, whole, strlen(whole), digest), 0);
    (void)base64url_encode(span_of(digest, 32), encoded);
    return text("%s", encoded);
}

const char *x5c_text(const struct untrusted_chain *chain)
{
    const char *list = "";

    for (unsigned i = 0; i < chain->count; i++) {
        gnutls_datum_t der = cert_der(chain->certs[i]);
        char *encoded = malloc(BASE64URL_ENCODED_MAX(der.size));

        (void)base64_encode(span_of(der.data, der.size), encoded);
        gnutls_free(der.data);
        list = text("%s%s\"%s\"", list, i ? "," : "", encoded);
        free(encoded);
    }
    return text("[%s]", list);
}

static void hash_cert(gnutls_x509_crt_t cert, unsigned size, unsigned char *digest)
{
    gnutls_datum_t der = cert_der(cert);

    assert_int_equal(gnutls_hash_fast(size == 20 ? GNUTLS_DIG_SHA1 : GNUTLS_DIG_SHA256, der.data,
                                      der.size, digest),
                     0);
    gnutls_free(der.data);
}

const char *thumbprint_text(gnutls_x509_crt_t cert, unsigned size)
{
    unsigned char digest[32];
    char encoded[64];

    hash_cert(cert, size, digest);
    (void)base64url_encode(span_of(digest, size), encoded);
    return text("%s", encoded);
}

static void hand_out(const struct untrusted_chain *chain,
                     void (*look)(void *, const struct deployed *), void *context)
{
    struct deployed deployed = {.origin = "/certs/x.pem", .count = chain->count};
    gnutls_datum_t ders[CHAIN_MAX];

    for (unsigned i = 0; i < chain->count; i++) {
        ders[i] = cert_der(chain->certs[i]);
        deployed.ders[i] = span_of(ders[i].data, ders[i].size);
    }
    look(context, &deployed);
    for (unsigned i = 0; i < chain->count; i++)
        gnutls_free(ders[i].data);
}

static enum status find_certificate(void *context, const struct issuer_rules *issuer,
                                    struct span thumbprint,
                                    void (*look)(void *, const struct deployed *),
                                    void *look_context, struct report *report)
{
    struct memory_store *store = context;

    assert_non_null(issuer);
    if (store->failure != STATUS_ACCEPTED)
        return report_refuse(report, store->failure, "it failed");
    for (unsigned i = 0; i < store->file_count; i++) {
        unsigned char digest[32];

        hash_cert(store->files[i].named, (unsigned)thumbprint.len, digest);
        if (memcmp(digest, thumbprint.ptr, thumbprint.len) == 0) {
            hand_out(&store->files[i].holds, look, look_context);
            break;
        }
    }
    return STATUS_ACCEPTED;
}

static enum status find_set(void *context, const struct issuer_rules *issuer, struct jwk_set *set,
                            struct report *report)
{
    struct memory_store *store = context;

    assert_non_null(issuer);
    assert_null(set->text.ptr);
    store->sets_asked++;
    if (store->failure != STATUS_ACCEPTED)
        return report_refuse(report, store->failure, "it failed");
    if (!store->set)
        return STATUS_ACCEPTED;
    *set = (struct jwk_set){.text = span_text(store->set),
                            .origin = "/keys",
                            .fetched_at = store->fetched_at,
                            .local = store->local,
                            .brought = store->brought};
    return STATUS_ACCEPTED;
}

struct key_store make_key_store(struct memory_store *store)
{
    return (struct key_store){find_certificate, find_set, store};
}
