/* SPDX-License-Identifier: BSD-3-Clause */
#include "askpass-sent.h"

#include <stdint.h>

#define SUFFIX ".sent"

/* FNV-1a, 64 bits: it need not resist attacks, for a token that collides is only not sent. */
static uint64_t add(uint64_t sum, struct span bytes)
{
    for (size_t i = 0; i < bytes.len; i++)
        sum = (sum ^ bytes.ptr[i]) * UINT64_C(0x100000001b3);
    return (sum ^ 0xff) * UINT64_C(0x100000001b3); /* no byte of a name or a token */
}

static uint64_t checksum(const struct asker *asker, struct span token)
{
    return add(add(add(UINT64_C(0xcbf29ce484222325), asker->user), asker->host), token);
}

bool sent_before(const struct runtime *runtime, const struct asker *asker, struct span token)
{
    SECRET_CLEANUP struct secret found = {0};
    uint64_t sum = checksum(asker, token);

    return runtime_read(runtime, SUFFIX, sizeof(sum) + 1, &found) &&
           span_equal(span_of(found.ptr, found.len), span_of(&sum, sizeof(sum)));
}

void sent_remember(const struct runtime *runtime, const struct asker *asker, struct span token)
{
    uint64_t sum = checksum(asker, token);

    runtime_write(runtime, SUFFIX, span_of(&sum, sizeof(sum)));
}
