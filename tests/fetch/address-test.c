/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/un.h>

#include <cmocka.h>

#include "../../helper/fetch-address.h"

static char listed_v4[] = "127.0.0.1", listed_v6[] = "fe80::1", listed_name[] = "localhost";
static char *items[] = {listed_name, listed_v4, listed_v6};
static const struct string_list none, some = {items, 3};

static bool allowed(const char *text, const struct string_list *hosts)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    const struct sockaddr *address = (const struct sockaddr *)&v4;
    char said[INET6_ADDRSTRLEN];
    bool result;

    if (inet_pton(AF_INET, text, &v4.sin_addr) != 1) {
        assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
        address = (const struct sockaddr *)&v6;
    }
    result = fetch_address_allowed(address, hosts, said);
    assert_string_equal(said, text);
    return result;
}

static void special(void **state)
{
    static const char *const addresses[] = {
        "0.0.0.0",
        "0.1.2.3",
        "127.0.0.1",
        "127.255.255.255",
        "169.254.0.0",
        "169.254.169.254",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "febf::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::127.0.0.1",
        "::ffff:224.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::7f00:1",
        "64:ff9b:1:ffff::a9fe:a9fe",
        "::ffff:0:7f00:1",
        "2002:7f00:1::1",
        "::ffff:0.0.0.0",
        "::ffff:169.254.169.254",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
        if (allowed(addresses[i], &none))
            fail_msg("%s is allowed", addresses[i]);
}

static void ordinary(void **state)
{
    static const char *const addresses[] = {
        "1.0.0.0",     "126.255.255.255", "128.0.0.1", "10.0.0.1",        "192.168.1.1",
        "169.253.0.1", "169.255.0.1",     "223.0.0.1", "::ffff:10.0.0.1", "2001:db8::1",
        "fec0::1",     "fd00::1",         "fe7f::1",   "2002:a00:1::1",   "64:ff9b:1::a00:1",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
        if (!allowed(addresses[i], &none))
            fail_msg("%s is not allowed", addresses[i]);
}

/* Literally, and as the same kind of address. */
static void listed(void **state)
{
    (void)state;
    assert_true(allowed("127.0.0.1", &some));
    assert_true(allowed("fe80::1", &some));
    assert_false(allowed("127.0.0.2", &some));
    assert_false(allowed("::ffff:127.0.0.1", &some));
    assert_false(allowed("::1", &some));
}

static void other_families(void **state)
{
    const struct sockaddr_un local = {.sun_family = AF_UNIX};
    char said[INET6_ADDRSTRLEN];

    (void)state;
    assert_false(fetch_address_allowed((const struct sockaddr *)&local, &some, said));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(special),
        cmocka_unit_test(ordinary),
        cmocka_unit_test(listed),
        cmocka_unit_test(other_families),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
