/* SPDX-License-Identifier: BSD-3-Clause */
/* Which certificates and JWK Sets are shown for which issuer, and where they come from. */
#include "../../../sys/key-files.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "cached.h"

#define NOBODY 65534
#define SET_URL "https://login.example/keys"
#define PEM(text) "-----BEGIN CERTIFICATE-----\n" text "\n-----END CERTIFICATE-----\n"
/* Of 20 zero bytes, of 32. */
#define SHA1_NAME "AAAAAAAAAAAAAAAAAAAAAAAAAAA.pem"
#define SHA256_NAME "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.pem"

struct setting {
    struct issuer_rules issuers[2];
    struct rules rules;
    char *sources[2][1];
    char seen[512]; /* "origin: DER, DER" */
    struct jwk_set set;
    struct report report;
};

static struct rules *make(struct setting *setting, const char *source, const char *directory)
{
    *setting = (struct setting){.rules = {.issuers = setting->issuers, .issuer_count = 2}};
    for (size_t i = 0; i < 2; i++) {
        struct issuer_rules *issuer = &setting->issuers[i];

        issuer->issuer = (char *)(i == 0 ? "https://login.example" : "https://other.example");
        setting->sources[i][0] = (char *)(i == 0 ? source : "x5c");
        issuer->key_sources = (struct string_list){setting->sources[i], 1};
        issuer->certificates = (char *)(i == 0 ? directory : "/nonexistent/other");
        issuer->jwks_file = issuer->jwks_uri = (char *)"";
    }
    return &setting->rules;
}

static void look(void *context, const struct deployed *deployed)
{
    struct setting *setting = context;
    int len = snprintf(setting->seen, sizeof(setting->seen), "%s:", deployed->origin);

    for (unsigned i = 0; i < deployed->count; i++)
        len += snprintf(setting->seen + len, sizeof(setting->seen) - (size_t)len, " %.*s",
                        (int)deployed->ders[i].len, (const char *)deployed->ders[i].ptr);
}

static struct key_files *open_files(struct setting *setting, const char *cache, int fetched)
{
    struct safefile_error error;
    struct key_files *files = key_files_open(&setting->rules, cache, fetched, geteuid(), &error);

    if (!files)
        fail_msg("%s", error.text);
    return files;
}

static enum status find(struct setting *setting, size_t bytes, size_t issuer)
{
    static const unsigned char thumbprint[32];
    KEY_FILES_CLEANUP struct key_files *files = open_files(setting, "/nonexistent/cache", -1);
    struct key_store store = key_files_store(files);

    setting->seen[0] = setting->report.detail[0] = '\0';
    return store.certificate(store.context, &setting->issuers[issuer], span_of(thumbprint, bytes),
                             look, setting, &setting->report);
}

/* --- certificates ----------------------------------------------------------------------------- */

static void deployed(void **state)
{
    struct scratch *scratch = *state;
    struct setting setting;
    char expected[PATH_MAX + 32];

    make(&setting, "x5t", scratch->directory);
    assert_int_equal(find(&setting, 20, 0), STATUS_ACCEPTED);
    assert_string_equal(setting.seen, "");
    scratch_write(scratch, SHA1_NAME, "text\n" PEM("QUJD") "#" PEM("REVG") PEM("R0hJ"));
    assert_int_equal(find(&setting, 20, 0), STATUS_ACCEPTED);
    snprintf(expected, sizeof(expected), "%s: ABC GHI", scratch_path(scratch, SHA1_NAME));
    assert_string_equal(setting.seen, expected);
    assert_int_equal(find(&setting, 32, 0), STATUS_ACCEPTED);
    assert_string_equal(setting.seen, "");
    scratch_write(scratch, SHA256_NAME, PEM("QUJD"));
    assert_int_equal(find(&setting, 32, 0), STATUS_ACCEPTED);
    assert_non_null(strstr(setting.seen, ": ABC"));
    /* of an issuer with another directory, which is not there */
    assert_int_equal(find(&setting, 32, 1), STATUS_ACCEPTED);
    assert_string_equal(setting.seen, "");
}

static void bad_files(void **state)
{
    struct scratch *scratch = *state;
    static const struct {
        const char *text, *detail;
    } rows[] = {{"", "expected a PEM certificate"},
                {"text", "expected a PEM certificate"},
                {PEM("!"), "is broken"},
                {"-----BEGIN CERTIFICATE-----\nQUJD\n", "is broken"},
                {PEM("QQ==") PEM("QQ==") PEM("QQ==") PEM("QQ==") PEM("QQ==") PEM("QQ==") PEM("QQ==")
                     PEM("QQ==") PEM("QQ=="),
                 "at most 8"}};
    struct setting setting;

    make(&setting, "x5t#S256", scratch->directory);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        scratch_write(scratch, SHA256_NAME, rows[i].text);
        assert_int_equal(find(&setting, 32, 0), STATUS_CONFIG_ERROR);
        assert_string_equal(setting.seen, "");
        assert_non_null(strstr(setting.report.detail, rows[i].detail));
    }
}

/* A file that others may write, one behind a link, a directory. */
static void untrusted_files(void **state)
{
    struct scratch *scratch = *state;
    char path[PATH_MAX], other[PATH_MAX];
    struct setting setting;

    make(&setting, "jwk", scratch->directory);
    snprintf(path, sizeof(path), "%s", scratch_write(scratch, SHA256_NAME, PEM("QUJD")));
    assert_int_equal(chmod(path, 0666), 0);
    assert_int_equal(find(&setting, 32, 0), STATUS_CONFIG_ERROR);
    snprintf(other, sizeof(other), "%s", scratch_path(scratch, "other"));
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(rename(path, other), 0);
    assert_int_equal(symlink("other", path), 0);
    assert_int_equal(find(&setting, 32, 0), STATUS_CONFIG_ERROR);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0755), 0);
    assert_int_equal(find(&setting, 32, 0), STATUS_CONFIG_ERROR);
    assert_string_equal(setting.seen, "");
}

/* A directory that others may write refuses everything; one that no source needs is not opened. */
static void directories(void **state)
{
    struct scratch *scratch = *state;
    char path[PATH_MAX];
    struct safefile_error error;
    struct setting setting;
    int fds[KEY_FILES_DIRECTORIES_MAX];

    snprintf(path, sizeof(path), "%s", scratch_path(scratch, "certs"));
    assert_int_equal(mkdir(path, 0755), 0);
    assert_int_equal(chmod(path, 0777), 0);
    make(&setting, "x5t", path);
    assert_null(key_files_open(&setting.rules, "/nonexistent/cache", -1, geteuid(), &error));
    assert_non_null(strstr(error.text, path));
    for (unsigned i = 0; i < 3; i++) {
        static const char *const sources[] = {"x5c", "kid", "x5t"};
        struct key_files *files;

        make(&setting, sources[i], i < 2 ? path : scratch->directory);
        files = open_files(&setting, "/nonexistent/cache", -1);
        assert_int_equal(key_files_directories(files, fds), i == 2 ? 1 : 0);
        key_files_close(&files);
    }
}

/* A file of another user, and a directory. */
static void foreign_owner(void **state)
{
    struct scratch *scratch = *state;
    struct safefile_error error;
    struct setting setting;

    if (geteuid() != 0) {
        print_message("only root can give files away\n");
        skip();
    }
    make(&setting, "x5t#S256", scratch->directory);
    scratch_write(scratch, SHA256_NAME, PEM("QUJD"));
    assert_int_equal(chown(scratch_path(scratch, SHA256_NAME), NOBODY, NOBODY), 0);
    assert_int_equal(find(&setting, 32, 0), STATUS_CONFIG_ERROR);
    assert_string_equal(setting.seen, "");
    assert_non_null(strstr(setting.report.detail, SHA256_NAME));
    assert_int_equal(chown(scratch->directory, NOBODY, NOBODY), 0);
    assert_null(key_files_open(&setting.rules, "/nonexistent/cache", -1, 0, &error));
    assert_non_null(strstr(error.text, scratch->directory));
}

/* A directory that is not there holds no certificate; what stands in its place is an error. */
static void missing_directory(void **state)
{
    struct safefile_error error;
    struct setting setting;
    struct key_files *files;
    int fds[KEY_FILES_DIRECTORIES_MAX];
    char path[PATH_MAX];

    make(&setting, "x5t", "/nonexistent/certs");
    files = open_files(&setting, "/nonexistent/cache", -1);
    assert_int_equal(key_files_directories(files, fds), 0);
    key_files_close(&files);
    assert_int_equal(find(&setting, 20, 0), STATUS_ACCEPTED);
    assert_string_equal(setting.seen, "");
    snprintf(path, sizeof(path), "%s", scratch_write(*state, "certs", ""));
    make(&setting, "x5t", path);
    assert_null(key_files_open(&setting.rules, "/nonexistent/cache", -1, geteuid(), &error));
    assert_non_null(strstr(error.text, path));
}

/* What is opened in the directory, as inotify tells; the directory itself has no name in it. */
static unsigned count_opened(int watch, const char *expected)
{
    char events[16384] __attribute__((aligned(__alignof__(struct inotify_event))));
    ssize_t len = read(watch, events, sizeof(events));
    const struct inotify_event *event;
    unsigned opened = 0;

    for (ssize_t at = 0; at < len; at += (ssize_t)(sizeof(*event) + event->len)) {
        event = (const struct inotify_event *)(events + at);
        if (event->len == 0)
            continue;
        assert_string_equal(event->name, expected);
        opened++;
    }
    return opened;
}

/* Of many files that which has the name of the thumbprint is opened, and no other. */
static void only_the_named(void **state)
{
    struct scratch *scratch = *state;
    struct setting setting;
    int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

    for (unsigned i = 0; i < 1000; i++) {
        char name[32];

        snprintf(name, sizeof(name), "%027u.pem", i);
        scratch_write(scratch, name, "not looked at");
    }
    scratch_write(scratch, SHA1_NAME, PEM("QUJD"));
    make(&setting, "x5t", scratch->directory);
    assert_int_not_equal(inotify_add_watch(watch, scratch->directory, IN_OPEN), -1);
    assert_int_equal(find(&setting, 20, 0), STATUS_ACCEPTED);
    assert_non_null(strstr(setting.seen, ": ABC"));
    assert_int_equal(count_opened(watch, SHA1_NAME), 1);
    close(watch);
}

/* What is pinned for one issuer must not sign for another, whatever the path to it. */
static void pinned_for_one_issuer(void **state)
{
    struct scratch *scratch = *state;
    char with_slash[sizeof(scratch->directory) + 2], link[sizeof(scratch->directory) + 8];
    const char *const paths[] = {scratch->directory, with_slash, link};
    struct setting setting;

    snprintf(with_slash, sizeof(with_slash), "%s/", scratch->directory);
    snprintf(link, sizeof(link), "%s/link", scratch->directory);
    assert_int_equal(symlink(scratch->directory, link), 0);
    for (size_t i = 0; i < 3; i++) {
        struct safefile_error error;
        struct key_files *files;

        make(&setting, "x5t", scratch->directory);
        setting.sources[1][0] = (char *)"x5t";
        setting.issuers[1].certificates = (char *)paths[i];
        setting.issuers[0].certificate_trust = CERTIFICATE_TRUST_PINNED;
        files = open_files(&setting, "/nonexistent/cache", -1);
        key_files_close(&files);
        setting.issuers[1].certificate_trust = CERTIFICATE_TRUST_PINNED;
        assert_null(key_files_open(&setting.rules, "/nonexistent/cache", -1, geteuid(), &error));
        assert_non_null(strstr(error.text, "for [issuer https://other.example]"));
    }
    setting.issuers[1].certificates = (char *)"/nonexistent/other";
    {
        struct key_files *files = open_files(&setting, "/nonexistent/cache", -1);

        key_files_close(&files);
    }
}

/* --- JWK Sets --------------------------------------------------------------------------------- */

static void sets(struct setting *setting, struct key_files *files, size_t issuer)
{
    struct key_store store = key_files_store(files);

    setting->set = (struct jwk_set){.fetched_at = 0};
    assert_int_equal(
        store.jwks(store.context, &setting->issuers[issuer], &setting->set, &setting->report),
        STATUS_ACCEPTED);
}

static void set_file(void **state)
{
    struct setting setting;
    struct key_files *files;
    struct safefile_error error;
    const char *path;

    make(&setting, "kid", "/nonexistent/certs");
    path = scratch_write(*state, "keys.json", "{}");
    setting.issuers[0].jwks_file = (char *)path;
    files = open_files(&setting, "/nonexistent/cache", -1);
    sets(&setting, files, 0);
    assert_true(setting.set.local && !setting.set.brought);
    assert_true(span_equal(setting.set.text, span_text("{}")));
    assert_string_equal(setting.set.origin, path);
    sets(&setting, files, 1);
    assert_null(setting.set.text.ptr);
    key_files_close(&files);
    assert_int_equal(chmod(path, 0622), 0);
    assert_null(key_files_open(&setting.rules, "/nonexistent/cache", -1, geteuid(), &error));
    assert_int_equal(unlink(path), 0);
    assert_null(key_files_open(&setting.rules, "/nonexistent/cache", -1, geteuid(), &error));
}

static struct wire_answer set_of(const char *issuer, const char *url, int64_t when,
                                 const char *text)
{
    return (struct wire_answer){.wish = {.kind = ANSWER_JWKS, .url = span_text(url)},
                                .issuer = span_text(issuer),
                                .fetched_at = when,
                                .der = span_text(text)};
}

/* A file as jwt-fetch hands it back. */
static int brought(const struct wire_answer *answers, size_t count)
{
    int file = memfd_create("brought", MFD_CLOEXEC);
    unsigned char head[1024];

    for (size_t i = 0; i < count; i++) {
        size_t len = wire_put_answer(&answers[i], head, sizeof(head));

        assert_true(len > 0 && write(file, head, len) == (ssize_t)len);
        assert_int_equal(write(file, answers[i].der.ptr, answers[i].der.len), answers[i].der.len);
    }
    return file;
}

static void assert_set(struct setting *setting, const char *cache, int fetched, const char *text,
                       bool is_brought)
{
    struct key_files *files = open_files(setting, cache, fetched);

    sets(setting, files, 0);
    if (!span_equal(setting->set.text, span_text(text)))
        fail_msg("expected %s, found %.*s", text, (int)setting->set.text.len,
                 (const char *)setting->set.text.ptr);
    assert_int_equal(setting->set.brought, is_brought);
    assert_false(setting->set.local);
    key_files_close(&files);
    if (fetched >= 0)
        close(fetched);
}

static void fetched_sets(void **state)
{
    struct scratch *scratch = *state;
    const char *const own = "https://login.example";
    int directory = cached_open(scratch);
    struct wire_answer kept = set_of(own, SET_URL, 100, "kept");
    struct wire_answer newer = set_of(own, SET_URL, 100, "new"),
                       older = set_of(own, SET_URL, 99, "old");
    struct wire_answer foreign = set_of("https://other.example", SET_URL, 200, "foreign");
    struct wire_answer elsewhere = set_of(own, "https://x.example/", 200, "elsewhere");
    struct setting setting;

    make(&setting, "kid", "/nonexistent/certs");
    setting.issuers[0].jwks_uri = (char *)SET_URL;
    assert_set(&setting, scratch->directory, -1, "", false);
    cached_store(directory, &kept);
    assert_set(&setting, scratch->directory, -1, "kept", false);
    assert_set(&setting, scratch->directory, brought(&newer, 1), "new", true);
    assert_set(&setting, scratch->directory, brought(&older, 1), "kept", true);
    assert_set(&setting, scratch->directory, brought(&foreign, 1), "kept", false);
    assert_set(&setting, scratch->directory, brought(&elsewhere, 1), "kept", false);
    assert_set(&setting, "/nonexistent/cache", brought(&older, 1), "old", true);
    /* another issuer's set of the same URL lies beside it */
    cached_store(directory, &foreign);
    assert_set(&setting, scratch->directory, -1, "kept", false);
    close(directory);
}

#define SCRATCH_TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(deployed),        SCRATCH_TEST(bad_files),
        SCRATCH_TEST(untrusted_files), SCRATCH_TEST(directories),
        SCRATCH_TEST(foreign_owner),   SCRATCH_TEST(missing_directory),
        SCRATCH_TEST(only_the_named),  SCRATCH_TEST(pinned_for_one_issuer),
        SCRATCH_TEST(set_file),        SCRATCH_TEST(fetched_sets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
