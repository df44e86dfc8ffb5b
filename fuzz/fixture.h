/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the targets that judge have in common, from tests/fixtures. Made once, never freed.
 */
#ifndef PAM_JWT_FUZZ_FIXTURE_H
#define PAM_JWT_FUZZ_FIXTURE_H

#include <gnutls/x509.h>

#include "../lib/trust.h"

#define FIXTURE_ISSUER "https://issuer.example"
#define FIXTURE_NOW INT64_C(1780272000) /* 2026-06-01 */
#define FIXTURE_CERTS_MAX 8             /* in one file */

#define TEXT(literal) ((char *)(literal))
#define LIST(...)                                                                                  \
    {                                                                                              \
        .items = (char **)(const char *[]){__VA_ARGS__},                                           \
        .count = sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)                            \
    }

/* The members of struct issuer_rules: every algorithm, nothing asked for, no revocation. */
#define FIXTURE_RULES                                                                              \
    .issuer = TEXT(FIXTURE_ISSUER), .audience = LIST("pam://%h/%s"),                               \
    .algorithms = LIST("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384",     \
                       "ES512", "EdDSA", "Ed25519", "Ed448"),                                      \
    .key_sources = LIST("x5c"), .trust_anchors = LIST("/anchors"),                                 \
    .signer_names = LIST("issuer.example"), .signer_key_usage = LIST("digitalSignature"),          \
    .revocation = REVOCATION_OFF, .token_types = LIST("JWT", "at+jwt", "none"),                    \
    .user_claim = LIST("sub"), .user_map = TEXT("")

/* A file of tests/, NUL-terminated; owned by the caller. */
struct span fixture_read(const char *name);

/* The certificates of a PEM file of tests/fixtures/pki; owned by the caller. */
unsigned fixture_certs(const char *name, gnutls_x509_crt_t certs[FIXTURE_CERTS_MAX]);

/* The DER of a certificate; owned by the caller. */
gnutls_datum_t fixture_der(gnutls_x509_crt_t cert);

/* The key of signer-es256. */
gnutls_privkey_t fixture_key(void);

/* `"x5c":["...", ...]` of that chain; owned by the caller. */
char *fixture_x5c(const struct span *ders, unsigned count);

/* Those that `context`, a struct anchors, holds. */
enum status fixture_find(void *context, const struct issuer_rules *issuer,
                         const gnutls_datum_t *subject, struct anchors *found,
                         struct report *report);

#endif
