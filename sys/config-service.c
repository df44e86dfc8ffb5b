/* SPDX-License-Identifier: BSD-3-Clause */
#include "config-service.h"

#include <stdio.h>
#include <string.h>

#include "config-option.h"

/* --- checks: each the key that is looser than the issuer's, or NULL --------------------------- */

static bool looser_limit(int64_t service, int64_t issuer)
{
    return service != 0 && issuer != 0 && service > issuer;
}

/* One of them is enough: another one would be one more way in. */
static bool looser_choice(const struct string_list *service, const struct string_list *issuer)
{
    for (size_t i = 0; issuer->count > 0 && i < service->count; i++)
        if (!string_list_has(issuer, service->items[i]))
            return true;
    return false;
}

static const char *looser_key(const struct issuer_rules *service, const struct issuer_rules *issuer)
{
    if (looser_limit(service->max_lifetime, issuer->max_lifetime))
        return "max_lifetime";
    if (looser_limit(service->max_age, issuer->max_age))
        return "max_age";
    if (looser_choice(&service->require_acr, &issuer->require_acr))
        return "require_acr";
    return NULL;
}

static bool check_issuers(const struct rules *rules, const struct service_rules *service,
                          const char *path, struct config_error *error)
{
    for (size_t i = 0; i < rules->issuer_count; i++) {
        const char *key = looser_key(&service->demands, &rules->issuers[i]);

        if (!key)
            continue;
        (void)snprintf(
            error->text, sizeof(error->text),
            "%s: %s of [service %s...] asks for less than that of [issuer %s]: a service "
            "may only tighten",
            path, key, service->services.items[0], rules->issuers[i].issuer);
        return false;
    }
    return true;
}

/* Whether an earlier section has one of the names, or this one has it before. */
static const char *named_twice(const struct rules *rules, size_t section)
{
    const struct string_list *names = &rules->services[section].services;

    for (size_t i = 0; i < names->count; i++) {
        const struct string_list before = {names->items, i};

        if (string_list_has(&before, names->items[i]))
            return names->items[i];
        for (size_t j = 0; j < section; j++)
            if (string_list_has(&rules->services[j].services, names->items[i]))
                return names->items[i];
    }
    return NULL;
}

bool config_service_check(const struct rules *rules, const char *path, struct config_error *error)
{
    for (size_t i = 0; i < rules->service_count; i++) {
        const char *twice = named_twice(rules, i);

        if (twice) {
            (void)snprintf(error->text, sizeof(error->text),
                           "%s: expected %s in one section [service] only", path, twice);
            return false;
        }
        if (!check_issuers(rules, &rules->services[i], path, error))
            return false;
    }
    return true;
}

/* --- at work ---------------------------------------------------------------------------------- */

static void tighten_limit(int64_t *limit, int64_t service)
{
    if (service != 0)
        *limit = service;
}

static bool append(struct string_list *list, const struct string_list *more)
{
    for (size_t i = 0; i < more->count; i++)
        if (option_list_add(list, more->items[i], strlen(more->items[i])) != OPTION_OK)
            return false;
    return true;
}

static bool replace(struct string_list *list, const struct string_list *by)
{
    if (by->count == 0)
        return true;
    option_list_free(list);
    return append(list, by);
}

static bool tighten(struct issuer_rules *issuer, const struct issuer_rules *demands)
{
    tighten_limit(&issuer->max_lifetime, demands->max_lifetime);
    tighten_limit(&issuer->max_age, demands->max_age);
    if (demands->replay == REPLAY_REQUIRE)
        issuer->replay = REPLAY_REQUIRE;
    return append(&issuer->require_scope, &demands->require_scope) &&
           replace(&issuer->require_acr, &demands->require_acr) &&
           append(&issuer->require_amr, &demands->require_amr) &&
           append(&issuer->require_claim, &demands->require_claim);
}

bool config_service_tighten(struct rules *rules, const char *service)
{
    for (size_t i = 0; i < rules->service_count; i++) {
        if (!string_list_has(&rules->services[i].services, service))
            continue;
        for (size_t j = 0; j < rules->issuer_count; j++)
            if (!tighten(&rules->issuers[j], &rules->services[i].demands))
                return false;
    }
    return true;
}
