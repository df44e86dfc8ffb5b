/* SPDX-License-Identifier: BSD-3-Clause */
#include "fixture-ca.h"

#include <dirent.h>
#include <gnutls/abstract.h>

#include "../lib/der.h"
#include "fuzz.h"

#define POINT_SIZE 64 /* x || y */
#define KNOWN_MAX 1024

static const char *const roots[] = {"root.pem",           "root-constrained.pem",
                                    "root-permitted.pem", "root-pathlen0.pem",
                                    "root-rsa.pem",       "root2.pem"};

/* Every certificate of the fixtures. */
static struct span known[KNOWN_MAX];
static unsigned char points[KNOWN_MAX][POINT_SIZE]; /* of the CAs */
static size_t known_count, point_count;

/* --- DER -------------------------------------------------------------------------------------- */

/* The parts of a certificate (RFC 5280 section 4.1), the first two with their tags. */
struct parts {
    struct span tbs, algorithm, signature;
};

static bool take_whole(struct span *rest, struct span *whole)
{
    const unsigned char *begin = rest->ptr;
    struct span content;
    unsigned tag;

    if (!der_take(rest, &tag, &content))
        return false;
    *whole = span_of(begin, (size_t)(rest->ptr - begin));
    return true;
}

static bool split(struct span der, struct parts *parts)
{
    struct span content;
    unsigned tag;

    return der_take(&der, &tag, &content) && tag == DER_SEQUENCE &&
           take_whole(&content, &parts->tbs) && take_whole(&content, &parts->algorithm) &&
           take_whole(&content, &parts->signature);
}

/* A tag and a length of three bytes' room; returns the length written. */
static size_t put_head(unsigned char *out, unsigned char tag, size_t len)
{
    size_t done = 0;

    out[done++] = tag;
    if (len >= 0x100) {
        out[done++] = 0x82;
        out[done++] = (unsigned char)(len >> 8);
    } else if (len >= 0x80) {
        out[done++] = 0x81;
    }
    out[done++] = (unsigned char)len;
    return done;
}

static size_t put(unsigned char *out, struct span bytes)
{
    memcpy(out, bytes.ptr, bytes.len);
    return bytes.len;
}

/* --- keys ------------------------------------------------------------------------------------- */

static void put_number(gnutls_datum_t number, unsigned char *out)
{
    struct span digits = span_number(span_of(number.data, number.size));

    REQUIRE(digits.len <= POINT_SIZE / 2);
    memset(out, 0, POINT_SIZE / 2);
    memcpy(out + POINT_SIZE / 2 - digits.len, digits.ptr, digits.len);
    gnutls_free(number.data);
}

static void own_point(unsigned char point[POINT_SIZE])
{
    gnutls_ecc_curve_t curve;
    gnutls_datum_t x, y;

    REQUIRE(gnutls_privkey_export_ecc_raw2(fixture_key(), &curve, &x, &y, NULL, 0) == 0);
    put_number(x, point);
    put_number(y, point + POINT_SIZE / 2);
}

static void learn(gnutls_x509_crt_t cert)
{
    gnutls_datum_t der = fixture_der(cert), x, y;
    gnutls_ecc_curve_t curve;
    unsigned critical;

    REQUIRE(known_count < KNOWN_MAX);
    known[known_count++] = span_of(der.data, der.size);
    if (gnutls_x509_crt_get_ca_status(cert, &critical) <= 0 ||
        gnutls_x509_crt_get_pk_ecc_raw(cert, &curve, &x, &y) < 0)
        return;
    if (curve == GNUTLS_ECC_CURVE_SECP256R1) {
        put_number(x, points[point_count]);
        put_number(y, points[point_count++] + POINT_SIZE / 2);
    } else {
        gnutls_free(x.data);
        gnutls_free(y.data);
    }
}

static int is_pem(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);

    return len > 4 && strcmp(entry->d_name + len - 4, ".pem") == 0;
}

static void learn_all(void)
{
    struct dirent **entries = NULL;
    int count = scandir(TESTS "/fixtures/pki", &entries, is_pem, alphasort);

    for (int i = 0; i < count; i++) {
        gnutls_x509_crt_t certs[FIXTURE_CERTS_MAX];
        unsigned found = fixture_certs(entries[i]->d_name, certs);

        for (unsigned j = 0; j < found; j++) {
            learn(certs[j]);
            gnutls_x509_crt_deinit(certs[j]);
        }
        free(entries[i]);
    }
    free(entries);
    REQUIRE(known_count > 0 && point_count > 0);
}

static void replace_points(unsigned char *bytes, size_t len)
{
    unsigned char own[POINT_SIZE];

    if (point_count == 0)
        learn_all();
    own_point(own);
    for (size_t i = 0; i < point_count; i++) {
        unsigned char *found = memmem(bytes, len, points[i], POINT_SIZE);

        if (found)
            memcpy(found, own, POINT_SIZE);
    }
}

/* --- certificates ----------------------------------------------------------------------------- */

struct span ca_sign(struct span der)
{
    unsigned char *out = malloc(der.len + 256), *tbs;
    gnutls_datum_t data, signature;
    struct parts parts;
    size_t content, len = 0;

    REQUIRE(out);
    if (!split(der, &parts))
        return span_of(out, put(out, der));
    tbs = malloc(parts.tbs.len);
    REQUIRE(tbs);
    (void)put(tbs, parts.tbs);
    replace_points(tbs, parts.tbs.len);
    data = (gnutls_datum_t){tbs, (unsigned)parts.tbs.len};
    REQUIRE(gnutls_privkey_sign_data2(fixture_key(), GNUTLS_SIGN_ECDSA_SHA256, 0, &data,
                                      &signature) == 0);
    /* the BIT STRING is of less than 128 bytes */
    content = parts.tbs.len + parts.algorithm.len + 3 + signature.size;
    len = put_head(out, DER_SEQUENCE, content);
    len += put(out + len, span_of(tbs, parts.tbs.len));
    len += put(out + len, parts.algorithm);
    len += put_head(out + len, 0x03, signature.size + 1);
    out[len++] = 0;
    len += put(out + len, span_of(signature.data, signature.size));
    gnutls_free(signature.data);
    free(tbs);
    return span_of(out, len);
}

static gnutls_x509_crt_t stand_in(gnutls_x509_crt_t cert)
{
    gnutls_datum_t der = fixture_der(cert), datum;
    struct span made = ca_sign(span_of(der.data, der.size));
    gnutls_x509_crt_t result;

    datum = (gnutls_datum_t){(unsigned char *)made.ptr, (unsigned)made.len};
    REQUIRE(gnutls_x509_crt_init(&result) == 0);
    REQUIRE(gnutls_x509_crt_import(result, &datum, GNUTLS_X509_FMT_DER) == 0);
    gnutls_free(der.data);
    free((void *)made.ptr);
    return result;
}

struct anchors *ca_anchors(bool anew)
{
    static struct anchors plain, made;

    if (plain.count > 0)
        return anew ? &made : &plain;
    for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
        gnutls_x509_crt_t certs[FIXTURE_CERTS_MAX];

        REQUIRE(fixture_certs(roots[i], certs) == 1);
        plain.certs[plain.count++] = certs[0];
        made.certs[made.count++] = stand_in(certs[0]);
    }
    return anew ? &made : &plain;
}

bool ca_is_anchor(gnutls_x509_crt_t cert)
{
    for (unsigned i = 0; i < 2; i++) {
        const struct anchors *anchors = ca_anchors(i);

        for (unsigned j = 0; j < anchors->count; j++)
            if (gnutls_x509_crt_equals(anchors->certs[j], cert))
                return true;
    }
    return false;
}

bool ca_is_fixture(struct span der)
{
    struct parts asked, parts;

    if (known_count == 0)
        learn_all();
    if (!split(der, &asked))
        return false;
    for (size_t i = 0; i < known_count; i++)
        if (split(known[i], &parts) && span_equal(parts.tbs, asked.tbs))
            return true;
    return false;
}
