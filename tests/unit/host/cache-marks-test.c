/* SPDX-License-Identifier: BSD-3-Clause */
/* Marks of failed fetches; listing, removing, tidying. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "cached.h"

static bool failed(int directory, const char *name, int64_t now)
{
    return cache_failed(directory, name, geteuid(), now, 60);
}

static void age(void **state)
{
    const struct wire_answer answer = cached_ocsp(REQUEST, "x"), other = cached_crl(URL, "x");
    int directory = cached_open(*state);
    const char *name = cached_name(&answer);

    assert_false(failed(directory, name, 1000));
    assert_true(cache_mark_failed(directory, name, 1000));
    assert_true(failed(directory, name, 1000));
    assert_true(failed(directory, name, 1059));
    assert_false(failed(directory, name, 1060));
    assert_false(failed(directory, name, 999)); /* the clock was set back */
    assert_false(failed(directory, cached_name(&other), 1000));
    name = cached_name(&answer);
    assert_true(cache_mark_failed(directory, name, 1050));
    assert_true(failed(directory, name, 1109));
    cached_store(directory, &other);
    assert_true(failed(directory, cached_name(&answer), 1109));
    cached_store(directory, &answer);
    assert_false(failed(directory, cached_name(&answer), 1109));
    close(directory);
}

static void foreign_marks(void **state)
{
    const struct wire_answer answer = cached_crl(URL, "x");
    char mark[CACHE_NAME_SIZE + 8];
    int directory = cached_open(*state);
    const char *name = cached_name(&answer);

    snprintf(mark, sizeof(mark), "%s.failed", name);
    assert_false(cache_mark_failed(directory, "../x", 1000));
    assert_false(failed(directory, "../x", 1000));
    assert_true(cache_mark_failed(directory, name, 1000));
    if (geteuid() == 0)
        assert_int_equal(fchownat(directory, mark, 65534, 65534, 0), 0);
    assert_false(cache_failed(directory, name, 0, 1000, 60));
    assert_int_equal(unlinkat(directory, mark, 0), 0);
    assert_int_equal(mkdirat(directory, mark, 0755), 0);
    assert_false(cache_failed(directory, name, geteuid(), INT64_MAX, INT64_MAX));
    assert_int_equal(unlinkat(directory, mark, AT_REMOVEDIR), 0);
    assert_int_equal(symlinkat("target", directory, mark), 0);
    assert_false(cache_mark_failed(directory, name, 1000));
    assert_int_equal(faccessat(directory, "target", F_OK, 0), -1);
    close(directory);
}

static void listing(void **state)
{
    static const char *const foreign[] = {"README", "x.crl", ".new", "ab.ocsp"};
    const struct wire_answer crl = cached_crl(URL, "x"), ocsp = cached_ocsp(REQUEST, "x");
    char copy[CACHE_NAME_SIZE + 8];
    int directory = cached_open(*state);
    struct safefile_error error;
    struct cache_names list;

    assert_true(cache_list(directory, &list, &error));
    assert_int_equal(list.count, 0);
    cache_names_free(&list);
    cached_store(directory, &crl);
    cached_store(directory, &ocsp);
    assert_true(cache_mark_failed(directory, cached_name(&crl), 1000));
    for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
        scratch_write(*state, foreign[i], "x");
    snprintf(copy, sizeof(copy), "%s.old", cached_name(&crl));
    scratch_write(*state, copy, "x");
    assert_true(cache_list(directory, &list, &error));
    assert_int_equal(list.count, 2);
    assert_true(strcmp(list.names[0], list.names[1]) < 0);
    for (size_t i = 0; i < list.count; i++)
        assert_int_equal(cached_look(directory, list.names[i]), CACHE_FOUND);
    cache_names_free(&list);
    close(directory);
}

static void removing(void **state)
{
    const struct wire_answer crl = cached_crl(URL, "x"), ocsp = cached_ocsp(REQUEST, "x");
    int directory = cached_open(*state);
    struct safefile_error error;
    struct cache_writer writer;

    cached_store(directory, &crl);
    cached_store(directory, &ocsp);
    assert_true(cache_mark_failed(directory, cached_name(&crl), 1000));
    assert_true(cache_lock(directory, 0, &writer, &error));
    scratch_write(*state, "foreign", "x");
    cache_remove(&writer, cached_name(&crl));
    cache_remove(&writer, "foreign");
    cache_unlock(&writer);
    cache_remove(&writer, cached_name(&ocsp)); /* not locked any more */
    assert_int_equal(cached_look(directory, cached_name(&crl)), CACHE_NONE);
    assert_false(failed(directory, cached_name(&crl), 1000));
    assert_int_equal(cached_look(directory, cached_name(&ocsp)), CACHE_FOUND);
    assert_int_equal(cached_count_files(directory), 3); /* with the lock and the foreign one */
    close(directory);
}

static void tidying(void **state)
{
    const struct wire_answer crl = cached_crl(URL, "x"), ocsp = cached_ocsp(REQUEST, "x");
    const struct wire_answer third = cached_crl("http://ca.example/3.crl", "x");
    int directory = cached_open(*state);
    struct safefile_error error;
    struct cache_writer writer;

    cached_store(directory, &crl);
    assert_true(cache_mark_failed(directory, cached_name(&crl), 1000));
    assert_true(cache_mark_failed(directory, cached_name(&ocsp), 940));
    assert_true(cache_mark_failed(directory, cached_name(&third), 2000)); /* of the future */
    scratch_write(*state, ".new", "x");
    scratch_write(*state, "foreign.failed", "x");
    assert_true(cache_lock(directory, 0, &writer, &error));
    cache_tidy(&writer, 1000, 60);
    cache_unlock(&writer);
    assert_true(failed(directory, cached_name(&crl), 1000));
    assert_false(failed(directory, cached_name(&ocsp), 940));
    assert_false(failed(directory, cached_name(&third), 2000));
    assert_int_equal(cached_look(directory, cached_name(&crl)), CACHE_FOUND);
    assert_int_equal(cached_count_files(directory), 4); /* entry, its mark, lock, foreign one */
    close(directory);
}

#define SCRATCH_TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(age),      SCRATCH_TEST(foreign_marks), SCRATCH_TEST(listing),
        SCRATCH_TEST(removing), SCRATCH_TEST(tidying),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
