/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From x5c to a trusted key. The input: a byte of flags, then certificates, each behind its length
 * in two bytes. Without FLAG_SIGN only certificates of the fixtures may be accepted. With it, each
 * certificate is signed anew by a key that the anchors have, too, so that the rules behind the
 * signatures are reached; what is accepted is looked at again.
 */
#include <gnutls/abstract.h>

#include "../lib/der.h"
#include "../lib/keysource.h"
#include "../lib/revocation.h"
#include "fixture-ca.h"
#include "fixture.h"
#include "fuzz.h"

#define CERTS_MAX (CHAIN_MAX + 1) /* one too many can be tried */

enum { FLAG_SIGN = 1, FLAG_RULES = 6, FLAG_RULES_SHIFT = 1 };

enum { RULES_DEFAULT, RULES_ANY_NAME, RULES_REVOCATION, RULES_USAGE };

#define SHORT_LIVED 864000 /* seconds, with RULES_REVOCATION */
#define NO_REV_AVAIL "2.5.29.56"

static struct issuer_rules variants[] = {
    [RULES_DEFAULT] = {FIXTURE_RULES},
    [RULES_ANY_NAME] = {FIXTURE_RULES, .signer_eku = LIST("1.3.6.1.5.5.7.3.2")},
    [RULES_REVOCATION] = {FIXTURE_RULES, .short_lived = SHORT_LIVED},
    [RULES_USAGE] = {FIXTURE_RULES},
};

static void change_variants(void)
{
    static const char *const any[] = {"*"}, *const usage[] = {"nonRepudiation"};

    variants[RULES_ANY_NAME].signer_names = (struct string_list){(char **)any, 1};
    variants[RULES_REVOCATION].revocation = REVOCATION_REQUIRE;
    variants[RULES_USAGE].signer_key_usage = (struct string_list){(char **)usage, 1};
}

struct input {
    unsigned char flags;
    struct span ders[CERTS_MAX]; /* owned */
    unsigned count;
};

static struct span copy(struct span bytes)
{
    unsigned char *own = malloc(bytes.len + 1);

    REQUIRE(own);
    memcpy(own, bytes.ptr, bytes.len);
    return span_of(own, bytes.len);
}

static struct input cut(struct span rest)
{
    struct input input = {.flags = rest.ptr[0]};

    rest = span_of(rest.ptr + 1, rest.len - 1);
    while (rest.len >= 2 && input.count < CERTS_MAX) {
        size_t len = (size_t)(rest.ptr[0] << 8 | rest.ptr[1]);
        struct span der;

        rest = span_of(rest.ptr + 2, rest.len - 2);
        der = span_of(rest.ptr, len < rest.len ? len : rest.len);
        rest = span_of(rest.ptr + der.len, rest.len - der.len);
        input.ders[input.count++] = input.flags & FLAG_SIGN ? ca_sign(der) : copy(der);
    }
    return input;
}

/* A token of which there is nothing but x5c. */
static struct token make_token(const struct input *input)
{
    char *x5c = fixture_x5c(input->ders, input->count), *text;
    struct report report = {0};
    struct token token = {0};

    REQUIRE(asprintf(&text, "{%s}", x5c) > 0);
    REQUIRE(json_parse(span_text(text), "header", &token.jws.header, &report) == STATUS_ACCEPTED);
    free(text);
    free(x5c);
    return token;
}

static bool equals(gnutls_x509_crt_t cert, struct span der)
{
    gnutls_datum_t own = fixture_der(cert);
    bool equal = span_equal(span_of(own.data, own.size), der);

    gnutls_free(own.data);
    return equal;
}

static bool has_uri(gnutls_x509_crt_t cert)
{
    for (unsigned i = 0;; i++) {
        char name[256];
        size_t size = sizeof(name);
        unsigned type;
        int found = gnutls_x509_crt_get_subject_alt_name2(cert, i, name, &size, &type, NULL);

        if (found == GNUTLS_E_SHORT_MEMORY_BUFFER)
            continue;
        if (found < 0)
            return false;
        if (type == GNUTLS_SAN_URI && span_equal(span_of(name, size), span_text(FIXTURE_ISSUER)))
            return true;
    }
}

static void check_signer(gnutls_x509_crt_t signer, unsigned rules)
{
    unsigned critical, usage = 0;

    REQUIRE(gnutls_x509_crt_get_version(signer) == 3);
    REQUIRE(gnutls_x509_crt_get_ca_status(signer, &critical) <= 0);
    if (gnutls_x509_crt_get_key_usage(signer, &usage, &critical) >= 0)
        REQUIRE(usage &
                (rules == RULES_USAGE ? GNUTLS_KEY_NON_REPUDIATION : GNUTLS_KEY_DIGITAL_SIGNATURE));
    if (rules == RULES_ANY_NAME)
        REQUIRE(gnutls_x509_crt_check_key_purpose(signer, "1.3.6.1.5.5.7.3.2", 0));
    else
        REQUIRE(gnutls_x509_crt_check_hostname2(signer, "issuer.example",
                                                GNUTLS_VERIFY_DO_NOT_ALLOW_WILDCARDS) ||
                has_uri(signer));
}

static void check_issuer(gnutls_x509_crt_t issuer)
{
    unsigned critical, usage = 0;

    REQUIRE(gnutls_x509_crt_get_version(issuer) == 3);
    REQUIRE(gnutls_x509_crt_get_ca_status(issuer, &critical) > 0);
    if (gnutls_x509_crt_get_key_usage(issuer, &usage, &critical) >= 0)
        REQUIRE(usage & GNUTLS_KEY_KEY_CERT_SIGN);
}

static bool has_extension(gnutls_x509_crt_t cert, const char *oid)
{
    size_t size = 0;

    return gnutls_x509_crt_get_extension_by_oid(cert, oid, 0, NULL, &size, NULL) !=
           GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE;
}

static void check_any(gnutls_x509_crt_t cert)
{
    unsigned bits;

    REQUIRE(gnutls_x509_crt_get_activation_time(cert) <= FIXTURE_NOW);
    REQUIRE(gnutls_x509_crt_get_expiration_time(cert) >= FIXTURE_NOW);
    REQUIRE(!has_extension(cert, "2.5.29.36") && !has_extension(cert, "2.5.29.54"));
    if (gnutls_x509_crt_get_pk_algorithm(cert, &bits) == GNUTLS_PK_RSA)
        REQUIRE(bits >= 2048 && bits <= 8192);
}

static void check_path(const struct trusted_path *path, const struct input *input)
{
    unsigned count = trust_path_count(path);

    REQUIRE(count >= 2 && count <= input->count + 1 && count <= CHAIN_MAX + 1);
    check_signer(trust_path_cert(path, 0), (input->flags & FLAG_RULES) >> FLAG_RULES_SHIFT);
    for (unsigned i = 0; i < count; i++) {
        gnutls_x509_crt_t cert = trust_path_cert(path, i);

        check_any(cert);
        if (i > 0)
            check_issuer(cert);
        if (i + 1 == count) {
            REQUIRE(ca_is_anchor(cert));
            return;
        }
        REQUIRE(equals(cert, input->ders[i]));
        REQUIRE(gnutls_sign_is_secure(gnutls_x509_crt_get_signature_algorithm(cert)));
        REQUIRE(gnutls_x509_crt_check_issuer(cert, trust_path_cert(path, i + 1)));
        REQUIRE(input->flags & FLAG_SIGN || ca_is_fixture(input->ders[i]));
    }
}

static void check_revocation(const struct trusted_path *path)
{
    for (unsigned i = 0; i + 1 < trust_path_count(path); i++) {
        gnutls_x509_crt_t cert = trust_path_cert(path, i);
        time_t begin = gnutls_x509_crt_get_activation_time(cert);

        REQUIRE(gnutls_x509_crt_get_expiration_time(cert) - begin <= SHORT_LIVED ||
                (i == 0 && has_extension(cert, NO_REV_AVAIL)));
    }
}

static void check_key(const struct trusted_path *path, const struct issuer_rules *issuer)
{
    TRUSTED_KEY_CLEANUP struct trusted_key *key = NULL;
    struct report report = {0};
    const struct revocation_question question = {.issuer = issuer, .now = FIXTURE_NOW};
    enum status status = revocation_check(path, &question, &key, &report);

    REQUIRE((key != NULL) == (status == STATUS_ACCEPTED));
    if (key && issuer->revocation == REVOCATION_REQUIRE)
        check_revocation(path);
    if (key)
        REQUIRE(trusted_key_pubkey(key) && trusted_key_serial(key) && trusted_key_revocation(key));
    else
        REQUIRE(report.detail[0] && status > STATUS_ACCEPTED);
}

static void judge_chain(const struct token *token, const struct input *input)
{
    const struct issuer_rules *issuer = &variants[(input->flags & FLAG_RULES) >> FLAG_RULES_SHIFT];
    const struct anchor_source source = {fixture_find, ca_anchors(input->flags & FLAG_SIGN)};
    UNTRUSTED_CHAIN_CLEANUP struct untrusted_chain chain;
    TRUSTED_PATH_CLEANUP struct trusted_path *path = NULL;
    struct report report = {0};
    enum status status = keysource_chain(token, issuer, &chain, &report);

    if (status == STATUS_ACCEPTED) {
        REQUIRE(chain.count == input->count && chain.count <= CHAIN_MAX);
        status = trust_path(&chain, issuer, &source, FIXTURE_NOW, &path, &report);
    } else {
        REQUIRE(chain.count == 0);
    }
    REQUIRE((path != NULL) == (status == STATUS_ACCEPTED));
    REQUIRE(status == STATUS_ACCEPTED || (status > STATUS_ACCEPTED && report.detail[0]));
    if (!path)
        return;
    check_path(path, input);
    check_key(path, issuer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input;
    struct token token;

    if (size == 0)
        return 0;
    change_variants();
    input = cut(span_of(data, size));
    token = make_token(&input);
    judge_chain(&token, &input);
    token_free(&token);
    for (unsigned i = 0; i < input.count; i++)
        free((void *)input.ders[i].ptr);
    return 0;
}
