/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Strict JSON (RFC 8259) over json-c: a scan before json-c refuses all that it lets through, a
 * count of the members after it finds duplicates. Typed getters never convert between types.
 */
#ifndef PAM_JWT_JSON_H
#define PAM_JWT_JSON_H

#include <stdint.h>

#include "report.h"
#include "span.h"

struct json_object;

/*
 * Parses one JSON object, whole text. `*object` is owned by the caller (json_object_put), and is
 * set only on STATUS_ACCEPTED. Else bad-json, duplicate-member or out-of-memory; `what` names the
 * text in the detail ("header", "claims").
 */
enum status json_parse(struct span text, const char *what, struct json_object **object,
                       struct report *report);

/*
 * A member of an object: NULL if it is absent, is null, or `object` is no object; json_has() tells
 * an explicit null. Borrowed from `object`.
 */
struct json_object *json_member(struct json_object *object, const char *name);

bool json_has(struct json_object *object, const char *name);

/* The bytes of a string value, NUL bytes included; false for any other type. Borrowed. */
bool json_string(struct json_object *value, struct span *out);

/*
 * A NumericDate (RFC 7519 section 2): an integer, or a finite double rounded toward minus infinity,
 * within -2^53 .. 2^53; false for anything else.
 */
bool json_time(struct json_object *value, int64_t *out);

/* A clock value at most twice as far away: compared with such a time it is what it was, and no sum
 * of them overflows. */
int64_t json_time_bounded(int64_t now);

/*
 * True if `value` is the string `text`, or an array of strings of which one is; false if the array
 * holds anything but strings.
 */
bool json_string_or_array_has(struct json_object *value, struct span text);

/* Whether `value` is a string that is not empty, or a non-empty array of strings. */
bool json_is_string_or_array(struct json_object *value);

bool json_is_true(struct json_object *value);

void json_free(struct json_object **object);
#define JSON_CLEANUP __attribute__((cleanup(json_free)))

#endif
