/* SPDX-License-Identifier: BSD-3-Clause */
/* http and https URLs (RFC 3986), as far as it is decided whether they may be fetched. */
#ifndef PAM_JWT_URL_H
#define PAM_JWT_URL_H

#include "rules.h"
#include "span.h"

/*
 * The host of an http or https URL, an IPv6 address without its brackets. False for any other
 * text: with a user, a fragment, white space, or anything that two readers might read differently.
 */
bool url_host(struct span url, struct span *host);

/* Whether the URL has a host that is one of `hosts`, whatever the case of its letters. */
bool url_host_listed(struct span url, const struct string_list *hosts);

#endif
