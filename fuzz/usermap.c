/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * usermap_check() of a map that is the input: the user, NUL, the subject, NUL, the lines. What
 * comes out is compared with what a second reader says, which takes fields apart as PostgreSQL does
 * (next_token() of its hba.c), and matches by re_match(), which begins where it is told to.
 */
#include "../lib/usermap.h"

#include <regex.h>

#include "../lib/usermap-line.h"
#include "fuzz.h"

#define MAP "/users"

/* In place of the one that policy.c makes. */
struct identity {
    struct span claim;
};

struct span identity_user_claim(const struct identity *identity)
{
    return identity->claim;
}

/* --- the second reader ------------------------------------------------------------------------ */

struct word {
    char text[USERMAP_LINE_MAX + 1];
    size_t len;
};

struct words {
    struct word items[2];
    unsigned count; /* of all, also of those that have no room */
    bool open;      /* the last has a quote without end */
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static const char *next_word(const char *at, const char *end, struct words *words)
{
    struct word unused = {.len = 0},
                *word = words->count < 2 ? &words->items[words->count] : &unused;
    bool in_quote = false, was_quote = false;

    word->len = 0;
    for (; at < end && (!is_blank(*at) || in_quote); at++) {
        if (*at == '#' && !in_quote) {
            at = end;
            break;
        }
        if (*at != '"' || was_quote)
            word->text[word->len++] = *at;
        was_quote = in_quote && *at == '"' ? !was_quote : false;
        if (*at == '"')
            in_quote = !in_quote;
    }
    word->text[word->len] = '\0';
    words->count++;
    words->open = in_quote;
    return at;
}

static void take_words(const char *at, const char *end, struct words *words)
{
    *words = (struct words){.count = 0};
    while (!words->open) {
        while (at < end && is_blank(*at))
            at++;
        if (at == end || *at == '#')
            return;
        at = next_word(at, end, words);
    }
}

static unsigned count_marks(const char *user)
{
    unsigned count = 0;

    for (; *user; user++)
        if (user[0] == '\\' && user[1] == '1')
            count++;
    return count;
}

static bool is_name(const char *text, size_t len)
{
    bool all_digits = true;

    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        bool digit = c >= '0' && c <= '9';
        bool letter = digit || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';

        all_digits = all_digits && digit;
        if (!letter &&
            (i == 0 || (c != '.' && c != '-' && c != '@' && !(c == '$' && i + 1 == len))))
            return false;
    }
    return len > 0 && len <= 255 && !all_digits;
}

enum said { BROKEN, NOTHING, SAME, OTHER };

struct question {
    const char *user;
    struct span subject;
};

/* What a pattern makes of the subject. */
static enum said substitute(const char *pattern, struct span group, const char *user)
{
    char made[3 * USERMAP_LINE_MAX];
    const char *mark = strstr(pattern, "\\1");
    int len = snprintf(made, sizeof(made), "%.*s%.*s%s", (int)(mark - pattern), pattern,
                       (int)group.len, (const char *)group.ptr, mark + 2);

    return is_name(made, (size_t)len) && strcmp(made, user) == 0 ? SAME : OTHER;
}

static enum said match(struct re_pattern_buffer *pattern, const struct words *words,
                       const struct question *question)
{
    const char *user = words->items[1].text;
    struct re_registers found = {0};
    enum said said = NOTHING;
    const int len = (int)question->subject.len;

    pattern->newline_anchor = 0;
    if (re_match(pattern, (const char *)question->subject.ptr, len, 0, &found) == len) {
        if (count_marks(user) == 0)
            said = strcmp(user, question->user) == 0 ? SAME : OTHER;
        else if (found.start[1] < 0)
            said = OTHER;
        else
            said = substitute(user,
                              span_of(question->subject.ptr + found.start[1],
                                      (size_t)(found.end[1] - found.start[1])),
                              question->user);
    }
    free(found.start);
    free(found.end);
    return said;
}

static bool has_odd_escape(const char *text)
{
    bool escaped = false;

    for (; *text; text++) {
        if (escaped && ((*text >= '0' && *text <= '9') || (*text >= 'a' && *text <= 'z') ||
                        (*text >= 'A' && *text <= 'Z')))
            return true;
        escaped = !escaped && *text == '\\';
    }
    return false;
}

/* Whether something follows the end of a text, or a bracket has no end; places count from 1. */
static bool has_wrong_end(const char *text)
{
    size_t bracket = 0, class = 0;
    bool escaped = false, ended = false;

    for (size_t i = 0; text[i]; i++) {
        const char c = text[i];

        if (class) {
            if (c == ']' && i > class + 1 && text[i - 1] == text[class])
                class = 0;
        } else if (bracket) {
            if (c == '[' && text[i + 1] && strchr(":.=", text[i + 1]))
                class = i + 1;
            else if (c == ']' && i > bracket + (text[bracket] == '^'))
                bracket = 0;
        } else if (escaped) {
            escaped = false;
        } else {
            if (ended && c != ')' && c != '|')
                return true;
            ended = c == '$';
            escaped = c == '\\';
            bracket = c == '[' ? i + 1 : 0;
        }
    }
    return bracket > 0;
}

static enum said read_regex(const struct words *words, const struct question *question)
{
    const char *text = words->items[0].text + 1;
    struct re_pattern_buffer pattern = {0};
    enum said said = BROKEN;

    if (!*text || has_odd_escape(text) || has_wrong_end(text) ||
        count_marks(words->items[1].text) > 1)
        return BROKEN;
    if (question->subject.len > USERMAP_SUBJECT_MAX || !question->user[0])
        return NOTHING;
    re_set_syntax(RE_SYNTAX_POSIX_EXTENDED);
    if (!re_compile_pattern(text, strlen(text), &pattern) &&
        (count_marks(words->items[1].text) == 0 || pattern.re_nsub > 0))
        said = match(&pattern, words, question);
    regfree(&pattern);
    return said;
}

static enum said read_line(const char *at, const char *end, const struct question *question)
{
    struct words words;

    if (end - at > USERMAP_LINE_MAX)
        return BROKEN;
    for (const char *c = at; c < end; c++)
        if (((unsigned char)*c < 0x20 && *c != '\t') || *c == 0x7f)
            return BROKEN;
    take_words(at, end, &words);
    if (words.count == 0)
        return NOTHING;
    if (words.open || words.count != 2 || words.items[0].len == 0 || words.items[1].len == 0)
        return BROKEN;
    if (words.items[0].text[0] == '/')
        return read_regex(&words, question);
    if (count_marks(words.items[1].text) > 0)
        return BROKEN;
    if (question->subject.len > USERMAP_SUBJECT_MAX ||
        !span_equal(question->subject, span_of(words.items[0].text, words.items[0].len)))
        return NOTHING;
    return strcmp(words.items[1].text, question->user) == 0 ? SAME : OTHER;
}

/* In the order of the lines; `*line` is the one that decided, from 1. `*any`: one says yes. */
static enum status read_map(struct span text, const struct question *question, unsigned *line,
                            bool *any)
{
    const char *at = (const char *)text.ptr, *end = at + text.len;
    enum status status = STATUS_USER_NOT_ALLOWED;

    *line = 0;
    *any = false;
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        enum said said = stop ? read_line(at, stop, question) : BROKEN;

        if (status == STATUS_USER_NOT_ALLOWED) {
            ++*line;
            status = said == SAME ? STATUS_ACCEPTED : said == BROKEN ? STATUS_CONFIG_ERROR : status;
        }
        *any = *any || said == SAME;
        at = stop ? stop + 1 : end;
    }
    return status;
}

/* --- the target ------------------------------------------------------------------------------- */

static bool text_of(void *context, const struct issuer_rules *issuer, struct span *text)
{
    REQUIRE(strcmp(issuer->user_map, MAP) == 0);
    *text = *(struct span *)context;
    return true;
}

/* Every line, the last one first. */
static void hint(void *context, const struct issuer_rules *issuer, struct span subject,
                 const char *user, bool (*look)(void *look_context, struct span line),
                 void *look_context)
{
    struct span text = *(struct span *)context;
    size_t end = text.len;

    REQUIRE(issuer && subject.len > 0 && user);
    while (end > 0 && text.ptr[end - 1] != '\n')
        end--;
    while (end > 0) {
        size_t begin = end - 1;

        while (begin > 0 && text.ptr[begin - 1] != '\n')
            begin--;
        if (look(look_context, span_of(text.ptr + begin, end - 1 - begin)))
            return;
        end = begin;
    }
}

static bool take(const uint8_t **data, size_t *size, struct span *out)
{
    const uint8_t *end = *size > 0 ? memchr(*data, '\0', *size) : NULL;

    if (!end)
        return false;
    *out = span_of(*data, (size_t)(end - *data));
    *size -= out->len + 1;
    *data = end + 1;
    return true;
}

static void check(struct span text, const struct question *question)
{
    const struct issuer_rules issuer = {.user_map = (char[]){MAP}};
    const struct identity identity = {question->subject};
    struct usermap_source source = {.text = text_of, .context = &text};
    struct report report = {0};
    unsigned line, named = 0;
    bool any;
    enum status expected = read_map(text, question, &line, &any);
    enum status found = usermap_check(&identity, &issuer, &source, question->user, &report);

    REQUIRE(found == expected);
    if (expected == STATUS_CONFIG_ERROR)
        REQUIRE(sscanf(report.detail, MAP ":%u: ", &named) == 1 && named == line);
    REQUIRE(report.detail[0]);
    source.hint = hint;
    found = usermap_check(&identity, &issuer, &source, question->user, &report);
    REQUIRE(found == (any ? STATUS_ACCEPTED : expected));
}

/* An expression that may be larger than memory: what helps against it is a limit. */
static bool is_bomb(const uint8_t *data, size_t size)
{
    unsigned doublings = 0;

    for (size_t i = 0; i < size; i++)
        doublings += data[i] == '+';
    return doublings > 8 || memchr(data, '{', size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span user, subject;
    struct question question;
    char *name;

    if (!take(&data, &size, &user) || !take(&data, &size, &subject) || subject.len == 0 ||
        is_bomb(data, size))
        return 0;
    name = strndup((const char *)user.ptr, user.len);
    REQUIRE(name);
    question = (struct question){name, subject};
    check(span_of(data, size), &question);
    free(name);
    return 0;
}
