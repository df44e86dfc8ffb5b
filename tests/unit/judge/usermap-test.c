/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../../lib/usermap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "make-token.h"

/* `sub` as JSON has it. */
static enum status map(const char *sub, const char *user)
{
    struct issuer_rules issuer = make_issuer();
    struct rules rules = make_rules(&issuer);
    char claims[1000];
    SIGNED_CLAIMS_CLEANUP struct signed_claims *made = NULL;
    IDENTITY_CLEANUP struct identity *identity = NULL;
    struct report report = {0};
    enum status status;

    snprintf(claims, sizeof(claims),
             "{\"iss\":\"" ISSUER "\",\"aud\":\"pam://host.example/sshd\",\"exp\":4070908800,"
             "\"sub\":\"%s\"}",
             sub);
    made = make_claims("{\"alg\":\"ES256\"}", claims);
    assert_int_equal(policy_check(made, &rules, &issuer, "sshd", NOW, &identity, &report),
                     STATUS_ACCEPTED);
    status = usermap_check(identity, &issuer, NULL, user, &report);
    assert_int_equal(report.detail[0] == '\0', status == STATUS_ACCEPTED);
    return status;
}

static void test_users(void **state)
{
    static const struct {
        const char *sub, *user;
        bool same;
    } rows[] = {
        {"alice", "alice", true},
        {"\\u0061lice", "alice", true},
        {"m\xc3\xbcller", "m\xc3\xbcller", true},
        {"a/b", "a/b", true},
        {"alice", "bob", false},
        {"alice", "", false},
        {"alice", "Alice", false},
        {"Alice", "alice", false},
        {"alice", "alic", false},
        {"alice", "alice2", false},
        {"alice ", "alice", false},
        {" alice", "alice", false},
        {"alice\\n", "alice", false},
        {"alice\\u0000", "alice", false},
        {"alice\\u0000root", "alice", false},
        {"\\u0000", "", false},
        {"root", "alice", false},
        {"mu\xcc\x88ller", "m\xc3\xbcller", false},
        {"alice@example", "alice", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(map(rows[i].sub, rows[i].user),
                         rows[i].same ? STATUS_ACCEPTED : STATUS_USER_MISMATCH);
}

static void test_long_name(void **state)
{
    char name[301];

    (void)state;
    memset(name, 'a', 300);
    name[300] = '\0';
    assert_int_equal(map(name, name), STATUS_ACCEPTED);
    assert_int_equal(map(name, name + 1), STATUS_USER_MISMATCH);
    assert_int_equal(map(name + 1, name), STATUS_USER_MISMATCH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_users),
        cmocka_unit_test(test_long_name),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    make_free_all();
    return failed;
}
