/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../../lib/usermap-line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define ROWS(rows) (sizeof(rows) / sizeof(rows[0]))

static enum usermap_match match_bytes(const char *text, struct span subject, const char *user)
{
    struct usermap_line line;

    if (!usermap_line_parse(span_text(text), &line))
        fail_msg("%s: %s", text, line.error);
    return usermap_line_match(&line, subject, user);
}

static enum usermap_match match(const char *text, const char *subject, const char *user)
{
    return match_bytes(text, span_text(subject), user);
}

static void fields(void **state)
{
    static const struct {
        const char *text, *subject, *user; /* NULL: the line says nothing */
    } rows[] = {
        {"alice bob", "alice", "bob"},
        {"alice\tbob", "alice", "bob"},
        {" \t alice \t bob \t ", "alice", "bob"},
        {"alice bob # a comment", "alice", "bob"},
        {"alice bob# a comment", "alice", "bob"},
        {"alice bob#", "alice", "bob"},
        {"\"alice\" \"bob\"", "alice", "bob"},
        {"\"alice\"  bob", "alice", "bob"},
        {"\"alice smith\" bob", "alice smith", "bob"},
        {"\"alice\tsmith\" bob", "alice\tsmith", "bob"},
        {"\"alice#1\" \"#bob\"", "alice#1", "#bob"},
        {"\"say \"\"hi\"\"\" bob", "say \"hi\"", "bob"},
        {"\"\"\"\" bob", "\"", "bob"},
        {"\"\"\"\"\"\" bob", "\"\"", "bob"},
        {"ali\"ce smi\"th bob", "alice smith", "bob"},
        {"\"alice\"\"\" bob", "alice\"", "bob"},
        {"\"alice\"smith bob", "alicesmith", "bob"},
        {"a,b c,d", "a,b", "c,d"},
        {"a\\b c\\d", "a\\b", "c\\d"},
        {"a/b /c", "a/b", "/c"},
        {"al\xc3\xafs\xff b\xc3\xb6"
         "b",
         "al\xc3\xafs\xff",
         "b\xc3\xb6"
         "b"},
        {"all +all", "all", "+all"},
        {"", NULL, NULL},
        {" \t ", NULL, NULL},
        {"#", NULL, NULL},
        {"# alice bob", NULL, NULL},
        {"\t #\" /(", NULL, NULL},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct usermap_line line;

        assert_true(usermap_line_parse(span_text(rows[i].text), &line));
        assert_string_equal(line.error, "");
        assert_int_equal(line.kind, rows[i].subject ? USERMAP_LITERAL : USERMAP_NOTHING);
        if (rows[i].subject) {
            assert_string_equal(line.subject, rows[i].subject);
            assert_string_equal(line.user, rows[i].user);
        }
    }
}

static void assert_broken(struct span text, const char *why)
{
    struct usermap_line line;

    assert_false(usermap_line_parse(text, &line));
    assert_int_equal(line.kind, USERMAP_NOTHING);
    if (!strstr(line.error, why))
        fail_msg("%.*s: %s", (int)text.len, (const char *)text.ptr, line.error);
}

static void broken_lines(void **state)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"alice", "found one field"},
        {"\"alice bob\"", "found one field"},
        {"alice # bob", "found one field"},
        {"alice#bob carol", "found one field"},
        {"alice bob carol", "found more"},
        {"alice bob \"\"", "found more"},
        {"alice smith bob # quotes are missing", "found more"},
        {"\"alice bob", "no end"},
        {"alice \"bob", "no end"},
        {"alice \"bob # no end", "no end"},
        {"alice bob\"", "no end"},
        {"\"\"\" bob", "no end"},
        {"\"\" bob", "empty field"},
        {"alice \"\"", "empty field"},
        {"\"\"", "found one field"},
        {"alice bob\r", "control characters"},
        {"\r", "control characters"},
        {"# comment\r", "control characters"},
        {"alice\vbob", "control characters"},
        {"alice \x01", "control characters"},
        {"alice \x7f", "control characters"},
        {"alice \x1b[31mbob", "control characters"},
        {"(.*)@example \\1", "begin it with a slash"},
        {"alice a\\1b", "begin it with a slash"},
        {"/ bob", "behind the slash"},
        {"\"/\" bob", "behind the slash"},
        {"/id\\d+ bob", "backslash"},
        {"/(a)\\1 bob", "backslash"},
        {"/(a)[\\]\\1 bob", "backslash"},
        {"/(a)\\\\\\2 bob", "backslash"},
        {"/(c|b($a))+ bob", "write \\$"},
        {"/$a bob", "write \\$"},
        {"/a$$ bob", "write \\$"},
        {"/a$* bob", "write \\$"},
        {"/[a]$b bob", "write \\$"},
        {"/[]a]$b bob", "write \\$"},
        {"/[^]a]$b bob", "write \\$"},
        {"/[[:alpha:]]$b bob", "write \\$"},
        {"/[[.].]]$b bob", "write \\$"},
        {"/\\\\$b bob", "write \\$"},
        {"/[ bob", "[ without a ]"},
        {"/[] bob", "[ without a ]"},
        {"/[^] bob", "[ without a ]"},
        {"/[[:alpha:] bob", "[ without a ]"},
        {"/[[: bob", "[ without a ]"},
        {"/(.*) \\1\\1", "more than once"},
        {"/(.*) \\1-x-\\1", "more than once"},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++)
        assert_broken(span_text(rows[i].text), rows[i].why);
    assert_broken(span_of("alice\0 bob", 10), "control characters");
    assert_broken(span_of("alice bob\0", 10), "control characters");
    assert_broken(span_of("# a\0", 4), "control characters");
}

/* Whether it can be used shows when it is. */
static void broken_expressions(void **state)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"/( bob", "cannot be used: Unmatched ("},
        {"/a{2,1} bob", "cannot be used: "},
        {"/a\\ bob", "cannot be used: Trailing backslash"},
        {"/* bob", "cannot be used: "},
        {"/alice \\1", "no group"},
        {"/\\(alice\\) \\1", "no group"},
        {"/[(]alice[)] \\1", "no group"},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct usermap_line line;

        assert_true(usermap_line_parse(span_text(rows[i].text), &line));
        assert_int_equal(line.kind, USERMAP_REGEX);
        assert_int_equal(usermap_line_match(&line, span_text("alice"), "alice"), USERMAP_BROKEN);
        if (!strstr(line.error, rows[i].why))
            fail_msg("%s: %s", rows[i].text, line.error);
    }
}

static void length_of_a_line(void **state)
{
    char text[USERMAP_LINE_MAX + 2];
    struct usermap_line line;

    (void)state;
    memset(text, 'a', sizeof(text));
    text[1] = ' ';
    assert_true(usermap_line_parse(span_of(text, USERMAP_LINE_MAX), &line));
    assert_int_equal(strlen(line.user), USERMAP_LINE_MAX - 2);
    assert_broken(span_of(text, USERMAP_LINE_MAX + 1), "4096 bytes");
    memset(text, '#', sizeof(text));
    assert_broken(span_of(text, USERMAP_LINE_MAX + 1), "4096 bytes");
    memset(text, ' ', sizeof(text));
    assert_broken(span_of(text, USERMAP_LINE_MAX + 1), "4096 bytes");
}

static void literals(void **state)
{
    (void)state;
    assert_int_equal(match("alice bob", "alice", "bob"), USERMAP_SAME_USER);
    assert_int_equal(match("alice bob", "alice", "alice"), USERMAP_OTHER_USER);
    assert_int_equal(match("alice bob", "alice", "Bob"), USERMAP_OTHER_USER);
    assert_int_equal(match("alice bob", "alice", "bobb"), USERMAP_OTHER_USER);
    assert_int_equal(match("alice bob", "alice", "bo"), USERMAP_OTHER_USER);
    assert_int_equal(match("alice bob", "Alice", "bob"), USERMAP_OTHER);
    assert_int_equal(match("alice bob", "alic", "bob"), USERMAP_OTHER);
    assert_int_equal(match("alice bob", "alicee", "bob"), USERMAP_OTHER);
    assert_int_equal(match("alice bob", "bob", "bob"), USERMAP_OTHER);
    assert_int_equal(match("alice bob", "bob", "alice"), USERMAP_OTHER);
    assert_int_equal(match("a.ice bob", "alice", "bob"), USERMAP_OTHER);
    assert_int_equal(match("# nothing", "alice", "bob"), USERMAP_OTHER);
    assert_int_equal(match("alice bob", "alice", ""), USERMAP_OTHER);
    assert_int_equal(match("alice bob", "", "bob"), USERMAP_OTHER);
    assert_int_equal(match_bytes("alice bob", span_of("alice\0", 6), "bob"), USERMAP_OTHER);
    assert_int_equal(match_bytes("/alice.* bob", span_of("alice\0", 6), "bob"), USERMAP_OTHER);
    assert_int_equal(match_bytes("/alice[^x]* bob", span_of("alice\0", 6), "bob"), USERMAP_OTHER);
    /* what a user's name looks like is up to who writes it down */
    assert_int_equal(match("alice -rf", "alice", "-rf"), USERMAP_SAME_USER);
    assert_int_equal(match("/alice \"../b c\"", "alice", "../b c"), USERMAP_SAME_USER);
    assert_int_equal(match("alice DOMAIN\\bob", "alice", "DOMAIN\\bob"), USERMAP_SAME_USER);
}

struct regex_row {
    const char *text, *subject;
    bool same;
};

static void assert_rows(const struct regex_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (match(rows[i].text, rows[i].subject, "bob") !=
            (rows[i].same ? USERMAP_SAME_USER : USERMAP_OTHER))
            fail_msg("%s: %s", rows[i].text, rows[i].subject);
}

/* The whole of a claim, or nothing. */
static void regexes(void **state)
{
    static const struct regex_row rows[] = {
        {"/alice bob", "alice", true},
        {"/alice bob", "alice2", false},
        {"/alice bob", "malice", false},
        {"/alice bob", "alice\nalice", false},
        {"/^alice$ bob", "alice", true},
        {"/^alice$ bob", "alice\n", false},
        {"/^alice$ bob", "x\nalice", false},
        {"/a|ab bob", "a", true},
        {"/a|ab bob", "ab", true},
        {"/a|ab bob", "aab", false},
        {"/ab|a bob", "ab", true},
        {"/x|alice bob", "alice", true},
        {"/x|alice bob", "xalice", false},
        {"/(a|ab)(c|bcd)d* bob", "abcd", true},
        {"/(ab|a)(bcd|c)? bob", "abcd", true},
        {"/alice@.*|bob@b bob", "alice@b", true},
        {"/alice@.*|bob@b bob", "bob@bb", false},
        /* to glibc this ')' is a letter */
        {"/a)|b bob", "b", true},
        {"/a)|b bob", "a)", true},
        {"/a)|b bob", "a", false},
        {"/a)|b bob", "ab", false},
        {"/a.c bob",
         "a\xff"
         "c",
         true},
        {"/a.c bob",
         "a\xc3\xa9"
         "c",
         false}, /* bytes, not characters */
        {"/[[:alpha:]]+ bob", "a\xc3\xa9", false},
        {"/a.c bob", "a\nc", true},
        {"/[^@]* bob", "a b", true},
        {"\"/a b\" bob", "a b", true},
        {"\"/a#b\" bob", "a#b", true},
        {"/a\\.b bob", "a.b", true},
        {"/a\\.b bob", "axb", false},
        {"//a bob", "/a", true},
        {"/a{2} bob", "aa", true},
        {"/A bob", "a", false},
        {"/.* bob", "", false},
    };

    (void)state;
    assert_rows(rows, ROWS(rows));
    assert_int_equal(match("/alice bob", "alice", "alice"), USERMAP_OTHER_USER);
}

/* A dollar sign that is the end of the claim, and one that is itself. */
static void dollar_signs(void **state)
{
    static const struct regex_row rows[] = {
        {"/(a$|b)c* bob", "bc", true}, {"/a($|-) bob", "a-", true},
        {"/a(-|$) bob", "a", true},    {"/a\\$b bob", "a$b", true},
        {"/[$]b bob", "$b", true},     {"/[]$a]b bob", "$b", true},
        {"/[^$]b bob", "ab", true},    {"/[[:alpha:]$]b bob", "$b", true},
        {"/[[$]b bob", "$b", true},
    };

    (void)state;
    assert_rows(rows, ROWS(rows));
}

static void groups(void **state)
{
    static const struct {
        const char *text, *subject, *user;
        bool same;
    } rows[] = {
        {"/(.*)@example\\.org \\1", "alice@example.org", "alice", true},
        {"/^(.*)@example\\.org$ \\1", "alice@example.org", "alice", true},
        {"/(.*)@example\\.org \\1", "alice@example.org", "alic", false},
        {"/(.*)@example\\.org \\1", "alice@example.org", "alicee", false},
        {"/(.*)@example\\.org \\1", "alice@example.org", "bob", false},
        {"/(.*)@example\\.org \\1", "alice@example.org", "\\1", false},
        {"/(.*)@example\\.org x-\\1.y", "alice@example.org", "x-alice.y", true},
        {"/(.*)@example\\.org x-\\1.y", "alice@example.org", "x-alice", false},
        {"/(.*)@example\\.org x-\\1.y", "alice@example.org", "x-alice.z", false},
        {"/(.*)@example\\.org x-\\1.y", "alice@example.org", "y-alice.y", false},
        {"/(.*)@example\\.org x-\\1.y", "alice@example.org", "x-", false},
        {"/(a+)(b+) \\1", "aabb", "aa", true},
        {"/((a+)(b+)) \\1", "aabb", "aabb", true},
        {"/(alice|bob)-.* \\1", "bob-7", "bob", true},
        {"/(alice|bob)-.* \\1$", "bob-7", "bob$", true},
        /* nothing of the claim */
        {"/(a*)@x x\\1", "@x", "x", true},
        {"/(a*)@x \\1", "@x", "", false},
        {"/(a)|b x\\1", "a", "xa", true},
        {"/(a)|b x\\1", "b", "x", false},
        /* only what looks like a name */
        {"/(.*)@x \\1", "-rf@x", "-rf", false},
        {"/(.*)@x \\1", "a b@x", "a b", false},
        {"/(.*)@x \\1", "../a@x", "../a", false},
        {"/(.*)@x \\1", "1000@x", "1000", false},
        {"/(.*)@x \\1", "a\nb@x", "a\nb", false},
        {"/(.*)@x \\1", "al\xc3\xafs@x", "al\xc3\xafs", false},
        {"/(.*)@x \\1", "a@b@x", "a@b", true},
        {"/(.*) \\1", "alice@example.org", "alice@example.org", true},
        {"/(.*)@x \"\\1 y\"", "a@x", "a y", false},
        /* others are no groups */
        {"/(a)(b) \\2", "ab", "b", false},
        {"/(a)(b) \\2", "ab", "\\2", true},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        enum usermap_match found = match(rows[i].text, rows[i].subject, rows[i].user);

        if ((found == USERMAP_SAME_USER) != rows[i].same)
            fail_msg("%s: %s: %s", rows[i].text, rows[i].subject, rows[i].user);
    }
}

static void long_subjects(void **state)
{
    static char text[USERMAP_SUBJECT_MAX + 20];

    (void)state;
    memset(text, 'a', USERMAP_SUBJECT_MAX + 1);
    strcpy(text + USERMAP_SUBJECT_MAX, " bob");
    assert_int_equal(match_bytes(text, span_of(text, USERMAP_SUBJECT_MAX), "bob"),
                     USERMAP_SAME_USER);
    memset(text, 'a', USERMAP_SUBJECT_MAX + 1);
    assert_int_equal(match_bytes("/a* bob", span_of(text, USERMAP_SUBJECT_MAX), "bob"),
                     USERMAP_SAME_USER);
    assert_int_equal(match_bytes("/a* bob", span_of(text, USERMAP_SUBJECT_MAX + 1), "bob"),
                     USERMAP_OTHER);
    strcpy(text + USERMAP_SUBJECT_MAX + 1, " bob");
    assert_int_equal(match_bytes(text, span_of(text, USERMAP_SUBJECT_MAX + 1), "bob"),
                     USERMAP_OTHER);
}

static void lines_of_a_text(void **state)
{
    struct span rest = span_text("alice bob\n\n# end\na b c\ncarol dave");
    static const char *const errors[] = {"", "", "", "found more", "may be cut off"};
    struct usermap_line line;
    bool parsed;

    (void)state;
    for (size_t i = 0; i < ROWS(errors); i++) {
        assert_true(usermap_line_take(&rest, &line, &parsed));
        assert_int_equal(parsed, *errors[i] == '\0');
        assert_non_null(strstr(line.error, errors[i]));
        assert_int_equal(line.kind, i == 0 ? USERMAP_LITERAL : USERMAP_NOTHING);
    }
    assert_int_equal(rest.len, 0);
    assert_false(usermap_line_take(&rest, &line, &parsed));
    rest = span_of(NULL, 0);
    assert_false(usermap_line_take(&rest, &line, &parsed));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields),
        cmocka_unit_test(broken_lines),
        cmocka_unit_test(broken_expressions),
        cmocka_unit_test(length_of_a_line),
        cmocka_unit_test(literals),
        cmocka_unit_test(regexes),
        cmocka_unit_test(dollar_signs),
        cmocka_unit_test(groups),
        cmocka_unit_test(long_subjects),
        cmocka_unit_test(lines_of_a_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
