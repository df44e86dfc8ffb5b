/* SPDX-License-Identifier: BSD-3-Clause */
#include "askpass-snapshot.h"

#include "../lib/jws.h"

#define SUFFIX ""

bool snapshot_save(const struct runtime *runtime, struct span token)
{
    return runtime_write(runtime, SUFFIX, token);
}

bool snapshot_load(const struct runtime *runtime, struct secret *buffer, struct span *token)
{
    bool done = runtime_read(runtime, SUFFIX, TOKEN_MAX, buffer);

    *token = span_of(buffer->ptr, buffer->len);
    return done;
}

void snapshot_remove(const struct runtime *runtime)
{
    runtime_remove(runtime, SUFFIX);
}
