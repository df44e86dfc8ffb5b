/* SPDX-License-Identifier: BSD-3-Clause */
/* Which addresses may be connected to, whatever name led there. */
#ifndef PAM_JWT_FETCH_ADDRESS_H
#define PAM_JWT_FETCH_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>

#include "../lib/rules.h"

/*
 * False for loopback, link-local, multicast, unspecified and reserved addresses, also inside an
 * IPv6 address, unless the address itself stands in `hosts`. `text` gets the address.
 */
bool fetch_address_allowed(const struct sockaddr *address, const struct string_list *hosts,
                           char text[INET6_ADDRSTRLEN]);

#endif
