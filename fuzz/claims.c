/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * judge() of a token that is signed in here, so that every input reaches the rules behind the
 * signature. The input: a digit that chooses the rules, the user, a line break, the header without
 * x5c, a line break, the claims. What is accepted is looked at again, by plain json-c.
 */
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <json-c/json.h>
#include <math.h>

#include "../lib/base64url.h"
#include "../lib/token.h"
#include "../lib/verify.h"
#include "fixture-exports.h"
#include "fixture.h"
#include "fuzz.h"

#define LEEWAY 60 /* seconds */
#define AUDIENCE "pam://host.example/sshd"
#define SIGNATURE_SIZE 64

static struct issuer_rules variants[] = {
    {FIXTURE_RULES},
    {FIXTURE_RULES, .require_scope = LIST("login", "host.login")},
    {FIXTURE_RULES, .require_acr = LIST("silver", "gold")},
    {FIXTURE_RULES, .require_amr = LIST("mfa", "pwd")},
    {FIXTURE_RULES,
     .require_claim = LIST("tenant=blue", "/realm/roles=admin", "level=3", "staff=true")},
    {FIXTURE_RULES, .max_lifetime = 3600},
    {FIXTURE_RULES, .max_age = 300},
};

static const struct string_list exports = FIXTURE_EXPORTS;

/* What the last rows of the table have in place of one of FIXTURE_RULES. */
static struct issuer_rules issuer_of(unsigned variant)
{
    const unsigned count = sizeof(variants) / sizeof(variants[0]);
    static const char *const types[] = {"at+jwt"};
    static const char *const user_claims[] = {"email", "preferred_username"};
    struct issuer_rules issuer = variants[variant < count ? variant : 0];

    issuer.export_claims = exports;
    if (variant == count)
        issuer.token_types = (struct string_list){(char **)types, 1};
    else if (variant > count)
        issuer.user_claim =
            (struct string_list){(char **)&user_claims[(variant - count - 1) % 2], 1};
    return issuer;
}

struct input {
    unsigned variant;
    char *user; /* owned */
    struct span header, claims;
};

static struct span line(struct span *rest)
{
    const unsigned char *end = rest->len > 0 ? memchr(rest->ptr, '\n', rest->len) : NULL;
    struct span found = span_of(rest->ptr, end ? (size_t)(end - rest->ptr) : rest->len);
    size_t used = found.len + (end != NULL);

    *rest = span_of(rest->ptr + used, rest->len - used);
    return found;
}

static struct input cut(struct span rest)
{
    struct input input = {.variant = (unsigned)(rest.ptr[0] - '0') % 10};
    struct span user;

    rest = span_of(rest.ptr + 1, rest.len - 1);
    user = line(&rest);
    input.user = strndup((const char *)user.ptr, user.len);
    REQUIRE(input.user);
    input.header = line(&rest);
    input.claims = rest;
    return input;
}

static const char *x5c(void)
{
    static char *text;
    gnutls_x509_crt_t certs[FIXTURE_CERTS_MAX];
    struct span ders[FIXTURE_CERTS_MAX];
    unsigned count;

    if (text)
        return text;
    count = fixture_certs("signer-es256.chain.pem", certs);
    REQUIRE(count == 2);
    for (unsigned i = 0; i < count; i++) {
        gnutls_datum_t der = fixture_der(certs[i]);

        ders[i] = span_of(der.data, der.size);
        gnutls_x509_crt_deinit(certs[i]);
    }
    text = fixture_x5c(ders, count);
    for (unsigned i = 0; i < count; i++)
        gnutls_free((void *)ders[i].ptr);
    return text;
}

/* The header with x5c behind its brace; a header without brace as it is. */
static char *write_header(struct span header, size_t *len)
{
    const char *chain = x5c();
    size_t size = header.len + strlen(chain) + 2;
    char *text = malloc(size);
    bool empty = header.len > 1 && header.ptr[0] == '{' && header.ptr[1] == '}';

    REQUIRE(text);
    if (header.len == 0 || header.ptr[0] != '{') {
        memcpy(text, header.ptr, header.len);
        *len = header.len;
        return text;
    }
    *len = (size_t)snprintf(text, size, "{%s%s", chain, empty ? "" : ",");
    memcpy(text + *len, header.ptr + 1, header.len - 1);
    *len += header.len - 1;
    return text;
}

/* Appends `.` and r || s, whose two halves are 32 bytes each. */
static size_t sign(char *token, size_t len)
{
    gnutls_datum_t data = {(unsigned char *)token, (unsigned)len}, der, r, s;
    unsigned char signature[SIGNATURE_SIZE] = {0};
    struct span numbers[2];

    REQUIRE(gnutls_privkey_sign_data2(fixture_key(), GNUTLS_SIGN_ECDSA_SHA256, 0, &data, &der) ==
            0);
    REQUIRE(gnutls_decode_rs_value(&der, &r, &s) == 0);
    numbers[0] = span_number(span_of(r.data, r.size));
    numbers[1] = span_number(span_of(s.data, s.size));
    for (size_t i = 0; i < 2; i++)
        memcpy(signature + (i + 1) * SIGNATURE_SIZE / 2 - numbers[i].len, numbers[i].ptr,
               numbers[i].len);
    gnutls_free(der.data);
    gnutls_free(r.data);
    gnutls_free(s.data);
    token[len++] = '.';
    return len + base64url_encode(span_of(signature, sizeof(signature)), token + len);
}

static char *write_token(const struct input *input)
{
    size_t len;
    char *header = write_header(input->header, &len);
    char *token = malloc(BASE64URL_ENCODED_MAX(len) + BASE64URL_ENCODED_MAX(input->claims.len) +
                         BASE64URL_ENCODED_MAX(SIGNATURE_SIZE));

    REQUIRE(token);
    len = base64url_encode(span_of(header, len), token);
    token[len++] = '.';
    len += base64url_encode(input->claims, token + len);
    (void)sign(token, len);
    free(header);
    return token;
}

/* --- the rules, once more --------------------------------------------------------------------- */

static struct json_object *member(struct json_object *object, const char *name)
{
    return json_object_object_get(object, name);
}

static bool is_string(struct json_object *value, const char *text)
{
    return json_object_is_type(value, json_type_string) &&
           (size_t)json_object_get_string_len(value) == strlen(text) &&
           strcmp(json_object_get_string(value), text) == 0;
}

static bool is_or_has(struct json_object *value, const char *text)
{
    if (!json_object_is_type(value, json_type_array))
        return is_string(value, text);
    for (size_t i = 0; i < json_object_array_length(value); i++)
        if (is_string(json_object_array_get_idx(value, i), text))
            return true;
    return false;
}

/* Rounded down; `absent` if there is none. */
static double time_of(struct json_object *claims, const char *name, double absent)
{
    struct json_object *value = member(claims, name);

    if (!value)
        return absent;
    REQUIRE(json_object_is_type(value, json_type_int) ||
            json_object_is_type(value, json_type_double));
    return floor(json_object_get_double(value));
}

static bool has_word(struct json_object *value, const char *word)
{
    const size_t word_len = strlen(word);
    const char *text, *end;

    if (!json_object_is_type(value, json_type_string))
        return is_or_has(value, word);
    text = json_object_get_string(value);
    end = text + json_object_get_string_len(value);
    for (const char *at = text; (at = memmem(at, (size_t)(end - at), word, word_len)); at++)
        if ((at == text || at[-1] == ' ') && (at + word_len == end || at[word_len] == ' '))
            return true;
    return false;
}

/* A number or a boolean may be text, too. */
static bool shows(struct json_object *value, const char *text)
{
    return is_or_has(value, text) || strcmp(json_object_get_string(value), text) == 0;
}

static void check_required(unsigned variant, struct json_object *claims)
{
    struct json_object *scope =
        member(claims, "scope") ? member(claims, "scope") : member(claims, "scp");

    if (variant == 1)
        REQUIRE(has_word(scope, "login") && has_word(scope, "host.login"));
    if (variant == 2)
        REQUIRE(is_string(member(claims, "acr"), "silver") ||
                is_string(member(claims, "acr"), "gold"));
    if (variant == 3)
        REQUIRE(is_or_has(member(claims, "amr"), "mfa") && is_or_has(member(claims, "amr"), "pwd"));
    if (variant == 4)
        REQUIRE(is_or_has(member(claims, "tenant"), "blue") &&
                is_or_has(member(member(claims, "realm"), "roles"), "admin") &&
                shows(member(claims, "level"), "3") && shows(member(claims, "staff"), "true"));
    if (variant == 5)
        REQUIRE(time_of(claims, "exp", 0) - time_of(claims, "iat", -INFINITY) <= 3600);
    if (variant == 6)
        REQUIRE(time_of(claims, "auth_time", -INFINITY) >= (double)FIXTURE_NOW - 300 - LEEWAY &&
                time_of(claims, "auth_time", INFINITY) <= (double)FIXTURE_NOW + LEEWAY);
    if (variant == 8)
        REQUIRE(json_object_get_boolean(member(claims, "email_verified")));
}

static struct json_object *parse(struct span text)
{
    struct json_tokener *tokener = json_tokener_new_ex(64); /* deeper than judge() goes */
    struct json_object *object =
        json_tokener_parse_ex(tokener, (const char *)text.ptr, (int)text.len);

    REQUIRE(json_object_is_type(object, json_type_object));
    json_tokener_free(tokener);
    return object;
}

static void check_header(unsigned variant, struct span text)
{
    struct json_object *header = parse(text), *typ = member(header, "typ");
    const char *type = typ ? json_object_get_string(typ) : "none";

    if (strncasecmp(type, "application/", 12) == 0)
        type += 12;
    REQUIRE(is_string(member(header, "alg"), "ES256"));
    REQUIRE(!json_object_object_get_ex(header, "crit", NULL));
    REQUIRE(strcasecmp(type, "at+jwt") == 0 ||
            (variant != 7 && (!typ || strcasecmp(type, "JWT") == 0)));
    json_object_put(header);
}

static void check_accepted(const struct input *input, const struct issuer_rules *issuer,
                           const struct verdict *verdict)
{
    struct json_object *claims = parse(input->claims);

    REQUIRE(is_string(member(claims, "iss"), FIXTURE_ISSUER));
    REQUIRE(is_or_has(member(claims, "aud"), AUDIENCE));
    REQUIRE(is_string(member(claims, issuer->user_claim.items[0]), input->user));
    REQUIRE(!json_object_object_get_ex(claims, "cnf", NULL));
    REQUIRE(time_of(claims, "exp", -INFINITY) > (double)FIXTURE_NOW - LEEWAY);
    REQUIRE(time_of(claims, "nbf", -INFINITY) <= (double)FIXTURE_NOW + LEEWAY);
    REQUIRE(time_of(claims, "iat", -INFINITY) <= (double)FIXTURE_NOW + LEEWAY);
    REQUIRE((double)verdict->expires == time_of(claims, "exp", 0));
    REQUIRE(verdict->valid_until == verdict->expires + LEEWAY);
    REQUIRE(strcmp(verdict->user, input->user) == 0 && input->user[0]);
    REQUIRE(strcmp(verdict->issuer, FIXTURE_ISSUER) == 0);
    REQUIRE(verdict->signer && strcmp(verdict->revocation, "off") == 0);
    check_required(input->variant, claims);
    check_header(input->variant, input->header);
    fixture_check_exports(claims, &issuer->export_claims, &verdict->exports);
    json_object_put(claims);
}

/* What cannot be: key and signature are good, unless the header says otherwise. */
static bool is_possible(enum status status)
{
    static const enum status impossible[] = {
        STATUS_UNTRUSTED_CHAIN,    STATUS_CERTIFICATE_EXPIRED, STATUS_NOT_A_SIGNING_CERTIFICATE,
        STATUS_SIGNER_NOT_ALLOWED, STATUS_BAD_SIGNATURE,       STATUS_WEAK_KEY,
        STATUS_SYSTEM_POLICY,
    };

    for (size_t i = 0; i < sizeof(impossible) / sizeof(impossible[0]); i++)
        if (status == impossible[i])
            return false;
    return status >= STATUS_ACCEPTED;
}

static struct anchor_source source(void)
{
    static struct anchors anchors;

    if (anchors.count == 0)
        anchors.count = fixture_certs("root.pem", anchors.certs);
    REQUIRE(anchors.count == 1);
    return (struct anchor_source){fixture_find, &anchors};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct anchor_source anchors = source();
    struct judge_sources sources = {.anchors = &anchors};
    struct report report = {0};
    VERDICT_CLEANUP struct verdict verdict = {0};
    struct judge_request request = {.service = "sshd", .now = FIXTURE_NOW};
    struct issuer_rules issuer;
    struct rules rules = {
        .leeway = LEEWAY, .hostname = TEXT("host.example"), .issuers = &issuer, .issuer_count = 1};
    struct input input;
    char *token;

    if (size == 0)
        return 0;
    input = cut(span_of(data, size));
    issuer = issuer_of(input.variant);
    token = write_token(&input);
    request.user = input.user;
    request.token = span_text(token);
    if (judge(&rules, &request, &sources, &report, &verdict) == STATUS_ACCEPTED) {
        check_accepted(&input, &issuer, &verdict);
    } else {
        REQUIRE(is_possible(verdict.status) || input.header.len == 0 || input.header.ptr[0] != '{');
        REQUIRE(!verdict.user && verdict.expires == 0 && verdict.valid_until == 0);
        REQUIRE(!verdict.exports.variables);
        REQUIRE(report.detail[0]);
    }
    free(token);
    free(input.user);
    return 0;
}
