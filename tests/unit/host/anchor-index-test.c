/* SPDX-License-Identifier: BSD-3-Clause */
#include <dirent.h>
#include <gnutls/x509.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "indexed-file.h"

static void leads_to_anchors(void **state)
{
    make_source_and_index(*state);
    assert_found(*state, "root", 2, 2);
    assert_found(*state, "other-root", 1, 1);
    assert_found(*state, "intermediate", 0, 0);
}

/* --- stale ------------------------------------------------------------------------------------ */

static void source_was_replaced(void **state)
{
    struct scratch *scratch = *state;
    char *source = source_path(scratch), *moved;

    make_source_and_index(scratch);
    moved = strdup(scratch_path(scratch, "moved.pem"));
    assert_int_equal(rename(source, moved), 0);
    write_source(scratch, "first\n", "@root", "\nsecond\n", "@root2", "@other-root", NULL);
    assert_ignored(scratch, "root", 2);
    assert_ignored(scratch, "other-root", 1);
    write_source(scratch, "@other-root", NULL);
    assert_ignored(scratch, "root", 0);
    free(moved);
    free(source);
}

static void assert_other(const struct stat *a, const struct stat *b)
{
    const struct file_identity left = file_identity_of(a), right = file_identity_of(b);

    assert_memory_not_equal(&left, &right, sizeof(left));
}

/* Whatever somebody does to a file changes one of these. */
static void identity_of_a_file(void **state)
{
    const struct stat st = {.st_size = 1};
    struct stat other = st;

    (void)state;
    other.st_dev++;
    assert_other(&st, &other);
    other = st;
    other.st_ino++;
    assert_other(&st, &other);
    other = st;
    other.st_size++;
    assert_other(&st, &other);
    other = st;
    other.st_mtim.tv_nsec++;
    assert_other(&st, &other);
    other = st;
    other.st_mtim.tv_sec++;
    assert_other(&st, &other);
    other = st;
    other.st_ctim.tv_nsec++;
    assert_other(&st, &other);
    other = st;
    other.st_ctim.tv_sec++;
    assert_other(&st, &other);
}

static void other_identity(void **state)
{
    struct scratch *scratch = *state;
    struct forgery forgery;

    make_source_and_index(scratch);
    forgery = take_index(scratch);
    for (size_t i = 0; i < sizeof(forgery.header->source) / sizeof(uint64_t); i++) {
        uint64_t *numbers = (uint64_t *)&forgery.header->source;

        numbers[i]++;
        put_index(scratch, &forgery);
        assert_ignored(scratch, "root", 2);
        numbers[i]--;
    }
    forgery.header->mark[0]++;
    put_index(scratch, &forgery);
    assert_ignored(scratch, "root", 2);
    forgery.header->mark[0]--;
    put_index(scratch, &forgery);
    assert_found(scratch, "root", 2, 2);
    free(forgery.bytes);
}

/* --- of somebody else ------------------------------------------------------------------------- */

static void untrusted_index(void **state)
{
    struct scratch *scratch = *state;
    char *moved = strdup(scratch_path(scratch, "moved"));

    make_source_and_index(scratch);
    assert_int_equal(chmod(index_path(scratch), 0646), 0);
    assert_ignored(scratch, "root", 2);
    assert_int_equal(chmod(index_path(scratch), 0644), 0);
    assert_found(scratch, "root", 2, 2);
    if (geteuid() == 0) {
        assert_int_equal(chown(index_path(scratch), 12345, 0), 0);
        assert_ignored(scratch, "root", 2);
        assert_int_equal(chown(index_path(scratch), 0, 0), 0);
    }
    assert_int_equal(rename(index_path(scratch), moved), 0);
    assert_int_equal(symlink(moved, index_path(scratch)), 0);
    assert_ignored(scratch, "root", 2);
    assert_int_equal(unlink(index_path(scratch)), 0);
    assert_int_equal(mkdir(index_path(scratch), 0755), 0);
    assert_ignored(scratch, "root", 2);
    free(moved);
}

static void untrusted_directory(void **state)
{
    struct scratch *scratch = *state;
    struct safefile_error error = {""};
    char *cache = strdup(scratch_path(scratch, "cache")), *source = source_path(scratch);

    write_source(scratch, "@root", "@other-root", NULL);
    assert_int_equal(mkdir(cache, 0755), 0);
    assert_int_equal(chmod(cache, 0777), 0);
    assert_false(anchor_index_make(source, cache, geteuid(), &error));
    assert_non_null(strstr(error.text, cache));
    assert_false(anchor_index_make(source, "/nonexistent", geteuid(), &error));
    free(cache);
    free(source);
}

/* --- making ----------------------------------------------------------------------------------- */

static unsigned entries_of(const char *path)
{
    DIR *directory = opendir(path);
    unsigned count = 0;

    assert_non_null(directory);
    while (readdir(directory))
        count++;
    closedir(directory);
    return count - 2;
}

static void makes_one_file(void **state)
{
    struct scratch *scratch = *state;
    struct stat st;

    make_source_and_index(scratch);
    assert_true(make_index(scratch));
    assert_int_equal(entries_of(scratch->directory), 2);
    assert_int_equal(stat(index_path(scratch), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0644); /* hosts that are not root read it, too */
}

/* What is no good source has no index, also no old one. */
static void refuses_sources(void **state)
{
    static const char *const wrong[] = {
        "-----BEGIN CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n",
    };
    struct scratch *scratch = *state;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        make_source_and_index(scratch);
        write_source(scratch, "@root", "@other-root", wrong[i], NULL);
        assert_false(make_index(scratch));
        assert_int_equal(entries_of(scratch->directory), 1);
    }
    make_source_and_index(scratch);
    write_source(scratch, "nothing", NULL);
    assert_false(make_index(scratch));
    make_source_and_index(scratch);
    assert_int_equal(chmod(scratch_path(scratch, "anchors.pem"), 0666), 0);
    assert_false(make_index(scratch));
    assert_int_equal(entries_of(scratch->directory), 1);
}

static void small_sources_need_none(void **state)
{
    struct scratch *scratch = *state;
    char *root = pem_of("root");

    make_source_and_index(scratch);
    scratch_write(scratch, "anchors.pem", root);
    assert_true(make_index(scratch));
    assert_int_equal(entries_of(scratch->directory), 1);
    assert_ignored(scratch, "root", 1);
    free(root);
}

/* --- many ------------------------------------------------------------------------------------- */

#define MANY 10000

static void write_number(gnutls_datum_t *text, unsigned char *at, unsigned number)
{
    char digits[6];

    assert_true(at && at + 5 <= text->data + text->size);
    snprintf(digits, sizeof(digits), "%05u", number);
    memcpy(at, digits, 5);
}

/* The root's certificate with a number in place of "pam_j", so that there are many subjects: an
 * anchor's signature by itself means nothing. */
static void write_many(struct scratch *scratch, const char *first)
{
    FILE *file = fopen(scratch_write(scratch, "anchors.pem", first), "ae");
    char *root = pem_of("root");
    gnutls_datum_t pem = {(unsigned char *)root, (unsigned)strlen(root)}, der, out;

    assert_non_null(file);
    assert_int_equal(gnutls_pem_base64_decode2("CERTIFICATE", &pem, &der), 0);
    unsigned char *issuer = memmem(der.data, der.size, "pam_j", 5),
                  *subject =
                      memmem(issuer + 5, (size_t)(der.data + der.size - issuer) - 5, "pam_j", 5);

    for (unsigned i = 0; i < MANY; i++) {
        write_number(&der, issuer, i);
        write_number(&der, subject, i);
        assert_int_equal(gnutls_pem_base64_encode2("CERTIFICATE", &der, &out), 0);
        assert_int_equal(fwrite(out.data, 1, out.size, file), out.size);
        gnutls_free(out.data);
    }
    assert_int_equal(fclose(file), 0);
    gnutls_free(der.data);
    free(root);
}

static void ten_thousand(void **state)
{
    gnutls_datum_t subject = subject_of("root");
    unsigned char *at = memmem(subject.data, subject.size, "pam_j", 5);

    write_many(*state, "");
    assert_true(make_index(*state));
    for (unsigned i = 0; i <= MANY; i += MANY / 50) {
        struct result result;

        write_number(&subject, at, i);
        result = search_for(*state, &subject, false);
        assert_int_equal(result.status, STATUS_ACCEPTED);
        assert_true(result.hinted);
        assert_int_equal(result.count, i < MANY);
    }
    gnutls_free(subject.data);
}

static void too_many_of_one_name(void **state)
{
    char *many = pem_of("seventeen");

    scratch_write(*state, "anchors.pem", many);
    assert_true(make_index(*state));
    assert_int_equal(search(*state, "seventeen", false).status, STATUS_CONFIG_ERROR);
    free(many);
}

#define SCRATCH_TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(leads_to_anchors),        SCRATCH_TEST(source_was_replaced),
        cmocka_unit_test(identity_of_a_file),  SCRATCH_TEST(other_identity),
        SCRATCH_TEST(untrusted_index),         SCRATCH_TEST(untrusted_directory),
        SCRATCH_TEST(makes_one_file),          SCRATCH_TEST(refuses_sources),
        SCRATCH_TEST(small_sources_need_none), SCRATCH_TEST(ten_thousand),
        SCRATCH_TEST(too_many_of_one_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
