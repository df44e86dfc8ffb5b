/* SPDX-License-Identifier: BSD-3-Clause */
#include "askpass-prompt.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool is_name_byte(char byte)
{
    return byte > ' ' && byte < 0x7f && byte != '(' && byte != ')';
}

/* Behind "(user@host) ", or `prompt` itself if it begins with nothing of that form. */
static const char *take_ssh_prefix(const char *prompt, struct asker *asker)
{
    const char *at = NULL;
    const char *begin = prompt + 1;
    const char *end = begin;

    if (*prompt != '(')
        return prompt;
    for (; is_name_byte(*end); end++) {
        if (*end == '@')
            at = end;
    }
    if (!at || at == begin || at + 1 == end || strncmp(end, ") ", 2) != 0)
        return prompt;
    asker->user = span_of(begin, (size_t)(at - begin));
    asker->host = span_of(at + 1, (size_t)(end - at - 1));
    return end + 2;
}

/* Compared with what the module prints, so that no other spelling of a number passes. */
static unsigned numbered_part(const char *prompt)
{
    char expected[32];

    for (unsigned part = 1; part <= PART_MAX; part++) {
        snprintf(expected, sizeof(expected), "JWT part %u: ", part);
        if (strcmp(prompt, expected) == 0)
            return part;
    }
    return 0;
}

static struct span without_end_spaces(const char *text)
{
    struct span span = span_text(text);

    while (span.len > 0 && span.ptr[span.len - 1] == ' ')
        span.len--;
    return span;
}

static bool is_first(const char *prompt, const char *first_prompt)
{
    struct span first = without_end_spaces(first_prompt);

    return first.len > 0 && span_equal(without_end_spaces(prompt), first);
}

static unsigned bare_part(const char *prompt, const char *first_prompt)
{
    if (strcmp(prompt, "Password or JWT: ") == 0 || is_first(prompt, first_prompt))
        return 1;
    return numbered_part(prompt);
}

unsigned askpass_prompt_part(const char *prompt, const char *first_prompt, struct asker *asker)
{
    *asker = (struct asker){0};

    unsigned part = bare_part(prompt, first_prompt);

    return part > 0 ? part : bare_part(take_ssh_prefix(prompt, asker), first_prompt);
}
