/* SPDX-License-Identifier: BSD-3-Clause */
/* JWKs and thumbprints as json-c and GnuTLS read them: nothing here is of lib/, to be compared. */
#ifndef PAM_JWT_FUZZ_FIXTURE_JWK_H
#define PAM_JWT_FUZZ_FIXTURE_JWK_H

#include <gnutls/abstract.h>
#include <json-c/json.h>

#include "../lib/span.h"

/* NULL if it is no JSON; owned by the caller. */
struct json_object *plain_parse(struct span text);

bool plain_has(struct json_object *object, const char *name);

/* A member that is a string; `ptr` is NULL if it is none. Borrowed. */
struct span plain_string(struct json_object *object, const char *name);

bool plain_is(struct json_object *object, const char *name, const char *text);

/* Whether the JWK is that public key, and no private one. */
bool plain_jwk_is(struct json_object *jwk, gnutls_pubkey_t key);

/* Whether use, key_ops and alg let it verify. */
bool plain_jwk_serves(struct json_object *jwk, const char *alg);

/* Whether both are the same key, text for text. */
bool plain_jwks_equal(struct json_object *a, struct json_object *b);

/* RFC 7638, NUL-terminated; owned by the caller. */
char *plain_jwk_thumbprint(struct json_object *jwk);

/* Whether x5t or x5t#S256 of a header or JWK is of the certificate. */
bool plain_thumbprint_is(struct json_object *members, const char *name, gnutls_x509_crt_t cert);

/* Whether it is the same in both, in whatever form. */
bool plain_thumbprints_equal(struct json_object *a, struct json_object *b, const char *name);

/* Whether it is in base64url, and only so. */
bool plain_thumbprint_is_base64url(struct json_object *members, const char *name);

/* Whether the first of the JWK's x5c has the thumbprint that `members` names. */
bool plain_x5c_is(struct json_object *jwk, struct json_object *members, const char *name);

/* Whether the first of x5c is a certificate of that key. */
bool plain_x5c_has_key(struct json_object *members, gnutls_pubkey_t key);

#endif
