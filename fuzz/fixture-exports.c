/* SPDX-License-Identifier: BSD-3-Clause */
#include "fixture-exports.h"

#include <ctype.h>

#include "../lib/environment.h"
#include "fuzz.h"

#define NUL 1 /* stands for a NUL byte in text that was decoded */

/* The text without its escapes, in place; its length. */
static size_t decode(char *text)
{
    size_t len = 0;

    for (; *text; text++, len++) {
        unsigned byte = (unsigned char)*text;

        if (byte == '\\') {
            REQUIRE(text[1] == 'x' && isxdigit(text[2]) && isxdigit(text[3]));
            REQUIRE(sscanf(text + 2, "%2x", &byte) == 1);
            memmove(text + 1, text + 4, strlen(text + 4) + 1);
        }
        *text = byte ? (char)byte : NUL;
    }
    return len;
}

static void check_item(struct json_object *item, char *text)
{
    size_t len = decode(text);

    REQUIRE(json_object_is_type(item, json_type_string));
    REQUIRE((size_t)json_object_get_string_len(item) == len);
    for (size_t i = 0; i < len; i++) {
        char byte = json_object_get_string(item)[i];

        REQUIRE(text[i] == (byte ? byte : NUL));
    }
}

static void check_array(struct json_object *claim, char *value)
{
    size_t count = json_object_array_length(claim);

    for (size_t i = 0; i < count; i++) {
        char *item = value + strcspn(value, ",");

        REQUIRE((*item == ',') == (i + 1 < count));
        if (*item)
            *item++ = '\0';
        check_item(json_object_array_get_idx(claim, i), value);
        value = item;
    }
    REQUIRE(*value == '\0' || count > 0);
}

static void check_value(struct json_object *claim, char *value)
{
    REQUIRE(strlen(value) <= ENVIRONMENT_VALUE_MAX);
    if (json_object_is_type(claim, json_type_array))
        check_array(claim, value);
    else if (json_object_is_type(claim, json_type_string))
        check_item(claim, value);
    else
        REQUIRE((json_object_is_type(claim, json_type_int) ||
                 json_object_is_type(claim, json_type_boolean)) &&
                strcmp(value, json_object_get_string(claim)) == 0);
}

/* What is not exported is not there, is named, or has no room to be named. */
static void check_missing(struct json_object *claims, const char *name,
                          const struct exports *exports)
{
    struct json_object *claim = json_object_object_get(claims, name);

    REQUIRE(!claim || strstr(exports->left_out, name) || strstr(exports->left_out, "..."));
    REQUIRE(!json_object_is_type(claim, json_type_boolean));
    REQUIRE(!json_object_is_type(claim, json_type_string) ||
            4 * (size_t)json_object_get_string_len(claim) > ENVIRONMENT_VALUE_MAX);
}

static bool names_claim(const char *variable, const char *name)
{
    size_t len = strlen(name);

    for (size_t i = 0; i < len; i++)
        if (variable[4 + i] != toupper(name[i]))
            return false;
    return strncmp(variable, ENVIRONMENT_PREFIX, 4) == 0 && variable[4 + len] == '=';
}

void fixture_check_exports(struct json_object *claims, const struct string_list *names,
                           const struct exports *exports)
{
    char variable[ENVIRONMENT_SIZE] = "";
    struct span rest = span_text(exports->variables);
    bool taken = false;

    REQUIRE(environment_check(rest));
    for (size_t i = 0; i < names->count; i++) {
        taken = taken || environment_take(&rest, variable);
        if (!taken || !names_claim(variable, names->items[i])) {
            check_missing(claims, names->items[i], exports);
            continue;
        }
        check_value(json_object_object_get(claims, names->items[i]), strchr(variable, '=') + 1);
        taken = false;
    }
    REQUIRE(!taken && rest.len == 0);
}
