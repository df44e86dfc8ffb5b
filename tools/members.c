/* SPDX-License-Identifier: BSD-3-Clause */
#include "members.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>

#include "../lib/json.h"
#include "escape.h"

static size_t find(const struct members *members, struct span name)
{
    size_t i = 0;

    while (i < members->count && !span_equal(members->items[i].name, name))
        i++;
    return i;
}

bool members_put(struct members *members, struct span name, char *json)
{
    size_t i = find(members, name);

    if (!json || i == MEMBERS_MAX) {
        free(json);
        return false;
    }
    if (i == members->count)
        members->items[members->count++].json = NULL;
    free(members->items[i].json);
    members->items[i].name = name;
    members->items[i].json = json;
    return true;
}

void members_remove(struct members *members, struct span name)
{
    size_t i = find(members, name);

    if (i == members->count)
        return;

    free(members->items[i].json);
    members->items[i].json = NULL;
}

/* The parser takes objects only: a value is JSON if it is the only member of one. */
static bool is_json(const char *value)
{
    JSON_CLEANUP struct json_object *object = NULL;
    struct report report = {0};
    char *text = NULL;
    int length = asprintf(&text, "{\"value\":%s}", value);
    bool parsed = length > 0 && json_parse(span_of(text, (size_t)length), "value", &object,
                                           &report) == STATUS_ACCEPTED;

    if (length >= 0)
        free(text);
    return parsed && json_object_object_length(object) == 1;
}

bool members_put_argument(struct members *members, const char *argument)
{
    const char *value = strchr(argument, '=') + 1;
    struct span name = span_of(argument, (size_t)(value - 1 - argument));

    return members_put(members, name,
                       is_json(value) ? strdup(value) : members_quote(span_text(value)));
}

char *members_quote(struct span text)
{
    char *quoted = NULL;
    size_t size;
    FILE *out = open_memstream(&quoted, &size);

    if (!out)
        return NULL;

    escape_json(text, out);
    if (fclose(out) == 0)
        return quoted;
    free(quoted);
    return NULL;
}

char *members_text(const struct members *members)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    const char *separator = "";

    if (!out)
        return NULL;

    fputc('{', out);
    for (size_t i = 0; i < members->count; i++) {
        if (!members->items[i].json)
            continue;
        fputs(separator, out);
        escape_json(members->items[i].name, out);
        fprintf(out, ":%s", members->items[i].json);
        separator = ",";
    }
    fputc('}', out);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

void members_free(struct members *members)
{
    for (size_t i = 0; i < members->count; i++)
        free(members->items[i].json);
    members->count = 0;
}
