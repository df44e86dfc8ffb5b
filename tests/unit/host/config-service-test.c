/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../../sys/config-service.h"
#include "configured.h"

#define IDENTITY "user_map = identity\n"
#define FIRST ISSUER IDENTITY
#define OTHER "[issuer https://other.example]\n" REQUIRED IDENTITY
#define SUDO "[service sudo, sudo-i]\n"

static struct rules *tightened(struct scratch *scratch, const char *text, const char *service)
{
    struct config_error error;
    struct rules *rules = load(scratch, text, &error);

    if (!rules)
        fail_msg("%s", error.text);
    assert_true(config_service_tighten(rules, service));
    return rules;
}

static void assert_list(const struct string_list *list, const char *expected)
{
    char found[256] = "";

    for (size_t i = 0; i < list->count; i++)
        strcat(strcat(found, i ? " " : ""), list->items[i]);
    assert_string_equal(found, expected);
}

#define DEMANDS                                                                                    \
    "max_age = 300\nmax_lifetime = 900\nrequire_scope = root\nrequire_acr = gold\n"                \
    "require_amr = mfa, hwk\nrequire_claim = level=3\n"
#define LESS                                                                                       \
    "max_age = 3600\nrequire_scope = login\nrequire_acr = silver, gold\nrequire_amr = pwd\n"       \
    "require_claim = tenant=blue\n"

static void assert_tight(const struct issuer_rules *issuer)
{
    assert_int_equal(issuer->max_age, 300);
    assert_int_equal(issuer->max_lifetime, 900);
    assert_list(&issuer->require_acr, "gold");
}

static void every_key(void **state)
{
    static const char *const services[] = {"sudo", "sudo-i"};

    for (size_t i = 0; i < 2; i++) {
        CONFIG_CLEANUP struct rules *rules =
            tightened(*state, GLOBAL FIRST LESS OTHER SUDO DEMANDS, services[i]);

        assert_tight(&rules->issuers[0]);
        assert_list(&rules->issuers[0].require_scope, "login root");
        assert_list(&rules->issuers[0].require_amr, "pwd mfa hwk");
        assert_list(&rules->issuers[0].require_claim, "tenant=blue level=3");
        assert_tight(&rules->issuers[1]);
        assert_list(&rules->issuers[1].require_scope, "root");
        assert_list(&rules->issuers[1].require_amr, "mfa hwk");
        assert_list(&rules->issuers[1].require_claim, "level=3");
    }
}

static void other_services(void **state)
{
    static const char *const services[] = {"sshd", "", "sud", "sudo-", "sudo, sudo-i", "su"};

    for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
        CONFIG_CLEANUP struct rules *rules =
            tightened(*state, GLOBAL FIRST LESS SUDO DEMANDS, services[i]);

        assert_int_equal(rules->issuers[0].max_age, 3600);
        assert_int_equal(rules->issuers[0].max_lifetime, 0);
        assert_list(&rules->issuers[0].require_scope, "login");
        assert_list(&rules->issuers[0].require_acr, "silver gold");
        assert_list(&rules->issuers[0].require_amr, "pwd");
    }
}

static void sections_of_their_own(void **state)
{
    CONFIG_CLEANUP struct rules *rules = tightened(
        *state, GLOBAL "[service sudo]\nmax_age = 300\n[service su]\nmax_age = 200\n" FIRST, "su");

    assert_int_equal(rules->issuers[0].max_age, 200);
}

static void looser(void **state)
{
    static const struct {
        const char *issuer, *service, *found;
    } cases[] = {
        {"max_age = 300\n", "max_age = 301\n", "max_age of [service sudo...] asks for less"},
        {"max_lifetime = 300\n", "max_lifetime = 301\n", "max_lifetime of [service sudo...]"},
        {"require_acr = gold\n", "require_acr = gold, silver\n",
         "require_acr of [service sudo...]"},
        {"require_acr = gold\n", "require_acr = silver\n", "require_acr of [service sudo...]"},
        {"max_age = 300\n", "max_age =\n", "max_age: expected more than the default"},
        {"require_scope = a\n", "require_scope =\n", "require_scope: expected more"},
        {"", "replay = off\n", "replay: expected more than the default"},
        {"", "max_age = 0\n", "max_age: expected seconds from 1"},
        {"", "leeway = 0\n", "has no key 'leeway'"},
        {"", "audience = x\n", "has no key 'audience'"},
        {"", "user_claim = x\n", "has no key 'user_claim'"},
        {"", "revocation = off\n", "has no key 'revocation'"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[512];

        /* the second issuer is the one that a service would be looser than */
        snprintf(text, sizeof(text), "%s%s%s%s", GLOBAL FIRST OTHER, cases[i].issuer, SUDO,
                 cases[i].service);
        assert_bad(*state, text, 0, cases[i].found);
    }
}

static void names(void **state)
{
    static const struct {
        const char *sections, *found;
    } cases[] = {
        {"[service]\nmax_age = 1\n", "found [service]"},
        {"[service ,]\nmax_age = 1\n", "expected [service NAME, NAME]"},
        {"[service sudo,]\nmax_age = 1\n", "expected [service NAME, NAME]"},
        {"[service Sudo]\nmax_age = 1\n", "lower case"},
        {"[service sudo sudo-i]\nmax_age = 1\n", "expected [service NAME, NAME]"},
        {"[service ../x]\nmax_age = 1\n", "expected [service NAME, NAME]"},
        {"[service sudo, sudo]\nmax_age = 1\n", "sudo in one section [service] only"},
        {"[service sudo]\nmax_age = 1\n[service su, sudo]\nmax_age = 1\n",
         "sudo in one section [service] only"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[512];

        snprintf(text, sizeof(text), "%s%s", GLOBAL FIRST, cases[i].sections);
        assert_bad(*state, text, 0, cases[i].found);
    }
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_key), TEST(other_services), TEST(sections_of_their_own),
        TEST(looser),    TEST(names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
