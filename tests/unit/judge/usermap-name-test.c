/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../../lib/usermap-name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ROWS(rows) (sizeof(rows) / sizeof(rows[0]))

static void names(void **state)
{
    static const char *const good[] = {"a",     "alice", "Alice", "_apt",  "a.b-c_d", "9lives",
                                       "pc-7$", "a@b.c", "a$",    "1a",    "x..y",    "a-",
                                       "1.2",   "_",     "a@",    "user1", "0_",      "1@2"};
    static const char *const bad[] = {
        "",     "$",        "-a",    ".",   "..",   ".a",   "@a",  "a b",   "a/b", "a$b",
        "a$$",  "1000",     "0",     "a\n", "\na",  "a:b",  "+a",  "a+b",   "a,b", "~a",
        "a\\b", "\xc3\xa4", "a\xff", "a'b", "a\"b", "a`b`", "a;b", "a\x7f", "a%b"};
    char name[USERMAP_NAME_MAX + 2];

    (void)state;
    for (size_t i = 0; i < ROWS(good); i++)
        if (!usermap_name_valid(good[i]))
            fail_msg("%s is a name", good[i]);
    for (size_t i = 0; i < ROWS(bad); i++)
        if (usermap_name_valid(bad[i]))
            fail_msg("%s is no name", bad[i]);
    memset(name, 'a', sizeof(name));
    name[USERMAP_NAME_MAX + 1] = '\0';
    assert_false(usermap_name_valid(name));
    name[USERMAP_NAME_MAX] = '\0';
    assert_true(usermap_name_valid(name));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
