/* SPDX-License-Identifier: BSD-3-Clause */
/* URLs with a host (RFC 3986), as far as it is decided what they lead to. */
#ifndef PAM_JWT_URL_H
#define PAM_JWT_URL_H

#include "rules.h"
#include "span.h"

/* All borrowed. */
struct url_parts {
    struct span scheme;
    struct span host; /* an IPv6 address without its brackets */
    struct span port; /* 1 to 5 digits; empty: none is named */
    struct span rest; /* path and query, with the character that begins them */
};

/*
 * False for any text that is no `scheme://host...`: with a user, a fragment, white space, or
 * anything that two readers might read differently.
 */
bool url_split(struct span url, struct url_parts *parts);

/* The host of an http or https URL. False for any other text. */
bool url_host(struct span url, struct span *host);

/* Whether the URL has a host that is one of `hosts`, whatever the case of its letters. */
bool url_host_listed(struct span url, const struct string_list *hosts);

#endif
