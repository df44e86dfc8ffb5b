/* SPDX-License-Identifier: BSD-3-Clause */
#include "mapping.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int mapping_make(int fd, size_t max, struct mapping *mapping)
{
    struct stat st;
    void *bytes;

    *mapping = (struct mapping){{NULL, 0}};
    if (fstat(fd, &st) != 0)
        return errno;
    if (!S_ISREG(st.st_mode))
        return EINVAL;
    if ((uintmax_t)st.st_size > max)
        return EFBIG;
    if (st.st_size == 0)
        return 0;
    bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED)
        return errno;
    mapping->bytes = span_of(bytes, (size_t)st.st_size);
    return 0;
}

bool mapping_open(const char *path, size_t max, uid_t also_trusted, struct mapping *mapping,
                  struct safefile_error *error)
{
    int fd = safefile_open(path, also_trusted, error), why;

    if (fd < 0)
        return false;
    why = mapping_make(fd, max, mapping);
    (void)close(fd);
    if (why == EFBIG)
        (void)snprintf(error->text, sizeof(error->text), "%s: expected at most %zu bytes", path,
                       max);
    else if (why != 0)
        (void)snprintf(error->text, sizeof(error->text), "%s: %s", path, strerror(why));
    return why == 0;
}

void mapping_free(struct mapping *mapping)
{
    if (mapping->bytes.len > 0)
        (void)munmap((void *)(uintptr_t)mapping->bytes.ptr, mapping->bytes.len);
    *mapping = (struct mapping){{NULL, 0}};
}
