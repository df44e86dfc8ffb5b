/* SPDX-License-Identifier: BSD-3-Clause */
#include "secret.h"

#include <string.h>
#include <sys/mman.h>

bool secret_alloc(struct secret *secret, size_t size)
{
    void *ptr = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    *secret = (struct secret){0};
    if (ptr == MAP_FAILED)
        return false;
    if (madvise(ptr, size, MADV_DONTDUMP) != 0) {
        munmap(ptr, size);
        return false;
    }
    *secret = (struct secret){.ptr = ptr, .size = size};
    return true;
}

bool secret_append(struct secret *secret, const void *bytes, size_t len)
{
    if (len > secret->size - secret->len)
        return false;
    if (len > 0)
        memcpy(secret->ptr + secret->len, bytes, len);
    secret->len += len;
    return true;
}

void secret_free(struct secret *secret)
{
    if (!secret->ptr)
        return;
    explicit_bzero(secret->ptr, secret->size);
    munmap(secret->ptr, secret->size);
    *secret = (struct secret){0};
}
