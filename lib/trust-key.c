/* SPDX-License-Identifier: BSD-3-Clause */
#include "trust-key.h"

#include <stdio.h>

#include "span.h"

#define RSA_BITS_MIN 2048
#define RSA_BITS_MAX 8192

static unsigned modulo(struct span number, unsigned prime)
{
    unsigned rest = 0;

    for (size_t i = 0; i < number.len; i++)
        rest = (rest << 8 | number.ptr[i]) % prime;
    return rest;
}

static bool is_power_of_65537(unsigned rest, unsigned prime)
{
    unsigned power = 1;

    do {
        if (power == rest)
            return true;
        power = power * (65537 % prime) % prime;
    } while (power != 1);
    return false;
}

/*
 * CVE-2017-15361: such a modulus is a power of 65537 modulo every small prime; a sound one passes
 * all of them once in 2^27.
 */
static bool is_roca(struct span modulus)
{
    static const unsigned char primes[] = {
        3,  5,  7,  11, 13, 17,  19,  23,  29,  31,  37,  41,  43,  47,  53,  59,  61,  67,  71,
        73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167};

    for (size_t i = 0; i < sizeof(primes); i++)
        if (!is_power_of_65537(modulo(modulus, primes[i]), primes[i]))
            return false;
    return true;
}

static enum status check_rsa_numbers(struct span modulus, struct span exponent, const char *name,
                                     struct report *report)
{
    /* RFC 8017 section 3.1: a product of odd primes, an odd exponent of at least 3 */
    if (modulus.len == 0 || !(modulus.ptr[modulus.len - 1] & 1))
        return report_refuse(report, STATUS_WEAK_KEY, "%s: RSA modulus is even", name);
    if (exponent.len == 0 || exponent.len > 4 || !(exponent.ptr[exponent.len - 1] & 1) ||
        (exponent.len == 1 && exponent.ptr[0] < 3))
        return report_refuse(report, STATUS_WEAK_KEY,
                             "%s: expected an odd RSA exponent of 3 to 2^32", name);

    /* CVE-2017-15361 */
    if (is_roca(modulus))
        return report_refuse(report, STATUS_WEAK_KEY,
                             "%s: RSA key was made by a faulty generator (ROCA)", name);
    return STATUS_ACCEPTED;
}

static enum status check_rsa(gnutls_pubkey_t key, unsigned bits, unsigned bits_min,
                             const char *name, struct report *report)
{
    gnutls_datum_t modulus, exponent;
    enum status status;

    if (bits_min == 0)
        bits_min = RSA_BITS_MIN;

    /* RFC 7518 section 3.3; the upper bound keeps an attacker's key from costing much */
    if (bits < bits_min || bits > RSA_BITS_MAX)
        return report_refuse(report, STATUS_WEAK_KEY, "%s: expected RSA of %u to %d bits, found %u",
                             name, bits_min, RSA_BITS_MAX, bits);
    if (gnutls_pubkey_export_rsa_raw2(key, &modulus, &exponent, 0) < 0)
        return report_refuse(report, STATUS_BAD_KEY, "%s: RSA key cannot be read", name);
    status = check_rsa_numbers(span_number(span_of(modulus.data, modulus.size)),
                               span_number(span_of(exponent.data, exponent.size)), name, report);
    gnutls_free(modulus.data);
    gnutls_free(exponent.data);
    return status;
}

/* y coordinates of the points of order 1, 2, 4 and 8, in every encoding that decoders take. */
static bool ed25519_small_order(struct span key)
{
    static const unsigned char points[][32] = {
        {0},
        {1},
        {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
        {0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
        {0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
        {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
         0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
         0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
        {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
         0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
         0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
    };
    unsigned char y[32];

    if (key.len != sizeof(y))
        return true;
    memcpy(y, key.ptr, sizeof(y));
    y[31] &= 0x7f;
    for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++)
        if (memcmp(y, points[i], sizeof(y)) == 0)
            return true;
    return false;
}

/* y is 0, 1, p - 1, p or p + 1, where p = 2^448 - 2^224 - 1, in 56 bytes before the sign byte. */
static bool ed448_small_order(struct span key)
{
    unsigned char low = 0, high = 0;

    if (key.len != 57)
        return true;
    for (size_t i = 1; i < 28; i++)
        if (key.ptr[i] != key.ptr[1])
            return false;
    for (size_t i = 29; i < 56; i++)
        if (key.ptr[i] != key.ptr[29])
            return false;
    low = key.ptr[1];
    high = key.ptr[29];
    if (low == 0x00 && high == 0x00 && key.ptr[28] == 0x00)
        return key.ptr[0] <= 1;
    if (low == 0xff && high == 0xff && key.ptr[28] == 0xfe)
        return key.ptr[0] >= 0xfe;
    return low == 0x00 && high == 0xff && key.ptr[28] == 0xff && key.ptr[0] == 0x00;
}

static bool curve_is_sound(gnutls_ecc_curve_t curve, struct span x)
{
    switch (curve) {
    case GNUTLS_ECC_CURVE_SECP256R1:
    case GNUTLS_ECC_CURVE_SECP384R1:
    case GNUTLS_ECC_CURVE_SECP521R1:
        return true;
    case GNUTLS_ECC_CURVE_ED25519:
        return !ed25519_small_order(x);
    case GNUTLS_ECC_CURVE_ED448:
        return !ed448_small_order(x);
    default:
        return false;
    }
}

static enum status check_ecc(gnutls_pubkey_t key, const char *name, struct report *report)
{
    gnutls_ecc_curve_t curve;
    gnutls_datum_t x = {0}, y = {0};
    bool sound;

    if (gnutls_pubkey_export_ecc_raw2(key, &curve, &x, &y, 0) < 0)
        return report_refuse(report, STATUS_BAD_KEY, "%s: EC key cannot be read", name);
    sound = curve_is_sound(curve, span_of(x.data, x.size));
    gnutls_free(x.data);
    gnutls_free(y.data);

    /* RFC 7518 section 6.2.1.1, RFC 8032 section 8.6: anyone can sign for a key of small order */
    if (!sound)
        return report_refuse(report, STATUS_WEAK_KEY,
                             "%s: expected P-256, P-384, P-521, Ed25519 or Ed448 and "
                             "no point of small order",
                             name);

    /* SEC 1 section 3.2.2. GnuTLS looks at the point of an EdDSA key when it verifies. */
    if (gnutls_pubkey_verify_params(key) < 0)
        return report_refuse(report, STATUS_BAD_KEY, "%s: the EC key is off its curve", name);
    return STATUS_ACCEPTED;
}

enum status trust_key_check(gnutls_pubkey_t key, unsigned rsa_bits_min, const char *name,
                            struct report *report)
{
    unsigned bits = 0;

    switch (gnutls_pubkey_get_pk_algorithm(key, &bits)) {
    case GNUTLS_PK_RSA:
    case GNUTLS_PK_RSA_PSS:
        return check_rsa(key, bits, rsa_bits_min, name, report);
    case GNUTLS_PK_ECDSA:
    case GNUTLS_PK_EDDSA_ED25519:
    case GNUTLS_PK_EDDSA_ED448:
        return check_ecc(key, name, report);
    default:
        return report_refuse(report, STATUS_WEAK_KEY, "%s: expected an RSA, EC or EdDSA key", name);
    }
}

enum status trust_key_check_certificate(gnutls_x509_crt_t cert, unsigned rsa_bits_min,
                                        unsigned which, struct report *report)
{
    char name[32];
    gnutls_pubkey_t key;
    enum status status;

    snprintf(name, sizeof(name), "certificate %u", which);
    if (gnutls_pubkey_init(&key) < 0)
        return report_refuse(report, STATUS_OUT_OF_MEMORY, "%s: no memory for its key", name);
    status = gnutls_pubkey_import_x509(key, cert, 0) < 0
                 ? report_refuse(report, STATUS_WEAK_KEY,
                                 "%s: expected an RSA, EC or EdDSA key of a known curve", name)
                 : trust_key_check(key, rsa_bits_min, name, report);
    gnutls_pubkey_deinit(key);
    return status;
}

enum status trust_key_check_signature(gnutls_x509_crt_t cert, unsigned which, struct report *report)
{
    static const gnutls_sign_algorithm_t strong[] = {
        GNUTLS_SIGN_RSA_SHA256,          GNUTLS_SIGN_RSA_SHA384,
        GNUTLS_SIGN_RSA_SHA512,          GNUTLS_SIGN_RSA_PSS_SHA256,
        GNUTLS_SIGN_RSA_PSS_SHA384,      GNUTLS_SIGN_RSA_PSS_SHA512,
        GNUTLS_SIGN_RSA_PSS_RSAE_SHA256, GNUTLS_SIGN_RSA_PSS_RSAE_SHA384,
        GNUTLS_SIGN_RSA_PSS_RSAE_SHA512, GNUTLS_SIGN_ECDSA_SHA256,
        GNUTLS_SIGN_ECDSA_SHA384,        GNUTLS_SIGN_ECDSA_SHA512,
        GNUTLS_SIGN_EDDSA_ED25519,       GNUTLS_SIGN_EDDSA_ED448,
    };
    int found = gnutls_x509_crt_get_signature_algorithm(cert);

    for (size_t i = 0; i < sizeof(strong) / sizeof(strong[0]); i++)
        if (found == (int)strong[i])
            return STATUS_ACCEPTED;

    /* RFC 9155 section 3: no MD5, no SHA-1 */
    return report_refuse(
        report, STATUS_WEAK_KEY,
        "certificate %u: expected a signature with SHA-2 or EdDSA, found %s", which,
        found < 0 ? "an unknown one" : gnutls_sign_get_name((gnutls_sign_algorithm_t)found));
}
