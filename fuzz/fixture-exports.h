/* SPDX-License-Identifier: BSD-3-Clause */
/* What a verdict exports, read backwards and compared with the claims. */
#ifndef PAM_JWT_FUZZ_FIXTURE_EXPORTS_H
#define PAM_JWT_FUZZ_FIXTURE_EXPORTS_H

#include <json-c/json.h>

#include "../lib/exports.h"

/* Each of them all capitals behind "JWT_": the name for the environment is the claim's. */
#define FIXTURE_EXPORTS                                                                            \
    LIST("sub", "email", "aud", "groups", "amr", "tenant", "level", "staff", "realm", "iat", "typ")

/* Requires that every variable is one claim whole, and that what is missing could not be one. */
void fixture_check_exports(struct json_object *claims, const struct string_list *names,
                           const struct exports *exports);

#endif
