/* SPDX-License-Identifier: BSD-3-Clause */
#include "make-cert.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define MADE_MAX 512

static gnutls_x509_privkey_t keys[KEY_KINDS][KEYS_OF_A_KIND];
static gnutls_x509_crt_t certs[MADE_MAX];
static unsigned cert_count;
static gnutls_pubkey_t pubkeys[MADE_MAX];
static unsigned pubkey_count;

static const struct {
    gnutls_pk_algorithm_t algorithm;
    unsigned bits;
} kinds[KEY_KINDS] = {
    [KEY_P256] = {GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1)},
    [KEY_P384] = {GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP384R1)},
    [KEY_P521] = {GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP521R1)},
    [KEY_P224] = {GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP224R1)},
    [KEY_ED25519] = {GNUTLS_PK_EDDSA_ED25519, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_ED25519)},
    [KEY_ED448] = {GNUTLS_PK_EDDSA_ED448, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_ED448)},
    [KEY_RSA] = {GNUTLS_PK_RSA, 2048},
    [KEY_RSA_PSS] = {GNUTLS_PK_RSA_PSS, 2048},
    [KEY_RSA_1024] = {GNUTLS_PK_RSA, 1024},
};

gnutls_x509_privkey_t make_key(enum key_kind kind, unsigned which)
{
    gnutls_x509_privkey_t *key = &keys[kind][which];

    if (!*key) {
        assert_int_equal(gnutls_x509_privkey_init(key), 0);
        assert_int_equal(
            gnutls_x509_privkey_generate(*key, kinds[kind].algorithm, kinds[kind].bits, 0), 0);
    }
    return *key;
}

static gnutls_pubkey_t new_pubkey(void)
{
    assert_true(pubkey_count < MADE_MAX);
    assert_int_equal(gnutls_pubkey_init(&pubkeys[pubkey_count]), 0);
    return pubkeys[pubkey_count++];
}

static gnutls_datum_t datum(struct span bytes)
{
    return (gnutls_datum_t){(unsigned char *)bytes.ptr, (unsigned)bytes.len};
}

gnutls_pubkey_t make_rsa_pubkey(struct span modulus, struct span exponent)
{
    gnutls_pubkey_t key = new_pubkey();
    gnutls_datum_t m = datum(modulus), e = datum(exponent);

    assert_int_equal(gnutls_pubkey_import_rsa_raw(key, &m, &e), 0);
    return key;
}

gnutls_pubkey_t make_ecc_pubkey(gnutls_ecc_curve_t curve, struct span x, struct span y)
{
    gnutls_pubkey_t key = new_pubkey();
    gnutls_datum_t x_datum = datum(x), y_datum = datum(y);

    assert_int_equal(gnutls_pubkey_import_ecc_raw(key, curve, &x_datum, y.ptr ? &y_datum : NULL),
                     0);
    return key;
}

static void set_names(gnutls_x509_crt_t cert, const struct cert_plan *plan)
{
    if (plan->name)
        assert_int_equal(gnutls_x509_crt_set_dn_by_oid(cert, GNUTLS_OID_X520_COMMON_NAME, 0,
                                                       plan->name, (unsigned)strlen(plan->name)),
                         0);
    for (size_t i = 0; i < 3; i++)
        if (plan->dns[i])
            assert_int_equal(gnutls_x509_crt_set_subject_alt_name(
                                 cert, GNUTLS_SAN_DNSNAME, plan->dns[i],
                                 (unsigned)strlen(plan->dns[i]), GNUTLS_FSAN_APPEND),
                             0);
    if (plan->uri)
        assert_int_equal(gnutls_x509_crt_set_subject_alt_name(cert, GNUTLS_SAN_URI, plan->uri,
                                                              (unsigned)strlen(plan->uri),
                                                              GNUTLS_FSAN_APPEND),
                         0);
    if (plan->email)
        assert_int_equal(
            gnutls_x509_crt_set_subject_alt_name(cert, GNUTLS_SAN_RFC822NAME, plan->email,
                                                 (unsigned)strlen(plan->email), GNUTLS_FSAN_APPEND),
            0);
}

static void set_extensions(gnutls_x509_crt_t cert, const struct cert_plan *plan)
{
    if (plan->ca)
        assert_int_equal(
            gnutls_x509_crt_set_basic_constraints(cert, 1, (int)plan->path_len_plus_1 - 1), 0);
    if (plan->usage)
        assert_int_equal(gnutls_x509_crt_set_key_usage(cert, plan->usage), 0);
    for (size_t i = 0; i < 2; i++)
        if (plan->purpose[i])
            assert_int_equal(gnutls_x509_crt_set_key_purpose_oid(cert, plan->purpose[i], 0), 0);
    for (size_t i = 0; i < 3; i++)
        if (plan->extensions[i].oid)
            assert_int_equal(gnutls_x509_crt_set_extension_by_oid(
                                 cert, plan->extensions[i].oid, plan->extensions[i].value.ptr,
                                 plan->extensions[i].value.len, plan->extensions[i].critical),
                             0);
}

static void set_key(gnutls_x509_crt_t cert, const struct cert_plan *plan)
{
    if (plan->pubkey)
        assert_int_equal(gnutls_x509_crt_set_pubkey(cert, plan->pubkey), 0);
    else
        assert_int_equal(gnutls_x509_crt_set_key(cert, plan->key), 0);
}

/* NULL if GnuTLS cannot read it. */
static gnutls_x509_crt_t copy_cert(gnutls_x509_crt_t cert)
{
    gnutls_datum_t der = cert_der(cert);
    gnutls_x509_crt_t copy;

    assert_int_equal(gnutls_x509_crt_init(&copy), 0);
    if (gnutls_x509_crt_import(copy, &der, GNUTLS_X509_FMT_DER) < 0) {
        gnutls_x509_crt_deinit(copy);
        copy = NULL;
    }
    gnutls_free(der.data);
    return copy;
}

/* GnuTLS keeps some answers of a certificate it makes apart: judge what others would read. */
static gnutls_x509_crt_t read_again(gnutls_x509_crt_t cert)
{
    gnutls_x509_crt_t result = copy_cert(cert);

    gnutls_x509_crt_deinit(cert);
    return result;
}

gnutls_x509_crt_t make_strange_cert(const struct cert_plan *plan)
{
    const char *serial = plan->serial ? plan->serial : "\1";
    gnutls_x509_crt_t cert;

    assert_true(cert_count < MADE_MAX);
    assert_int_equal(gnutls_x509_crt_init(&cert), 0);
    set_names(cert, plan);
    set_key(cert, plan);
    set_extensions(cert, plan);
    assert_int_equal(gnutls_x509_crt_set_version(cert, plan->version ? plan->version : 3), 0);
    assert_int_equal(gnutls_x509_crt_set_serial(cert, serial, strlen(serial)), 0);
    assert_int_equal(gnutls_x509_crt_set_activation_time(cert, plan->begin ? plan->begin : BEGIN),
                     0);
    assert_int_equal(gnutls_x509_crt_set_expiration_time(cert, plan->end ? plan->end : END), 0);
    assert_int_equal(gnutls_x509_crt_sign2(cert, plan->issuer ? plan->issuer : cert,
                                           plan->issuer_key ? plan->issuer_key : plan->key,
                                           plan->digest ? plan->digest : GNUTLS_DIG_SHA256, 0),
                     0);
    cert = read_again(cert);
    if (cert)
        certs[cert_count++] = cert;
    return cert;
}

gnutls_x509_crt_t make_cert(const struct cert_plan *plan)
{
    gnutls_x509_crt_t cert = make_strange_cert(plan);

    assert_non_null(cert);
    return cert;
}

gnutls_x509_crt_t make_ca(const char *name, unsigned key, gnutls_x509_crt_t issuer,
                          unsigned issuer_key)
{
    struct cert_plan plan = {.name = name,
                             .key = make_key(KEY_P256, key),
                             .ca = true,
                             .usage = GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN};

    if (issuer) {
        plan.issuer = issuer;
        plan.issuer_key = make_key(KEY_P256, issuer_key);
    }
    return make_cert(&plan);
}

struct cert_plan plan_signer(gnutls_x509_privkey_t key, gnutls_x509_crt_t issuer,
                             unsigned issuer_key)
{
    return (struct cert_plan){.name = "signer",
                              .key = key,
                              .issuer = issuer,
                              .issuer_key = make_key(KEY_P256, issuer_key),
                              .usage = GNUTLS_KEY_DIGITAL_SIGNATURE,
                              .dns = {"issuer.example"}};
}

struct untrusted_chain make_chain(unsigned count, ...)
{
    struct untrusted_chain chain = {.count = count};
    va_list arguments;

    va_start(arguments, count);
    for (unsigned i = 0; i < count; i++)
        chain.certs[i] = va_arg(arguments, gnutls_x509_crt_t);
    va_end(arguments);
    return chain;
}

enum status make_path(const struct untrusted_chain *chain, const struct issuer_rules *issuer,
                      const struct anchor_source *source, int64_t now, struct trusted_path **path,
                      struct report *report)
{
    UNTRUSTED_CHAIN_CLEANUP struct untrusted_chain owned = {.count = 0};
    unsigned kept;
    enum status status;

    while (owned.count < chain->count && owned.count < CHAIN_MAX) {
        owned.certs[owned.count] = copy_cert(chain->certs[owned.count]);
        owned.count++;
    }
    kept = owned.count;
    owned.count = chain->count; /* perhaps more than there can be */
    status = trust_path(&owned, issuer, source, now, path, report);
    owned.count = kept;
    return status;
}

static bool subject_is(gnutls_x509_crt_t cert, const gnutls_datum_t *subject)
{
    gnutls_datum_t name;
    bool same;

    assert_int_equal(gnutls_x509_crt_get_raw_dn(cert, &name), 0);
    same = span_equal(span_of(name.data, name.size), span_of(subject->data, subject->size));
    gnutls_free(name.data);
    return same;
}

static enum status find(void *context, const struct issuer_rules *issuer,
                        const gnutls_datum_t *subject, struct anchors *found, struct report *report)
{
    struct memory_anchors *anchors = context;

    assert_non_null(issuer);
    if (++anchors->calls == anchors->fail_at)
        return report_refuse(report, anchors->failure, "the source failed");
    for (unsigned i = 0; i < anchors->count; i++) {
        if (anchors->careless || subject_is(anchors->certs[i], subject))
            found->certs[found->count++] = copy_cert(anchors->certs[i]);
    }
    return STATUS_ACCEPTED;
}

struct anchor_source make_source(struct memory_anchors *anchors)
{
    return (struct anchor_source){find, anchors};
}

gnutls_datum_t cert_der(gnutls_x509_crt_t cert)
{
    gnutls_datum_t der;

    assert_int_equal(gnutls_x509_crt_export2(cert, GNUTLS_X509_FMT_DER, &der), 0);
    return der;
}

void make_free_all(void)
{
    while (cert_count > 0)
        gnutls_x509_crt_deinit(certs[--cert_count]);
    while (pubkey_count > 0)
        gnutls_pubkey_deinit(pubkeys[--pubkey_count]);
    for (size_t kind = 0; kind < KEY_KINDS; kind++)
        for (size_t i = 0; i < KEYS_OF_A_KIND; i++) {
            gnutls_x509_privkey_deinit(keys[kind][i]);
            keys[kind][i] = NULL;
        }
}
