/* SPDX-License-Identifier: BSD-3-Clause */
#include "wishes.h"

#include "../sys/wire.h"

static void add(const struct fetch_wish *wish, struct wishes *wishes)
{
    const struct wire_wish message = {
        .kind = wish->kind,
        .group = wish->group,
        .url = span_text(wish->url),
        .request = span_of(wish->request, wish->request_len),
        .cert = span_of(wish->cert.data, wish->cert.size),
        .issuer = span_of(wish->issuer.data, wish->issuer.size),
    };

    wishes->len +=
        wire_put_wish(&message, wishes->bytes + wishes->len, sizeof(wishes->bytes) - wishes->len);
}

struct span wishes_of(const struct fetch_plan *plan, struct wishes *wishes)
{
    wishes->len = 0;
    for (unsigned i = 0; plan && i < plan->count; i++)
        add(&plan->wishes[i], wishes);
    return span_of(wishes->bytes, wishes->len);
}
