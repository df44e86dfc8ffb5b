/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of keysource.c share. `choice` starts empty, and is freed by keysource.c. */
#ifndef PAM_JWT_KEYSOURCE_PARTS_H
#define PAM_JWT_KEYSOURCE_PARTS_H

#include "key-choice.h"
#include "thumbprint.h"

enum status keysource_jwk(const struct key_question *question, struct key_choice *choice,
                          struct report *report);

/* `name`: x5t or x5t#S256. */
enum status keysource_x5t(const struct key_question *question, const char *name,
                          struct key_choice *choice, struct report *report);

enum status keysource_kid(const struct key_question *question, struct key_choice *choice,
                          struct report *report);

/* Looks for the public key of `jwk` in the issuer's JWK Set. */
enum status keysource_set_by_key(const struct key_question *question, struct json_object *jwk,
                                 struct key_choice *choice, struct report *report);

/* The thumbprint that `members` has as `name`; false if that is none. */
bool keysource_thumbprint(struct json_object *members, const char *name, struct thumbprint *out);

/*
 * Appends the certificates of the file that the thumbprint names; the first has it.
 * unknown-certificate if there is no such file.
 */
enum status keysource_deployed(const struct key_question *question,
                               const struct thumbprint *thumbprint, struct untrusted_chain *chain,
                               struct report *report);

#endif
