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
static const char *skip_ssh_prefix(const char *prompt)
{
    const char *at = NULL;
    const char *end = prompt + 1;

    if (*prompt != '(')
        return prompt;
    for (; is_name_byte(*end); end++) {
        if (*end == '@')
            at = end;
    }
    if (!at || at == prompt + 1 || at + 1 == end || strncmp(end, ") ", 2) != 0)
        return prompt;
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

static unsigned bare_part(const char *prompt, const char *first_prompt)
{
    if (strcmp(prompt, "Password or JWT: ") == 0)
        return 1;
    if (first_prompt && *first_prompt != '\0' && strcmp(prompt, first_prompt) == 0)
        return 1;
    return numbered_part(prompt);
}

unsigned askpass_prompt_part(const char *prompt, const char *first_prompt)
{
    unsigned part = bare_part(prompt, first_prompt);

    return part > 0 ? part : bare_part(skip_ssh_prefix(prompt), first_prompt);
}
