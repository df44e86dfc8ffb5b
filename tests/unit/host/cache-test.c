/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading: what is found, and all that is not. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "cached.h"

static void names(void **state)
{
    static const char of_url[] =
        "936a185caaa266bb9cbe981e9e05cb78cd732b0b3280eb944412bb6f8f8f07af.crl";
    char name[CACHE_NAME_SIZE];

    (void)state;
    /* SHA-256 of "helloworld" */
    assert_true(cache_name(ANSWER_CRL, (struct span){0}, span_text("helloworld"), name));
    assert_string_equal(name, of_url);
    assert_true(cache_name(ANSWER_OCSP, (struct span){0}, span_text("helloworld"), name));
    assert_memory_equal(name, of_url, 64);
    assert_string_equal(name + 64, ".ocsp");
}

/* Two issuers may have one URL: neither's keys take the place of the other's. */
static void names_of_sets(void **state)
{
    char one[CACHE_NAME_SIZE], other[CACHE_NAME_SIZE];

    (void)state;
    assert_true(cache_name(ANSWER_JWKS, span_text("https://a"), span_text(URL), one));
    assert_true(cache_name(ANSWER_JWKS, span_text("https://b"), span_text(URL), other));
    assert_string_not_equal(one, other);
    assert_true(cache_name(ANSWER_CRL, span_text("https://a"), span_text(URL), one));
    assert_true(cache_name(ANSWER_CRL, span_text("https://b"), span_text(URL), other));
    assert_string_equal(one, other);
}

static void names_that_are_none(void **state)
{
    char name[CACHE_NAME_SIZE + 8], longer[CACHE_NAME_SIZE + 8];

    (void)state;
    assert_true(cache_name(ANSWER_CRL, (struct span){0}, span_text(URL), name));
    assert_true(cache_is_name(name));
    snprintf(longer, sizeof(longer), "a%s", name);
    assert_false(cache_is_name(longer));
    assert_false(cache_is_name(name + 1));
    snprintf(longer, sizeof(longer), "%s~", name);
    assert_false(cache_is_name(longer));
    name[0] = 'A';
    assert_false(cache_is_name(name));
    name[0] = '/';
    assert_false(cache_is_name(name));
    assert_false(cache_is_name(""));
    assert_false(cache_is_name(".lock"));
}

static void assert_found(int directory, const struct wire_answer *answer)
{
    struct cache_entry entry;

    assert_int_equal(cache_map(directory, cached_name(answer), geteuid(), &entry), CACHE_FOUND);
    assert_int_equal(entry.answer.wish.kind, answer->wish.kind);
    assert_true(span_equal(entry.answer.wish.url, answer->wish.url));
    assert_true(span_equal(entry.answer.wish.request, answer->wish.request));
    assert_true(span_equal(entry.answer.wish.issuer, answer->wish.issuer));
    assert_true(span_equal(entry.answer.issuer, answer->issuer));
    assert_int_equal(entry.answer.fetched_at, answer->fetched_at);
    assert_true(span_equal(entry.answer.der, answer->der));
    cache_unmap(&entry);
}

static void what_was_stored(void **state)
{
    const struct wire_answer crl = cached_crl(URL, "a CRL");
    const struct wire_answer ocsp = cached_ocsp(REQUEST, "a response");
    int directory = cached_open(*state);

    assert_int_equal(cached_look(directory, cached_name(&crl)), CACHE_NONE);
    cached_store(directory, &crl);
    cached_store(directory, &ocsp);
    assert_found(directory, &crl);
    assert_found(directory, &ocsp);
    close(directory);
}

/* --- foreign files ---------------------------------------------------------------------------- */

/* With an entry in it, whose name is returned. */
static const char *prepare(struct scratch *scratch, int *directory)
{
    const struct wire_answer crl = cached_crl(URL, "a CRL");

    *directory = cached_open(scratch);
    cached_store(*directory, &crl);
    assert_int_equal(cached_look(*directory, cached_name(&crl)), CACHE_FOUND);
    return cached_name(&crl);
}

static void wrong_mode(void **state)
{
    int directory;
    const char *name = prepare(*state, &directory);

    assert_int_equal(fchmodat(directory, name, 0664, 0), 0);
    assert_int_equal(cached_look(directory, name), CACHE_NONE);
    assert_int_equal(fchmodat(directory, name, 0646, 0), 0);
    assert_int_equal(cached_look(directory, name), CACHE_NONE);
    close(directory);
}

static void wrong_owner(void **state)
{
    int directory;
    const char *name = prepare(*state, &directory);
    struct cache_entry entry;

    if (geteuid() == 0)
        assert_int_equal(fchownat(directory, name, 65534, 65534, 0), 0);
    assert_int_equal(cache_map(directory, name, 0, &entry), CACHE_NONE);
    close(directory);
}

/* Cut anywhere, or with a byte behind it. */
static void wrong_length(void **state)
{
    int directory;
    const char *name = prepare(*state, &directory);
    int fd = openat(directory, name, O_RDWR | O_CLOEXEC);
    char bytes[1024];
    ssize_t len = read(fd, bytes, sizeof(bytes));

    assert_in_range(len, 1, sizeof(bytes) - 1);
    assert_int_equal(pwrite(fd, "x", 1, len), 1);
    assert_int_equal(cached_look(directory, name), CACHE_NONE);
    for (ssize_t cut = len - 1; cut >= 0; cut--) {
        assert_int_equal(ftruncate(fd, cut), 0);
        assert_int_equal(cached_look(directory, name), CACHE_NONE);
    }
    assert_int_equal(pwrite(fd, bytes, (size_t)len, 0), len);
    assert_int_equal(cached_look(directory, name), CACHE_FOUND);
    close(fd);
    close(directory);
}

/* Its header says how long it is, and that is true. */
static void too_large(void **state)
{
    struct wire_answer answer = cached_crl(URL, NULL);
    int directory = cached_open(*state);
    unsigned char header[1024];

    for (int over = 0; over < 2; over++) {
        int fd = openat(directory, cached_name(&answer), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
        size_t len = wire_put_answer(&answer, header, sizeof(header));

        answer.der.len = CACHE_ENTRY_MAX - len + (size_t)over;
        assert_int_equal(wire_put_answer(&answer, header, sizeof(header)), len);
        assert_int_equal(pwrite(fd, header, len, 0), len);
        assert_int_equal(ftruncate(fd, CACHE_ENTRY_MAX + over), 0);
        assert_int_equal(cached_look(directory, cached_name(&answer)),
                         over ? CACHE_NONE : CACHE_FOUND);
        close(fd);
    }
    close(directory);
}

/* An answer to another question does not become one to this by its name. */
static void renamed(void **state)
{
    const struct wire_answer other = cached_crl("http://ca.example/2.crl", "x");
    char name[CACHE_NAME_SIZE], as_ocsp[CACHE_NAME_SIZE];
    int directory;

    snprintf(name, sizeof(name), "%s", prepare(*state, &directory));
    assert_int_equal(renameat(directory, name, directory, cached_name(&other)), 0);
    assert_int_equal(cached_look(directory, cached_name(&other)), CACHE_NONE);
    assert_true(cache_name(ANSWER_OCSP, (struct span){0}, span_text(URL), as_ocsp));
    assert_int_equal(renameat(directory, cached_name(&other), directory, as_ocsp), 0);
    assert_int_equal(cached_look(directory, as_ocsp), CACHE_NONE);
    assert_int_equal(renameat(directory, as_ocsp, directory, name), 0);
    assert_int_equal(cached_look(directory, name), CACHE_FOUND);
    close(directory);
}

static void no_regular_files(void **state)
{
    int directory;
    const char *name = prepare(*state, &directory);

    assert_int_equal(renameat(directory, name, directory, "target"), 0);
    assert_int_equal(symlinkat("target", directory, name), 0);
    assert_int_equal(cached_look(directory, name), CACHE_NONE);
    assert_int_equal(unlinkat(directory, name, 0), 0);
    assert_int_equal(mkfifoat(directory, name, 0644), 0);
    assert_int_equal(cached_look(directory, name), CACHE_NONE);
    assert_int_equal(unlinkat(directory, name, 0), 0);
    assert_int_equal(mkdirat(directory, name, 0755), 0);
    assert_int_equal(cached_look(directory, name), CACHE_NONE);
    close(directory);
}

/* Only by its name as such. */
static void other_names(void **state)
{
    struct cache_entry entry;
    char path[CACHE_NAME_SIZE + 2];
    int directory;

    snprintf(path, sizeof(path), "./%s", prepare(*state, &directory));
    assert_int_equal(cache_map(directory, path, geteuid(), &entry), CACHE_NONE);
    assert_int_equal(cache_map(directory, ".lock", geteuid(), &entry), CACHE_NONE);
    close(directory);
}

/* What may be there and cannot be read might say "revoked": it is not as if there were none. */
static void no_descriptor_left(void **state)
{
    struct rlimit before, none;
    enum cache_found found, other;
    int directory, error;
    const char *name = prepare(*state, &directory);

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = (struct rlimit){3, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    found = cached_look(directory, name);
    error = errno;
    other = cached_look(directory, ".lock");
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(found, CACHE_FAILED);
    assert_int_equal(other, CACHE_NONE); /* it was not even tried */
    assert_int_equal(error, EMFILE);
    close(directory);
}

/* --- the directory ---------------------------------------------------------------------------- */

static void directories(void **state)
{
    struct scratch *scratch = *state;
    struct safefile_error error = {"x"};

    assert_int_equal(cache_open(scratch_path(scratch, "missing"), geteuid(), &error), -1);
    assert_string_equal(error.text, "");
    assert_int_equal(cache_open(scratch_path(scratch, "missing/cache"), geteuid(), &error), -1);
    assert_string_equal(error.text, "");
    scratch_write(scratch, "file", "x");
    assert_int_equal(cache_open(scratch_path(scratch, "file"), geteuid(), &error), -1);
    assert_string_not_equal(error.text, "");
    assert_int_equal(chmod(scratch->directory, 0777), 0);
    assert_int_equal(cache_open(scratch->directory, geteuid(), &error), -1);
    assert_non_null(strstr(error.text, scratch->directory));
}

static void directory_of_another(void **state)
{
    struct scratch *scratch = *state;
    struct safefile_error error;

    if (geteuid() == 0)
        assert_int_equal(chown(scratch->directory, 65534, 65534), 0);
    assert_int_equal(cache_open(scratch->directory, 0, &error), -1);
    assert_non_null(strstr(error.text, "expected owner root"));
}

#define SCRATCH_TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),
        cmocka_unit_test(names_of_sets),
        cmocka_unit_test(names_that_are_none),
        SCRATCH_TEST(what_was_stored),
        SCRATCH_TEST(wrong_mode),
        SCRATCH_TEST(wrong_owner),
        SCRATCH_TEST(wrong_length),
        SCRATCH_TEST(too_large),
        SCRATCH_TEST(renamed),
        SCRATCH_TEST(no_regular_files),
        SCRATCH_TEST(other_names),
        SCRATCH_TEST(no_descriptor_left),
        SCRATCH_TEST(directories),
        SCRATCH_TEST(directory_of_another),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
