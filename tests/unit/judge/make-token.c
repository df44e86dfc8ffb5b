/* SPDX-License-Identifier: BSD-3-Clause */
#include "make-token.h"

#include <gnutls/crypto.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../../lib/base64url.h"

#define LIST_OF(items)                                                                             \
    {                                                                                              \
        (char **)(items), sizeof(items) / sizeof((items)[0])                                       \
    }

struct issuer_rules make_issuer(void)
{
    static const char *const audience[] = {"pam://%h/%s"};
    static const char *const algorithms[] = {"RS256", "RS384", "RS512",   "PS256",
                                             "PS384", "PS512", "ES256",   "ES384",
                                             "ES512", "EdDSA", "Ed25519", "Ed448"};
    static const char *const sources[] = {"x5c"};
    static const char *const names[] = {"issuer.example"};
    static const char *const usages[] = {"digitalSignature"};
    static const char *const types[] = {"JWT", "at+jwt", "none"};
    static const char *const user_claims[] = {"sub"};

    return (struct issuer_rules){.issuer = STRING(ISSUER),
                                 .audience = LIST_OF(audience),
                                 .algorithms = LIST_OF(algorithms),
                                 .key_sources = LIST_OF(sources),
                                 .signer_names = LIST_OF(names),
                                 .signer_key_usage = LIST_OF(usages),
                                 .revocation = REVOCATION_OFF,
                                 .jwks_file = STRING(""),
                                 .jwks_uri = STRING(""),
                                 .jwks_fresh = 3600,
                                 .jwks_stale = 86400,
                                 .certificates = STRING("/certs"),
                                 .token_types = LIST_OF(types),
                                 .user_claim = LIST_OF(user_claims),
                                 .user_map = STRING("")};
}

struct rules make_rules(struct issuer_rules *issuer)
{
    return (struct rules){
        .leeway = 60, .hostname = STRING("host.example"), .issuers = issuer, .issuer_count = 1};
}

char *make_token(const char *header, const char *claims, struct span signature)
{
    char *token =
        malloc(BASE64URL_ENCODED_MAX(strlen(header)) + BASE64URL_ENCODED_MAX(strlen(claims)) +
               BASE64URL_ENCODED_MAX(signature.len) + 2);
    size_t len = base64url_encode(span_text(header), token);

    token[len++] = '.';
    len += base64url_encode(span_text(claims), token + len);
    token[len++] = '.';
    (void)base64url_encode(signature, token + len);
    return token;
}

gnutls_datum_t sign_token(const char *token, gnutls_x509_privkey_t key,
                          gnutls_sign_algorithm_t sign)
{
    gnutls_datum_t data = {(unsigned char *)token, (unsigned)(strrchr(token, '.') - token)};
    gnutls_datum_t signature;
    gnutls_privkey_t signer;

    assert_int_equal(gnutls_privkey_init(&signer), 0);
    assert_int_equal(gnutls_privkey_import_x509(signer, key, 0), 0);
    assert_int_equal(gnutls_privkey_sign_data2(signer, sign, 0, &data, &signature), 0);
    gnutls_privkey_deinit(signer);
    return signature;
}

/* The number in `size` bytes at `out`. */
static void put_number(gnutls_datum_t number, unsigned char *out, unsigned size)
{
    struct span digits = span_number(span_of(number.data, number.size));

    assert_true(digits.len <= size);
    memset(out, 0, size);
    memcpy(out + size - digits.len, digits.ptr, digits.len);
}

gnutls_datum_t rs_of(gnutls_datum_t der, unsigned size)
{
    gnutls_datum_t r, s, rs = {gnutls_malloc(size), size};

    assert_int_equal(gnutls_decode_rs_value(&der, &r, &s), 0);
    put_number(r, rs.data, size / 2);
    put_number(s, rs.data + size / 2, size / 2);
    gnutls_free(r.data);
    gnutls_free(s.data);
    return rs;
}

char *make_header(const char *alg, const struct untrusted_chain *chain)
{
    char *header = NULL;
    size_t size;
    FILE *out = open_memstream(&header, &size);

    fprintf(out, "{\"alg\":\"%s\",\"x5c\":[", alg);
    for (unsigned i = 0; i < chain->count; i++) {
        gnutls_datum_t der = cert_der(chain->certs[i]);
        char *text = malloc(BASE64URL_ENCODED_MAX(der.size));

        (void)base64_encode(span_of(der.data, der.size), text);
        fprintf(out, "%s\"%s\"", i > 0 ? "," : "", text);
        free(text);
        gnutls_free(der.data);
    }
    fputs("]}", out);
    fclose(out);
    return header;
}

gnutls_datum_t jws_signature(const char *token, gnutls_x509_privkey_t key,
                             gnutls_sign_algorithm_t sign)
{
    gnutls_datum_t der = sign_token(token, key, sign), rs;

    if (!alg_is_ecdsa(sign))
        return der;
    rs = rs_of(der, (unsigned)alg_signature_size(sign, 0));
    gnutls_free(der.data);
    return rs;
}

/* A token with an empty signature becomes a signed one; frees `token`. */
static char *with_signature(char *token, gnutls_datum_t signature)
{
    size_t len = strlen(token);
    char *whole = malloc(len + BASE64URL_ENCODED_MAX(signature.size));

    memcpy(whole, token, len);
    (void)base64url_encode(span_of(signature.data, signature.size), whole + len);
    gnutls_free(signature.data);
    free(token);
    return whole;
}

char *make_signed(const char *alg, gnutls_sign_algorithm_t sign, gnutls_x509_privkey_t key,
                  const struct untrusted_chain *chain, const char *claims)
{
    char *header = make_header(alg, chain);
    char *token = make_token(header, claims, span_of(NULL, 0));

    free(header);
    return with_signature(token, jws_signature(token, key, sign));
}

struct trusted_key *make_trusted(gnutls_x509_crt_t cert, gnutls_x509_crt_t anchor)
{
    struct issuer_rules issuer = make_issuer();
    struct memory_anchors anchors = {.certs = {anchor}, .count = 1};
    struct anchor_source source = make_source(&anchors);
    struct untrusted_chain chain = make_chain(1, cert);
    TRUSTED_PATH_CLEANUP struct trusted_path *path = NULL;
    struct trusted_key *key = NULL;
    struct report report = {0};
    const struct revocation_question question = {.issuer = &issuer, .now = NOW};

    issuer.signer_names = LIST("*");
    if (make_path(&chain, &issuer, &source, NOW, &path, &report) != STATUS_ACCEPTED)
        fail_msg("%s", report.detail);
    assert_int_equal(revocation_check(path, &question, &key, &report), STATUS_ACCEPTED);
    return key;
}

struct signed_claims *make_claims(const char *header, const char *claims)
{
    gnutls_x509_crt_t anchor = make_ca("root", 0, NULL, 0);
    struct cert_plan plan = plan_signer(make_key(KEY_P256, 2), anchor, 0);
    TRUSTED_KEY_CLEANUP struct trusted_key *key = make_trusted(make_cert(&plan), anchor);
    TOKEN_CLEANUP struct token token = {0};
    struct signed_claims *made = NULL;
    struct report report = {0};
    char *text = make_token(header, claims, span_of(NULL, 0));

    text = with_signature(text, jws_signature(text, plan.key, GNUTLS_SIGN_ECDSA_SHA256));
    if (token_parse(span_text(text), &token, &report) != STATUS_ACCEPTED ||
        signature_verify(&token, key, &made, &report) != STATUS_ACCEPTED)
        fail_msg("%s", report.detail);
    free(text);
    return made;
}

enum status judge_signature(const char *header, const char *claims, struct span signature,
                            const struct trusted_key *key)
{
    char *text = make_token(header, claims, signature);
    TOKEN_CLEANUP struct token token = {0};
    SIGNED_CLAIMS_CLEANUP struct signed_claims *made = NULL;
    struct report report = {0};
    enum status status;

    assert_int_equal(token_parse(span_text(text), &token, &report), STATUS_ACCEPTED);
    status = signature_verify(&token, key, &made, &report);
    assert_int_equal(made != NULL, status == STATUS_ACCEPTED);
    assert_int_equal(report.detail[0] == '\0', status == STATUS_ACCEPTED);
    free(text);
    return status;
}
