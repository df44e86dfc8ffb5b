/* SPDX-License-Identifier: BSD-3-Clause */
/* libjwt KEY.pem TOKEN-FILE: the exit status is 0 if the token is signed by the key. */
#include <jwt.h>
#include <string.h>

#include "../worker.h"

int main(int argc, char **argv)
{
    char *key = argc == 3 ? worker_read_whole(argv[1]) : NULL;
    char *token = key ? worker_read(argv[2]) : NULL;
    jwt_t *jwt = NULL;

    return token && jwt_decode(&jwt, token, (const unsigned char *)key, (int)strlen(key)) == 0 &&
                   jwt_get_alg(jwt) != JWT_ALG_NONE
               ? 0
               : 1;
}
