/* SPDX-License-Identifier: BSD-3-Clause */
/* The rows of options.def at work: text becomes a field of the rules, and back. */
#ifndef PAM_JWT_CONFIG_OPTION_H
#define PAM_JWT_CONFIG_OPTION_H

#include <stdbool.h>
#include <stdio.h>

#include "../lib/rules.h"

/* A section [service] has those keys of [issuer] whose `service` is set. */
enum option_scope { SCOPE_GLOBAL, SCOPE_ISSUER, SCOPE_REPLAY, SCOPE_SERVICE };

struct option {
    enum option_scope scope;
    const char *key;
    const struct option_type *type;
    size_t offset;        /* of the field in struct rules, issuer_rules or replay_rules */
    const char *fallback; /* the default; NULL: the key is required */
    bool (*check)(const char *value); /* of a text or an item of a list that is not empty */
    const char *expected;
    bool service; /* may stand in [service], too */
};

extern const struct option config_options[];
extern const size_t config_option_count;

/* Whether that scope has the key. */
bool option_in(const struct option *option, enum option_scope scope);

/* Index in config_options; config_option_count if there is no such key in that scope. */
size_t option_find(enum option_scope scope, const char *key);

enum option_result { OPTION_BAD, OPTION_OK, OPTION_NO_MEMORY };

/* `base` is the struct of the option's scope; a former value is replaced. */
enum option_result option_set(const struct option *option, void *base, const char *value);

/* Whether the field is zero: an empty list, no limit, the first of the words. */
bool option_is_nothing(const struct option *option, const void *base);

void option_print(const struct option *option, const void *base, FILE *out);

/* Frees and zeroes the fields of that scope. */
void option_free_all(enum option_scope scope, void *base);

/*
 * Appends items with commas between them: white space around an item is left out, an empty item or
 * one that `check` is against is OPTION_BAD. The caller frees the list, whatever comes out.
 */
enum option_result option_list(const char *text, bool (*check)(const char *),
                               struct string_list *list);
enum option_result option_list_add(struct string_list *list, const char *item, size_t len);
void option_list_free(struct string_list *list);

/* What %h may be: letters, digits, hyphens and dots; not localhost. */
bool is_hostname(const char *value);
bool is_service(const char *value); /* the name of a PAM service */

#endif
