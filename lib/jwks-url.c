/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwks-url.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

char *jwks_url(const struct issuer_rules *issuer)
{
    size_t len = strlen(issuer->issuer);
    char *url = NULL;

    errno = 0;
    if (issuer->jwks_uri[0])
        return strdup(issuer->jwks_uri);
    if (!issuer->discovery)
        return NULL;
    /* OpenID Connect Discovery section 4.1: without the slash at its end */
    if (len > 0 && issuer->issuer[len - 1] == '/')
        len--;
    if (asprintf(&url, "%.*s/.well-known/openid-configuration", (int)len, issuer->issuer) < 0)
        return NULL;
    return url;
}
