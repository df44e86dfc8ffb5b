/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What json_scan() accepts, json-c parses to its end. What json_parse() accepts has no name twice,
 * can be written out, and is accepted again with the same value.
 */
#include "../lib/json.h"

#include <json-c/json.h>

#include "../lib/json-scan.h"
#include "fuzz.h"

/* A colon outside strings belongs to a member. */
static size_t colons(struct span text)
{
    bool in_string = false;
    size_t count = 0;

    for (size_t i = 0; i < text.len; i++) {
        if (in_string && text.ptr[i] == '\\')
            i++;
        else if (text.ptr[i] == '"')
            in_string = !in_string;
        else if (!in_string && text.ptr[i] == ':')
            count++;
    }
    return count;
}

/* Those that json-c has kept, at any depth. */
static size_t members(struct json_object *value)
{
    size_t count = 0;

    if (json_object_is_type(value, json_type_array))
        for (size_t i = 0; i < json_object_array_length(value); i++)
            count += members(json_object_array_get_idx(value, i));
    if (json_object_is_type(value, json_type_object)) {
        json_object_object_foreach(value, name, member)
        {
            (void)name;
            count += 1 + members(member);
        }
    }
    return count;
}

static bool is_object(struct span text)
{
    while (text.len > 0 && strchr(" \t\r\n", text.ptr[0]) && text.ptr[0])
        text = span_of(text.ptr + 1, text.len - 1);
    return text.len > 0 && text.ptr[0] == '{';
}

static enum status expected(struct span text, struct json_object *value)
{
    if (!is_object(text))
        return STATUS_BAD_JSON;
    return colons(text) == members(value) ? STATUS_ACCEPTED : STATUS_DUPLICATE_MEMBER;
}

static void check_scanned(struct span text, enum status status)
{
    struct json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH_MAX + 1);
    struct json_object *value =
        json_tokener_parse_ex(tokener, (const char *)text.ptr, (int)text.len);
    enum json_tokener_error error = json_tokener_get_error(tokener);

    /* Only of a number json-c cannot know if it is over; json_parse() has none on its own. */
    REQUIRE(error == json_tokener_success || error == json_tokener_continue);
    REQUIRE(json_tokener_get_parse_end(tokener) == text.len);
    REQUIRE(status == expected(text, value));
    json_object_put(value);
    json_tokener_free(tokener);
}

/* Every getter, with the type that json-c tells. */
static void check_value(struct json_object *value)
{
    const int64_t exact = INT64_C(1) << 53;
    enum json_type type = json_object_get_type(value);
    struct span text;
    int64_t time;

    if (json_time(value, &time)) {
        REQUIRE(type == json_type_int || type == json_type_double);
        REQUIRE(time >= -exact && time <= exact);
        if (type == json_type_int)
            REQUIRE(time == json_object_get_int64(value));
        else
            REQUIRE((double)time <= json_object_get_double(value) &&
                    json_object_get_double(value) - (double)time <= 1);
    }
    REQUIRE(json_string(value, &text) == (type == json_type_string));
    if (type == json_type_string)
        REQUIRE(json_string_or_array_has(value, text));
    if (json_is_true(value))
        REQUIRE(strcmp(json_object_to_json_string(value), "true") == 0);
    if (json_is_string_or_array(value))
        REQUIRE(type == json_type_string || json_object_array_length(value) > 0);
    if (type == json_type_array)
        for (size_t i = 0; i < json_object_array_length(value); i++)
            check_value(json_object_array_get_idx(value, i));
    if (type != json_type_object)
        return;
    json_object_object_foreach(value, name, member)
    {
        REQUIRE(json_has(value, name));
        REQUIRE(json_member(value, name) == member);
        check_value(member);
    }
}

/* U+FFFD, as bytes or as an escape. */
static bool has_replacement(struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        const char *at = (const char *)text.ptr + i;
        size_t left = text.len - i;

        if ((left >= 3 && memcmp(at, "\xef\xbf\xbd", 3) == 0) ||
            (left >= 6 && strncasecmp(at, "\\ufffd", 6) == 0))
            return true;
    }
    return false;
}

/* json-c puts U+FFFD where it was given half a pair of surrogates. */
static void check_again(struct json_object *first, struct span input)
{
    struct report report = {0};
    JSON_CLEANUP struct json_object *second = NULL;
    const char *text = json_object_to_json_string_ext(first, JSON_C_TO_STRING_PLAIN);

    REQUIRE(json_parse(span_text(text), "again", &second, &report) == STATUS_ACCEPTED);
    REQUIRE(json_object_equal(first, second));
    REQUIRE(!has_replacement(span_text(text)) || has_replacement(input));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = span_of(data, size);
    struct report report = {0};
    JSON_CLEANUP struct json_object *object = NULL;
    size_t count = SIZE_MAX;
    bool scanned = json_scan(text, &count);
    enum status status = json_parse(text, "input", &object, &report);

    REQUIRE(count == (scanned ? colons(text) : SIZE_MAX));
    REQUIRE((object != NULL) == (status == STATUS_ACCEPTED));
    if (scanned)
        check_scanned(text, status);
    else
        REQUIRE(status == STATUS_BAD_JSON);
    if (status != STATUS_ACCEPTED) {
        REQUIRE(report.detail[0]);
        return 0;
    }
    check_value(object);
    check_again(object, text);
    return 0;
}
