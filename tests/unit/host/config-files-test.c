/* SPDX-License-Identifier: BSD-3-Clause */
/* The configuration as files: their syntax, conf.d, and what is printed of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "configured.h"

static void bad_syntax(void **state)
{
    assert_bad(*state, "", 0, "expected at least one section [issuer URL]");
    assert_bad(*state, GLOBAL, 0, "expected at least one section [issuer URL]");
    assert_bad(*state, "leeway = 60\n" ISSUER, 0, "a key before the first section");
    assert_bad(*state, GLOBAL "leeway\n", 3, "Equal sign is missing");
    assert_bad(*state, GLOBAL "leeway = 1\nleeway = 1\n", 4, "Duplicate key");
    assert_bad(*state, GLOBAL "leeway = 1\nLeeway = 1\n", 4, "Duplicate key");
    assert_bad(*state, GLOBAL ISSUER "[global]\n", 6, "Duplicate section");
    assert_bad(*state, ISSUER "[issuer https://ISSUER.example]\n", 4, "Duplicate section");
    assert_bad(*state, GLOBAL "  leeway = 1\n", 3, "space");
    assert_bad(*state, GLOBAL "[issuer https://a\n", 3, "No closing bracket");
    assert_bad(*state, GLOBAL "/* leeway */\n", 3, "Equal sign is missing");
    assert_bad(*state, GLOBAL "[Global]\n", 3, "Duplicate section");
    assert_bad(*state, "[Global]\nleeway = 1\n", 1, "found [Global]");
    assert_bad(*state, GLOBAL "[issuers https://a]\nx = 1\n", 3, "found [issuers https://a]");
    assert_bad(*state, GLOBAL "[replay x]\nstore = /x\n", 3, "found [replay x]");
    assert_bad(*state, GLOBAL "[globals]\nleeway = 1\n", 3, "found [globals]");
}

static void comments(void **state)
{
    assert_good(*state, "# comment\n; comment\n\n" GLOBAL "# leeway = x\n" ISSUER);
    /* a comment stands on a line of its own */
    assert_bad(*state, GLOBAL "leeway = 60 # seconds\n" ISSUER, 3, "leeway: expected");
}

static void nul_byte(void **state)
{
    struct scratch *scratch = *state;
    const char *path = scratch_path(scratch, "nul.conf");
    struct config_error error;
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    fwrite(GLOBAL ISSUER "#\0\n", 1, sizeof(GLOBAL ISSUER "#\0\n") - 1, file);
    fclose(file);
    chmod(path, 0644);
    assert_null(config_load(path, geteuid(), &error));
    assert_non_null(strstr(error.text, "NUL byte"));
}

static void assert_conf_d(struct scratch *scratch, const char *found)
{
    struct config_error error;
    CONFIG_CLEANUP struct rules *rules = load(scratch, GLOBAL ISSUER, &error);

    if (!found) {
        assert_non_null(rules);
        return;
    }
    assert_null(rules);
    if (!strstr(error.text, found))
        fail_msg("expected %s, found %s", found, error.text);
}

static void conf_d(void **state)
{
    struct scratch *scratch = *state;

    assert_int_equal(mkdir(scratch_path(scratch, "conf.d"), 0755), 0);
    scratch_write(scratch, "conf.d/b.conf", "[global]\nleeway = 5\n");
    scratch_write(scratch, "conf.d/a.conf", "[issuer https://issuer.example]\nmax_age = 9\n");
    scratch_write(scratch, "conf.d/ignored.conf.dpkg-old", "nonsense");
    scratch_write(scratch, "conf.d/.hidden.conf", "nonsense");
    assert_conf_d(scratch, NULL);
    scratch_write(scratch, "conf.d/c.conf", "[global]\nleeway = 5\n");
    assert_conf_d(scratch, "c.conf:2: [global] leeway was set before");
    scratch_write(scratch, "conf.d/c.conf", "[issuer https://Issuer.example]\nmax_age = 9\n");
    assert_conf_d(scratch, "c.conf:1: [issuer https://Issuer.example] differs");
    scratch_write(scratch, "conf.d/c.conf", "");
    assert_conf_d(scratch, NULL);
    assert_int_equal(chmod(scratch_path(scratch, "conf.d/c.conf"), 0666), 0);
    assert_conf_d(scratch, "c.conf: expected nobody but its owner to write it");
    assert_int_equal(unlink(scratch_path(scratch, "conf.d/c.conf")), 0);
    assert_int_equal(symlink("nowhere", scratch_path(scratch, "conf.d/c.conf")), 0);
    assert_conf_d(scratch, "c.conf: No such file");
    assert_int_equal(unlink(scratch_path(scratch, "conf.d/c.conf")), 0);
    assert_int_equal(mkdir(scratch_path(scratch, "conf.d/c.conf"), 0755), 0);
    assert_conf_d(scratch, "c.conf: expected a regular file");
}

static void conf_d_that_cannot_be_read(void **state)
{
    struct scratch *scratch = *state;

    assert_int_equal(symlink("nowhere", scratch_path(scratch, "conf.d")), 0);
    assert_conf_d(scratch, "conf.d: No such file");
    assert_int_equal(unlink(scratch_path(scratch, "conf.d")), 0);
    assert_int_equal(mkdir(scratch_path(scratch, "conf.d"), 0777), 0);
    assert_int_equal(chmod(scratch_path(scratch, "conf.d"), 0777), 0);
    assert_conf_d(scratch, "conf.d: expected nobody but its owner to write it");
}

static void printed_and_read_again(void **state)
{
    struct config_error error;
    CONFIG_CLEANUP struct rules *rules = load(
        *state, GLOBAL ISSUER "max_age = 5\nrequire_amr = mfa, hwk\nrevocation = off\n", &error);
    char *first = NULL, *second = NULL;
    size_t size;
    FILE *out = open_memstream(&first, &size);

    assert_non_null(rules);
    config_print(rules, out);
    fclose(out);
    config_free(&rules);
    rules = load(*state, first, &error);
    if (!rules)
        fail_msg("%s in\n%s", error.text, first);
    out = open_memstream(&second, &size);
    config_print(rules, out);
    fclose(out);
    assert_string_equal(first, second);
    assert_non_null(strstr(first, "require_amr = mfa, hwk\n"));
    free(first);
    free(second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(bad_syntax),
        SCRATCH_TEST(comments),
        SCRATCH_TEST(nul_byte),
        SCRATCH_TEST(conf_d),
        SCRATCH_TEST(conf_d_that_cannot_be_read),
        SCRATCH_TEST(printed_and_read_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
