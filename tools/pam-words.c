/* SPDX-License-Identifier: BSD-3-Clause */
#include "pam-words.h"

#include <stddef.h>
#include <string.h>

#define BLANK " \t\r\v\f"

/* NULL at the end. */
static char *take_line(struct pam_reader *reader)
{
    char *line = reader->rest, *end = strchr(line, '\n');

    if (*line == '\0')
        return NULL;
    reader->rest = end ? end + 1 : line + strlen(line);
    reader->line++;
    if (end)
        *end = '\0';
    return line;
}

/* Moves it to `*end`, which is not behind it, without its comment. Whether a backslash says that
 * another line belongs to it; none does in a line with a comment. */
static bool append(char **end, char *line)
{
    size_t len = strcspn(line, "#");
    bool comment = line[len] == '#', goes_on;

    while (len > 0 && strchr(BLANK, line[len - 1]))
        len--;
    goes_on = !comment && len > 0 && line[len - 1] == '\\';
    memmove(*end, line, len);
    *end += len;
    **end = '\0';
    if (goes_on)
        (*end)[-1] = ' ';
    return goes_on;
}

/* Lines that hold a comment or nothing are left out, even where another line is to go on. */
static char *take_joined(struct pam_reader *reader, unsigned *number)
{
    char *begin = NULL, *end = NULL, *line;

    while ((line = take_line(reader))) {
        line += strspn(line, BLANK);
        if (*line == '\0' || *line == '#')
            continue;
        if (!begin) {
            begin = end = line;
            *number = reader->line;
        }
        if (!append(&end, line))
            break;
    }
    return begin;
}

/* "[a \] b]" is one word, a ] b. */
static char *take_bracketed(char **rest)
{
    char *word = *rest + 1, *to = word, *from = word;

    for (; *from && *from != ']'; from++) {
        if (from[0] == '\\' && from[1] == ']')
            from++;
        *to++ = *from;
    }
    *rest = from + (*from == ']');
    *to = '\0';
    return word;
}

static char *take_word(char **rest)
{
    char *word = *rest + strspn(*rest, BLANK);
    size_t len = strcspn(word, BLANK);

    if (*word == '[') {
        *rest = word;
        return take_bracketed(rest);
    }
    *rest = word + len + (word[len] != '\0');
    word[len] = '\0';
    return len > 0 ? word : NULL;
}

static void take_words(char *rest, struct pam_words *words)
{
    char *word;

    while ((word = take_word(&rest))) {
        if (words->count == PAM_WORDS_MAX) {
            words->too_many = true;
            return;
        }
        words->items[words->count++] = word;
    }
}

bool pam_words_next(struct pam_reader *reader, struct pam_words *words)
{
    char *joined;

    *words = (struct pam_words){.count = 0};
    do {
        joined = take_joined(reader, &words->line);
        if (joined)
            take_words(joined, words);
    } while (joined && words->count == 0);
    return joined != NULL;
}
