/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Judges what has no certificates: one case a line on standard input, one answer a line on
 * standard output, the slug of a status, a tab and the detail. A case is its kind and its
 * arguments, each in base64url, "-" if it is empty, one space between them:
 *
 *   jws JWK TEXT                   whether the key verifies the JWS, whatever its payload
 *   raw JWK ALG MESSAGE SIGNATURE  the same without the form of a JWS
 *   token TEXT                     whether the text is a JWT, its signature aside
 *   json TEXT                      whether the text is a JSON object
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../lib/base64url.h"
#include "../../lib/jwk.h"
#include "../../lib/jws-verify.h"
#include "../../lib/token.h"
#include "../../lib/trust-key.h"

#define ARGUMENTS_MAX 4

static enum status check_key(struct json_object *jwk, const struct jws *jws, gnutls_pubkey_t key,
                             struct report *report)
{
    if (!jwk_serves(jwk, jws->alg))
        return report_refuse(report, STATUS_BAD_KEY, "use, key_ops or alg of the JWK forbid it");
    if (!jwk_import(jwk, key))
        return report_refuse(report, STATUS_BAD_KEY, "not a public JWK");
    return trust_key_check(key, 0, "jwk", report);
}

static enum status verify(struct span jwk_text, const struct jws *jws, struct report *report)
{
    JSON_CLEANUP struct json_object *jwk = NULL;
    gnutls_pubkey_t key;
    enum status status = json_parse(jwk_text, "jwk", &jwk, report);

    if (status != STATUS_ACCEPTED)
        return status;
    if (gnutls_pubkey_init(&key) < 0)
        return STATUS_OUT_OF_MEMORY;
    status = check_key(jwk, jws, key, report);
    if (status == STATUS_ACCEPTED)
        status = jws_verify(jws, key, report);
    gnutls_pubkey_deinit(key);
    return status;
}

static enum status judge_jws(const struct span *arguments, struct report *report)
{
    JWS_CLEANUP struct jws jws = {0};
    enum status status = jws_parse(arguments[1], &jws, report);

    return status == STATUS_ACCEPTED ? verify(arguments[0], &jws, report) : status;
}

static enum status judge_raw(const struct span *arguments, struct report *report)
{
    struct jws jws = {
        .alg = alg_find(arguments[1]), .signing_input = arguments[2], .signature = arguments[3]};

    return jws.alg ? verify(arguments[0], &jws, report) : STATUS_ALG_NOT_SUPPORTED;
}

static enum status judge_token(const struct span *arguments, struct report *report)
{
    TOKEN_CLEANUP struct token token = {0};

    return token_parse(arguments[0], &token, report);
}

static enum status judge_json(const struct span *arguments, struct report *report)
{
    JSON_CLEANUP struct json_object *object = NULL;

    return json_parse(arguments[0], "text", &object, report);
}

static const struct kind {
    const char *name;
    size_t count; /* of arguments */
    enum status (*judge)(const struct span *arguments, struct report *report);
} kinds[] = {
    {"jws", 2, judge_jws},
    {"raw", 4, judge_raw},
    {"token", 1, judge_token},
    {"json", 1, judge_json},
};

_Noreturn static void fail(const char *what)
{
    fprintf(stderr, "driver: %s\n", what);
    exit(EXIT_FAILURE);
}

/* Exactly as long as it is, so that a sanitizer sees one byte too many; owned by the caller. */
static struct span decode(const char *word)
{
    unsigned char *bytes = malloc(BASE64_DECODED_MAX(strlen(word))), *exact;
    size_t len = 0;

    if (!bytes || (strcmp(word, "-") != 0 && !base64url_decode(span_text(word), bytes, &len)))
        fail("an argument is not base64url");
    exact = malloc(len + (len == 0));
    if (!exact)
        fail("no memory");
    if (len > 0)
        memcpy(exact, bytes, len);
    free(bytes);
    return span_of(exact, len);
}

static const struct kind *find_kind(const char *name)
{
    for (size_t i = 0; name && i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    fail("unknown kind of case");
}

static void answer(enum status status, const struct report *report)
{
    printf("%s\t", status_slug(status));
    for (const char *at = report->detail; *at; at++)
        putchar(isprint((unsigned char)*at) ? *at : '?');
    putchar('\n');
}

static void judge_line(char *line)
{
    char *rest = NULL;
    const struct kind *kind = find_kind(strtok_r(line, " \n", &rest));
    struct span arguments[ARGUMENTS_MAX];
    struct report report = {0};

    for (size_t i = 0; i < kind->count; i++) {
        char *word = strtok_r(NULL, " \n", &rest);

        if (!word)
            fail("too few arguments");
        arguments[i] = decode(word);
    }
    answer(kind->judge(arguments, &report), &report);
    for (size_t i = 0; i < kind->count; i++)
        free((void *)arguments[i].ptr);
}

int main(void)
{
    char *line = NULL;
    size_t size = 0;

    while (getline(&line, &size, stdin) > 0)
        judge_line(line);
    free(line);
    return EXIT_SUCCESS;
}
