/* SPDX-License-Identifier: BSD-3-Clause */
/* Spent tokens in a directory: once each, kept before it is said, and no yes when anything fails.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "directory-world.h"

#define ENTRIES_MAX 1024

/* --- once ------------------------------------------------------------------------------------- */

static void once(void **state)
{
    int directory = store_open(*state);

    assert_int_equal(store_spend(directory, 1, NOW + 60), STATUS_ACCEPTED);
    assert_true(store_has(directory, 1, NOW + 60));
    assert_int_equal(store_spend(directory, 1, NOW + 60), STATUS_REPLAYED);
    assert_int_equal(store_spend(directory, 2, NOW + 60), STATUS_ACCEPTED);
    assert_int_equal(store_spend(directory, 1, NOW + 60), STATUS_REPLAYED);
    assert_int_equal(store_count_names(directory), 2);
    close(directory);
}

/* The issuer has made two tokens of one jti. */
static void once_whatever_its_end(void **state)
{
    int directory = store_open(*state);

    assert_int_equal(store_spend(directory, 1, NOW + 60), STATUS_ACCEPTED);
    assert_int_equal(store_spend(directory, 1, NOW + 61), STATUS_REPLAYED);
    assert_int_equal(store_spend(directory, 1, INT64_MAX / 1000), STATUS_REPLAYED);
    close(directory);
}

/* What only begins like an entry of it counts, too. */
static void once_whatever_its_name_says(void **state)
{
    static const char *const ends[] = {".", ".x", ".1", "..", ".99999999999999999999"};
    int directory = store_open(*state);

    assert_int_equal(store_spend(directory, 0, NOW + 60), STATUS_ACCEPTED);
    for (unsigned i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        store_put_id(directory, i + 1, ends[i]);
        assert_int_equal(store_spend(directory, i + 1, NOW + 60), STATUS_REPLAYED);
    }
    close(directory);
}

static void modes(void **state)
{
    struct scratch *scratch = *state;
    const struct replay_entry entry = store_entry(1, NOW);
    char name[128];
    struct stat st;
    int directory = store_open(scratch);

    (void)snprintf(name, sizeof(name), "%u", (unsigned)geteuid());
    assert_int_equal(stat(scratch_path(scratch, name), &st), 0);
    assert_int_equal(st.st_mode, S_IFDIR | 0700);
    assert_int_equal(store_spend(directory, 1, NOW), STATUS_ACCEPTED);
    assert_int_equal(fstatat(directory, SHARD, &st, AT_SYMLINK_NOFOLLOW), 0);
    assert_int_equal(st.st_mode, S_IFDIR | 0700);
    (void)snprintf(name, sizeof(name), SHARD "/%s.%d", entry.id, NOW);
    assert_int_equal(fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW), 0);
    assert_int_equal(st.st_mode, S_IFREG | 0600);
    assert_int_equal(st.st_size, 0);
    close(directory);
}

/* --- time ------------------------------------------------------------------------------------- */

static void pruning(void **state)
{
    int directory = store_open(*state);

    assert_int_equal(store_spend(directory, 1, NOW - 1), STATUS_ACCEPTED);
    store_put_name(directory, "something else");
    assert_int_equal(store_spend(directory, 2, NOW), STATUS_ACCEPTED);
    assert_false(store_has(directory, 1, NOW - 1));
    assert_int_equal(store_spend(directory, 3, NOW + 1), STATUS_ACCEPTED);
    assert_true(store_has(directory, 2, NOW));
    assert_int_equal(store_count_names(directory), 3);
    close(directory);
}

/* A refusal changes nothing. */
static void no_pruning_for_a_replay(void **state)
{
    int directory = store_open(*state);

    assert_int_equal(store_spend(directory, 1, NOW + 1), STATUS_ACCEPTED);
    assert_int_equal(store_spend(directory, 2, NOW - 1), STATUS_ACCEPTED);
    assert_int_equal(store_spend(directory, 1, NOW + 1), STATUS_REPLAYED);
    assert_true(store_has(directory, 2, NOW - 1));
    close(directory);
}

/* --- full ------------------------------------------------------------------------------------- */

static void fill(int directory, int64_t until)
{
    assert_int_equal(store_spend(directory, 0, NOW + 60), STATUS_ACCEPTED);
    for (unsigned i = 1; i < ENTRIES_MAX; i++)
        store_put(directory, i, until);
}

static void full(void **state)
{
    int directory = store_open(*state);

    fill(directory, NOW + 60);
    assert_int_equal(store_spend(directory, ENTRIES_MAX, NOW + 60), STATUS_REPLAY_UNAVAILABLE);
    store_assert_detail("full");
    assert_int_equal(store_count_names(directory), ENTRIES_MAX);
    assert_int_equal(store_spend(directory, 5, NOW + 60), STATUS_REPLAYED);
    close(directory);
}

/* Names that nobody knows take room, too: nobody has to read on for ever. */
static void full_of_something_else(void **state)
{
    int directory = store_open(*state);
    char name[32];

    assert_int_equal(store_spend(directory, 0, NOW + 60), STATUS_ACCEPTED);
    for (unsigned i = 1; i < ENTRIES_MAX; i++) {
        (void)snprintf(name, sizeof(name), "x%u", i);
        store_put_name(directory, name);
    }
    assert_int_equal(store_spend(directory, ENTRIES_MAX, NOW), STATUS_REPLAY_UNAVAILABLE);
    store_assert_detail("full");
    close(directory);
}

static void full_of_what_is_over(void **state)
{
    int directory = store_open(*state);

    fill(directory, NOW - 1);
    assert_int_equal(store_spend(directory, ENTRIES_MAX, NOW + 60), STATUS_ACCEPTED);
    assert_int_equal(store_count_names(directory), 2);
    close(directory);
}

/* --- kept ------------------------------------------------------------------------------------- */

/* The directory of the shards before the first entry of one, then the entry, then its directory. */
static void durable(void **state)
{
    int directory = store_open(*state);

    assert_int_equal(store_spend(directory, 1, NOW + 60), STATUS_ACCEPTED);
    assert_string_equal(store_synced, "dfd");
    store_synced[0] = '\0';
    assert_int_equal(store_spend(directory, 2, NOW + 60), STATUS_ACCEPTED);
    assert_string_equal(store_synced, "fd");
    store_synced[0] = '\0';
    assert_int_equal(store_spend(directory, 2, NOW + 60), STATUS_REPLAYED);
    assert_string_equal(store_synced, "");
    close(directory);
}

/* Somebody has made the shard, and was killed before he made it durable. */
static void durable_though_the_shard_was_there(void **state)
{
    int directory = store_open(*state);

    assert_int_equal(mkdirat(directory, SHARD, 0700), 0);
    assert_int_equal(store_spend(directory, 1, NOW + 60), STATUS_ACCEPTED);
    assert_string_equal(store_synced, "dfd");
    close(directory);
}

static void not_durable(void **state)
{
    int directory = store_open(*state);

    for (unsigned n = 1; n <= 3; n++) {
        assert_int_equal(store_spend(directory, n, NOW - 1), STATUS_ACCEPTED);
        store_fail_sync = n;
        assert_int_equal(store_spend(directory, 10 + n, NOW + 60),
                         n <= 2 ? STATUS_REPLAY_UNAVAILABLE : STATUS_ACCEPTED);
        if (n <= 2)
            store_assert_detail(strerror(EIO));
        store_fail_sync = 0;
    }
    close(directory);
}

static void shard_not_durable(void **state)
{
    int directory = store_open(*state);

    store_fail_sync = 1;
    assert_int_equal(store_spend(directory, 1, NOW + 60), STATUS_REPLAY_UNAVAILABLE);
    store_assert_detail(strerror(EIO));
    assert_int_equal(store_count_names(directory), 0);
    close(directory);
}

/* --- what fails ------------------------------------------------------------------------------- */

static void names_that_cannot_be_removed(void **state)
{
    int directory = store_open(*state);

    assert_int_equal(store_spend(directory, 1, NOW - 1), STATUS_ACCEPTED);
    store_fail_unlink = 1;
    assert_int_equal(store_spend(directory, 2, NOW + 60), STATUS_REPLAY_UNAVAILABLE);
    store_assert_detail("an entry cannot be removed");
    assert_false(store_has(directory, 2, NOW + 60));
    close(directory);
}

/* Whoever did not see all names would not know. */
static void names_that_cannot_be_read(void **state)
{
    int directory = store_open(*state);

    for (unsigned n = 1; n <= 8; n++) { /* ".", "..", an entry and the end, twice */
        (void)store_spend(directory, 1, NOW - 1);
        assert_true(store_has(directory, 1, NOW - 1));
        store_fail_read = n;
        assert_int_equal(store_spend(directory, 2, NOW + 60), STATUS_REPLAY_UNAVAILABLE);
        store_assert_detail("the entries cannot be read");
        assert_false(store_has(directory, 2, NOW + 60));
    }
    close(directory);
}

/* A shard that is a link, a file, or not its own alone. */
static void foreign_shards(void **state)
{
    struct scratch *scratch = *state;
    int directory = store_open(scratch);

    assert_int_equal(mkdir(scratch_path(scratch, "elsewhere"), 0700), 0);
    assert_int_equal(symlinkat(scratch->path, directory, SHARD), 0);
    assert_int_equal(store_spend(directory, 1, NOW + 60), STATUS_REPLAY_UNAVAILABLE);
    assert_int_equal(rmdir(scratch->path), 0); /* it is empty */
    assert_int_equal(unlinkat(directory, SHARD, 0), 0);

    close(openat(directory, SHARD, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    assert_int_equal(store_spend(directory, 1, NOW + 60), STATUS_REPLAY_UNAVAILABLE);
    assert_int_equal(unlinkat(directory, SHARD, 0), 0);

    assert_int_equal(mkdirat(directory, SHARD, 0700), 0);
    assert_int_equal(fchmodat(directory, SHARD, 0770, 0), 0);
    assert_int_equal(store_spend(directory, 1, NOW + 60), STATUS_CONFIG_ERROR);
    store_assert_detail("and mode 0700");
    assert_int_equal(fchmodat(directory, SHARD, 0700, 0), 0);
    assert_int_equal(store_spend(directory, 1, NOW + 60), STATUS_ACCEPTED);
    if (geteuid() == 0) {
        assert_int_equal(fchownat(directory, SHARD, 65534, 65534, 0), 0);
        assert_int_equal(store_spend(directory, 2, NOW + 60), STATUS_CONFIG_ERROR);
        store_assert_detail("found uid 65534");
    }
    close(directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(once),
        STORE_TEST(once_whatever_its_end),
        STORE_TEST(once_whatever_its_name_says),
        STORE_TEST(modes),
        STORE_TEST(pruning),
        STORE_TEST(no_pruning_for_a_replay),
        STORE_TEST(full),
        STORE_TEST(full_of_something_else),
        STORE_TEST(full_of_what_is_over),
        STORE_TEST(durable),
        STORE_TEST(durable_though_the_shard_was_there),
        STORE_TEST(not_durable),
        STORE_TEST(shard_not_durable),
        STORE_TEST(names_that_cannot_be_removed),
        STORE_TEST(names_that_cannot_be_read),
        STORE_TEST(foreign_shards),
    };

    umask(S_IRWXG | S_IRWXO);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
