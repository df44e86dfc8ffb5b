/* SPDX-License-Identifier: BSD-3-Clause */
#include "exports.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>

#include "environment.h"
#include "json.h"

/* A value being written. */
struct value {
    char text[ENVIRONMENT_VALUE_MAX + 1];
    size_t len;
    bool fits;
};

/* --- from JSON to a value --------------------------------------------------------------------- */

static void put(struct value *value, const char *text)
{
    size_t len = strlen(text);

    if (len > ENVIRONMENT_VALUE_MAX - value->len)
        value->fits = false;
    if (!value->fits)
        return;
    memcpy(value->text + value->len, text, len + 1);
    value->len += len;
}

static void put_text(struct value *value, struct span text)
{
    for (size_t i = 0; i < text.len && value->fits; i++) {
        char out[5];

        (void)snprintf(out, sizeof(out), environment_is_plain(text.ptr[i]) ? "%c" : "\\x%02x",
                       text.ptr[i]);
        put(value, out);
    }
}

static bool put_string(struct value *value, struct json_object *claim)
{
    struct span text;

    if (!json_string(claim, &text))
        return false;
    put_text(value, text);
    return true;
}

static bool put_boolean(struct value *value, struct json_object *claim)
{
    put(value, json_object_get_boolean(claim) ? "true" : "false");
    return true;
}

/* json-c makes the largest integer of all that are larger: such a one is not exported. */
static bool put_integer(struct value *value, struct json_object *claim)
{
    char text[24];
    int64_t integer;

    if (!json_time(claim, &integer))
        return false;
    (void)snprintf(text, sizeof(text), "%lld", (long long)integer);
    put(value, text);
    return true;
}

static bool put_array(struct value *value, struct json_object *claim)
{
    for (size_t i = 0; i < json_object_array_length(claim); i++) {
        if (i > 0)
            put(value, ",");
        if (!put_string(value, json_object_array_get_idx(claim, i)))
            return false;
    }
    return true;
}

static const struct {
    json_type type;
    bool (*put)(struct value *value, struct json_object *claim);
} types[] = {
    {json_type_string, put_string},
    {json_type_boolean, put_boolean},
    {json_type_int, put_integer},
    {json_type_array, put_array},
};

static bool put_claim(struct value *value, struct json_object *claim)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (json_object_is_type(claim, types[i].type))
            return types[i].put(value, claim);
    return false;
}

/* --- all of them ------------------------------------------------------------------------------ */

/* An end of "..." says that there were more. */
static void leave_out(struct exports *exports, const char *name, const char *why)
{
    char *text = exports->left_out;
    size_t len = strlen(text);
    int more = snprintf(text + len, EXPORTS_LEFT_OUT_MAX - len, "%s%s (%s)", len > 0 ? ", " : "",
                        name, why);

    if (more < 0 || (size_t)more >= EXPORTS_LEFT_OUT_MAX - len)
        memcpy(text + EXPORTS_LEFT_OUT_MAX - 4, "...", 4);
}

/* The length of what was written to `out`, which has room for a variable. */
static size_t export_claim(struct json_object *claim, const char *name, const char *variable,
                           char *out, struct exports *exports)
{
    struct value value = {.fits = true};

    if (!put_claim(&value, claim))
        leave_out(exports, name, "wrong type");
    else if (!value.fits)
        leave_out(exports, name, "too long");
    else
        return (size_t)snprintf(out, ENVIRONMENT_SIZE + 1, "%s=%s\n", variable, value.text);
    return 0;
}

enum status exports_make(const struct signed_claims *claims, const struct string_list *names,
                         struct exports *exports, struct report *report)
{
    size_t size = names->count * ENVIRONMENT_SIZE + 1, len = 0;

    *exports = (struct exports){.variables = malloc(size)};
    if (!exports->variables)
        return report_refuse(report, STATUS_OUT_OF_MEMORY, "no memory for export_claims");
    exports->variables[0] = '\0';
    for (size_t i = 0; i < names->count; i++) {
        struct json_object *claim = json_member(signed_claims_object(claims), names->items[i]);
        char variable[ENVIRONMENT_NAME_MAX + 1];

        if (!environment_name(names->items[i], variable)) {
            exports_free(exports);
            return report_refuse(report, STATUS_CONFIG_ERROR, "export_claims: %s makes no name",
                                 names->items[i]);
        }
        if (claim)
            len +=
                export_claim(claim, names->items[i], variable, exports->variables + len, exports);
    }
    return STATUS_ACCEPTED;
}

void exports_free(struct exports *exports)
{
    free(exports->variables);
    *exports = (struct exports){.variables = NULL};
}
