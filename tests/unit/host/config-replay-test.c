/* SPDX-License-Identifier: BSD-3-Clause */
/* Section [replay]. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../../sys/config.h"
#include "scratch.h"

#define BEFORE                                                                                     \
    "[global]\nhostname = host.example\n[issuer https://issuer.example]\n"                         \
    "audience = pam://%h/%s\ntrust_anchors = /etc/root.pem\nreplay = require\n[replay]\n"

static struct rules *load(struct scratch *scratch, const char *lines, struct config_error *error)
{
    char text[1024];

    (void)snprintf(text, sizeof(text), "%s%s", BEFORE, lines);
    return config_load(scratch_write(scratch, "test.conf", text), geteuid(), error);
}

static void good(void **state)
{
    static const struct {
        const char *lines;
        const char *store, *username, *password_file, *server_ca;
    } rows[] = {
        {"", "/var/lib/pam_jwt/replay", "", "", ""},
        {"store = /srv/replay\n", "/srv/replay", "", "", ""},
        {"store = redis://a:1/2\n", "redis://a:1/2", "", "", ""},
        {"store = redis://a\npassword_file = /p\n", "redis://a", "", "/p", ""},
        {"store = rediss://a\nusername = u\npassword_file = /p\nserver_ca = /c\n", "rediss://a",
         "u", "/p", "/c"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct config_error error;
        CONFIG_CLEANUP struct rules *rules = load(*state, rows[i].lines, &error);

        if (!rules)
            fail_msg("%s", error.text);
        assert_int_equal(rules->issuers[0].replay, REPLAY_REQUIRE);
        assert_string_equal(rules->replay.store, rows[i].store);
        assert_string_equal(rules->replay.username, rows[i].username);
        assert_string_equal(rules->replay.password_file, rows[i].password_file);
        assert_string_equal(rules->replay.server_ca, rows[i].server_ca);
    }
}

static void bad(void **state)
{
    static const struct {
        const char *lines, *found;
    } rows[] = {
        {"store =\n", ":8: store: expected an absolute path of a directory, redis://"},
        {"store = replay\n", ":8: store: expected"},
        {"store = /\n", ":8: store: expected"},
        {"store = redis://\n", ":8: store: expected"},
        {"store = redis://:secret@a/0\n", ":8: store: expected"},
        {"store = http://a/0\n", ":8: store: expected"},
        {"store = redis://a\nserver_ca = ca.pem\n", ":9: server_ca: expected an absolute path"},
        {"password_file = /p\n", "username and password_file need a store at redis://"},
        {"store = /x\nusername = u\n", "username and password_file need a store at redis://"},
        {"store = redis://a\nusername = u\n", "[replay] username needs password_file"},
        {"store = redis://a\nserver_ca = /c\n", "[replay] server_ca needs a store at rediss://"},
        {"store = /x\nserver_ca = /c\n", "[replay] server_ca needs a store at rediss://"},
        {"password = secret\n", ":8: [replay] has no key 'password'"},
        {"leeway = 5\n", ":8: [replay] has no key 'leeway'"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct config_error error;
        CONFIG_CLEANUP struct rules *rules = load(*state, rows[i].lines, &error);

        if (rules)
            fail_msg("accepted: %s", rows[i].lines);
        if (!strstr(error.text, rows[i].found))
            fail_msg("expected '%s', found '%s'", rows[i].found, error.text);
    }
}

#define SCRATCH_TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {SCRATCH_TEST(good), SCRATCH_TEST(bad)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
