/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading secrets from descriptors. */
#ifndef PAM_JWT_INPUT_H
#define PAM_JWT_INPUT_H

#include "../lib/secret.h"
#include "../lib/span.h"

/* Appends what can be read, up to the end or until the buffer is full. False: errno is set. */
bool input_read(int fd, struct secret *out);

/* Opens, reads and closes a file into a buffer of `max` bytes; a file that fills it is EFBIG. */
bool input_read_file(const char *path, size_t max, struct secret *out);

/* Without the white space at its beginning and end. */
struct span input_strip(struct span text);
struct span input_strip_end(struct span text);

#endif
