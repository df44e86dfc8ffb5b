/* SPDX-License-Identifier: BSD-3-Clause */
#include "usermap-line.h"

#include <ctype.h>
#include <regex.h>
#include <stdio.h>

#include "usermap-name.h"

static bool refuse(struct usermap_line *line, const char *text)
{
    line->kind = USERMAP_NOTHING;
    (void)snprintf(line->error, sizeof(line->error), "%s", text);
    return false;
}

/* --- fields ----------------------------------------------------------------------------------- */

static bool is_white(unsigned char byte)
{
    return byte == ' ' || byte == '\t';
}

static void skip_white(struct span *rest)
{
    while (rest->len > 0 && is_white(*rest->ptr))
        *rest = span_of(rest->ptr + 1, rest->len - 1);
}

/* A NUL would end a name early; a carriage return would be part of one that nobody has. */
static bool has_control_character(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((text.ptr[i] < ' ' && text.ptr[i] != '\t') || text.ptr[i] == 0x7f)
            return true;
    return false;
}

/*
 * Moves the next field of `rest` to `out`, which has room for all of it. Quotes may begin anywhere
 * in a field; within them two stand for one. False: a quote has no end.
 */
static bool take_field(struct span *rest, char *out)
{
    const unsigned char *at = rest->ptr, *end = at + rest->len;
    bool quoted = false;

    for (; at < end && (quoted || (!is_white(*at) && *at != '#')); at++) {
        if (*at != '"')
            *out++ = (char)*at;
        else if (quoted && at + 1 < end && at[1] == '"')
            *out++ = (char)*at++;
        else
            quoted = !quoted;
    }
    *out = '\0';
    *rest = span_of(at, (size_t)(end - at));
    return !quoted;
}

static bool at_end(struct span *rest)
{
    skip_white(rest);
    return rest->len == 0 || *rest->ptr == '#';
}

static bool take_fields(struct span rest, struct usermap_line *line)
{
    if (!take_field(&rest, line->subject))
        return refuse(line, "a double quote has no end");
    if (at_end(&rest))
        return refuse(line, "expected a subject and a user, found one field");
    if (!take_field(&rest, line->user))
        return refuse(line, "a double quote has no end");
    if (!at_end(&rest))
        return refuse(line, "expected a subject and a user, found more: put double quotes around "
                            "a field with spaces");
    if (!line->subject[0] || !line->user[0])
        return refuse(line, "expected a subject and a user, found an empty field");
    return true;
}

/* --- lines ------------------------------------------------------------------------------------ */

/*
 * A backslash before a letter or digit means nothing to POSIX. To glibc it means what it likes: \d
 * is a d, and not the digit that authors of such expressions elsewhere mean; back-references take
 * exponential time.
 */
static bool has_odd_escape(const char *regex)
{
    for (; (regex = strchr(regex, '\\')) && regex[1]; regex += 2)
        if (isalnum((unsigned char)regex[1]))
            return true;
    return false;
}

/* Behind the bracket expression that begins here; NULL: it has no end. */
static const char *skip_bracket(const char *at)
{
    at += at[1] == '^' ? 2 : 1;
    at += *at == ']';
    for (; *at && *at != ']'; at++) {
        const char end[] = {at[1], ']', '\0'};

        if (*at != '[' || !at[1] || !strchr(":.=", at[1]))
            continue;
        at = strstr(at + 2, end);
        if (!at)
            return NULL;
        at++;
    }
    return *at ? at + 1 : NULL;
}

/*
 * What is wrong, or NULL. Nothing that follows the end of a text can match, but within groups that
 * are repeated glibc says that it does.
 */
static const char *find_inner_end(const char *regex)
{
    while (*(regex += strcspn(regex, "\\[$"))) {
        if (*regex == '[')
            regex = skip_bracket(regex);
        else if (*regex == '\\')
            regex += regex[1] ? 2 : 1;
        else if (*++regex && *regex != ')' && *regex != '|')
            return "the regular expression has something behind a $, the end of the claim: write "
                   "\\$ for the sign";
        if (!regex)
            return "the regular expression has a [ without a ]";
    }
    return NULL;
}

static bool check_regex(struct usermap_line *line)
{
    const char *mark = strstr(line->user, "\\1"), *wrong;

    line->kind = USERMAP_REGEX;
    memmove(line->subject, line->subject + 1, strlen(line->subject));
    if (!line->subject[0])
        return refuse(line, "expected a regular expression behind the slash");
    if (has_odd_escape(line->subject))
        return refuse(line,
                      "the regular expression has a backslash before a letter or digit, which "
                      "means nothing in POSIX: write [0-9] for a digit");
    wrong = find_inner_end(line->subject);
    if (wrong)
        return refuse(line, wrong);
    if (mark && strstr(mark + 2, "\\1"))
        return refuse(line, "the user has \\1 more than once");
    return true;
}

bool usermap_line_parse(struct span text, struct usermap_line *line)
{
    line->kind = USERMAP_NOTHING;
    line->error[0] = '\0';
    if (text.len > USERMAP_LINE_MAX)
        return refuse(line, "expected at most 4096 bytes");
    if (has_control_character(text))
        return refuse(line, "expected no control characters, and lines that end with a line feed");
    skip_white(&text);
    if (at_end(&text))
        return true;
    if (!take_fields(text, line))
        return false;
    if (line->subject[0] == '/')
        return check_regex(line);
    if (strstr(line->user, "\\1"))
        return refuse(line, "the user has \\1, and the subject is no regular expression: begin it "
                            "with a slash");
    line->kind = USERMAP_LITERAL;
    return true;
}

bool usermap_line_take(struct span *rest, struct usermap_line *line, bool *parsed)
{
    const unsigned char *end;
    size_t len;

    if (rest->len == 0)
        return false;
    end = memchr(rest->ptr, '\n', rest->len);
    len = end ? (size_t)(end - rest->ptr) : rest->len;
    *parsed = end ? usermap_line_parse(span_of(rest->ptr, len), line)
                  : refuse(line, "expected a line feed at its end: the file may be cut off");
    len += end != NULL;
    *rest = span_of(rest->ptr + len, rest->len - len);
    return true;
}

/* --- matching --------------------------------------------------------------------------------- */

/* Whether `user` is `pattern` with the group in place of \1, which is at `mark`. */
static bool is_substituted(const char *pattern, const char *mark, struct span group,
                           const char *user)
{
    const size_t before = (size_t)(mark - pattern), after = strlen(mark + 2);

    return strlen(user) == before + group.len + after && memcmp(user, pattern, before) == 0 &&
           span_equal(span_of(user + before, group.len), group) &&
           memcmp(user + before + group.len, mark + 2, after) == 0;
}

static bool regex_gives(const struct usermap_line *line, struct span subject,
                        const regmatch_t *group, const char *user)
{
    const char *mark = strstr(line->user, "\\1");

    if (!mark)
        return strcmp(line->user, user) == 0;
    if (group->rm_so < 0)
        return false; /* what matched is an alternative without the group */
    subject = span_of(subject.ptr + group->rm_so, (size_t)(group->rm_eo - group->rm_so));
    return is_substituted(line->user, mark, subject, user) && usermap_name_valid(user);
}

/*
 * POSIX: the longest of the leftmost matches. So if any match is the whole subject, it is this one.
 * The expression is not put between anchors: to glibc the ')' of `a)|b` is a letter like others,
 * and would close what was opened before it.
 */
static enum usermap_match execute(struct usermap_line *line, const regex_t *regex,
                                  struct span subject, const char *user)
{
    char text[USERMAP_SUBJECT_MAX + 1];
    regmatch_t found[2];
    int failed;

    memcpy(text, subject.ptr, subject.len);
    text[subject.len] = '\0';
    failed = regexec(regex, text, 2, found, 0);
    if (failed == REG_NOMATCH)
        return USERMAP_OTHER;
    if (failed != 0) {
        (void)refuse(line, "no memory to match the regular expression");
        return USERMAP_NO_MEMORY;
    }
    if (found[0].rm_so != 0 || found[0].rm_eo != (regoff_t)subject.len)
        return USERMAP_OTHER;
    return regex_gives(line, subject, &found[1], user) ? USERMAP_SAME_USER : USERMAP_OTHER_USER;
}

static enum usermap_match compile_and_execute(struct usermap_line *line, struct span subject,
                                              const char *user)
{
    enum usermap_match match = USERMAP_BROKEN;
    char why[64];
    regex_t regex;
    int failed = regcomp(&regex, line->subject, REG_EXTENDED);

    if (failed != 0) {
        (void)regerror(failed, NULL, why, sizeof(why));
        (void)snprintf(line->error, sizeof(line->error),
                       "the regular expression cannot be used: %s", why);
        return failed == REG_ESPACE ? USERMAP_NO_MEMORY : USERMAP_BROKEN;
    }
    if (regex.re_nsub == 0 && strstr(line->user, "\\1"))
        (void)refuse(line, "the user has \\1, and the regular expression no group ( )");
    else
        match = execute(line, &regex, subject, user);
    regfree(&regex);
    return match;
}

static bool may_match(struct span subject, const char *user)
{
    return subject.len > 0 && subject.len <= USERMAP_SUBJECT_MAX &&
           !memchr(subject.ptr, '\0', subject.len) && user[0] != '\0';
}

enum usermap_match usermap_line_match(struct usermap_line *line, struct span subject,
                                      const char *user)
{
    if (line->kind == USERMAP_NOTHING || !may_match(subject, user))
        return USERMAP_OTHER;
    if (line->kind == USERMAP_REGEX)
        return compile_and_execute(line, subject, user);
    if (!span_equal(subject, span_text(line->subject)))
        return USERMAP_OTHER;
    return strcmp(line->user, user) == 0 ? USERMAP_SAME_USER : USERMAP_OTHER_USER;
}
