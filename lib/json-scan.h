/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RFC 8259 to the letter, over the bytes, before json-c sees them: json-c lets through NUL bytes,
 * control characters, NaN, -01, bad UTF-8 and more, and cuts member names at a NUL.
 */
#ifndef PAM_JWT_JSON_SCAN_H
#define PAM_JWT_JSON_SCAN_H

#include "span.h"

#define JSON_DEPTH_MAX 32

/*
 * Whether `text` is exactly one JSON value, nested at most JSON_DEPTH_MAX deep, whose member names
 * hold no NUL and whose integers fit into 64 bits. `*members` is the number of members of all
 * objects in it, duplicates included.
 */
bool json_scan(struct span text, size_t *members);

/*
 * Whether `text` is, by the same rules, one object that has the member `name` exactly once, and
 * there an array of objects. Calls element() with the text of each as it goes along, so that what
 * was called counts only if this is true. No name in the outer object may be escaped: two readers
 * might read it differently.
 */
bool json_scan_objects(struct span text, const char *name,
                       void (*element)(void *context, struct span object), void *context);

#endif
