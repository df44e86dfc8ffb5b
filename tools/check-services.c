/* SPDX-License-Identifier: BSD-3-Clause */
/* Sections [service]: whether they hold where they are meant to. */
#include <string.h>

#include "check.h"

static bool is_named(const struct rules *rules, const char *name)
{
    for (size_t i = 0; i < rules->service_count; i++)
        if (string_list_has(&rules->services[i].services, name))
            return true;
    return false;
}

/* The same program under two names: who is asked for more by one of them takes the other. */
static void check_pairs(struct check *check, const struct check_config *config)
{
    static const char *const pairs[][2] = {{"sudo", "sudo-i"}, {"su", "su-l"}};

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        bool first = is_named(config->rules, pairs[i][0]);
        bool second = is_named(config->rules, pairs[i][1]);

        if (first != second)
            check_warning(check,
                          "%s: expected a [service] with %s, as there is one with %s, found none: "
                          "%s asks for less; name both",
                          config->path, pairs[i][first], pairs[i][second], pairs[i][first]);
    }
}

static bool is_used(const struct check *check, const struct check_config *config, const char *name)
{
    for (size_t i = 0; i < check->use_count; i++)
        if (&check->configs[check->uses[i].config] == config &&
            strcmp(check->uses[i].service->name, name) == 0)
            return true;
    return false;
}

static void check_names(struct check *check, const struct check_config *config,
                        const struct string_list *names)
{
    for (size_t i = 0; i < names->count; i++)
        if (!is_used(check, config, names->items[i]))
            check_warning(check,
                          "%s: [service %s]: expected a PAM service of that name with pam_jwt.so "
                          "in auth, found none: the section has no effect; correct the name",
                          config->path, names->items[i]);
}

void check_services(struct check *check)
{
    for (size_t i = 0; i < check->config_count; i++) {
        const struct check_config *config = &check->configs[i];

        if (!config->rules)
            continue;
        check_pairs(check, config);
        for (size_t j = 0; j < config->rules->service_count; j++)
            check_names(check, config, &config->rules->services[j].services);
    }
}
