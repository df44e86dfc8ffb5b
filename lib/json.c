/* SPDX-License-Identifier: BSD-3-Clause */
#include "json.h"

#include <json-c/json.h>
#include <math.h>

#include "json-scan.h"

#define EXACT_MAX (INT64_C(1) << 53) /* beyond it a double no longer holds every integer */

static size_t count_members(struct json_object *value)
{
    size_t count = 0;

    if (json_object_is_type(value, json_type_object)) {
        struct json_object_iterator at = json_object_iter_begin(value);
        struct json_object_iterator end = json_object_iter_end(value);

        for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at))
            count += 1 + count_members(json_object_iter_peek_value(&at));
    } else if (json_object_is_type(value, json_type_array)) {
        for (size_t i = 0; i < json_object_array_length(value); i++)
            count += count_members(json_object_array_get_idx(value, i));
    }
    return count;
}

/*
 * NULL if json-c does not take the whole text as one value. Its own strict mode is not used:
 * json_scan() has looked at everything, and json-c 0.18 calls each byte of UTF-8 beyond ASCII a
 * control character in it.
 */
static struct json_object *parse_whole(struct json_tokener *tokener, struct span text)
{
    struct json_object *value =
        json_tokener_parse_ex(tokener, (const char *)text.ptr, (int)text.len);

    if (json_tokener_get_error(tokener) == json_tokener_success &&
        json_tokener_get_parse_end(tokener) == text.len)
        return value;
    json_object_put(value);
    return NULL;
}

enum status json_parse(struct span text, const char *what, struct json_object **object,
                       struct report *report)
{
    JSON_CLEANUP struct json_object *parsed = NULL;
    struct json_tokener *tokener;
    size_t members;

    /* RFC 8259 sections 2 to 8 */
    if (text.len == 0 || text.len > INT32_MAX || !json_scan(text, &members))
        return report_refuse(report, STATUS_BAD_JSON, "%s: expected strict JSON", what);

    tokener = json_tokener_new_ex(JSON_DEPTH_MAX + 1);
    if (!tokener)
        return report_refuse(report, STATUS_OUT_OF_MEMORY, "%s: no memory to parse it", what);
    parsed = parse_whole(tokener, text);
    json_tokener_free(tokener);

    /* RFC 7515 section 3, RFC 7519 section 7.2: an object */
    if (!json_object_is_type(parsed, json_type_object))
        return report_refuse(report, STATUS_BAD_JSON, "%s: expected a JSON object", what);

    /* RFC 7515 section 4, RFC 7519 section 4: json-c keeps one of two, so the tree has fewer */
    if (count_members(parsed) != members)
        return report_refuse(report, STATUS_DUPLICATE_MEMBER, "%s: a member name occurs twice",
                             what);

    *object = parsed;
    parsed = NULL; /* transferred */
    return STATUS_ACCEPTED;
}

struct json_object *json_member(struct json_object *object, const char *name)
{
    struct json_object *value = NULL;

    if (!json_object_is_type(object, json_type_object) ||
        !json_object_object_get_ex(object, name, &value))
        return NULL;
    return value;
}

bool json_has(struct json_object *object, const char *name)
{
    return json_object_is_type(object, json_type_object) &&
           json_object_object_get_ex(object, name, NULL);
}

bool json_string(struct json_object *value, struct span *out)
{
    if (!json_object_is_type(value, json_type_string))
        return false;
    *out = span_of(json_object_get_string(value), (size_t)json_object_get_string_len(value));
    return true;
}

bool json_time(struct json_object *value, int64_t *out)
{
    double number;

    if (json_object_is_type(value, json_type_int)) {
        int64_t integer = json_object_get_int64(value);

        if (integer < -EXACT_MAX || integer > EXACT_MAX)
            return false;
        *out = integer;
        return true;
    }
    if (!json_object_is_type(value, json_type_double))
        return false;
    number = json_object_get_double(value);
    if (!isfinite(number) || number < (double)-EXACT_MAX || number > (double)EXACT_MAX)
        return false;
    *out = (int64_t)number;
    if ((double)*out > number)
        (*out)--;
    return true;
}

int64_t json_time_bounded(int64_t now)
{
    const int64_t limit = INT64_C(1) << 54;

    return now < -limit ? -limit : now > limit ? limit : now;
}

static bool is_text(struct json_object *value, struct span text)
{
    struct span found;

    return json_string(value, &found) && span_equal(found, text);
}

bool json_string_or_array_has(struct json_object *value, struct span text)
{
    bool found = false;

    if (!json_object_is_type(value, json_type_array))
        return is_text(value, text);
    for (size_t i = 0; i < json_object_array_length(value); i++) {
        struct json_object *item = json_object_array_get_idx(value, i);

        if (!json_object_is_type(item, json_type_string))
            return false;
        found = found || is_text(item, text);
    }
    return found;
}

bool json_is_string_or_array(struct json_object *value)
{
    if (!json_object_is_type(value, json_type_array))
        return json_object_is_type(value, json_type_string) &&
               json_object_get_string_len(value) > 0;
    for (size_t i = 0; i < json_object_array_length(value); i++)
        if (!json_object_is_type(json_object_array_get_idx(value, i), json_type_string))
            return false;
    return json_object_array_length(value) > 0;
}

bool json_is_true(struct json_object *value)
{
    return json_object_is_type(value, json_type_boolean) && json_object_get_boolean(value);
}

void json_free(struct json_object **object)
{
    json_object_put(*object);
    *object = NULL;
}
