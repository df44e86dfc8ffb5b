/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../../sys/safefile.h"
#include "scratch.h"

#define NOBODY 65534

static bool opens(const char *path)
{
    struct safefile_error error = {""};
    int fd = safefile_open(path, geteuid(), &error);

    if (fd >= 0)
        close(fd);
    else
        assert_true(error.text[0] != '\0');
    return fd >= 0;
}

static bool opens_directory(const char *path)
{
    struct safefile_error error = {""};
    int fd = safefile_open_directory(path, geteuid(), &error);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static void a_file_of_ours(void **state)
{
    struct scratch *scratch = *state;

    assert_true(opens(scratch_write(scratch, "file", "text")));
    assert_false(opens(scratch_path(scratch, "missing")));
    assert_int_equal(errno, ENOENT);
    assert_false(opens(scratch->directory));
    assert_true(opens_directory(scratch->directory));
    assert_false(opens_directory(scratch_path(scratch, "file")));
    assert_false(opens("relative"));
    assert_false(opens(""));
    assert_false(opens("/"));
}

static void writable_files(void **state)
{
    static const struct {
        mode_t mode;
        bool trusted;
    } cases[] = {{0600, true},  {0644, true},  {0444, true}, {0664, false},
                 {0646, false}, {0666, false}, {0620, false}};
    const char *path = scratch_write(*state, "file", "text");

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(chmod(path, cases[i].mode), 0);
        assert_true(opens(path) == cases[i].trusted);
    }
}

static void writable_parents(void **state)
{
    struct scratch *scratch = *state;
    char file[PATH_MAX];

    assert_int_equal(mkdir(scratch_path(scratch, "parent"), 0755), 0);
    snprintf(file, sizeof(file), "%s", scratch_write(scratch, "parent/file", "text"));
    assert_true(opens(file));
    assert_int_equal(chmod(scratch_path(scratch, "parent"), 0775), 0);
    assert_false(opens(file));
    assert_int_equal(chmod(scratch_path(scratch, "parent"), 0757), 0);
    assert_false(opens(file));
    /* a sticky directory is as good as an unwritable one only if it is root's */
    assert_int_equal(chmod(scratch_path(scratch, "parent"), 01777), 0);
    assert_true(opens(file) == (geteuid() == 0));
}

static void owners(void **state)
{
    struct scratch *scratch = *state;
    struct safefile_error error = {""};
    const char *path = scratch_write(scratch, "file", "text");

    if (geteuid() != 0)
        skip();
    assert_int_equal(chown(path, NOBODY, NOBODY), 0);
    assert_int_equal(safefile_open(path, 0, &error), -1);
    assert_non_null(strstr(error.text, "expected owner root, found uid 65534"));
    int fd = safefile_open(path, NOBODY, &error);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(chown(path, 0, 0), 0);
    assert_int_equal(chown(scratch->directory, NOBODY, NOBODY), 0);
    assert_int_equal(safefile_open(path, 0, &error), -1);
    assert_non_null(strstr(error.text, "a directory above"));
}

static void symbolic_links(void **state)
{
    struct scratch *scratch = *state;
    char link[PATH_MAX];

    scratch_write(scratch, "file", "text");
    snprintf(link, sizeof(link), "%s", scratch_path(scratch, "link"));
    assert_int_equal(symlink("file", link), 0);
    assert_true(opens(link));
    assert_int_equal(unlink(link), 0);
    assert_int_equal(symlink("link", link), 0);
    assert_false(opens(link));
    assert_int_equal(unlink(link), 0);
    assert_int_equal(symlink("missing", link), 0);
    assert_false(opens(link));
    assert_int_equal(unlink(link), 0);
    assert_int_equal(symlink(scratch->directory, link), 0);
    snprintf(link, sizeof(link), "%s/link/../link/file", scratch->directory);
    assert_false(opens(link)); /* .. of the link's target is /tmp */
    snprintf(link, sizeof(link), "%s/link/file", scratch->directory);
    assert_true(opens(link));
}

/* A link that somebody else put into a shared directory leads where he wants. */
static void link_of_another(void **state)
{
    struct scratch *scratch = *state;
    char link[PATH_MAX];

    if (geteuid() != 0)
        skip();
    assert_int_equal(chmod(scratch->directory, 01777), 0);
    scratch_write(scratch, "file", "text");
    snprintf(link, sizeof(link), "%s", scratch_path(scratch, "link"));
    assert_int_equal(symlink("file", link), 0);
    assert_true(opens(link));
    assert_int_equal(lchown(link, NOBODY, NOBODY), 0);
    assert_false(opens(link));
}

static void not_a_regular_file(void **state)
{
    struct scratch *scratch = *state;
    const char *path = scratch_path(scratch, "fifo");

    assert_int_equal(mkfifo(path, 0600), 0);
    assert_false(opens(path)); /* and does not wait for a writer */
    assert_false(opens("/dev/null"));
}

static void reading(void **state)
{
    struct safefile_error error = {""};
    const char *path = scratch_write(*state, "file", "four");
    int fd = safefile_open(path, geteuid(), &error);
    size_t len = 0;
    char *text = safefile_read(fd, path, 4, &len, &error);

    assert_non_null(text);
    assert_int_equal(len, 4);
    assert_string_equal(text, "four");
    free(text);
    assert_null(safefile_read(fd, path, 3, &len, &error));
    assert_non_null(strstr(error.text, "expected at most 3 bytes, found 4"));
    close(fd);
}

#define SCRATCH_TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(a_file_of_ours),     SCRATCH_TEST(writable_files),
        SCRATCH_TEST(writable_parents),   SCRATCH_TEST(owners),
        SCRATCH_TEST(symbolic_links),     SCRATCH_TEST(link_of_another),
        SCRATCH_TEST(not_a_regular_file), SCRATCH_TEST(reading),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
