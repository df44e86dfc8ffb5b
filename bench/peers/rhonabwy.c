/* SPDX-License-Identifier: BSD-3-Clause */
/* rhonabwy KEY.pem TOKEN-FILE: the exit status is 0 if the token is signed by the key. */
#include <rhonabwy.h>
#include <string.h>

#include "../worker.h"

static jwk_t *import(const char *pem)
{
    jwk_t *jwk = NULL;

    if (r_jwk_init(&jwk) != RHN_OK)
        return NULL;
    return r_jwk_import_from_pem_der(jwk, R_X509_TYPE_PUBKEY, R_FORMAT_PEM,
                                     (const unsigned char *)pem, strlen(pem)) == RHN_OK
               ? jwk
               : NULL;
}

int main(int argc, char **argv)
{
    char *key = argc == 3 ? worker_read_whole(argv[1]) : NULL;
    char *token = key ? worker_read(argv[2]) : NULL;
    jwk_t *jwk = token && r_global_init() == RHN_OK ? import(key) : NULL;
    jwt_t *jwt = NULL;

    return jwk && r_jwt_init(&jwt) == RHN_OK && r_jwt_parse(jwt, token, 0) == RHN_OK &&
                   r_jwt_verify_signature(jwt, jwk, 0) == RHN_OK
               ? 0
               : 1;
}
