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

/* An object in an array. */
struct json_element {
    struct span text;
    bool escaped; /* it has a backslash */
    bool named;   /* it has the member that is looked for */
};

struct json_visit {
    const char *array;         /* the name of the array */
    struct span member, value; /* a member to look for, that is this string; none if unnamed */
    void (*element)(void *context, const struct json_element *element); /* may be NULL */
    void *context;
};

/*
 * Whether `text` is, by the same rules, one object that has the member `array` exactly once, and
 * there an array of objects. Calls element() for each as it goes along, so that what was called
 * counts only if this is true. No name in the outer object may be escaped: two readers might read
 * it differently. In the elements, member and value are compared byte by byte.
 */
bool json_scan_objects(struct span text, const struct json_visit *visit);

#endif
