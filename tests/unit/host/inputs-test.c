/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../../sys/inputs.h"
#include "scratch.h"

static const char *const suffixes[] = {".der", ".ocsp", NULL};
static const struct input_kind mapped = {suffixes, "expected *.der or *.ocsp in it", 10, true};
static const struct input_kind read_whole = {suffixes, "expected *.der or *.ocsp in it", 10, false};

static bool add(struct input_files *files, const struct input_kind *kind, const char *path,
                struct safefile_error *error)
{
    char *item = (char *)path;
    const struct string_list paths = {&item, 1};

    return inputs_add(files, kind, NULL, &paths, geteuid(), error);
}

static void by_mapping(void **state)
{
    const char *path = scratch_write(*state, "x.der", "12345");
    struct input_files files = {0};
    struct safefile_error error;

    assert_true(add(&files, &mapped, path, &error));
    assert_int_equal(files.count, 1);
    assert_string_equal(files.items[0].path, path);
    assert_int_equal(files.items[0].len, 5);
    assert_memory_equal(files.items[0].bytes, "12345", 5);
    assert_null(files.items[0].read);
    assert_ptr_equal(files.items[0].bytes, files.items[0].mapping.bytes.ptr);
    /* what is written later is in the file, but so it is with any memory of a trusted owner */
    assert_int_equal(unlink(path), 0);
    assert_memory_equal(files.items[0].bytes, "12345", 5);
    inputs_free(&files);
    assert_int_equal(files.count, 0);
}

static void by_reading(void **state)
{
    const char *path = scratch_write(*state, "x.der", "12345");
    struct input_files files = {0};
    struct safefile_error error;

    assert_true(add(&files, &read_whole, path, &error));
    assert_string_equal(files.items[0].bytes, "12345");
    assert_int_equal(files.items[0].mapping.bytes.len, 0);
    inputs_free(&files);
}

static void empty(void **state)
{
    const char *path = scratch_write(*state, "x.der", "");
    struct input_files files = {0};
    struct safefile_error error;

    assert_true(add(&files, &mapped, path, &error));
    assert_true(add(&files, &read_whole, path, &error));
    assert_int_equal(files.count, 2);
    assert_int_equal(files.items[0].len, 0);
    assert_int_equal(files.items[1].len, 0);
    inputs_free(&files);
}

/* The limit is on all files together. */
static void too_long(void **state)
{
    const struct input_kind *const kinds[] = {&mapped, &read_whole};
    const char *path = scratch_write(*state, "x.der", "123456");

    for (size_t i = 0; i < 2; i++) {
        struct input_files files = {0};
        struct safefile_error error;

        assert_true(add(&files, kinds[i], path, &error));
        assert_false(add(&files, kinds[i], path, &error));
        assert_non_null(strstr(error.text, path));
        assert_non_null(strstr(error.text, "expected at most 4 bytes"));
        inputs_free(&files);
    }
}

static void suffixes_of_any_length(void **state)
{
    struct scratch *scratch = *state;
    struct input_files files = {0};
    struct safefile_error error;

    scratch_write(scratch, "a.ocsp", "1");
    scratch_write(scratch, "b.der", "2");
    scratch_write(scratch, "c.derx", "x");
    scratch_write(scratch, "docsp", "x");
    scratch_write(scratch, ".ocsp", "x");
    scratch_write(scratch, ".e.der", "x");
    assert_true(add(&files, &mapped, scratch->directory, &error));
    assert_int_equal(files.count, 2);
    assert_memory_equal(files.items[0].bytes, "1", 1);
    assert_memory_equal(files.items[1].bytes, "2", 1);
    inputs_free(&files);
}

static void refused(void **state)
{
    struct scratch *scratch = *state;
    struct input_files files = {0};
    struct safefile_error error;
    const char *path;

    assert_false(add(&files, &mapped, scratch->directory, &error));
    assert_non_null(strstr(error.text, mapped.expected));
    path = scratch_write(scratch, "x.der", "1");
    assert_int_equal(chmod(path, 0666), 0);
    assert_false(add(&files, &mapped, path, &error));
    assert_non_null(strstr(error.text, path));
    assert_false(add(&files, &mapped, scratch_path(scratch, "missing.der"), &error));
    assert_int_equal(files.count, 0);
    inputs_free(&files);
}

#define SCRATCH_TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(by_mapping), SCRATCH_TEST(by_reading), SCRATCH_TEST(empty),
        SCRATCH_TEST(too_long),   SCRATCH_TEST(refused),    SCRATCH_TEST(suffixes_of_any_length),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
