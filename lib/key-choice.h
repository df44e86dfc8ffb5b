/* SPDX-License-Identifier: BSD-3-Clause */
/* The key of a token, or the chain that may give one. */
#ifndef PAM_JWT_KEY_CHOICE_H
#define PAM_JWT_KEY_CHOICE_H

#include "key-store.h"
#include "token.h"
#include "trusted-key.h"
#include "untrusted-chain.h"

struct key_question {
    const struct token *token;
    const struct issuer_rules *issuer;
    const struct key_store *store; /* NULL: there is nothing but the token */
    int64_t now, leeway;           /* seconds */
};

/* What the issuer's JWK Set had to do with it. */
enum key_set {
    KEY_SET_NOT_ASKED,
    KEY_SET_LOCAL,   /* of jwks_file */
    KEY_SET_NONE,    /* there was none, or one older than jwks_stale */
    KEY_SET_STALE,   /* older than jwks_fresh: used, but to be fetched again */
    KEY_SET_FRESH,   /* not older than that */
    KEY_SET_BROUGHT, /* fetched for this login */
};

struct key_choice {
    struct trusted_key *key;      /* owned; NULL: only `chain`, once it is verified, gives one */
    struct untrusted_chain chain; /* the key's certificate first, if there is one */
    enum key_set set;             /* told of every outcome */
};

void key_choice_free(struct key_choice *choice);
#define KEY_CHOICE_CLEANUP __attribute__((cleanup(key_choice_free)))

#endif
