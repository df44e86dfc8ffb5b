/* SPDX-License-Identifier: BSD-3-Clause */
/* redis://host:port/database, and rediss:// for the same by TLS. */
#ifndef PAM_JWT_REDIS_URL_H
#define PAM_JWT_REDIS_URL_H

#include <stdbool.h>

#define REDIS_HOST_SIZE 254 /* RFC 1035 section 2.3.4, and NUL */

struct redis_place {
    bool tls;
    char host[REDIS_HOST_SIZE]; /* a name or an address */
    char port[6];               /* digits; 6379 if the URL has none */
    char database[8];           /* digits; 0 likewise */
};

/* False: it is no such URL. */
bool redis_url_parse(const char *url, struct redis_place *place);

#endif
