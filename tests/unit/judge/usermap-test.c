/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../../lib/usermap.h"

#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "make-token.h"

#define ROWS(rows) (sizeof(rows) / sizeof(rows[0]))
#define MAP "/etc/users"

/* What one question costs. */
struct memory_map {
    const char *text;
    const char *const *hints; /* lines; the last is NULL */
    unsigned searches, looks;
};

static bool text_of(void *context, const struct issuer_rules *issuer, struct span *text)
{
    struct memory_map *map = context;

    assert_string_equal(issuer->user_map, MAP);
    map->searches++;
    *text = span_text(map->text);
    return map->text != NULL;
}

static void hint(void *context, const struct issuer_rules *issuer, struct span subject,
                 const char *user, bool (*look)(void *look_context, struct span line),
                 void *look_context)
{
    struct memory_map *map = context;

    assert_string_equal(issuer->user_map, MAP);
    assert_true(subject.len > 0 && user);
    for (const char *const *line = map->hints; *line; line++) {
        map->looks++;
        if (look(look_context, span_text(*line)))
            break;
    }
}

/* `sub` as JSON has it; `map` NULL: identity. */
static enum status judge_map(const char *sub, const char *user, struct memory_map *map,
                             struct report *report)
{
    struct issuer_rules issuer = make_issuer();
    struct rules rules = make_rules(&issuer);
    struct usermap_source source = {text_of, map && map->hints ? hint : NULL, map};
    char claims[1000];
    SIGNED_CLAIMS_CLEANUP struct signed_claims *made = NULL;
    IDENTITY_CLEANUP struct identity *identity = NULL;

    issuer.user_map = map ? STRING(MAP) : STRING("");
    snprintf(claims, sizeof(claims),
             "{\"iss\":\"" ISSUER "\",\"aud\":\"pam://host.example/sshd\",\"exp\":4070908800,"
             "\"sub\":\"%s\"}",
             sub);
    made = make_claims("{\"alg\":\"ES256\"}", claims);
    assert_int_equal(policy_check(made, &rules, &issuer, "sshd", NOW, &identity, report),
                     STATUS_ACCEPTED);
    return usermap_check(identity, &issuer, map ? &source : NULL, user, report);
}

static enum status map(const char *sub, const char *user)
{
    struct report report = {0};
    enum status status = judge_map(sub, user, NULL, &report);

    assert_int_equal(report.detail[0] == '\0', status == STATUS_ACCEPTED);
    return status;
}

static void test_users(void **state)
{
    static const struct {
        const char *sub, *user;
        bool same;
    } rows[] = {
        {"alice", "alice", true},
        {"\\u0061lice", "alice", true},
        {"m\xc3\xbcller", "m\xc3\xbcller", true},
        {"a/b", "a/b", true},
        {"alice", "bob", false},
        {"alice", "", false},
        {"alice", "Alice", false},
        {"Alice", "alice", false},
        {"alice", "alic", false},
        {"alice", "alice2", false},
        {"alice ", "alice", false},
        {" alice", "alice", false},
        {"alice\\n", "alice", false},
        {"alice\\u0000", "alice", false},
        {"alice\\u0000root", "alice", false},
        {"\\u0000", "", false},
        {"root", "alice", false},
        {"mu\xcc\x88ller", "m\xc3\xbcller", false},
        {"alice@example", "alice", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(map(rows[i].sub, rows[i].user),
                         rows[i].same ? STATUS_ACCEPTED : STATUS_USER_MISMATCH);
}

static void test_long_name(void **state)
{
    char name[301];

    (void)state;
    memset(name, 'a', 300);
    name[300] = '\0';
    assert_int_equal(map(name, name), STATUS_ACCEPTED);
    assert_int_equal(map(name, name + 1), STATUS_USER_MISMATCH);
    assert_int_equal(map(name + 1, name), STATUS_USER_MISMATCH);
}

#define TEXT                                                                                       \
    "# subjects and users\n"                                                                       \
    "alice alice\n"                                                                                \
    "\n"                                                                                           \
    "7f3c bob\n"                                                                                   \
    "7f3c backup\n"                                                                                \
    "\"Bob Smith\" bob\n"                                                                          \
    "/(.*)@example\\.org \\1\n"                                                                    \
    "/[^@]*@guests\\.example\\.org guest\n"

static void test_map(void **state)
{
    static const struct {
        const char *sub, *user, *detail;
        enum status status;
    } rows[] = {
        {"alice", "alice", MAP " has a line for it", STATUS_ACCEPTED},
        {"7f3c", "bob", "", STATUS_ACCEPTED},
        {"7f3c", "backup", "", STATUS_ACCEPTED},
        {"Bob Smith", "bob", "", STATUS_ACCEPTED},
        {"carol@example.org", "carol", "", STATUS_ACCEPTED},
        {"dave@guests.example.org", "guest", "", STATUS_ACCEPTED},
        {"7f3c", "alice", MAP " has no line for 7f3c as alice", STATUS_USER_NOT_ALLOWED},
        {"bob", "bob", MAP " has no line for bob", STATUS_USER_NOT_ALLOWED},
        {"7f3c", "7f3c", "as 7f3c", STATUS_USER_NOT_ALLOWED},
        {"alice", "bob", "as bob", STATUS_USER_NOT_ALLOWED},
        {"alice", "", "as ", STATUS_USER_NOT_ALLOWED},
        {"Alice", "alice", "for Alice", STATUS_USER_NOT_ALLOWED},
        {"alice ", "alice", "for alice ", STATUS_USER_NOT_ALLOWED},
        {"alice\\u0000", "alice", "for alice", STATUS_USER_NOT_ALLOWED},
        {"carol@example.org", "dave", "as dave", STATUS_USER_NOT_ALLOWED},
        {"carol@exampleXorg", "carol", "for carol@exampleXorg", STATUS_USER_NOT_ALLOWED},
        {"dave@guests.example.org", "dave", "as dave", STATUS_USER_NOT_ALLOWED},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct memory_map map = {.text = TEXT};
        struct report report = {0};

        if (judge_map(rows[i].sub, rows[i].user, &map, &report) != rows[i].status ||
            !strstr(report.detail, rows[i].detail))
            fail_msg("%s as %s: %s", rows[i].sub, rows[i].user, report.detail);
    }
}

static void test_broken_maps(void **state)
{
    static const struct {
        const char *text, *detail; /* for alice as alice */
        enum status status;
    } rows[] = {
        {"", MAP " has no line for alice", STATUS_USER_NOT_ALLOWED},
        {"\n", "has no line", STATUS_USER_NOT_ALLOWED},
        {"# alice alice\n", "has no line", STATUS_USER_NOT_ALLOWED},
        {"\n#\nbob\nalice alice\n", MAP ":3: expected a subject", STATUS_CONFIG_ERROR},
        {"alice alice\nbob\n", "", STATUS_ACCEPTED}, /* it is not met */
        {"bob\nalice alice\n", MAP ":1: expected", STATUS_CONFIG_ERROR},
        {"x y\n/( bob\nalice alice\n", MAP ":2: the regular expression", STATUS_CONFIG_ERROR},
        {"x y\r\n", MAP ":1: expected no control", STATUS_CONFIG_ERROR},
        {"alice alice", MAP ":1: expected a line feed", STATUS_CONFIG_ERROR},
        {"x y\nalice al", MAP ":2: expected a line feed", STATUS_CONFIG_ERROR},
        {"x y\n#", MAP ":2: expected a line feed", STATUS_CONFIG_ERROR},
        {NULL, MAP " has not been read", STATUS_CONFIG_ERROR},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct memory_map map = {.text = rows[i].text};
        struct report report = {0};

        assert_int_equal(judge_map("alice", "alice", &map, &report), rows[i].status);
        if (!strstr(report.detail, rows[i].detail))
            fail_msg("%s: %s", rows[i].text, report.detail);
    }
}

static bool no_memory_to_compile, no_memory_to_match;

int __real_regcomp(regex_t *regex, const char *text, int flags);
int __real_regexec(const regex_t *regex, const char *text, size_t count, regmatch_t *found,
                   int flags);
int __wrap_regcomp(regex_t *regex, const char *text, int flags);
int __wrap_regexec(const regex_t *regex, const char *text, size_t count, regmatch_t *found,
                   int flags);

int __wrap_regcomp(regex_t *regex, const char *text, int flags)
{
    return no_memory_to_compile ? REG_ESPACE : __real_regcomp(regex, text, flags);
}

int __wrap_regexec(const regex_t *regex, const char *text, size_t count, regmatch_t *found,
                   int flags)
{
    return no_memory_to_match ? REG_ESPACE : __real_regexec(regex, text, count, found, flags);
}

/* Nobody knows then whether the line is good for the user. */
static void test_no_memory(void **state)
{
    static const char *const hints[] = {"/a.* alice", NULL};
    bool *const failing[] = {&no_memory_to_compile, &no_memory_to_match};

    (void)state;
    for (size_t i = 0; i < ROWS(failing); i++) {
        struct memory_map map = {.text = "x y\n/a.* alice\nalice alice\n", .hints = hints};
        struct report report = {0};

        *failing[i] = true;
        assert_int_equal(judge_map("alice", "alice", &map, &report), STATUS_OUT_OF_MEMORY);
        assert_non_null(strstr(report.detail, MAP ":2: "));
        *failing[i] = false;
    }
}

static void assert_hinted(const char *const *hints, const char *text, enum status status,
                          unsigned looks, unsigned searches)
{
    struct memory_map map = {.text = text, .hints = hints};
    struct report report = {0};

    assert_int_equal(judge_map("alice", "bob", &map, &report), status);
    assert_int_equal(map.looks, looks);
    assert_int_equal(map.searches, searches);
}

/* A hint spares the search if it is a line that says yes; nothing else about it counts. */
static void test_hints(void **state)
{
    static const char *const none[] = {NULL};
    static const char *const good[] = {"alice bob", "alice carol", NULL};
    static const char *const regex[] = {"x y", "/a.* bob", NULL};
    static const char *const others[] = {"alice carol", "carol bob", "# alice bob", "", NULL};
    static const char *const broken[] = {"alice", "/( bob", "alice \"bob", "alice bob\r", NULL};
    static const char *const late[] = {"alice", "/( bob", "alice bob", NULL};

    (void)state;
    assert_hinted(good, "", STATUS_ACCEPTED, 1, 0);
    assert_hinted(regex, "", STATUS_ACCEPTED, 2, 0);
    assert_hinted(late, "", STATUS_ACCEPTED, 3, 0);
    assert_hinted(none, "alice bob\n", STATUS_ACCEPTED, 0, 1);
    assert_hinted(others, "alice bob\n", STATUS_ACCEPTED, 4, 1);
    assert_hinted(broken, "alice bob\n", STATUS_ACCEPTED, 4, 1);
    assert_hinted(none, "", STATUS_USER_NOT_ALLOWED, 0, 1);
    assert_hinted(others, "", STATUS_USER_NOT_ALLOWED, 4, 1);
    assert_hinted(broken, "", STATUS_USER_NOT_ALLOWED, 4, 1);
    assert_hinted(broken, "bob\n", STATUS_CONFIG_ERROR, 4, 1);
    assert_hinted(others, NULL, STATUS_CONFIG_ERROR, 4, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_users),     cmocka_unit_test(test_long_name),
        cmocka_unit_test(test_map),       cmocka_unit_test(test_broken_maps),
        cmocka_unit_test(test_no_memory), cmocka_unit_test(test_hints),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    make_free_all();
    return failed;
}
