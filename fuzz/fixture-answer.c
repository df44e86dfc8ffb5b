/* SPDX-License-Identifier: BSD-3-Clause */
#include "fixture-answer.h"

#include <gnutls/abstract.h>

#include "fuzz.h"

#define ROOM_BESIDES 512 /* bytes: a signature, algorithms, tags and lengths */

gnutls_x509_crt_t answer_import(struct span der)
{
    gnutls_datum_t datum = {(unsigned char *)der.ptr, (unsigned)der.len};
    gnutls_x509_crt_t cert;

    REQUIRE(gnutls_x509_crt_init(&cert) == 0);
    if (gnutls_x509_crt_import(cert, &datum, GNUTLS_X509_FMT_DER) == 0)
        return cert;
    gnutls_x509_crt_deinit(cert);
    return NULL;
}

static gnutls_x509_crt_t sign_again(gnutls_x509_crt_t cert)
{
    gnutls_datum_t der = fixture_der(cert);
    struct span made = ca_sign(span_of(der.data, der.size));
    gnutls_x509_crt_t result = answer_import(made);

    REQUIRE(result);
    free((void *)made.ptr);
    gnutls_free(der.data);
    gnutls_x509_crt_deinit(cert);
    return result;
}

const struct evidence_question *answer_question(void)
{
    static struct evidence_question made;
    gnutls_x509_crt_t certs[FIXTURE_CERTS_MAX];

    if (made.cert)
        return &made;
    REQUIRE(fixture_certs("signer-es256.chain.pem", certs) == 2);
    made = (struct evidence_question){.cert = sign_again(certs[0]),
                                      .issuer = sign_again(certs[1]),
                                      .now = FIXTURE_NOW,
                                      .leeway = ANSWER_LEEWAY,
                                      .ocsp_max_age = ANSWER_MAX_AGE};
    return &made;
}

bool answer_same_time(int64_t ours, time_t theirs)
{
    return ours < 0 || theirs == ours;
}

struct span answer_take(struct span *rest)
{
    struct span taken = {rest->ptr, 0};

    if (rest->len < 2)
        return taken;
    taken.len = (size_t)(rest->ptr[0] << 8 | rest->ptr[1]);
    if (taken.len > rest->len - 2)
        taken.len = rest->len - 2;
    taken.ptr = rest->ptr + 2;
    *rest = span_of(taken.ptr + taken.len, rest->len - 2 - taken.len);
    return taken;
}

struct answer_out answer_start(size_t len)
{
    struct answer_out out = {.bytes = malloc(len + ROOM_BESIDES)};

    REQUIRE(out.bytes);
    return out;
}

void answer_put(struct answer_out *out, struct span bytes)
{
    if (bytes.len > 0)
        memcpy(out->bytes + out->len, bytes.ptr, bytes.len);
    out->len += bytes.len;
}

void answer_wrap(struct answer_out *out, size_t begin, unsigned char tag)
{
    size_t len = out->len - begin, used = 0;
    unsigned char head[4];

    head[used++] = tag;
    if (len >= 0x80)
        head[used++] = len >= 0x100 ? 0x82 : 0x81;
    if (len >= 0x100)
        head[used++] = (unsigned char)(len >> 8);
    head[used++] = (unsigned char)len;
    memmove(out->bytes + begin + used, out->bytes + begin, len);
    memcpy(out->bytes + begin, head, used);
    out->len += used;
}

void answer_put_signed(struct answer_out *out, struct span tbs)
{
    gnutls_datum_t data = {(unsigned char *)tbs.ptr, (unsigned)tbs.len}, signature;
    size_t begin;

    answer_put(out, tbs);
    /* ecdsa-with-SHA256 */
    answer_put(out, span_of("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02", 12));
    begin = out->len;
    answer_put(out, span_of("\0", 1));
    REQUIRE(gnutls_privkey_sign_data2(fixture_key(), GNUTLS_SIGN_ECDSA_SHA256, 0, &data,
                                      &signature) == 0);
    answer_put(out, span_of(signature.data, signature.size));
    gnutls_free(signature.data);
    answer_wrap(out, begin, 0x03);
}
