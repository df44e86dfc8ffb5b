/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../tools/askpass-prompt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

struct row {
    const char *prompt;
    const char *first_prompt;
    unsigned part;
};

static void check(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct asker asker;
        unsigned part = askpass_prompt_part(rows[i].prompt, rows[i].first_prompt, &asker);

        if (part != rows[i].part)
            fail_msg("'%s': expected part %u, found %u", rows[i].prompt, rows[i].part, part);
    }
}

static void test_ours(void **state)
{
    static const struct row rows[] = {
        {"Password or JWT: ", NULL, 1},
        {"Password or JWT: ", "", 1},
        {"Password or JWT: ", "Token: ", 1},
        {"Token: ", "Token: ", 1},
        {"JWT part 2: ", NULL, 2},
        {"JWT part 10: ", NULL, 10},
        {"JWT part 33: ", NULL, 33},
        {"Token: ", "Token:", 1},
        {"Token:", "Token: ", 1},
    };

    (void)state;
    check(rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_ours_by_ssh(void **state)
{
    static const struct row rows[] = {
        {"(alice@host.example) Password or JWT: ", NULL, 1},
        {"(alice@127.0.0.1) JWT part 7: ", NULL, 7},
        {"(alice@fe80::1%eth0) JWT part 7: ", NULL, 7},
        {"(alice@corp.example@host) JWT part 2: ", NULL, 2},
        {"(alice@host) Token: ", "Token: ", 1},
        {"(site) Token: ", "(site) Token: ", 1},
        {"(a@b) (site) Token: ", "(site) Token: ", 1},
    };

    (void)state;
    check(rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_not_ours(void **state)
{
    static const struct row rows[] = {
        {"", NULL, 0},
        {"", "", 0},
        {"Password: ", NULL, 0},
        {"alice@host's password: ", NULL, 0},
        {"Enter passphrase for key '/home/alice/.ssh/id_ed25519': ", NULL, 0},
        {"Are you sure you want to continue connecting (yes/no/[fingerprint])? ", NULL, 0},
        {"Password or JWT:", NULL, 0},
        {"Password or JWT: \n", NULL, 0},
        {" Password or JWT: ", NULL, 0},
        {"password or jwt: ", NULL, 0},
        {"Old Password or JWT: ", NULL, 0},
        {"Token: ", NULL, 0},
        {"Token", "Token: ", 0},
        {" Token: ", "Token: ", 0},
        {"Token: x", "Token: ", 0},
        {" ", " ", 0},
        {"", " ", 0},
    };

    (void)state;
    check(rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_not_a_part(void **state)
{
    static const struct row rows[] = {
        {"JWT part : ", NULL, 0},
        {"JWT part 0: ", NULL, 0},
        {"JWT part 02: ", NULL, 0},
        {"JWT part 34: ", NULL, 0},
        {"JWT part +2: ", NULL, 0},
        {"JWT part  2: ", NULL, 0},
        {"JWT part -1: ", NULL, 0},
        {"JWT part 2 : ", NULL, 0},
        {"JWT part 2:", NULL, 0},
        {"JWT part 2: x", NULL, 0},
        {"JWT part 2x: ", NULL, 0},
        {"xJWT part 2: ", NULL, 0},
        {"jwt part 2: ", NULL, 0},
        {"JWT part 4294967298: ", NULL, 0},
        {"JWT part 2: JWT part 2: ", NULL, 0},
    };

    (void)state;
    check(rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_not_the_prefix_of_ssh(void **state)
{
    static const struct row rows[] = {
        {"() JWT part 2: ", NULL, 0},
        {"(alice) JWT part 2: ", NULL, 0},
        {"(@host) JWT part 2: ", NULL, 0},
        {"(alice@) JWT part 2: ", NULL, 0},
        {"(alice@host)JWT part 2: ", NULL, 0},
        {"(alice@host)  JWT part 2: ", NULL, 0},
        {"(alice@host JWT part 2: ", NULL, 0},
        {"alice@host) JWT part 2: ", NULL, 0},
        {"(a b@host) JWT part 2: ", NULL, 0},
        {"(a(b)@host) JWT part 2: ", NULL, 0},
        {"(a\n@host) JWT part 2: ", NULL, 0},
        {"(a@b) (a@b) JWT part 2: ", NULL, 0},
        {"x (alice@host) JWT part 2: ", NULL, 0},
    };

    (void)state;
    check(rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_asker(void **state)
{
    static const struct {
        const char *prompt;
        const char *user;
        const char *host;
    } rows[] = {
        {"(alice@host.example) JWT part 2: ", "alice", "host.example"},
        {"(alice@corp.example@host) JWT part 2: ", "alice@corp.example", "host"},
        {"(alice@fe80::1%eth0) Token: ", "alice", "fe80::1%eth0"},
        {"(site@x) Token: ", "site", "x"},
        {"JWT part 2: ", "", ""},
        {"(alice@) JWT part 2: ", "", ""},
        {"(a@b) (c@d) Token: ", "a", "b"},
        {"(c@d) Token: (c@d) Token: ", "c", "d"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct asker asker = {.user = span_text("left"), .host = span_text("over")};

        askpass_prompt_part(rows[i].prompt, "Token: ", &asker);
        assert_true(span_equal(asker.user, span_text(rows[i].user)));
        assert_true(span_equal(asker.host, span_text(rows[i].host)));
    }
}

/* A prompt of the site's own that looks like the prefix of ssh names nobody. */
static void test_no_asker_in_a_prompt_of_our_own(void **state)
{
    struct asker asker;

    (void)state;
    assert_int_equal(askpass_prompt_part("(a@b) Token: ", "(a@b) Token: ", &asker), 1);
    assert_int_equal(asker.user.len + asker.host.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ours),
        cmocka_unit_test(test_ours_by_ssh),
        cmocka_unit_test(test_not_ours),
        cmocka_unit_test(test_not_a_part),
        cmocka_unit_test(test_not_the_prefix_of_ssh),
        cmocka_unit_test(test_asker),
        cmocka_unit_test(test_no_asker_in_a_prompt_of_our_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
