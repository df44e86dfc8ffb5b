/* SPDX-License-Identifier: BSD-3-Clause */
#include "make-ocsp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <gnutls/crypto.h>

#define OUT_SIZE 131072
#define BYTES(literal) span_of(literal, sizeof(literal) - 1)
#define P256_POINT 65 /* bytes at the end of a SubjectPublicKeyInfo */

struct out {
    unsigned char bytes[OUT_SIZE];
    size_t len;
};

static void put(struct out *out, struct span bytes)
{
    assert_true(out->len + bytes.len <= sizeof(out->bytes));
    if (bytes.len > 0)
        memcpy(out->bytes + out->len, bytes.ptr, bytes.len);
    out->len += bytes.len;
}

/* Makes an element of what was put since `begin`. */
static void wrap(struct out *out, size_t begin, unsigned char tag)
{
    unsigned char head[5] = {tag};
    size_t len = out->len - begin, used = 1;

    if (len >= 0x10000)
        head[used++] = 0x83, head[used++] = (unsigned char)(len >> 16);
    else if (len >= 0x100)
        head[used++] = 0x82;
    else if (len >= 0x80)
        head[used++] = 0x81;
    if (len >= 0x100)
        head[used++] = (unsigned char)(len >> 8);
    head[used++] = (unsigned char)len;
    put(out, span_of(head, used)); /* makes room */
    memmove(out->bytes + begin + used, out->bytes + begin, len);
    memcpy(out->bytes + begin, head, used);
}

static void put_element(struct out *out, unsigned char tag, struct span content)
{
    size_t begin = out->len;

    put(out, content);
    wrap(out, begin, tag);
}

static void put_time(struct out *out, const char *text, const char *otherwise)
{
    put_element(out, 0x18, span_text(text ? text : otherwise));
}

static void put_datum(struct out *out, gnutls_datum_t datum)
{
    put(out, span_of(datum.data, datum.size));
    gnutls_free(datum.data);
}

static void put_extension(struct out *out, const char *which)
{
    size_t begin = out->len;

    if (!which)
        return;
    if (strcmp(which, "critical") == 0)
        put(out, BYTES("\x30\x0c\x06\x03\x2a\x03\x04\x01\x01\xff\x04\x02\x05\x00"));
    else if (strcmp(which, "harmless") == 0)
        put(out, BYTES("\x30\x09\x06\x03\x2a\x03\x04\x04\x02\x05\x00"));
    else if (strcmp(which, "not DER") == 0) /* FALSE, which is the default */
        put(out, BYTES("\x30\x0c\x06\x03\x2a\x03\x04\x01\x01\x00\x04\x02\x05\x00"));
    else
        assert_string_equal(which, "none");
    wrap(out, begin, 0x30);
    wrap(out, begin, 0xa1);
}

/* --- CertID ----------------------------------------------------------------------------------- */

static void put_digest_name(struct out *out, gnutls_digest_algorithm_t digest)
{
    size_t begin = out->len;
    struct span oid = digest == GNUTLS_DIG_MD5      ? BYTES("\x2a\x86\x48\x86\xf7\x0d\x02\x05")
                      : digest == GNUTLS_DIG_SHA1   ? BYTES("\x2b\x0e\x03\x02\x1a")
                      : digest == GNUTLS_DIG_SHA256 ? BYTES("\x60\x86\x48\x01\x65\x03\x04\x02\x01")
                      : digest == GNUTLS_DIG_SHA384 ? BYTES("\x60\x86\x48\x01\x65\x03\x04\x02\x02")
                                                    : BYTES("\x60\x86\x48\x01\x65\x03\x04\x02\x03");

    put_element(out, 0x06, oid);
    put(out, BYTES("\x05\x00"));
    wrap(out, begin, 0x30);
}

static void put_hash(struct out *out, gnutls_digest_algorithm_t digest, const void *data,
                     size_t len)
{
    unsigned char hash[64];

    assert_int_equal(gnutls_hash_fast(digest, data, len, hash), 0);
    put_element(out, 0x04, span_of(hash, gnutls_hash_get_len(digest)));
}

static void put_name_hash(struct out *out, gnutls_digest_algorithm_t digest, gnutls_x509_crt_t crt)
{
    gnutls_datum_t name;

    assert_int_equal(gnutls_x509_crt_get_raw_dn(crt, &name), 0);
    put_hash(out, digest, name.data, name.size);
    gnutls_free(name.data);
}

static void put_key_hash(struct out *out, gnutls_digest_algorithm_t digest, gnutls_x509_crt_t crt)
{
    gnutls_pubkey_t key;
    gnutls_datum_t der;

    assert_int_equal(gnutls_pubkey_init(&key), 0);
    assert_int_equal(gnutls_pubkey_import_x509(key, crt, 0), 0);
    assert_int_equal(gnutls_pubkey_get_pk_algorithm(key, NULL), GNUTLS_PK_ECDSA);
    assert_int_equal(gnutls_pubkey_export2(key, GNUTLS_X509_FMT_DER, &der), 0);
    assert_int_equal(der.data[der.size - P256_POINT], 4); /* not compressed */
    put_hash(out, digest, der.data + der.size - P256_POINT, P256_POINT);
    gnutls_free(der.data);
    gnutls_pubkey_deinit(key);
}

static void put_serial(struct out *out, gnutls_x509_crt_t crt)
{
    unsigned char serial[64];
    size_t size = sizeof(serial);

    assert_int_equal(gnutls_x509_crt_get_serial(crt, serial, &size), 0);
    put_element(out, 0x02, span_of(serial, size));
}

static void put_cert_id(struct out *out, const struct single_plan *plan)
{
    gnutls_digest_algorithm_t digest = plan->digest ? plan->digest : GNUTLS_DIG_SHA1;
    size_t begin = out->len;

    put_digest_name(out, digest);
    put_name_hash(out, digest, plan->name_of ? plan->name_of : plan->issuer);
    put_key_hash(out, digest, plan->key_of ? plan->key_of : plan->issuer);
    put_serial(out, plan->serial_of ? plan->serial_of : plan->cert);
    wrap(out, begin, 0x30);
}

/* --- SingleResponse --------------------------------------------------------------------------- */

static void put_revoked(struct out *out, const struct single_plan *plan)
{
    unsigned char reason = (unsigned char)(plan->reason_plus_1 - 1);
    size_t begin = out->len, inner;

    put_time(out, plan->revoked_at, HOUR_AGO);
    inner = out->len;
    if (plan->reason_plus_1) {
        put_element(out, 0x0a, span_of(&reason, 1));
        wrap(out, inner, 0xa0);
    }
    wrap(out, begin, 0xa1);
}

static void put_single(struct out *out, const struct single_plan *plan, struct span after)
{
    size_t begin = out->len, inner;

    if (plan->raw.len > 0) {
        put(out, plan->raw);
        return;
    }
    put_cert_id(out, plan);
    if (plan->said == SAYS_REVOKED)
        put_revoked(out, plan);
    else
        put(out, plan->said == SAYS_GOOD ? BYTES("\x80\x00") : BYTES("\x82\x00"));
    put_time(out, plan->this_update, HOUR_AGO);
    if (!plan->next_update || plan->next_update[0]) {
        inner = out->len;
        put_time(out, plan->next_update, HOUR_AHEAD);
        wrap(out, inner, 0xa0);
    }
    put_extension(out, plan->extension);
    put(out, after);
    wrap(out, begin, 0x30);
}

/* --- ResponseData ----------------------------------------------------------------------------- */

static void put_responder(struct out *out, const struct ocsp_plan *plan)
{
    size_t begin = out->len;
    gnutls_datum_t name;

    if (plan->by_key) {
        put_key_hash(out, GNUTLS_DIG_SHA1, plan->responder);
        wrap(out, begin, 0xa2);
        return;
    }
    assert_int_equal(gnutls_x509_crt_get_raw_dn(plan->responder, &name), 0);
    put_datum(out, name);
    wrap(out, begin, 0xa1);
}

static void put_tbs(struct out *out, const struct ocsp_plan *plan)
{
    size_t begin = out->len, inner;

    if (plan->version.len > 0) {
        put_element(out, 0x02, plan->version);
        wrap(out, begin, 0xa0);
    }
    put_responder(out, plan);
    put_time(out, plan->produced_at, HOUR_AGO);
    inner = out->len;
    for (unsigned i = 0; i < plan->count; i++)
        put_single(out, &plan->singles[i], plan->after_single);
    wrap(out, inner, 0x30);
    put_extension(out, plan->extension);
    put(out, plan->after_tbs);
    wrap(out, begin, 0x30);
}

/* --- BasicOCSPResponse ------------------------------------------------------------------------ */

static struct span algorithm_of(gnutls_sign_algorithm_t sign)
{
    switch (sign) {
    case GNUTLS_SIGN_ECDSA_SHA1:
        return BYTES("\x30\x09\x06\x07\x2a\x86\x48\xce\x3d\x04\x01");
    case GNUTLS_SIGN_ECDSA_SHA384:
        return BYTES("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03");
    case GNUTLS_SIGN_ECDSA_SHA512:
        return BYTES("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x04");
    case GNUTLS_SIGN_RSA_SHA1:
        return BYTES("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05\x05\x00");
    case GNUTLS_SIGN_RSA_SHA256:
        return BYTES("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00");
    case GNUTLS_SIGN_RSA_SHA384:
        return BYTES("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c\x05\x00");
    case GNUTLS_SIGN_RSA_SHA512:
        return BYTES("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d\x05\x00");
    case GNUTLS_SIGN_EDDSA_ED25519:
        return BYTES("\x30\x05\x06\x03\x2b\x65\x70");
    case GNUTLS_SIGN_EDDSA_ED448:
        return BYTES("\x30\x05\x06\x03\x2b\x65\x71");
    default:
        return BYTES("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02");
    }
}

static gnutls_datum_t sign(const struct ocsp_plan *plan, struct span tbs)
{
    gnutls_datum_t data = {(unsigned char *)tbs.ptr, (unsigned)tbs.len}, signature;
    gnutls_privkey_t key;

    assert_int_equal(gnutls_privkey_init(&key), 0);
    assert_int_equal(gnutls_privkey_import_x509(key, plan->key, 0), 0);
    assert_int_equal(gnutls_privkey_sign_data2(key,
                                               plan->sign ? plan->sign : GNUTLS_SIGN_ECDSA_SHA256,
                                               0, &data, &signature),
                     0);
    gnutls_privkey_deinit(key);
    return signature;
}

static void put_certs(struct out *out, const struct ocsp_plan *plan)
{
    size_t begin = out->len;

    if (!plan->certs[0] && plan->in_certs.len == 0)
        return;
    for (size_t i = 0; i < RESPONSE_CERTS_MAX && plan->certs[i]; i++)
        put_datum(out, cert_der(plan->certs[i]));
    put(out, plan->in_certs);
    wrap(out, begin, 0x30);
    wrap(out, begin, 0xa0);
}

static void put_basic(struct out *out, const struct ocsp_plan *plan)
{
    size_t begin = out->len, inner;
    gnutls_datum_t signature;

    put_tbs(out, plan);
    signature = sign(plan, span_of(out->bytes + begin, out->len - begin));
    put(out, plan->algorithm.len > 0 ? plan->algorithm : algorithm_of(plan->sign));
    inner = out->len;
    put(out, span_of("\0", 1));
    put_datum(out, signature);
    wrap(out, inner, 0x03);
    put_certs(out, plan);
    put(out, plan->after_basic);
    wrap(out, begin, 0x30);
}

static void put_response_bytes(struct out *out, const struct ocsp_plan *plan)
{
    struct span basic = BYTES("\x2b\x06\x01\x05\x05\x07\x30\x01\x01");
    size_t begin = out->len, inner;

    put_element(out, 0x06, plan->type.len > 0 ? plan->type : basic);
    inner = out->len;
    put_basic(out, plan);
    wrap(out, inner, 0x04);
    put(out, plan->after_bytes);
    wrap(out, begin, 0x30);
    wrap(out, begin, 0xa0);
}

struct span make_ocsp(const struct ocsp_plan *plan)
{
    static struct out out;

    out.len = 0;
    put_element(&out, 0x0a, span_of(&plan->status, 1));
    if (!plan->bare)
        put_response_bytes(&out, plan);
    wrap(&out, 0, 0x30);
    put(&out, plan->after_response);
    return span_of(out.bytes, out.len);
}
