/* SPDX-License-Identifier: BSD-3-Clause */
#include "config-option.h"
#include "config.h"

static void print_scope(enum option_scope scope, const void *base, FILE *out)
{
    for (size_t i = 0; i < config_option_count; i++)
        if (config_options[i].scope == scope)
            option_print(&config_options[i], base, out);
}

void config_print(const struct rules *rules, FILE *out)
{
    fputs("[global]\n", out);
    print_scope(SCOPE_GLOBAL, rules, out);
    for (size_t i = 0; i < rules->issuer_count; i++) {
        fprintf(out, "\n[issuer %s]\n", rules->issuers[i].issuer);
        print_scope(SCOPE_ISSUER, &rules->issuers[i], out);
    }
}
