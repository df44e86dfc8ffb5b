/* SPDX-License-Identifier: BSD-3-Clause */
#include "write-whole.h"

#include <errno.h>
#include <unistd.h>

bool write_whole(int fd, struct span bytes)
{
    while (bytes.len > 0) {
        ssize_t done = write(fd, bytes.ptr, bytes.len);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        bytes = span_of(bytes.ptr + done, bytes.len - (size_t)done);
    }
    return true;
}
