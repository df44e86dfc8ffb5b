/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From an identity to the local user: the user claim is the user's name, or a map has a line that
 * makes it one.
 */
#ifndef PAM_JWT_USERMAP_H
#define PAM_JWT_USERMAP_H

#include "policy.h"

/* Where maps come from: files on a host, memory in tests. */
struct usermap_source {
    /* All lines of the issuer's map; borrowed as long as the source. False: it is not there. */
    bool (*text)(void *context, const struct issuer_rules *issuer, struct span *text);

    /*
     * NULL: there is none. Calls look() with lines that may let `subject` in as `user`, without
     * their line breaks, until it says true. Nothing is believed of it: look() judges the line,
     * which must be one of the map, and what it does not find is searched for in the text.
     */
    void (*hint)(void *context, const struct issuer_rules *issuer, struct span subject,
                 const char *user, bool (*look)(void *look_context, struct span line),
                 void *look_context);
    void *context;
};

/*
 * Accepts if the identity is `user`, byte for byte: by the map if issuer->user_map is a path, else
 * by name. user-mismatch: it has another name; user-not-allowed: the map has no line for it;
 * config-error: a line of the map that was met before one for it is broken. `source` may be NULL if
 * no issuer has a map.
 */
enum status usermap_check(const struct identity *identity, const struct issuer_rules *issuer,
                          const struct usermap_source *source, const char *user,
                          struct report *report);

#endif
