/* SPDX-License-Identifier: BSD-3-Clause */
/* Rules and tokens in memory. */
#ifndef PAM_JWT_TEST_MAKE_TOKEN_H
#define PAM_JWT_TEST_MAKE_TOKEN_H

#include "../../../lib/revocation.h"
#include "../../../lib/signature.h"
#include "make-cert.h"

#define ISSUER "https://issuer.example"
#define IAT 1767225600 /* 2026-01-01 */
#define EXP 4070908800 /* 2099-01-01 */

/* A list of string literals that lives as long as the block it is written in. */
#define LIST(...)                                                                                  \
    ((struct string_list){(char **)(const char *[]){__VA_ARGS__},                                  \
                          sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)})
#define NO_LIST ((struct string_list){NULL, 0})
#define STRING(literal) ((char *)(literal))

/* Every algorithm, x5c, signer issuer.example, no revocation, nothing else asked for. */
struct issuer_rules make_issuer(void);

/* The rules with that one issuer: leeway 60, hostname host.example. */
struct rules make_rules(struct issuer_rules *issuer);

/* A token of these two texts; `signature` as it is. Owned by the caller. */
char *make_token(const char *header, const char *claims, struct span signature);

/* GnuTLS's own signature over `token` up to its last dot; `data` is owned by the caller. */
gnutls_datum_t sign_token(const char *token, gnutls_x509_privkey_t key,
                          gnutls_sign_algorithm_t sign);

/* The same as JWS has it: r || s for ECDSA. */
gnutls_datum_t jws_signature(const char *token, gnutls_x509_privkey_t key,
                             gnutls_sign_algorithm_t sign);

/* signature_verify() of a token of these texts and this signature. */
enum status judge_signature(const char *header, const char *claims, struct span signature,
                            const struct trusted_key *key);

/* r || s of a DER signature; owned by the caller. */
gnutls_datum_t rs_of(gnutls_datum_t der, unsigned size);

/* `{"alg":ALG,"x5c":[...]}`; owned by the caller. */
char *make_header(const char *alg, const struct untrusted_chain *chain);

/* The token of these claims, signed for `alg`. Owned by the caller. */
char *make_signed(const char *alg, gnutls_sign_algorithm_t sign, gnutls_x509_privkey_t key,
                  const struct untrusted_chain *chain, const char *claims);

/* The key of a certificate whose issuer is that anchor, trusted without further questions. */
struct trusted_key *make_trusted(gnutls_x509_crt_t cert, gnutls_x509_crt_t anchor);

/* Claims signed with the P-256 key 2; owned by the caller. */
struct signed_claims *make_claims(const char *header, const char *claims);

#endif
