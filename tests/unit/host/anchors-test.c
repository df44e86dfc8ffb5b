/* SPDX-License-Identifier: BSD-3-Clause */
#include <gnutls/x509.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../../sys/anchors.h"
#include "scratch.h"

static char *read_fixture(const char *name)
{
    char path[PATH_MAX], *text;
    FILE *file;
    size_t size = 0;

    snprintf(path, sizeof(path), "%s/%s", PKI, name);
    file = fopen(path, "re");
    assert_non_null(file);
    text = calloc(1, 65536);
    size = fread(text, 1, 65535, file);
    fclose(file);
    assert_true(size > 0);
    return text;
}

static gnutls_datum_t subject_of(const char *fixture)
{
    char *pem = read_fixture(fixture);
    gnutls_datum_t text = {(unsigned char *)pem, (unsigned)strlen(pem)}, name;
    gnutls_x509_crt_t cert;

    assert_int_equal(gnutls_x509_crt_init(&cert), 0);
    assert_int_equal(gnutls_x509_crt_import(cert, &text, GNUTLS_X509_FMT_PEM), 0);
    assert_int_equal(gnutls_x509_crt_get_raw_dn(cert, &name), 0);
    gnutls_x509_crt_deinit(cert);
    free(pem);
    return name;
}

/* One issuer with one path of anchors. */
struct setting {
    char *path;
    struct issuer_rules issuer;
    struct rules rules;
};

static void set(struct setting *setting, const char *path)
{
    setting->path = (char *)path;
    setting->issuer = (struct issuer_rules){.trust_anchors = {&setting->path, 1}};
    setting->rules = (struct rules){.issuers = &setting->issuer, .issuer_count = 1};
}

static enum status count(const char *path, const char *subject, unsigned *found)
{
    struct safefile_error error = {""};
    struct setting setting;
    struct report report = {.detail = ""};
    ANCHORS_CLEANUP struct anchors anchors = {0};
    gnutls_datum_t name = subject_of(subject);
    struct anchor_source source;
    enum status status;

    set(&setting, path);
    ANCHOR_FILES_CLEANUP struct anchor_files *files =
        anchors_open(&setting.rules, NULL, geteuid(), &error);

    if (!files)
        fail_msg("%s", error.text);
    source = anchors_source(files);
    status = source.find(source.context, &setting.issuer, &name, &anchors, &report);
    gnutls_free(name.data);
    *found = anchors.count;
    return status;
}

static void assert_finds(const char *path, const char *subject, unsigned expected)
{
    unsigned found;

    assert_int_equal(count(path, subject, &found), STATUS_ACCEPTED);
    assert_int_equal(found, expected);
}

static void in_a_file(void **state)
{
    char *root = read_fixture("root.pem"), *other = read_fixture("other-root.pem"), *both;
    const char *path;

    assert_true(asprintf(&both, "text\n%s\nmore text\n%s%s", root, other, root) > 0);
    path = scratch_write(*state, "anchors.pem", both);
    assert_finds(path, "root.pem", 1); /* twice in the file, one anchor */
    assert_finds(path, "other-root.pem", 1);
    assert_finds(path, "intermediate.pem", 0);
    free(both);
    free(root);
    free(other);
}

/* Two anchors of one name, as after a change of the CA's key. */
static void two_of_one_name(void **state)
{
    char *root = read_fixture("root.pem"), *root2 = read_fixture("root2.pem"), *both;

    assert_true(asprintf(&both, "%s%s", root, root2) > 0);
    assert_finds(scratch_write(*state, "anchors.pem", both), "root.pem", 2);
    free(both);
    free(root);
    free(root2);
}

static void in_a_directory(void **state)
{
    struct scratch *scratch = *state;
    char *root = read_fixture("root.pem"), *other = read_fixture("other-root.pem");

    scratch_write(scratch, "a.pem", root);
    scratch_write(scratch, "b.crt", other);
    scratch_write(scratch, "c.txt", "no certificate");
    scratch_write(scratch, ".d.pem", "no certificate");
    assert_finds(scratch->directory, "root.pem", 1);
    assert_finds(scratch->directory, "other-root.pem", 1);
    free(root);
    free(other);
}

/* What is behind a comment sign was taken out by somebody. */
static void commented_out(void **state)
{
    char *root = read_fixture("root.pem"), *text;
    unsigned found;

    assert_true(asprintf(&text, "#%s", root) > 0);
    assert_int_equal(count(scratch_write(*state, "x.pem", text), "root.pem", &found),
                     STATUS_CONFIG_ERROR);
    free(text);
    free(root);
}

static void broken_files(void **state)
{
    char *root = read_fixture("root.pem"), *cut = strdup(root);
    unsigned found;

    assert_int_equal(count(scratch_write(*state, "x.pem", "nothing"), "root.pem", &found),
                     STATUS_CONFIG_ERROR);
    assert_int_equal(count(scratch_write(*state, "x.pem", ""), "root.pem", &found),
                     STATUS_CONFIG_ERROR);
    cut[strlen(cut) - 40] = '\0';
    assert_int_equal(count(scratch_write(*state, "x.pem", cut), "root.pem", &found),
                     STATUS_CONFIG_ERROR);
    memcpy(cut, root, strlen(root) + 1);
    cut[80] = '!';
    assert_int_equal(count(scratch_write(*state, "x.pem", cut), "root.pem", &found),
                     STATUS_CONFIG_ERROR);
    free(root);
    free(cut);
}

static void too_many_of_one_name(void **state)
{
    char *many = read_fixture("seventeen.pem");
    unsigned found;

    assert_int_equal(count(scratch_write(*state, "x.pem", many), "seventeen.pem", &found),
                     STATUS_CONFIG_ERROR);
    free(many);
}

static void assert_refused(const char *path)
{
    struct safefile_error error = {""};
    struct setting setting;

    set(&setting, path);
    assert_null(anchors_open(&setting.rules, NULL, geteuid(), &error));
    assert_non_null(strstr(error.text, path));
}

static void untrusted_files(void **state)
{
    struct scratch *scratch = *state;
    char *root = read_fixture("root.pem");
    const char *path = scratch_write(scratch, "root.pem", root);

    assert_int_equal(chmod(path, 0666), 0);
    assert_refused(path);
    assert_refused(scratch->directory);
    assert_refused("/nonexistent/root.pem");
    assert_int_equal(unlink(path), 0);
    assert_refused(scratch->directory); /* empty */
    free(root);
}

#define SCRATCH_TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(in_a_file),       SCRATCH_TEST(two_of_one_name),
        SCRATCH_TEST(in_a_directory),  SCRATCH_TEST(broken_files),
        SCRATCH_TEST(commented_out),   SCRATCH_TEST(too_many_of_one_name),
        SCRATCH_TEST(untrusted_files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
