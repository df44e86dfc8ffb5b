/* SPDX-License-Identifier: BSD-3-Clause */
/* An index that says what it should not: nothing becomes an anchor by it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "indexed-file.h"

/* All entries lead to one place: nothing is there, or nothing but what is looked for. */
static void lead_all_to(struct scratch *scratch, uint32_t offset)
{
    struct forgery forgery = take_index(scratch);

    for (size_t i = 0; i < forgery.header->count; i++)
        forgery.entries[i].offset = offset;
    put_index(scratch, &forgery);
    free(forgery.bytes);
}

static void leads_elsewhere(void **state)
{
    struct scratch *scratch = *state;
    char *root = pem_of("root");
    uint32_t other = (uint32_t)(strlen("first\n") + strlen(root) + strlen("\nsecond\n"));
    struct stat st;

    make_source_and_index(scratch);
    assert_int_equal(stat(scratch_path(scratch, "anchors.pem"), &st), 0);
    lead_all_to(scratch, other);
    assert_found(scratch, "root", 0, 2);
    assert_found(scratch, "other-root", 1, 1);
    for (uint32_t offset = other + 1; offset < other + 100; offset++) {
        lead_all_to(scratch, offset);
        assert_found(scratch, "other-root", 0, 1);
    }
    lead_all_to(scratch, (uint32_t)st.st_size - 1);
    assert_found(scratch, "root", 0, 2);
    lead_all_to(scratch, (uint32_t)st.st_size);
    assert_found(scratch, "root", 0, 2);
    lead_all_to(scratch, UINT32_MAX);
    assert_found(scratch, "root", 0, 2);
    free(root);
}

/* A certificate that has the name, but as its issuer's. */
static void leads_to_what_it_has_issued(void **state)
{
    char *root = pem_of("root");

    write_source(*state, "@root", "@intermediate", NULL);
    assert_true(make_index(*state));
    lead_all_to(*state, (uint32_t)strlen(root));
    assert_found(*state, "root", 0, 1);
    free(root);
}

/* A certificate that somebody has taken out by a comment sign. */
static void leads_behind_a_comment_sign(void **state)
{
    char *root = pem_of("root");

    write_source(*state, "@other-root", "#", "@root", NULL);
    assert_true(make_index(*state));
    free(root);
    root = pem_of("other-root");
    lead_all_to(*state, (uint32_t)strlen(root) + 1);
    free(root);

    struct forgery forgery = take_index(*state);
    gnutls_datum_t subject = subject_of("root");

    anchor_index_hash(&subject, forgery.entries[0].hash);
    put_index(*state, &forgery);
    assert_found(*state, "root", 0, 0);
    gnutls_free(subject.data);
    free(forgery.bytes);
}

/* Beyond what is read around a place: it is not known what is before it. */
static void leads_into_another_block(void **state)
{
    static char far[20000];
    const char *const between[] = {"", far};
    struct scratch *scratch = *state;
    gnutls_datum_t subject = subject_of("root");

    for (size_t i = 0; i < sizeof(between) / sizeof(between[0]); i++) {
        struct forgery forgery;
        char *text = NULL;
        size_t size = 0;
        FILE *file;
        struct stat st;

        memset(far, '\n', sizeof(far) - 1);
        make_source_and_index(scratch);
        forgery = take_index(scratch);
        write_source(scratch, "@other-root", "-----BEGIN CERTIFICATE-----\n", between[i], "@root",
                     NULL);
        file = fopen(scratch_path(scratch, "anchors.pem"), "re");
        assert_non_null(file);
        assert_true(getdelim(&text, &size, '\0', file) > 0);
        assert_int_equal(fstat(fileno(file), &st), 0);
        fclose(file);
        forgery.header->source = file_identity_of(&st);
        for (size_t at = 0; at < forgery.header->count; at++) {
            const char *last = text, *next;

            while ((next = strstr(last + 1, "-----BEGIN")))
                last = next;
            forgery.entries[at].offset = (uint32_t)(last - text);
            anchor_index_hash(&subject, forgery.entries[at].hash);
        }
        put_index(scratch, &forgery);
        assert_int_equal(search(scratch, "root", false).count, 0);
        assert_true(search(scratch, "root", false).hinted);
        assert_int_equal(search(scratch, "root", true).status, STATUS_CONFIG_ERROR);
        free(text);
        free(forgery.bytes);
    }
    gnutls_free(subject.data);
}

static void wrong_order(void **state)
{
    struct scratch *scratch = *state;
    struct forgery forgery;

    make_source_and_index(scratch);
    forgery = take_index(scratch);
    for (size_t i = 0, last = forgery.header->count - 1; i < last; i++, last--) {
        struct anchor_index_entry entry = forgery.entries[i];

        forgery.entries[i] = forgery.entries[last];
        forgery.entries[last] = entry;
    }
    put_index(scratch, &forgery);
    for (size_t i = 0; i < 2; i++) {
        const char *name = i == 0 ? "root" : "other-root";
        struct result quick = search(scratch, name, false), all = search(scratch, name, true);

        assert_int_equal(quick.status, STATUS_ACCEPTED);
        assert_true(quick.hinted && quick.count <= all.count);
        assert_int_equal(all.count, i == 0 ? 2 : 1);
    }
    free(forgery.bytes);
}

static void wrong_count(void **state)
{
    static const uint64_t counts[] = {0, 2, 4, UINT32_MAX, UINT64_MAX, UINT64_C(1) << 61};
    struct scratch *scratch = *state;
    struct forgery forgery;

    make_source_and_index(scratch);
    forgery = take_index(scratch);
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        forgery.header->count = counts[i];
        put_index(scratch, &forgery);
        assert_ignored(scratch, "root", 2);
    }
    /* a product that overflows to nothing */
    forgery.header->count = UINT64_C(1) << 61;
    forgery.header->names = forgery.len - sizeof(*forgery.header);
    forgery.bytes[forgery.len - 1] = 0;
    put_index(scratch, &forgery);
    assert_ignored(scratch, "root", 2);
    free(forgery.bytes);
}

/* Whole, but without entries. */
static void says_nothing(void **state)
{
    struct forgery forgery;

    make_source_and_index(*state);
    forgery = take_index(*state);
    forgery.header->count = 0;
    forgery.len = sizeof(*forgery.header);
    put_index(*state, &forgery);
    assert_found(*state, "root", 0, 2);
    free(forgery.bytes);
}

static void cut_anywhere(void **state)
{
    struct scratch *scratch = *state;
    struct forgery forgery;

    make_source_and_index(scratch);
    forgery = take_index(scratch);
    for (size_t len = 0; len < forgery.len; len++) {
        put_bytes(scratch, &forgery, len);
        assert_ignored(scratch, "root", 2);
    }
    put_bytes(scratch, &forgery, forgery.len + 1);
    assert_ignored(scratch, "root", 2);
    put_index(scratch, &forgery);
    assert_found(scratch, "root", 2, 2);
    free(forgery.bytes);
}

#define SCRATCH_TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(leads_elsewhere),
        SCRATCH_TEST(leads_to_what_it_has_issued),
        SCRATCH_TEST(leads_behind_a_comment_sign),
        SCRATCH_TEST(leads_into_another_block),
        SCRATCH_TEST(wrong_order),
        SCRATCH_TEST(wrong_count),
        SCRATCH_TEST(says_nothing),
        SCRATCH_TEST(cut_anywhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
