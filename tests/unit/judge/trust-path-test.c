/* SPDX-License-Identifier: BSD-3-Clause */
/* lib/trust.c again: what one certificate of a path says against another. */
#include "../../../lib/trust.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "make-token.h"

#define CA_USAGE (GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN)

/* root (key 0) - intermediate (key 1) - signer (key 2); each may be changed before it is made. */
struct three {
    struct cert_plan root, intermediate, signer;
};

static struct three good_plans(void)
{
    return (struct three){
        .root = {.name = "root", .key = make_key(KEY_P256, 0), .ca = true, .usage = CA_USAGE},
        .intermediate = {.name = "intermediate",
                         .key = make_key(KEY_P256, 1),
                         .issuer_key = make_key(KEY_P256, 0),
                         .ca = true,
                         .usage = CA_USAGE},
        .signer = plan_signer(make_key(KEY_P256, 2), NULL, 1),
    };
}

static unsigned rsa_bits_min;          /* for judge_chain() */
static char detail[REPORT_DETAIL_MAX]; /* of the latest one */

static enum status judge_chain(struct untrusted_chain chain, gnutls_x509_crt_t anchor)
{
    struct issuer_rules issuer = make_issuer();
    struct memory_anchors anchors = {.certs = {anchor}, .count = 1};
    struct anchor_source source = make_source(&anchors);
    TRUSTED_PATH_CLEANUP struct trusted_path *path = NULL;
    struct report report = {0};
    enum status status;

    issuer.rsa_bits_min = rsa_bits_min;
    status = make_path(&chain, &issuer, &source, NOW, &path, &report);

    assert_int_equal(path != NULL, status == STATUS_ACCEPTED);
    strcpy(detail, report.detail);
    return status;
}

static enum status judge_three(const struct three *plans)
{
    struct three plan = *plans;
    gnutls_x509_crt_t root = make_cert(&plan.root), intermediate;

    plan.intermediate.issuer = root;
    intermediate = make_cert(&plan.intermediate);
    plan.signer.issuer = intermediate;
    return judge_chain(make_chain(2, make_cert(&plan.signer), intermediate), root);
}

static void test_good(void **state)
{
    struct three plans = good_plans();

    (void)state;
    assert_int_equal(judge_three(&plans), STATUS_ACCEPTED);
    plans.root.usage = plans.intermediate.usage = 0;
    assert_int_equal(judge_three(&plans), STATUS_ACCEPTED);
}

static void test_issuer_is_no_ca(void **state)
{
    struct three plans = good_plans();

    (void)state;
    plans.intermediate.ca = false;
    assert_int_equal(judge_three(&plans), STATUS_UNTRUSTED_CHAIN);
    plans.intermediate.usage = GNUTLS_KEY_DIGITAL_SIGNATURE;
    assert_int_equal(judge_three(&plans), STATUS_UNTRUSTED_CHAIN);
    plans.intermediate.ca = true;
    assert_int_equal(judge_three(&plans), STATUS_UNTRUSTED_CHAIN);
    plans = good_plans();
    plans.intermediate.usage = GNUTLS_KEY_CRL_SIGN;
    assert_int_equal(judge_three(&plans), STATUS_UNTRUSTED_CHAIN);
}

static void test_old_versions(void **state)
{
    struct three plans = good_plans();

    (void)state;
    plans.intermediate.ca = false;
    plans.intermediate.usage = 0;
    plans.intermediate.version = 1;
    assert_int_equal(judge_three(&plans), STATUS_UNTRUSTED_CHAIN);
    plans = good_plans();
    plans.root.ca = false;
    plans.root.usage = 0;
    plans.root.version = 1;
    assert_int_equal(judge_three(&plans), STATUS_UNTRUSTED_CHAIN);
}

static void test_anchor_is_no_ca(void **state)
{
    struct three plans = good_plans();

    (void)state;
    plans.root.ca = false;
    assert_int_equal(judge_three(&plans), STATUS_UNTRUSTED_CHAIN);
    assert_string_equal(detail, "the trust anchor is not an X.509 version 3 CA certificate");
    plans.root.extensions[0] = (struct extension_plan){"2.5.29.19", span_of("\x30\x00", 2), true};
    assert_int_equal(judge_three(&plans), STATUS_UNTRUSTED_CHAIN);
    assert_string_equal(detail, "the trust anchor is not an X.509 version 3 CA certificate");
    plans = good_plans();
    plans.root.usage = GNUTLS_KEY_CRL_SIGN | GNUTLS_KEY_DIGITAL_SIGNATURE;
    assert_int_equal(judge_three(&plans), STATUS_UNTRUSTED_CHAIN);
    assert_string_equal(detail, "keyUsage of the trust anchor has no keyCertSign");
}

static void test_path_length(void **state)
{
    struct three plans = good_plans();

    (void)state;
    plans.root.path_len_plus_1 = 1;
    assert_int_equal(judge_three(&plans), STATUS_UNTRUSTED_CHAIN);
    plans.root.path_len_plus_1 = 2;
    plans.intermediate.path_len_plus_1 = 1;
    assert_int_equal(judge_three(&plans), STATUS_ACCEPTED);
}

/* A CA below one whose path length is 0. */
static void test_path_length_below(void **state)
{
    gnutls_x509_crt_t root = make_ca("root", 0, NULL, 0), first, second;
    struct cert_plan plan = {.name = "first",
                             .key = make_key(KEY_P256, 1),
                             .issuer = root,
                             .issuer_key = make_key(KEY_P256, 0),
                             .ca = true,
                             .path_len_plus_1 = 1,
                             .usage = CA_USAGE};
    struct cert_plan signer;

    (void)state;
    first = make_cert(&plan);
    second = make_ca("second", 0, first, 1);
    signer = plan_signer(make_key(KEY_P256, 2), second, 0);
    assert_int_equal(judge_chain(make_chain(3, make_cert(&signer), second, first), root),
                     STATUS_UNTRUSTED_CHAIN);
}

/* Any byte of the signer's certificate changed: never accepted. */
static void test_tampered(void **state)
{
    gnutls_x509_crt_t root = make_ca("root", 0, NULL, 0);
    struct cert_plan plan = plan_signer(make_key(KEY_P256, 2), root, 0);
    gnutls_x509_crt_t signer = make_cert(&plan);
    gnutls_datum_t der = cert_der(signer);

    (void)state;
    assert_int_equal(judge_chain(make_chain(1, signer), root), STATUS_ACCEPTED);
    for (unsigned i = 0; i < der.size; i++) {
        gnutls_x509_crt_t changed;

        der.data[i] ^= 1;
        assert_int_equal(gnutls_x509_crt_init(&changed), 0);
        if (gnutls_x509_crt_import(changed, &der, GNUTLS_X509_FMT_DER) == 0)
            assert_int_not_equal(judge_chain(make_chain(1, changed), root), STATUS_ACCEPTED);
        gnutls_x509_crt_deinit(changed);
        der.data[i] ^= 1;
    }
    gnutls_free(der.data);
}

/* The attacker's own CA under the names of ours, with the root behind it. */
static void test_impostors(void **state)
{
    gnutls_x509_crt_t root = make_ca("root", 0, NULL, 0);
    gnutls_x509_crt_t self_made = make_ca("root", 2, NULL, 0);
    gnutls_x509_crt_t middle = make_ca("intermediate", 2, root, 2);
    struct cert_plan of_self_made = plan_signer(make_key(KEY_P256, 2), self_made, 2);
    struct cert_plan of_middle = plan_signer(make_key(KEY_P256, 2), middle, 2);
    gnutls_x509_crt_t signer = make_cert(&of_self_made), other = make_cert(&of_middle);

    (void)state;
    assert_int_equal(judge_chain(make_chain(1, signer), root), STATUS_UNTRUSTED_CHAIN);
    assert_int_equal(judge_chain(make_chain(2, signer, self_made), root), STATUS_UNTRUSTED_CHAIN);
    assert_int_equal(judge_chain(make_chain(2, signer, root), root), STATUS_UNTRUSTED_CHAIN);
    assert_int_equal(judge_chain(make_chain(3, signer, self_made, root), root),
                     STATUS_UNTRUSTED_CHAIN);
    assert_int_equal(judge_chain(make_chain(3, signer, root, self_made), root),
                     STATUS_UNTRUSTED_CHAIN);
    assert_int_equal(judge_chain(make_chain(2, other, middle), root), STATUS_UNTRUSTED_CHAIN);
    assert_int_equal(judge_chain(make_chain(3, other, middle, root), root), STATUS_UNTRUSTED_CHAIN);
}

/* A certificate that no one has verified has no place in an accepted path. */
static void test_path_holds_only_verified(void **state)
{
    gnutls_x509_crt_t root = make_ca("root", 0, NULL, 0);
    gnutls_x509_crt_t self_made = make_ca("root", 2, NULL, 0);
    struct cert_plan plan = plan_signer(make_key(KEY_P256, 2), root, 0);
    struct untrusted_chain chain = make_chain(3, make_cert(&plan), self_made, root);
    struct memory_anchors anchors = {.certs = {root}, .count = 1};
    struct anchor_source source = make_source(&anchors);
    struct issuer_rules issuer = make_issuer();
    TRUSTED_PATH_CLEANUP struct trusted_path *path = NULL;
    struct report report = {0};

    (void)state;
    assert_int_equal(make_path(&chain, &issuer, &source, NOW, &path, &report), STATUS_ACCEPTED);
    assert_int_equal(trust_path_count(path), 2);
    assert_true(gnutls_x509_crt_equals(trust_path_cert(path, 1), root));
}

static void test_weak_keys(void **state)
{
    static const enum key_kind weak[] = {KEY_RSA_1024, KEY_P224};

    (void)state;
    for (size_t i = 0; i < sizeof(weak) / sizeof(weak[0]); i++) {
        struct three plans = good_plans();

        plans.signer.key = make_key(weak[i], 0);
        assert_int_equal(judge_three(&plans), STATUS_WEAK_KEY);
        plans = good_plans();
        plans.intermediate.key = plans.signer.issuer_key = make_key(weak[i], 0);
        assert_int_equal(judge_three(&plans), STATUS_WEAK_KEY);
        plans = good_plans();
        plans.root.key = plans.intermediate.issuer_key = make_key(weak[i], 0);
        assert_int_equal(judge_three(&plans), STATUS_WEAK_KEY);
    }
}

/* What `pam-jwt chain --min-rsa-bits` asks for; everything else stays as strict. */
static void test_short_rsa_keys(void **state)
{
    struct three plans = good_plans();

    (void)state;
    plans.root.key = plans.intermediate.issuer_key = make_key(KEY_RSA_1024, 0);
    plans.intermediate.key = plans.signer.issuer_key = make_key(KEY_RSA_1024, 1);
    plans.signer.key = make_key(KEY_RSA_1024, 2);
    rsa_bits_min = 1025;
    assert_int_equal(judge_three(&plans), STATUS_WEAK_KEY);
    rsa_bits_min = 1024;
    assert_int_equal(judge_three(&plans), STATUS_ACCEPTED);
    plans.intermediate.digest = GNUTLS_DIG_SHA1;
    assert_int_equal(judge_three(&plans), STATUS_WEAK_KEY);
    plans = good_plans();
    plans.signer.key = make_key(KEY_P224, 0);
    assert_int_equal(judge_three(&plans), STATUS_WEAK_KEY);
    rsa_bits_min = 0;
}

/* The anchor's own signature proves nothing, so its hash does not matter. */
static void test_weak_hashes(void **state)
{
    struct three plans = good_plans();

    (void)state;
    plans.signer.digest = GNUTLS_DIG_SHA1;
    assert_int_equal(judge_three(&plans), STATUS_WEAK_KEY);
    plans = good_plans();
    plans.intermediate.digest = GNUTLS_DIG_SHA1;
    assert_int_equal(judge_three(&plans), STATUS_WEAK_KEY);
    plans = good_plans();
    plans.root.digest = GNUTLS_DIG_SHA1;
    assert_int_equal(judge_three(&plans), STATUS_ACCEPTED);
}

static void test_other_keys(void **state)
{
    static const struct {
        enum key_kind kind;
        gnutls_digest_algorithm_t digest;
    } rows[] = {
        {KEY_P384, GNUTLS_DIG_SHA384},    {KEY_P521, GNUTLS_DIG_SHA512},
        {KEY_RSA, GNUTLS_DIG_SHA256},     {KEY_RSA_PSS, GNUTLS_DIG_SHA256},
        {KEY_ED25519, GNUTLS_DIG_SHA512}, {KEY_ED448, GNUTLS_DIG_SHAKE_256},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct three plans = good_plans();

        plans.root.key = plans.intermediate.issuer_key = make_key(rows[i].kind, 0);
        plans.intermediate.key = plans.signer.issuer_key = make_key(rows[i].kind, 1);
        plans.signer.key = make_key(rows[i].kind, 2);
        plans.root.digest = plans.intermediate.digest = plans.signer.digest = rows[i].digest;
        assert_int_equal(judge_three(&plans), STATUS_ACCEPTED);
    }
}

/* policyConstraints anywhere, also in the anchor. */
static void test_constraints(void **state)
{
    const struct extension_plan refused = {"2.5.29.36", span_of("\x30\x03\x80\x01\x00", 5), true};

    (void)state;
    for (int i = 0; i < 3; i++) {
        struct three plans = good_plans();
        struct cert_plan *const each[] = {&plans.root, &plans.intermediate, &plans.signer};

        each[i]->extensions[0] = refused;
        assert_int_equal(judge_three(&plans), STATUS_UNSUPPORTED_CONSTRAINT);
    }
}

/* nameConstraints with one dNSName subtree; 0xa0 permitted, 0xa1 excluded. */
static struct extension_plan dns_constraint(unsigned char which, const char *name,
                                            unsigned char *out)
{
    unsigned char len = (unsigned char)strlen(name);
    const unsigned char head[] = {0x30, (unsigned char)(len + 6), which, (unsigned char)(len + 4),
                                  0x30, (unsigned char)(len + 2), 0x82,  len};

    memcpy(out, head, sizeof(head));
    memcpy(out + sizeof(head), name, len);
    return (struct extension_plan){"2.5.29.30", span_of(out, sizeof(head) + len), true};
}

static void test_name_constraints(void **state)
{
    static const struct {
        unsigned char which;
        const char *name;
        enum status status;
    } rows[] = {
        {0xa0, "issuer.example", STATUS_ACCEPTED},
        {0xa0, "example", STATUS_ACCEPTED},
        {0xa0, "printers.example", STATUS_UNTRUSTED_CHAIN},
        {0xa1, "issuer.example", STATUS_UNTRUSTED_CHAIN},
        {0xa1, "example", STATUS_UNTRUSTED_CHAIN},
        {0xa1, "printers.example", STATUS_ACCEPTED},
        {0xa0, "", STATUS_ACCEPTED},
        {0xa1, "", STATUS_UNTRUSTED_CHAIN},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        unsigned char bytes[64];
        struct extension_plan constraint = dns_constraint(rows[i].which, rows[i].name, bytes);
        struct three plans = good_plans();

        plans.intermediate.extensions[0] = constraint;
        assert_int_equal(judge_three(&plans), rows[i].status);
        plans = good_plans();
        plans.root.extensions[0] = constraint;
        assert_int_equal(judge_three(&plans), rows[i].status);
    }
}

/* trust-signer.c is asked, and about the first certificate. */
static void test_signer_rules(void **state)
{
    struct three plans = good_plans();

    (void)state;
    plans.signer.dns[0] = "printer.example";
    assert_int_equal(judge_three(&plans), STATUS_SIGNER_NOT_ALLOWED);
    plans = good_plans();
    plans.signer.usage = GNUTLS_KEY_KEY_ENCIPHERMENT;
    assert_int_equal(judge_three(&plans), STATUS_NOT_A_SIGNING_CERTIFICATE);
    plans = good_plans();
    plans.signer.ca = true;
    assert_int_equal(judge_three(&plans), STATUS_NOT_A_SIGNING_CERTIFICATE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_issuer_is_no_ca),
        cmocka_unit_test(test_old_versions),
        cmocka_unit_test(test_anchor_is_no_ca),
        cmocka_unit_test(test_path_length),
        cmocka_unit_test(test_path_length_below),
        cmocka_unit_test(test_tampered),
        cmocka_unit_test(test_impostors),
        cmocka_unit_test(test_path_holds_only_verified),
        cmocka_unit_test(test_weak_keys),
        cmocka_unit_test(test_short_rsa_keys),
        cmocka_unit_test(test_weak_hashes),
        cmocka_unit_test(test_other_keys),
        cmocka_unit_test(test_constraints),
        cmocka_unit_test(test_name_constraints),
        cmocka_unit_test(test_signer_rules),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    make_free_all();
    return failed;
}
