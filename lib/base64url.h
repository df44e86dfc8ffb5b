/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Strict base64url (RFC 4648 section 5 without padding, as RFC 7515 section 2 wants it) and strict
 * base64 (RFC 4648 section 4 with padding, as x5c has it). Nothing but the alphabet is accepted,
 * and unused bits are zero, so that every byte string has exactly one text.
 */
#ifndef PAM_JWT_BASE64URL_H
#define PAM_JWT_BASE64URL_H

#include "span.h"

#define BASE64_DECODED_MAX(text_len) ((text_len) / 4 * 3 + 2)
#define BASE64URL_ENCODED_MAX(len) (((len) + 2) / 3 * 4 + 1)

/* `out` has room for BASE64_DECODED_MAX(text.len). False: leave `out` and `*out_len` alone. */
bool base64url_decode(struct span text, unsigned char *out, size_t *out_len);
bool base64_decode(struct span text, unsigned char *out, size_t *out_len);

/* `out` has room for BASE64URL_ENCODED_MAX(bytes.len). Ends it with NUL, returns its length. */
size_t base64url_encode(struct span bytes, char *out);
size_t base64_encode(struct span bytes, char *out);

#endif
