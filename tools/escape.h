/* SPDX-License-Identifier: BSD-3-Clause */
/* Text that may hold bytes of a token, made harmless for a terminal: the output is printable ASCII.
 */
#ifndef PAM_JWT_ESCAPE_H
#define PAM_JWT_ESCAPE_H

#include <stdio.h>

#include "../lib/span.h"

/* Anything but printable ASCII as \xNN. */
void escape_text(struct span text, FILE *out);

/* A JSON string with its quotes; bytes that are not UTF-8 become U+FFFD. */
void escape_json(struct span text, FILE *out);

#endif
