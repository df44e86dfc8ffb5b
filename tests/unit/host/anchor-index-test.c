/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../../sys/anchor-index.h"

#include <dirent.h>
#include <gnutls/x509.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../../sys/anchors.h"
#include "scratch.h"

#define INDEX_SIZE_MAX (1024 * 1024)
#define FILLING 4096 /* characters: no file that has them is too small for an index */

/* --- certificates ----------------------------------------------------------------------------- */

static char *pem_of(const char *name)
{
    char path[PATH_MAX], *text = NULL;
    size_t size = 0;
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s.pem", PKI, name);
    file = fopen(path, "re");
    assert_non_null(file);
    assert_true(getdelim(&text, &size, '\0', file) > 0);
    fclose(file);
    return text;
}

static gnutls_datum_t subject_of(const char *name)
{
    char *pem = pem_of(name);
    gnutls_datum_t text = {(unsigned char *)pem, (unsigned)strlen(pem)}, subject;
    gnutls_x509_crt_t cert;

    assert_int_equal(gnutls_x509_crt_init(&cert), 0);
    assert_int_equal(gnutls_x509_crt_import(cert, &text, GNUTLS_X509_FMT_PEM), 0);
    assert_int_equal(gnutls_x509_crt_get_raw_dn(cert, &subject), 0);
    gnutls_x509_crt_deinit(cert);
    free(pem);
    return subject;
}

/* --- a source with its index in one directory ------------------------------------------------- */

/* Writes the parts, of which those that begin with @ are names of certificates, and filling. The
 * last is NULL. */
static void write_source(struct scratch *scratch, ...)
{
    FILE *file = fopen(scratch_write(scratch, "anchors.pem", ""), "we");
    const char *part;
    va_list parts;

    assert_non_null(file);
    va_start(parts, scratch);
    while ((part = va_arg(parts, const char *))) {
        char *pem = part[0] == '@' ? pem_of(part + 1) : NULL;

        assert_true(fputs(pem ? pem : part, file) >= 0);
        free(pem);
    }
    va_end(parts);
    assert_true(fprintf(file, "%*s\n", FILLING, "") > 0);
    assert_int_equal(fclose(file), 0);
}

static char *source_path(struct scratch *scratch)
{
    return strdup(scratch_path(scratch, "anchors.pem"));
}

static bool make_index(struct scratch *scratch)
{
    struct safefile_error error = {""};
    char *source = source_path(scratch);
    bool made = anchor_index_make(source, scratch->directory, geteuid(), &error);

    assert_int_equal(made, error.text[0] == '\0');
    free(source);
    return made;
}

static const char *index_path(struct scratch *scratch)
{
    char name[ANCHOR_INDEX_NAME_SIZE], *source = source_path(scratch);

    assert_true(anchor_index_name(source, name));
    free(source);
    return scratch_path(scratch, name);
}

/* root, other-root and a second root of the same name. */
static void make_source_and_index(struct scratch *scratch)
{
    write_source(scratch, "first\n", "@root", "\nsecond\n", "@other-root", "@root2", NULL);
    assert_true(make_index(scratch));
}

/* The bytes of the index, to be changed and written back. */
struct forgery {
    unsigned char *bytes;
    size_t len;
    struct anchor_index_header *header;
    struct anchor_index_entry *entries;
};

static struct forgery take_index(struct scratch *scratch)
{
    struct forgery forgery = {.bytes = calloc(1, INDEX_SIZE_MAX)};
    FILE *file = fopen(index_path(scratch), "re");

    assert_non_null(file);
    forgery.len = fread(forgery.bytes, 1, INDEX_SIZE_MAX, file);
    fclose(file);
    assert_true(forgery.len >= sizeof(*forgery.header));
    forgery.header = (void *)forgery.bytes;
    forgery.entries = (void *)(forgery.bytes + sizeof(*forgery.header));
    return forgery;
}

static void put_bytes(struct scratch *scratch, const struct forgery *forgery, size_t len)
{
    FILE *file = fopen(index_path(scratch), "we");

    assert_non_null(file);
    assert_int_equal(fwrite(forgery->bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static void put_index(struct scratch *scratch, struct forgery *forgery)
{
    put_bytes(scratch, forgery, forgery->len);
}

/* --- searching -------------------------------------------------------------------------------- */

struct result {
    enum status status;
    unsigned count;
    bool hinted;
};

static struct result search_for(struct scratch *scratch, const gnutls_datum_t *subject,
                                bool thorough)
{
    struct safefile_error error = {""};
    char *path = source_path(scratch);
    struct issuer_rules issuer = {.trust_anchors = {&path, 1}};
    struct rules rules = {.issuers = &issuer, .issuer_count = 1};
    ANCHORS_CLEANUP struct anchors found = {.thorough = thorough};
    struct report report = {.detail = ""};
    ANCHOR_FILES_CLEANUP struct anchor_files *files =
        anchors_open(&rules, scratch->directory, geteuid(), &error);
    struct anchor_source source;
    enum status status;

    if (!files)
        fail_msg("%s", error.text);
    source = anchors_source(files);
    status = source.find(source.context, &issuer, subject, &found, &report);
    free(path);
    return (struct result){status, found.count, found.hinted};
}

static struct result search(struct scratch *scratch, const char *name, bool thorough)
{
    gnutls_datum_t subject = subject_of(name);
    struct result result = search_for(scratch, &subject, thorough);

    gnutls_free(subject.data);
    return result;
}

static void assert_found(struct scratch *scratch, const char *name, unsigned quick, unsigned all)
{
    struct result result = search(scratch, name, false);

    assert_int_equal(result.status, STATUS_ACCEPTED);
    assert_int_equal(result.count, quick);
    assert_true(result.hinted);
    result = search(scratch, name, true);
    assert_int_equal(result.status, STATUS_ACCEPTED);
    assert_int_equal(result.count, all);
    assert_false(result.hinted);
}

/* There is no index that could be used: the quick search is thorough. */
static void assert_ignored(struct scratch *scratch, const char *name, unsigned count)
{
    struct result result = search(scratch, name, false);

    assert_int_equal(result.status, STATUS_ACCEPTED);
    assert_false(result.hinted);
    assert_int_equal(result.count, count);
}

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
    const struct anchor_identity left = anchor_identity_of(a), right = anchor_identity_of(b);

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

/* --- forged ----------------------------------------------------------------------------------- */

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
        forgery.header->source = anchor_identity_of(&st);
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
        SCRATCH_TEST(leads_to_anchors),
        SCRATCH_TEST(source_was_replaced),
        cmocka_unit_test(identity_of_a_file),
        SCRATCH_TEST(other_identity),
        SCRATCH_TEST(leads_elsewhere),
        SCRATCH_TEST(leads_to_what_it_has_issued),
        SCRATCH_TEST(leads_behind_a_comment_sign),
        SCRATCH_TEST(leads_into_another_block),
        SCRATCH_TEST(wrong_order),
        SCRATCH_TEST(wrong_count),
        SCRATCH_TEST(says_nothing),
        SCRATCH_TEST(cut_anywhere),
        SCRATCH_TEST(untrusted_index),
        SCRATCH_TEST(untrusted_directory),
        SCRATCH_TEST(makes_one_file),
        SCRATCH_TEST(refuses_sources),
        SCRATCH_TEST(small_sources_need_none),
        SCRATCH_TEST(ten_thousand),
        SCRATCH_TEST(too_many_of_one_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
