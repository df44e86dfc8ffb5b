/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "mapped.h"

#define REGEX "/(.*)@example\\.org \\1\n"

static void leads_to_lines(void **state)
{
    struct scratch *scratch = *state;

    write_map_and_index(scratch, "first 1\n# a comment\n" REGEX "\"a b\"\t\"c d\" # more\n",
                        "name7 root\nlast 9\n");
    assert_hinted(scratch, "first", "1");
    assert_hinted(scratch, "last", "9");
    assert_hinted(scratch, "a b", "c d");
    assert_hinted(scratch, "name0", "user0");
    assert_hinted(scratch, "name1999", "user1999");
    assert_hinted(scratch, "name7", "user7");
    assert_hinted(scratch, "name7", "root");
    assert_hinted(scratch, "alice@example.org", "alice");
    assert_searched(scratch, "alice@example.org", "bob", false);
    assert_searched(scratch, "name8", "root", false);
    assert_searched(scratch, "name2000", "user2000", false);
    assert_searched(scratch, "name", "7user7", false);
    assert_searched(scratch, "", "user7", false);
    assert_searched(scratch, "name7", "", false);
}

static void more_expressions_than_it_holds(void **state)
{
    struct scratch *scratch = *state;
    struct safefile_error error;
    FILE *file;

    write_map(scratch, MAPPED_LINES, "", "");
    file = fopen(scratch_path(scratch, "users"), "ae");
    assert_non_null(file);
    for (unsigned i = 0; i < USERMAP_INDEX_REGEX_MAX + 1; i++)
        assert_true(fprintf(file, "/%u-[a-z]+ user\n", i) > 0);
    assert_int_equal(fclose(file), 0);
    assert_true(make_map_index(scratch, &error));
    assert_hinted(scratch, "name7", "user7");
    assert_int_equal(ask_map(scratch, "name7", "user7").looks, 1);
    assert_hinted(scratch, "255-a", "user");
    assert_searched(scratch, "256-a", "user", true);
    assert_int_equal(ask_map(scratch, "256-a", "user").looks, USERMAP_INDEX_REGEX_MAX);
}

/* --- what is read ----------------------------------------------------------------------------- */

static struct {
    unsigned calls;
    size_t bytes;
} read_from_files;

ssize_t __real_pread64(int fd, void *out, size_t size, off_t offset);
ssize_t __wrap_pread64(int fd, void *out, size_t size, off_t offset);

ssize_t __wrap_pread64(int fd, void *out, size_t size, off_t offset)
{
    ssize_t got = __real_pread64(fd, out, size, offset);

    read_from_files.calls++;
    read_from_files.bytes += got > 0 ? (size_t)got : 0;
    return got;
}

static void assert_reads(struct scratch *scratch, const char *subject, const char *user,
                         unsigned calls_max)
{
    const struct usermap_index_header *header;
    const size_t opening = 2 * sizeof(*header); /* once by ask_map(), once by the source */

    read_from_files.calls = 0;
    read_from_files.bytes = 0;
    assert_hinted(scratch, subject, user);
    assert_true(read_from_files.calls > 2);
    assert_true(read_from_files.calls - 2 <= calls_max);
    assert_true(read_from_files.bytes - opening <=
                calls_max * sizeof(struct usermap_index_entry) + USERMAP_LINE_MAX + 2);
}

/* A search among n entries, the entry, its line. A subject with many users costs no more. */
static void little_is_read(void **state)
{
    struct scratch *scratch = *state;
    struct safefile_error error;
    char name[32], user[32];
    FILE *file;

    write_map(scratch, 200000, "", "");
    file = fopen(scratch_path(scratch, "users"), "ae");
    assert_non_null(file);
    for (unsigned i = 0; i < 50000; i++)
        assert_true(fprintf(file, "many of%u\n", i) > 0);
    assert_int_equal(fclose(file), 0);
    assert_true(make_map_index(scratch, &error));
    for (unsigned i = 0; i < 200000; i += 19999) {
        snprintf(name, sizeof(name), "name%u", i);
        snprintf(user, sizeof(user), "user%u", i);
        assert_reads(scratch, name, user, 18 + 2);
    }
    assert_reads(scratch, "many", "of0", 18 + 2);
    assert_reads(scratch, "many", "of49999", 18 + 2);
}

/* --- stale ------------------------------------------------------------------------------------ */

static void map_was_changed(void **state)
{
    struct scratch *scratch = *state;
    struct safefile_error error;
    FILE *file;

    write_map_and_index(scratch, "", "");
    file = fopen(scratch_path(scratch, "users"), "ae");
    assert_non_null(file);
    assert_true(fputs("new one\n", file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_no_index(scratch);
    assert_true(ask_map(scratch, "new", "one").found);
    assert_true(make_map_index(scratch, &error));
    assert_hinted(scratch, "new", "one");
    write_map(scratch, 7, "", "");
    assert_no_index(scratch);
    assert_false(ask_map(scratch, "name7", "user7").found);
    assert_true(ask_map(scratch, "name6", "user6").found);
}

/* --- of somebody else ------------------------------------------------------------------------- */

static void untrusted_index(void **state)
{
    struct scratch *scratch = *state;
    char *moved = strdup(scratch_path(scratch, "moved"));

    write_map_and_index(scratch, "", "");
    assert_int_equal(chmod(map_index_path(scratch), 0646), 0);
    assert_no_index(scratch);
    assert_int_equal(chmod(map_index_path(scratch), 0664), 0);
    assert_no_index(scratch);
    assert_int_equal(chmod(map_index_path(scratch), 0644), 0);
    assert_hinted(scratch, "name7", "user7");
    if (geteuid() == 0) {
        assert_int_equal(chown(map_index_path(scratch), 12345, 0), 0);
        assert_no_index(scratch);
        assert_int_equal(chown(map_index_path(scratch), 0, 0), 0);
    }
    assert_int_equal(rename(map_index_path(scratch), moved), 0);
    assert_no_index(scratch);
    assert_int_equal(symlink(moved, map_index_path(scratch)), 0);
    assert_no_index(scratch);
    assert_int_equal(unlink(map_index_path(scratch)), 0);
    assert_int_equal(mkdir(map_index_path(scratch), 0755), 0);
    assert_no_index(scratch);
    free(moved);
}

/* --- making ----------------------------------------------------------------------------------- */

static ino_t index_inode(struct scratch *scratch)
{
    struct stat st;

    return stat(map_index_path(scratch), &st) == 0 ? st.st_ino : 0;
}

static mode_t index_mode(struct scratch *scratch)
{
    struct stat st;

    assert_int_equal(stat(map_index_path(scratch), &st), 0);
    return st.st_mode & 07777;
}

static void mode_of_the_map(void **state)
{
    struct scratch *scratch = *state;
    struct safefile_error error;

    write_map_and_index(scratch, "", "");
    assert_int_equal(index_mode(scratch), 0644);
    assert_int_equal(chmod(scratch_path(scratch, "users"), 0640), 0);
    assert_true(make_map_index(scratch, &error));
    assert_int_equal(index_mode(scratch), 0600);
    assert_hinted(scratch, "name7", "user7");
}

static void made_once(void **state)
{
    struct scratch *scratch = *state;
    struct safefile_error error;
    struct map_forgery forgery;
    ino_t first;

    write_map_and_index(scratch, "", "");
    first = index_inode(scratch);
    assert_true(make_map_index(scratch, &error));
    assert_int_equal(index_inode(scratch), first);
    forgery = take_map_index(scratch);
    put_map_index(scratch, &forgery, forgery.len - 1);
    assert_true(make_map_index(scratch, &error));
    assert_int_not_equal(index_inode(scratch), first);
    assert_hinted(scratch, "name7", "user7");
    free(forgery.bytes);
}

static void small_maps_have_none(void **state)
{
    struct scratch *scratch = *state;
    struct safefile_error error;

    write_map_and_index(scratch, "", "");
    write_map(scratch, 20, "", "");
    assert_true(make_map_index(scratch, &error));
    assert_int_equal(index_inode(scratch), 0);
    assert_no_index(scratch);
    write_map(scratch, 0, "", "");
    assert_true(make_map_index(scratch, &error));
    assert_int_equal(index_inode(scratch), 0);
}

static void assert_not_made(struct scratch *scratch, const char *before, const char *after,
                            const char *why)
{
    struct safefile_error error;

    write_map_and_index(scratch, "", "");
    write_map(scratch, MAPPED_LINES, before, after);
    assert_false(make_map_index(scratch, &error));
    if (!strstr(error.text, why))
        fail_msg("%s", error.text);
    assert_int_equal(index_inode(scratch), 0);
}

static void broken_maps(void **state)
{
    struct scratch *scratch = *state;
    struct safefile_error error;

    assert_not_made(scratch, "", "alice\n", "/users:2001: expected a subject and a user");
    assert_not_made(scratch, "\n/(a)\\1 a\n", "", "/users:2: the regular expression");
    assert_not_made(scratch, "", "alice bob", "/users:2001: expected a line feed");
    write_map(scratch, MAPPED_LINES, "", "");
    assert_int_equal(chmod(scratch_path(scratch, "users"), 0666), 0);
    assert_false(make_map_index(scratch, &error));
    assert_int_equal(unlink(scratch_path(scratch, "users")), 0);
    assert_false(make_map_index(scratch, &error));
    assert_int_equal(mkdir(scratch_path(scratch, "users"), 0755), 0);
    assert_false(make_map_index(scratch, &error));
}

#define SCRATCH_TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(leads_to_lines),  SCRATCH_TEST(more_expressions_than_it_holds),
        SCRATCH_TEST(little_is_read),  SCRATCH_TEST(map_was_changed),
        SCRATCH_TEST(untrusted_index), SCRATCH_TEST(mode_of_the_map),
        SCRATCH_TEST(made_once),       SCRATCH_TEST(small_maps_have_none),
        SCRATCH_TEST(broken_maps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
