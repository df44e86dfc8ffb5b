/* SPDX-License-Identifier: BSD-3-Clause */
/* cjose KEY.jwk TOKEN-FILE: the exit status is 0 if the token is signed by the key. */
#include <cjose/cjose.h>
#include <string.h>

#include "../worker.h"

int main(int argc, char **argv)
{
    char *key = argc == 3 ? worker_read_whole(argv[1]) : NULL;
    char *token = key ? worker_read(argv[2]) : NULL;
    cjose_err error;
    cjose_jwk_t *jwk = token ? cjose_jwk_import(key, strlen(key), &error) : NULL;
    cjose_jws_t *jws = jwk ? cjose_jws_import(token, strlen(token), &error) : NULL;

    return jws && cjose_jws_verify(jws, jwk, &error) ? 0 : 1;
}
