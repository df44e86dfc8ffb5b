/* SPDX-License-Identifier: BSD-3-Clause */
/* An index of a user map that says what it should not: nobody gets in by it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "mapped.h"

/* All entries, with the hash of name7 and root, and all expressions lead to one place. */
static void lead_all_to(struct scratch *scratch, uint32_t offset)
{
    struct map_forgery forgery = take_map_index(scratch);

    for (size_t i = 0; i < forgery.header->count; i++) {
        forgery.entries[i].offset = offset;
        assert_true(
            usermap_index_hash(span_text("name7"), span_text("root"), forgery.entries[i].hash));
    }
    for (size_t i = 0; i < forgery.header->regexes; i++)
        forgery.regexes[i] = offset;
    put_map_index(scratch, &forgery, forgery.len);
    free(forgery.bytes);
}

/* Whatever is read from there on is no line of the map, or not one for them. */
static void leads_elsewhere(void **state)
{
    static const char before[] = "#name7 root\n# name7 root\nxname7 root\n\"\" name7 root\"\n"
                                 "name7 root1\nname7 \"roo\"s\n/xname7 root\n";
    struct scratch *scratch = *state;
    struct stat st;
    uint32_t size;

    write_map_and_index(scratch, "a b\n/a b\n", "");
    write_map(scratch, MAPPED_LINES, before, "name7 root");
    assert_int_equal(stat(scratch_path(scratch, "users"), &st), 0);
    size = (uint32_t)st.st_size;
    for (uint32_t offset = 0; offset < size; offset += offset < sizeof(before) ? 1 : 997) {
        struct map_forgery forgery = take_map_index(scratch);

        believe_map(scratch, &forgery);
        lead_all_to(scratch, offset);
        assert_searched(scratch, "name7", "root", false);
        free(forgery.bytes);
    }
    for (uint32_t offset = size - 12; offset < size + 2; offset++) {
        lead_all_to(scratch, offset);
        assert_false(ask_map(scratch, "name7", "root").hinted);
    }
    lead_all_to(scratch, UINT32_MAX);
    assert_searched(scratch, "name7", "root", false);
    assert_searched(scratch, "name7", "user7", true);
}

/* Of the file that is there now, but made of another: what has gone is not let in. */
static void made_of_another_map(void **state)
{
    struct scratch *scratch = *state;
    struct map_forgery forgery;

    write_map_and_index(scratch, "alice root\n/(.*)@x \\1\n", "");
    assert_hinted(scratch, "alice", "root");
    assert_hinted(scratch, "bob@x", "bob");
    forgery = take_map_index(scratch);
    write_map(scratch, MAPPED_LINES, "alice tool\n/(.*)@y \\1\n", "new one\n");
    believe_map(scratch, &forgery);
    assert_searched(scratch, "alice", "root", false);
    assert_searched(scratch, "bob@x", "bob", false);
    assert_searched(scratch, "alice", "tool", true);
    assert_searched(scratch, "new", "one", true);
    assert_hinted(scratch, "bob@y", "bob");
    assert_hinted(scratch, "name7", "user7");
    free(forgery.bytes);
}

static void other_identity(void **state)
{
    struct scratch *scratch = *state;
    struct map_forgery forgery;

    write_map_and_index(scratch, "", "");
    forgery = take_map_index(scratch);
    for (size_t i = 0; i < sizeof(forgery.header->source) / sizeof(uint64_t); i++) {
        uint64_t *numbers = (uint64_t *)&forgery.header->source;

        numbers[i]++;
        put_map_index(scratch, &forgery, forgery.len);
        assert_no_index(scratch);
        numbers[i]--;
    }
    forgery.header->mark[0]++;
    put_map_index(scratch, &forgery, forgery.len);
    assert_no_index(scratch);
    forgery.header->mark[0]--;
    put_map_index(scratch, &forgery, forgery.len);
    assert_hinted(scratch, "name7", "user7");
    free(forgery.bytes);
}

/* Entries that have the hash of a line before the entry of that line. */
static void collisions(struct scratch *scratch, unsigned count, bool hinted)
{
    struct map_forgery forgery;
    unsigned char hash[12];
    size_t at = 0;

    write_map_and_index(scratch, "", "");
    forgery = take_map_index(scratch);
    assert_true(usermap_index_hash(span_text("name7"), span_text("user7"), hash));
    while (memcmp(forgery.entries[at].hash, hash, sizeof(hash)) != 0)
        at++;
    assert_true(at > count);
    for (size_t i = at - count; i < at; i++)
        memcpy(forgery.entries[i].hash, hash, sizeof(hash));
    put_map_index(scratch, &forgery, forgery.len);
    if (hinted)
        assert_hinted(scratch, "name7", "user7");
    else
        assert_searched(scratch, "name7", "user7", true);
    assert_int_equal(ask_map(scratch, "name7", "user7").looks,
                     hinted ? count + 1 : USERMAP_INDEX_FOUND_MAX);
    free(forgery.bytes);
}

static void hashes_that_collide(void **state)
{
    collisions(*state, 1, true);
    collisions(*state, USERMAP_INDEX_FOUND_MAX - 1, true);
    collisions(*state, USERMAP_INDEX_FOUND_MAX, false);
}

static void wrong_order(void **state)
{
    struct scratch *scratch = *state;
    struct map_forgery forgery;

    write_map_and_index(scratch, "", "");
    forgery = take_map_index(scratch);
    for (size_t i = 0, last = forgery.header->count - 1; i < last; i++, last--) {
        struct usermap_index_entry entry = forgery.entries[i];

        forgery.entries[i] = forgery.entries[last];
        forgery.entries[last] = entry;
    }
    put_map_index(scratch, &forgery, forgery.len);
    assert_true(ask_map(scratch, "name7", "user7").found);
    assert_searched(scratch, "name7", "root", false);
    free(forgery.bytes);
}

static void wrong_counts(void **state)
{
    static const uint64_t counts[] = {0,
                                      1,
                                      MAPPED_LINES - 1,
                                      MAPPED_LINES + 1,
                                      UINT32_MAX,
                                      UINT64_MAX,
                                      (UINT64_C(1) << 60) + MAPPED_LINES};
    struct scratch *scratch = *state;
    struct map_forgery forgery;

    write_map_and_index(scratch, "/a b\n", "");
    forgery = take_map_index(scratch);
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        forgery.header->count = counts[i];
        put_map_index(scratch, &forgery, forgery.len);
        assert_no_index(scratch);
        forgery.header->count = MAPPED_LINES;
        forgery.header->regexes = counts[i] == 1 ? 2 : counts[i];
        put_map_index(scratch, &forgery, forgery.len);
        assert_no_index(scratch);
        forgery.header->regexes = 1;
    }
    /* more expressions than there is room for */
    forgery.header->count = MAPPED_LINES - USERMAP_INDEX_REGEX_MAX / 4;
    forgery.header->regexes = USERMAP_INDEX_REGEX_MAX + 1;
    put_map_index(scratch, &forgery, forgery.len);
    assert_no_index(scratch);
    /* whole, and empty */
    forgery.header->count = forgery.header->regexes = 0;
    put_map_index(scratch, &forgery, sizeof(*forgery.header));
    assert_searched(scratch, "name7", "user7", true);
    free(forgery.bytes);
}

static void cut_anywhere(void **state)
{
    struct scratch *scratch = *state;
    struct map_forgery forgery;

    write_map_and_index(scratch, "/a b\n", "");
    forgery = take_map_index(scratch);
    for (size_t len = 0; len < forgery.len; len += len < 200 ? 1 : 331) {
        put_map_index(scratch, &forgery, len);
        assert_no_index(scratch);
    }
    put_map_index(scratch, &forgery, forgery.len - 1);
    assert_no_index(scratch);
    put_map_index(scratch, &forgery, forgery.len + 1);
    assert_no_index(scratch);
    put_map_index(scratch, &forgery, forgery.len);
    assert_hinted(scratch, "name7", "user7");
    free(forgery.bytes);
}

#define SCRATCH_TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(leads_elsewhere), SCRATCH_TEST(made_of_another_map),
        SCRATCH_TEST(other_identity),  SCRATCH_TEST(hashes_that_collide),
        SCRATCH_TEST(wrong_order),     SCRATCH_TEST(wrong_counts),
        SCRATCH_TEST(cut_anywhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
