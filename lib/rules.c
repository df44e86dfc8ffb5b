/* SPDX-License-Identifier: BSD-3-Clause */
#include "rules.h"

#include <string.h>

bool string_list_has(const struct string_list *list, const char *text)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], text) == 0)
            return true;
    return false;
}

bool issuer_uses(const struct issuer_rules *issuer, const char *key_source)
{
    return string_list_has(&issuer->key_sources, key_source);
}

bool issuer_fetches_set(const struct issuer_rules *issuer)
{
    return issuer->jwks_uri[0] || issuer->discovery;
}

bool issuer_has_set(const struct issuer_rules *issuer)
{
    return issuer->jwks_file[0] || issuer_fetches_set(issuer);
}
