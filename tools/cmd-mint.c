/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <stdlib.h>

#include "../lib/base64url.h"
#include "command.h"
#include "members.h"
#include "mint-header.h"

struct settings {
    const char *key;
    const char *chain;
    const char *alg;
    struct option_list header;
    struct option_list claims;
    bool jwk;
    bool x5t;
};

static const struct option_row options[] = {
    {"key", "F", OPTION_TEXT, true, offsetof(struct settings, key),
     "the private key, PEM without a password"},
    {"chain", "F", OPTION_TEXT, false, offsetof(struct settings, chain),
     "the certificates for x5c, PEM, signer first"},
    {"alg", "A", OPTION_TEXT, true, offsetof(struct settings, alg), "the algorithm, as ES256"},
    {"header", "K=V", OPTION_LIST, false, offsetof(struct settings, header),
     "set a header member; K alone takes it out"},
    {"claim", "K=V", OPTION_LIST, false, offsetof(struct settings, claims), "set a claim"},
    {"jwk", NULL, OPTION_FLAG, false, offsetof(struct settings, jwk),
     "add the public key as jwk; the chain goes into it"},
    {"x5t", NULL, OPTION_FLAG, false, offsetof(struct settings, x5t),
     "add x5t and x5t#S256 of the first certificate"},
};

static int unknown_alg(const char *name)
{
    int code = command_usage(&command_mint, "--alg: '%s' is not known", name);

    fputs("algorithms:", stderr);
    for (size_t i = 0; alg_at(i); i++)
        fprintf(stderr, " %s", alg_name(alg_at(i)));
    fputc('\n', stderr);
    return code;
}

/* Every header member that is not given by hand. */
static bool make_header(const struct settings *settings, const struct mint_key *key,
                        const struct mint_chain *chain, struct members *header)
{
    bool x5c = chain->count > 0 && !settings->jwk;

    return members_put(header, span_text("alg"), members_quote(span_text(settings->alg))) &&
           members_put(header, span_text("typ"), members_quote(span_text("JWT"))) &&
           (!x5c || members_put(header, span_text("x5c"), mint_header_x5c(chain))) &&
           (!settings->jwk || members_put(header, span_text("jwk"), mint_header_jwk(key, chain))) &&
           (!settings->x5t || (members_put(header, span_text("x5t"),
                                           mint_header_thumbprint(chain, GNUTLS_DIG_SHA1)) &&
                               members_put(header, span_text("x5t#S256"),
                                           mint_header_thumbprint(chain, GNUTLS_DIG_SHA256))));
}

static bool put_arguments(struct members *members, const struct option_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        if (!strchr(list->items[i], '='))
            members_remove(members, span_text(list->items[i]));
        else if (!members_put_argument(members, list->items[i]))
            return false;
    }
    return true;
}

/* base64url of the object, malloc'd; NULL without memory. */
static char *encode_members(const struct members *members)
{
    char *text = members_text(members);
    char *encoded = text ? malloc(BASE64URL_ENCODED_MAX(strlen(text))) : NULL;

    if (encoded)
        base64url_encode(span_text(text), encoded);
    free(text);
    return encoded;
}

static bool print_token(const struct members *header, const struct members *claims,
                        const struct mint_key *key)
{
    char *first = encode_members(header);
    char *second = encode_members(claims);
    char *input = NULL;
    int length = first && second ? asprintf(&input, "%s.%s", first, second) : -1;
    char *signature = length > 0 ? mint_key_sign(key, span_of(input, (size_t)length)) : NULL;
    bool printed = signature && printf("%s.%s\n", input, signature) > 0 && fflush(stdout) == 0;

    free(signature);
    if (length >= 0)
        free(input);
    free(second);
    free(first);
    return printed;
}

static int mint(const struct settings *settings, const struct alg *alg)
{
    MINT_KEY_CLEANUP struct mint_key key = {0};
    MINT_CHAIN_CLEANUP struct mint_chain chain = {0};
    MEMBERS_CLEANUP struct members header = {0};
    MEMBERS_CLEANUP struct members claims = {0};

    if (!mint_key_load(settings->key, alg, &key))
        return COMMAND_NO;
    if (settings->chain && !mint_chain_load(settings->chain, &chain))
        return COMMAND_NO;
    if (settings->chain && !mint_chain_fits(&chain, &key))
        fputs("pam-jwt mint: warning: the first certificate of --chain does not hold the --key\n",
              stderr);
    if (!make_header(settings, &key, &chain, &header) ||
        !put_arguments(&header, &settings->header) || !put_arguments(&claims, &settings->claims)) {
        fputs("pam-jwt mint: no memory, or a key or certificate of unexpected form\n", stderr);
        return COMMAND_NO;
    }
    return print_token(&header, &claims, &key) ? COMMAND_OK : COMMAND_NO;
}

static int run(int argc, char **argv)
{
    struct settings settings = {0};
    int exit_code;

    if (!command_parse(&command_mint, argc, argv, &settings, &exit_code))
        return exit_code;
    if (settings.x5t && !settings.chain)
        return command_usage(&command_mint, "--x5t needs --chain");
    for (size_t i = 0; i < settings.claims.count; i++) {
        if (!strchr(settings.claims.items[i], '='))
            return command_usage(&command_mint, "--claim: expected K=V, found '%s'",
                                 settings.claims.items[i]);
    }

    const struct alg *alg = alg_find(span_text(settings.alg));

    return alg ? mint(&settings, alg) : unknown_alg(settings.alg);
}

const struct command command_mint = {
    .name = "mint",
    .summary = "sign a token, for tests and trials",
    .tail = "",
    .options = options,
    .option_count = sizeof(options) / sizeof(options[0]),
    .run = run,
};
