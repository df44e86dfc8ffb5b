/* SPDX-License-Identifier: BSD-3-Clause */
#include "config-option.h"
#include "config.h"

static void print_scope(enum option_scope scope, const void *base, FILE *out)
{
    for (size_t i = 0; i < config_option_count; i++)
        if (option_in(&config_options[i], scope))
            option_print(&config_options[i], base, out);
}

/* A service may have what tightens only: nothing else is printed, so that it can be read again. */
static void print_service(const struct service_rules *service, FILE *out)
{
    for (size_t i = 0; i < service->services.count; i++)
        fprintf(out, "%s%s", i ? ", " : "\n[service ", service->services.items[i]);
    fputs("]\n", out);
    for (size_t i = 0; i < config_option_count; i++)
        if (option_in(&config_options[i], SCOPE_SERVICE) &&
            !option_is_nothing(&config_options[i], &service->demands))
            option_print(&config_options[i], &service->demands, out);
}

void config_print(const struct rules *rules, FILE *out)
{
    fputs("[global]\n", out);
    print_scope(SCOPE_GLOBAL, rules, out);
    for (size_t i = 0; i < rules->issuer_count; i++) {
        fprintf(out, "\n[issuer %s]\n", rules->issuers[i].issuer);
        print_scope(SCOPE_ISSUER, &rules->issuers[i], out);
    }
    for (size_t i = 0; i < rules->service_count; i++)
        print_service(&rules->services[i], out);
    fputs("\n[replay]\n", out);
    print_scope(SCOPE_REPLAY, &rules->replay, out);
}
