/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../../lib/redis-url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_places(void **state)
{
    static const struct {
        const char *url;
        bool tls;
        const char *host, *port, *database;
    } rows[] = {
        {"redis://redis.example", false, "redis.example", "6379", "0"},
        {"redis://redis.example/", false, "redis.example", "6379", "0"},
        {"redis://redis.example:7000/15", false, "redis.example", "7000", "15"},
        {"rediss://redis.example:7000/0", true, "redis.example", "7000", "0"},
        {"rediss://192.0.2.1", true, "192.0.2.1", "6379", "0"},
        {"redis://[2001:db8::1]:7000/1234567", false, "2001:db8::1", "7000", "1234567"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct redis_place place;

        assert_true(redis_url_parse(rows[i].url, &place));
        assert_int_equal(place.tls, rows[i].tls);
        assert_string_equal(place.host, rows[i].host);
        assert_string_equal(place.port, rows[i].port);
        assert_string_equal(place.database, rows[i].database);
    }
}

static void test_no_places(void **state)
{
    static const char *const rows[] = {
        "",
        "redis",
        "redis:",
        "redis://",
        "redis:///0",
        "redis://:6379/0",
        "REDIS://a",
        "redis+tls://a",
        "http://a",
        "unix:///run/redis",
        "//a/0",
        " redis://a",
        "redis://a ",
        "redis://user@a",
        "redis://:password@a/0",
        "redis://a/0/",
        "redis://a/x",
        "redis://a/-1",
        "redis://a/0x",
        "redis://a//0",
        "redis://a/12345678",
        "redis://a?0",
        "redis://a/0?ssl=false",
        "redis://a#0",
        "redis://a:/0",
        "redis://a:123456/0",
        "redis://a:x/0",
        "redis://[::1/0",
        "redis://::1/0",
        "redis://a_b/0",
        "redis://a,b/0",
        "redis://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.e",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct redis_place place;

        if (redis_url_parse(rows[i], &place))
            fail_msg("accepted: %s", rows[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_no_places),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
