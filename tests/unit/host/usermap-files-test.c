/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../../sys/usermap-files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "scratch.h"

#define TRUSTED (geteuid())

static struct usermap_files *open_one(char *path, struct safefile_error *error)
{
    struct issuer_rules issuer = {.user_map = path};
    const struct rules rules = {.issuers = &issuer, .issuer_count = 1};

    error->text[0] = '\0';
    return usermap_files_open(&rules, "/nonexistent", TRUSTED, error);
}

static void assert_refused(char *path, const char *why)
{
    struct safefile_error error;

    assert_null(open_one(path, &error));
    if (!strstr(error.text, why))
        fail_msg("%s", error.text);
}

static void maps_of_several_issuers(void **state)
{
    struct scratch *scratch = *state;
    char *one = strdup(scratch_write(scratch, "one", "alice alice\n"));
    char *two = strdup(scratch_write(scratch, "two", "alice bob\n"));
    char *none = strdup(scratch_write(scratch, "none", ""));
    struct issuer_rules issuers[] = {
        {.user_map = one},  {.user_map = (char[]){"identity"}},
        {.user_map = two},  {.user_map = (char[]){""}},
        {.user_map = none}, {.user_map = one},
    };
    static const char *const texts[] = {"alice alice\n", NULL, "alice bob\n", NULL, "",
                                        "alice alice\n"};
    const struct rules rules = {.issuers = issuers, .issuer_count = 5};
    struct safefile_error error = {""};
    struct usermap_files *files = usermap_files_open(&rules, scratch->directory, TRUSTED, &error);
    struct usermap_source source;

    assert_non_null(files);
    source = usermap_files_source(files);
    for (size_t i = 0; i < rules.issuer_count; i++) {
        struct span text = {0};

        assert_int_equal(source.text(source.context, &issuers[i], &text), texts[i] != NULL);
        if (texts[i])
            assert_true(span_equal(text, span_text(texts[i])));
    }
    assert_false(source.text(source.context, &issuers[5], &(struct span){0}));
    usermap_files_close(&files);
    assert_null(files);
    usermap_files_close(&files);
    free(one);
    free(two);
    free(none);
}

static void maps_that_are_refused(void **state)
{
    struct scratch *scratch = *state;
    char *path = strdup(scratch_write(scratch, "users", "alice alice\n")), *directory;
    struct safefile_error error;
    struct usermap_files *files = open_one(path, &error);

    assert_non_null(files);
    usermap_files_close(&files);
    assert_int_equal(chmod(path, 0664), 0);
    assert_refused(path, "chmod go-w it");
    assert_int_equal(chmod(path, 0646), 0);
    assert_refused(path, "chmod go-w it");
    assert_int_equal(chmod(path, 0600), 0);
    if (geteuid() == 0) {
        assert_int_equal(chown(path, 12345, 0), 0);
        assert_refused(path, "chown root it");
        assert_int_equal(chown(path, 0, 0), 0);
    }
    assert_int_equal(truncate(path, (off_t)128 * 1024 * 1024 + 1), 0);
    assert_refused(path, "expected at most 134217728 bytes");
    assert_int_equal(unlink(path), 0);
    assert_refused(path, "No such file");
    assert_int_equal(mkdir(path, 0755), 0);
    assert_refused(path, "expected a regular file");
    directory = strdup(scratch_path(scratch, "open"));
    assert_int_equal(mkdir(directory, 0755), 0);
    free(path);
    path = strdup(scratch_write(scratch, "open/users", "alice alice\n"));
    assert_int_equal(chmod(directory, 0777), 0);
    assert_refused(path, "chmod go-w it");
    free(directory);
    free(path);
}

#define SCRATCH_TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(maps_of_several_issuers),
        SCRATCH_TEST(maps_that_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
