/* SPDX-License-Identifier: BSD-3-Clause */
/* The index of a directory of anchors, whose files are opened when an entry leads to them. */
#include "../../../sys/anchor-directory.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../../sys/anchor-index.h"
#include "indexed.h"

#define FILLING 4096 /* characters: enough for an index to be worth it */
#define INDEX_SIZE_MAX 65536

/* Anchors are in a directory below the one of the index. */
static char *place_of(struct scratch *scratch, const char *name)
{
    char *path;

    assert_true(asprintf(&path, "%s/anchors%s%s", scratch->directory, name ? "/" : "",
                         name ? name : "") > 0);
    return path;
}

/* Into the file that is there already, if there is one. */
static void put(struct scratch *scratch, const char *name, const char *cert)
{
    char *path = place_of(scratch, name), *pem = pem_of(cert);
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    assert_true(fprintf(file, "%s%*s\n", pem, FILLING, "") > 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, 0644), 0);
    free(pem);
    free(path);
}

static bool make_index(struct scratch *scratch)
{
    struct safefile_error error = {""};
    char *place = place_of(scratch, NULL);
    bool made = anchor_index_make(place, scratch->directory, geteuid(), &error);

    assert_int_equal(made, error.text[0] == '\0');
    free(place);
    return made;
}

/* Long ago: whatever is done to the directory next gives it another time, however soon. */
static void make_old(struct scratch *scratch)
{
    static const struct timespec times[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};
    char *place = place_of(scratch, NULL);

    assert_int_equal(utimensat(AT_FDCWD, place, times, 0), 0);
    free(place);
}

static const char *index_path(struct scratch *scratch)
{
    char name[INDEX_FILE_NAME_SIZE], *place = place_of(scratch, NULL);

    assert_true(anchor_index_name(place, name));
    free(place);
    return scratch_path(scratch, name);
}

static int set_up(void **state)
{
    char *place;

    if (scratch_make(state) != 0)
        return -1;
    place = place_of(*state, NULL);
    assert_int_equal(mkdir(place, 0755), 0);
    assert_int_equal(chmod(place, 0755), 0);
    free(place);
    put(*state, "a.pem", "root");
    put(*state, "b.crt", "other-root");
    put(*state, "c.txt", "root-rsa");
    make_old(*state);
    assert_true(make_index(*state));
    return 0;
}

/* --- searching -------------------------------------------------------------------------------- */

static struct result search(struct scratch *scratch, const char *name, bool thorough,
                            meanwhile_function *meanwhile)
{
    char *place = place_of(scratch, NULL);
    gnutls_datum_t subject = subject_of(name);
    struct result result = search_anchors(scratch, place, &subject, thorough, meanwhile);

    gnutls_free(subject.data);
    free(place);
    return result;
}

static void assert_search(struct scratch *scratch, const char *name, bool thorough,
                          struct result expected)
{
    struct result found = search(scratch, name, thorough, NULL);

    assert_int_equal(found.status, expected.status);
    assert_int_equal(found.count, expected.count);
    assert_int_equal(found.hinted, expected.hinted);
}

static void assert_quick(struct scratch *scratch, const char *name, unsigned count)
{
    assert_search(scratch, name, false, (struct result){STATUS_ACCEPTED, count, true});
}

static void assert_thorough(struct scratch *scratch, const char *name, unsigned count)
{
    assert_search(scratch, name, true, (struct result){STATUS_ACCEPTED, count, false});
}

static void assert_ignored(struct scratch *scratch, const char *name, unsigned count)
{
    assert_search(scratch, name, false, (struct result){STATUS_ACCEPTED, count, false});
}

static void leads_to_anchors(void **state)
{
    assert_quick(*state, "root", 1);
    assert_quick(*state, "other-root", 1);
    assert_quick(*state, "root-rsa", 0);
    assert_thorough(*state, "root", 1);
    assert_thorough(*state, "other-root", 1);
    assert_thorough(*state, "root-rsa", 0);
}

/* --- stale ------------------------------------------------------------------------------------ */

static void replace_root(struct scratch *scratch)
{
    put(scratch, "a.pem", "root-rsa");
}

/* Files are read when they are needed: one that has changed says what it says now. */
static void file_was_written_to(void **state)
{
    struct scratch *scratch = *state;
    struct result found = search(scratch, "root", false, replace_root);

    assert_int_equal(found.status, STATUS_ACCEPTED);
    assert_int_equal(found.count, 0);
    assert_quick(scratch, "root", 0);
    assert_thorough(scratch, "root", 0);
    assert_quick(scratch, "root-rsa", 0);
    assert_thorough(scratch, "root-rsa", 1);
}

static void directory_has_changed(void **state)
{
    struct scratch *scratch = *state;
    char *path = place_of(scratch, "a.pem");

    put(scratch, "d.pem", "root-rsa");
    assert_ignored(scratch, "root-rsa", 1);
    make_old(scratch);
    assert_true(make_index(scratch));
    assert_quick(scratch, "root-rsa", 1);
    assert_int_equal(unlink(path), 0);
    assert_ignored(scratch, "root", 0);
    free(path);
}

/* --- forged ----------------------------------------------------------------------------------- */

struct forgery {
    unsigned char bytes[INDEX_SIZE_MAX];
    size_t len;
};

static void take(struct scratch *scratch, struct forgery *forgery)
{
    FILE *file = fopen(index_path(scratch), "re");

    assert_non_null(file);
    forgery->len = fread(forgery->bytes, 1, sizeof(forgery->bytes), file);
    fclose(file);
}

static void put_back(struct scratch *scratch, const struct forgery *forgery, size_t len)
{
    FILE *file = fopen(index_path(scratch), "we");

    assert_non_null(file);
    assert_int_equal(fwrite(forgery->bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

/* An index that is of the directory as it is now, with this as its only name, and one entry for
 * the subject. */
static void forge(struct scratch *scratch, const char *name, uint32_t at, const char *subject)
{
    struct forgery forgery = {.len = 0};
    struct anchor_index_header header = {.count = 1, .names = strlen(name) + 1};
    struct anchor_index_entry entry = {.offset = 0, .name = at};
    char *place = place_of(scratch, NULL);
    gnutls_datum_t der = subject_of(subject);
    struct stat st;

    assert_int_equal(stat(place, &st), 0);
    memcpy(header.mark, anchor_index_mark, sizeof(header.mark));
    header.source = file_identity_of(&st);
    anchor_index_hash(&der, entry.hash);
    memcpy(forgery.bytes, &header, sizeof(header));
    memcpy(forgery.bytes + sizeof(header), &entry, sizeof(entry));
    memcpy(forgery.bytes + sizeof(header) + sizeof(entry), name, header.names);
    forgery.len = sizeof(header) + sizeof(entry) + header.names;
    put_back(scratch, &forgery, forgery.len);
    gnutls_free(der.data);
    free(place);
}

static void names_what_is_not_meant(void **state)
{
    struct scratch *scratch = *state;
    char *outside = pem_of("root-rsa"), *below = place_of(scratch, "below.pem");

    scratch_write(scratch, "outside.pem", outside);
    assert_int_equal(mkdir(below, 0755), 0);
    put(scratch, "below.pem/x.pem", "root-rsa");
    put(scratch, ".hidden.pem", "root-rsa");
    forge(scratch, "a.pem", 0, "root");
    assert_quick(scratch, "root", 1);
    forge(scratch, "c.txt", 0, "root-rsa");
    assert_quick(scratch, "root-rsa", 0);
    forge(scratch, "../outside.pem", 0, "root-rsa");
    assert_quick(scratch, "root-rsa", 0);
    forge(scratch, "below.pem/x.pem", 0, "root-rsa");
    assert_quick(scratch, "root-rsa", 0);
    forge(scratch, ".hidden.pem", 0, "root-rsa");
    assert_quick(scratch, "root-rsa", 0);
    forge(scratch, "below.pem", 0, "root");
    assert_quick(scratch, "root", 0);
    forge(scratch, "missing.pem", 0, "root");
    assert_quick(scratch, "root", 0);
    forge(scratch, "", 0, "root");
    assert_quick(scratch, "root", 0);
    free(outside);
    free(below);
}

static void names_nothing(void **state)
{
    struct scratch *scratch = *state;
    static const uint32_t places[] = {1, 5, 6, 7, UINT32_MAX};

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        forge(scratch, "a.pem", places[i], "root");
        assert_quick(scratch, "root", 0);
        assert_thorough(scratch, "root", 1);
    }
}

static void cut_anywhere(void **state)
{
    struct scratch *scratch = *state;
    static struct forgery forgery;

    take(scratch, &forgery);
    for (size_t len = 0; len < forgery.len; len++) {
        put_back(scratch, &forgery, len);
        assert_ignored(scratch, "root", 1);
    }
    forgery.bytes[forgery.len - 1] = 'x'; /* the last name has no end */
    put_back(scratch, &forgery, forgery.len);
    assert_ignored(scratch, "root", 1);
}

/* --- of somebody else ------------------------------------------------------------------------- */

static void untrusted_file(void **state)
{
    struct scratch *scratch = *state;
    char *path = place_of(scratch, "a.pem");

    assert_int_equal(chmod(path, 0646), 0);
    assert_quick(scratch, "root", 0);
    assert_search(scratch, "root", true, (struct result){STATUS_CONFIG_ERROR, 0, false});
    free(path);
}

/* Links are followed before the sandbox is closed, if at all. */
static void link_in_place_of_a_file(void **state)
{
    struct scratch *scratch = *state;
    char *path = place_of(scratch, "a.pem"), *root = pem_of("root");
    const char *target = scratch_write(scratch, "target.pem", root);

    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink(target, path), 0);
    assert_ignored(scratch, "root", 1);
    forge(scratch, "a.pem", 0, "root");
    assert_quick(scratch, "root", 0);
    assert_search(scratch, "root", true, (struct result){STATUS_CONFIG_ERROR, 0, false});
    free(root);
    free(path);
}

/* --- making ----------------------------------------------------------------------------------- */

static void assert_no_index(struct scratch *scratch, bool made)
{
    assert_int_equal(make_index(scratch), made);
    assert_int_equal(access(index_path(scratch), F_OK), -1);
}

static void directories_without(void **state)
{
    struct scratch *scratch = *state;
    char *place = place_of(scratch, NULL), *a = place_of(scratch, "a.pem"),
         *b = place_of(scratch, "b.crt"), *link = place_of(scratch, "link.pem");

    assert_int_equal(symlink(a, link), 0);
    assert_no_index(scratch, true);
    assert_int_equal(unlink(link), 0);
    assert_true(make_index(scratch));
    assert_int_equal(chmod(a, 0600), 0);
    assert_no_index(scratch, true);
    assert_int_equal(chmod(a, 0644), 0);
    assert_true(make_index(scratch));
    assert_int_equal(chmod(place, 0750), 0);
    assert_no_index(scratch, true);
    assert_int_equal(chmod(place, 0755), 0);
    assert_true(make_index(scratch));
    assert_int_equal(chmod(a, 0666), 0);
    assert_no_index(scratch, false);
    assert_int_equal(unlink(a), 0);
    assert_int_equal(unlink(b), 0);
    assert_no_index(scratch, false);
    free(place);
    free(a);
    free(b);
    free(link);
}

/* How many the sandbox must be told of. */
static void directories_of(void **state)
{
    struct scratch *scratch = *state;
    struct safefile_error error = {""};
    char *place = place_of(scratch, NULL);
    char *places[ANCHOR_DIRECTORIES_MAX + 2];
    struct issuer_rules issuer = {.trust_anchors = {places, ANCHOR_DIRECTORIES_MAX + 2}};
    struct rules rules = {.issuers = &issuer, .issuer_count = 1};
    int fds[ANCHOR_DIRECTORIES_MAX];

    for (size_t i = 0; i < ANCHOR_DIRECTORIES_MAX + 2; i++)
        places[i] = place;
    ANCHOR_FILES_CLEANUP struct anchor_files *files =
        anchors_open(&rules, scratch->directory, geteuid(), &error);

    assert_non_null(files);
    assert_int_equal(anchors_directories(files, fds), ANCHOR_DIRECTORIES_MAX);
    anchors_close(&files);
    files = anchors_open(&rules, NULL, geteuid(), &error);
    assert_non_null(files);
    assert_int_equal(anchors_directories(files, fds), 0);
    free(place);
}

#define DIRECTORY_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DIRECTORY_TEST(leads_to_anchors),      DIRECTORY_TEST(file_was_written_to),
        DIRECTORY_TEST(directory_has_changed), DIRECTORY_TEST(names_what_is_not_meant),
        DIRECTORY_TEST(names_nothing),         DIRECTORY_TEST(cut_anywhere),
        DIRECTORY_TEST(untrusted_file),        DIRECTORY_TEST(link_in_place_of_a_file),
        DIRECTORY_TEST(directories_without),   DIRECTORY_TEST(directories_of),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
