/* SPDX-License-Identifier: BSD-3-Clause */
/* Which answers are shown for which certificate, and where they come from. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../../sys/answer-files.h"
#include "cached.h"

#define PEM_A "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n"
#define PEM_B "-----BEGIN X509 CRL-----\nQUJD\n-----END X509 CRL-----\n"
#define DER "\x30\x82\x01\x01 no text begins so"

/* Two issuers, the first of which has files. */
struct setting {
    char *crl, *ocsp;
    struct issuer_rules issuers[2];
    struct rules rules;
    char seen[4096]; /* "kind origin: bytes\n" for each answer */
    struct report report;
};

static struct rules *set(struct setting *setting, const char *crl, const char *ocsp)
{
    *setting = (struct setting){.crl = (char *)crl, .ocsp = (char *)ocsp};
    setting->issuers[0].issuer = (char *)"https://login.example";
    setting->issuers[0].crl_files = (struct string_list){&setting->crl, crl ? 1 : 0};
    setting->issuers[0].ocsp_files = (struct string_list){&setting->ocsp, ocsp ? 1 : 0};
    setting->issuers[1].issuer = (char *)"https://other.example";
    setting->rules = (struct rules){.issuers = setting->issuers, .issuer_count = 2};
    return &setting->rules;
}

static void look(void *context, const struct answer *answer)
{
    struct setting *setting = context;
    size_t len = strlen(setting->seen);

    snprintf(setting->seen + len, sizeof(setting->seen) - len, "%s %s: %.*s\n",
             answer->kind == ANSWER_CRL ? "CRL" : "OCSP", answer->origin, (int)answer->der.len,
             (const char *)answer->der.ptr);
}

/* Opens, asks for the issuer of that number, closes. */
static enum status ask_with(struct setting *setting, const char *cache, int fetched, size_t issuer,
                            const struct answer_query *query)
{
    struct safefile_error error;
    ANSWER_FILES_CLEANUP struct answer_files *files =
        answer_files_open(&setting->rules, cache, fetched, geteuid(), &error);
    struct answer_source source;

    if (!files)
        fail_msg("%s", error.text);
    source = answer_files_source(files);
    setting->seen[0] = '\0';
    return source.each(source.context, &setting->issuers[issuer], query, look, setting,
                       &setting->report);
}

static const char *ask(struct setting *setting, size_t issuer)
{
    const struct answer_query nothing = {.crl_url_count = 0};

    assert_int_equal(ask_with(setting, "/nonexistent/cache", -1, issuer, &nothing),
                     STATUS_ACCEPTED);
    return setting->seen;
}

static const char *line(const char *kind, const char *origin, const char *bytes)
{
    static char text[2048];

    snprintf(text, sizeof(text), "%s %s: %s\n", kind, origin, bytes);
    return text;
}

/* --- files ------------------------------------------------------------------------------------ */

static void crl_files(void **state)
{
    struct setting setting;
    const char *path = scratch_write(*state, "a.crl", "0 text\n" PEM_A "#" PEM_A PEM_B);
    char expected[2048];

    set(&setting, path, NULL);
    snprintf(expected, sizeof(expected), "%s", line("CRL", path, ""));
    expected[strlen(expected) - 1] = '\0';
    ask(&setting, 0);
    /* three zero bytes of the first, "ABC" of the second */
    assert_memory_equal(setting.seen, expected, strlen(expected));
    assert_non_null(strstr(setting.seen, line("CRL", path, "ABC")));
    assert_string_equal(ask(&setting, 1), "");
    scratch_write(*state, "a.crl", DER "\n" PEM_B);
    assert_string_equal(ask(&setting, 0), line("CRL", path, DER "\n" PEM_B));
}

/* It is for the judgement to say what is wrong with it. */
static void broken_files(void **state)
{
    static const char *const texts[] = {"nothing", "", "0", "-----BEGIN X509 CRL-----\nAAAA\n",
                                        "-----BEGIN X509 CRL-----\n!\n-----END X509 CRL-----"};
    struct setting setting;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        const char *path = scratch_write(*state, "a.crl", texts[i]);

        set(&setting, path, path);
        ask(&setting, 0);
        assert_non_null(strstr(setting.seen, line("CRL", path, texts[i])));
        assert_non_null(strstr(setting.seen, line("OCSP", path, texts[i])));
    }
}

static void directories(void **state)
{
    struct scratch *scratch = *state;
    struct setting setting;
    char path[PATH_MAX];

    scratch_write(scratch, "a.pem", PEM_B);
    scratch_write(scratch, "b.crl", DER "1");
    scratch_write(scratch, "c.der", DER "2");
    scratch_write(scratch, "d.ocsp", "3");
    scratch_write(scratch, "e.txt", "4");
    set(&setting, scratch->directory, scratch->directory);
    ask(&setting, 0);
    snprintf(path, sizeof(path), "%s", scratch_path(scratch, "a.pem"));
    assert_non_null(strstr(setting.seen, line("CRL", path, "ABC")));
    assert_null(strstr(setting.seen, line("OCSP", path, PEM_B)));
    snprintf(path, sizeof(path), "%s", scratch_path(scratch, "b.crl"));
    assert_non_null(strstr(setting.seen, line("CRL", path, DER "1")));
    snprintf(path, sizeof(path), "%s", scratch_path(scratch, "c.der"));
    assert_non_null(strstr(setting.seen, line("CRL", path, DER "2")));
    assert_non_null(strstr(setting.seen, line("OCSP", path, DER "2")));
    snprintf(path, sizeof(path), "%s", scratch_path(scratch, "d.ocsp"));
    assert_non_null(strstr(setting.seen, line("OCSP", path, "3")));
    assert_null(strstr(setting.seen, line("CRL", path, "3")));
    assert_null(strstr(setting.seen, "e.txt"));
}

static void assert_refused(const struct rules *rules, const char *cache, const char *expected)
{
    struct safefile_error error = {""};

    assert_null(answer_files_open(rules, cache, -1, geteuid(), &error));
    assert_non_null(strstr(error.text, expected));
}

static void untrusted_files(void **state)
{
    struct setting setting;
    const char *path = scratch_write(*state, "a.crl", "x");

    assert_int_equal(chmod(path, 0666), 0);
    assert_refused(set(&setting, path, NULL), "/nonexistent", path);
    assert_refused(set(&setting, NULL, path), "/nonexistent", path);
    assert_refused(set(&setting, "/nonexistent/a.crl", NULL), "/nonexistent", "/nonexistent/a.crl");
}

/* Nobody will ask. */
static void revocation_off(void **state)
{
    struct scratch *scratch = *state;
    struct safefile_error error;
    struct setting setting;

    set(&setting, "/nonexistent/a.crl", NULL);
    setting.issuers[0].revocation = setting.issuers[1].revocation = REVOCATION_OFF;
    ANSWER_FILES_CLEANUP struct answer_files *files =
        answer_files_open(&setting.rules, scratch->directory, -1, geteuid(), &error);
    assert_non_null(files);
    assert_int_equal(answer_files_directory(files), -1);
}

/* --- the cache -------------------------------------------------------------------------------- */

static void cached(void **state)
{
    struct scratch *scratch = *state;
    const struct wire_answer crl = cached_crl(URL, "1"), ocsp = cached_ocsp(REQUEST, "2");
    const struct answer_query query = {.crl_urls = {"http://ca.example/2.crl", URL},
                                       .crl_url_count = 2,
                                       .ocsp_request = span_text(REQUEST)};
    const struct answer_query other = {.crl_urls = {"http://ca.example/2.crl", URL},
                                       .crl_url_count = 1,
                                       .ocsp_request = span_text("another request")};
    int directory = cached_open(scratch);
    struct setting setting;

    cached_store(directory, &crl);
    cached_store(directory, &ocsp);
    set(&setting, NULL, NULL);
    /* of whichever issuer: what was asked is the same */
    assert_int_equal(ask_with(&setting, scratch->directory, -1, 1, &query), STATUS_ACCEPTED);
    assert_string_equal(setting.seen, "OCSP http://ocsp.example (cache): 2\n"
                                      "CRL " URL " (cache): 1\n");
    assert_int_equal(ask_with(&setting, scratch->directory, -1, 0, &other), STATUS_ACCEPTED);
    assert_string_equal(setting.seen, "");
    close(directory);
}

static void cache_directories(void **state)
{
    struct scratch *scratch = *state;
    struct safefile_error error;
    struct setting setting;
    struct answer_files *files;

    set(&setting, NULL, NULL);
    files = answer_files_open(&setting.rules, scratch->directory, -1, geteuid(), &error);
    assert_non_null(files);
    assert_true(answer_files_directory(files) >= 0);
    answer_files_close(&files);
    files =
        answer_files_open(&setting.rules, scratch_path(scratch, "missing"), -1, geteuid(), &error);
    assert_non_null(files);
    assert_int_equal(answer_files_directory(files), -1);
    answer_files_close(&files);
    assert_int_equal(chmod(scratch->directory, 0777), 0);
    assert_refused(&setting.rules, scratch->directory, scratch->directory);
}

/* What cannot be read might say "revoked". */
static void unreadable_entry(void **state)
{
    struct scratch *scratch = *state;
    const struct answer_query query = {.crl_urls = {URL}, .crl_url_count = 1};
    struct rlimit before, none;
    struct safefile_error error;
    struct setting setting;
    struct answer_source source;
    enum status status;

    set(&setting, NULL, NULL);
    ANSWER_FILES_CLEANUP struct answer_files *files =
        answer_files_open(&setting.rules, scratch->directory, -1, geteuid(), &error);
    source = answer_files_source(files);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = (struct rlimit){3, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    status =
        source.each(source.context, &setting.issuers[0], &query, look, &setting, &setting.report);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(status, STATUS_CONFIG_ERROR);
    assert_non_null(strstr(setting.report.detail, strerror(EMFILE)));
    assert_string_equal(setting.seen, "");
}

/* --- what was fetched for this login ---------------------------------------------------------- */

static void append(int fd, const struct wire_answer *answer, size_t cut)
{
    unsigned char header[1024];
    size_t len = wire_put_answer(answer, header, sizeof(header));

    assert_int_equal(write(fd, header, len), len);
    assert_int_equal(write(fd, answer->der.ptr, answer->der.len - cut), answer->der.len - cut);
}

static void fetched(void **state)
{
    const struct answer_query nothing = {.crl_url_count = 0};
    const struct wire_answer ocsp = cached_ocsp(REQUEST, "1"), crl = cached_crl(URL, "2");
    struct wire_answer others = cached_crl(URL, "3");
    int fd = memfd_create("fetched", MFD_CLOEXEC);
    struct setting setting;

    (void)state;
    others.issuer = span_text("https://other.example");
    append(fd, &ocsp, 0);
    append(fd, &others, 0);
    append(fd, &crl, 0);
    append(fd, &ocsp, 1); /* jwt-fetch was killed */
    set(&setting, NULL, NULL);
    assert_int_equal(ask_with(&setting, "/nonexistent", dup(fd), 0, &nothing), STATUS_ACCEPTED);
    assert_string_equal(setting.seen, "OCSP http://ocsp.example: 1\nCRL " URL ": 2\n");
    assert_int_equal(ask_with(&setting, "/nonexistent", dup(fd), 1, &nothing), STATUS_ACCEPTED);
    assert_string_equal(setting.seen, "CRL " URL ": 3\n");
    assert_int_equal(ftruncate(fd, 0), 0);
    assert_int_equal(ask_with(&setting, "/nonexistent", fd, 0, &nothing), STATUS_ACCEPTED);
    assert_string_equal(setting.seen, "");
    assert_int_equal(fcntl(fd, F_GETFD), -1); /* before the sandbox is closed */
}

static void nothing_to_map(void **state)
{
    struct safefile_error error = {""};
    struct setting setting;
    int pipes[2];

    (void)state;
    set(&setting, NULL, NULL);
    assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
    assert_null(answer_files_open(&setting.rules, "/nonexistent", pipes[0], geteuid(), &error));
    assert_string_not_equal(error.text, "");
    assert_null(answer_files_open(&setting.rules, "/nonexistent", pipes[0], geteuid(), &error));
    close(pipes[1]);
}

#define SCRATCH_TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(crl_files),          SCRATCH_TEST(broken_files),     SCRATCH_TEST(directories),
        SCRATCH_TEST(untrusted_files),    SCRATCH_TEST(revocation_off),   SCRATCH_TEST(cached),
        SCRATCH_TEST(cache_directories),  SCRATCH_TEST(unreadable_entry), cmocka_unit_test(fetched),
        cmocka_unit_test(nothing_to_map),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
