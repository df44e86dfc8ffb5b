/* SPDX-License-Identifier: BSD-3-Clause */
/* A JSON object under construction: names and the text of their values, in order, each name once.
 */
#ifndef PAM_JWT_MEMBERS_H
#define PAM_JWT_MEMBERS_H

#include "../lib/span.h"

#define MEMBERS_MAX 80

struct members {
    struct {
        struct span name; /* borrowed */
        char *json;       /* owned; NULL: removed */
    } items[MEMBERS_MAX];
    size_t count;
};

/*
 * Adds a member, or replaces the one of that name in its place. `json` belongs to the members from
 * then on. False: too many, or `json` is NULL.
 */
bool members_put(struct members *members, struct span name, char *json);

/*
 * NAME=VALUE as on the command line: a value that is JSON (RFC 8259) is taken as it is, any other
 * is a string.
 */
bool members_put_argument(struct members *members, const char *argument);

void members_remove(struct members *members, struct span name);

/* The object's text, malloc'd; NULL without memory. */
char *members_text(const struct members *members);

/* A JSON string of `text`, malloc'd; NULL without memory. */
char *members_quote(struct span text);

void members_free(struct members *members);
#define MEMBERS_CLEANUP __attribute__((cleanup(members_free)))

#endif
