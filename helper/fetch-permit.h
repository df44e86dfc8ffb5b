/* SPDX-License-Identifier: BSD-3-Clause */
/* Which URLs may be fetched. URLs are taken apart by libcurl, which is also what fetches them. */
#ifndef PAM_JWT_FETCH_PERMIT_H
#define PAM_JWT_FETCH_PERMIT_H

#include "../lib/answers.h"

#define FETCH_URL_MAX 2048 /* bytes, with the NUL */
#define FETCH_WHY_MAX 512  /* bytes, with the NUL */

/* False, and `why` filled, if the configuration does not allow to ask `url` for that. */
bool fetch_permit(const struct issuer_rules *rules, enum answer_kind kind, const char *url,
                  char why[FETCH_WHY_MAX]);

/* The same for a JWK Set at the address that the issuer's metadata named (OpenID Connect
 * Discovery). */
bool fetch_permit_discovered(const char *url, char why[FETCH_WHY_MAX]);

/* The same for a redirect from `from`, which was permitted. */
bool fetch_permit_redirect(const struct issuer_rules *rules, const char *from, const char *to,
                           char why[FETCH_WHY_MAX]);

#endif
