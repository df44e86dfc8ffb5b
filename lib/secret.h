/* SPDX-License-Identifier: BSD-3-Clause */
/* A buffer for tokens and passwords: kept out of core dumps, wiped before its memory goes back. */
#ifndef PAM_JWT_SECRET_H
#define PAM_JWT_SECRET_H

#include <stdbool.h>
#include <stddef.h>

struct secret {
    unsigned char *ptr; /* NULL before secret_alloc() */
    size_t len;         /* bytes in use */
    size_t size;        /* bytes there are */
};

/* Maps `size` bytes. False, and errno set, when there is no memory. */
bool secret_alloc(struct secret *secret, size_t size);

/* Appends; false, and nothing appended, when it does not fit. */
bool secret_append(struct secret *secret, const void *bytes, size_t len);

/* Wipes and unmaps; fine on a zeroed struct. */
void secret_free(struct secret *secret);

#define SECRET_CLEANUP __attribute__((cleanup(secret_free)))

#endif
