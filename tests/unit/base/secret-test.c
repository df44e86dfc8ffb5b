/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../../lib/secret.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

static void test_append(void **state)
{
    SECRET_CLEANUP struct secret secret = {0};

    (void)state;
    assert_true(secret_alloc(&secret, 8));
    assert_int_equal(secret.len, 0);
    assert_int_equal(secret.size, 8);
    assert_true(secret_append(&secret, "abc", 3));
    assert_true(secret_append(&secret, NULL, 0));
    assert_true(secret_append(&secret, "defgh", 5));
    assert_int_equal(secret.len, 8);
    assert_memory_equal(secret.ptr, "abcdefgh", 8);
    assert_true(secret_append(&secret, NULL, 0));
}

static void test_append_too_much(void **state)
{
    SECRET_CLEANUP struct secret secret = {0};

    (void)state;
    assert_true(secret_alloc(&secret, 8));
    assert_false(secret_append(&secret, "123456789", 9));
    assert_int_equal(secret.len, 0);
    assert_true(secret_append(&secret, "abc", 3));
    assert_false(secret_append(&secret, "123456", 6));
    assert_false(secret_append(&secret, "", SIZE_MAX));
    assert_false(secret_append(&secret, "", SIZE_MAX - 2));
    assert_int_equal(secret.len, 3);
    assert_memory_equal(secret.ptr, "abc", 3);
}

static void test_append_without_alloc(void **state)
{
    struct secret secret = {0};

    (void)state;
    assert_false(secret_append(&secret, "a", 1));
    assert_true(secret_append(&secret, NULL, 0));
}

static void test_alloc_fails(void **state)
{
    struct secret secret = {.len = 5, .size = 5};

    (void)state;
    errno = 0;
    assert_false(secret_alloc(&secret, SIZE_MAX / 2));
    assert_int_equal(errno, ENOMEM);
    assert_null(secret.ptr);
    assert_int_equal(secret.len, 0);
    assert_int_equal(secret.size, 0);
}

/* Whether the mapping at `address` has the flag "dd": left out of core dumps. */
static bool left_out_of_dumps(const void *address)
{
    FILE *maps = fopen("/proc/self/smaps", "r");
    unsigned long begin, end, wanted = (unsigned long)(uintptr_t)address;
    char line[512];
    bool here = false, found = false;

    assert_non_null(maps);
    while (fgets(line, sizeof(line), maps)) {
        if (sscanf(line, "%lx-%lx ", &begin, &end) == 2)
            here = begin <= wanted && wanted < end;
        else if (here && strncmp(line, "VmFlags:", 8) == 0)
            found = strstr(line, " dd") != NULL;
    }
    fclose(maps);
    return found;
}

static void test_not_dumped(void **state)
{
    SECRET_CLEANUP struct secret secret = {0};

    (void)state;
    assert_true(secret_alloc(&secret, 100));
    assert_true(left_out_of_dumps(secret.ptr));
    assert_false(left_out_of_dumps(&secret));
}

/* Takes the place of munmap() in secret.c: the bytes must be gone before the memory is. */
static size_t unmapped;
static unsigned char unmapped_bytes;

int __wrap_munmap(void *address, size_t size);
int __real_munmap(void *address, size_t size);

int __wrap_munmap(void *address, size_t size)
{
    for (size_t i = 0; i < size; i++)
        unmapped_bytes |= ((unsigned char *)address)[i];
    unmapped += size;
    return __real_munmap(address, size);
}

static void test_free_wipes(void **state)
{
    struct secret secret = {0};

    (void)state;
    assert_true(secret_alloc(&secret, 5000));
    assert_true(secret_append(&secret, "token", 5));
    secret.ptr[4999] = 'x';
    unmapped = 0;
    unmapped_bytes = 0;
    secret_free(&secret);
    assert_int_equal(unmapped, 5000);
    assert_int_equal(unmapped_bytes, 0);
    assert_null(secret.ptr);
    assert_int_equal(secret.len, 0);
    assert_int_equal(secret.size, 0);
    secret_free(&secret);
    assert_int_equal(unmapped, 5000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_append),
        cmocka_unit_test(test_append_too_much),
        cmocka_unit_test(test_append_without_alloc),
        cmocka_unit_test(test_alloc_fails),
        cmocka_unit_test(test_not_dumped),
        cmocka_unit_test(test_free_wipes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
