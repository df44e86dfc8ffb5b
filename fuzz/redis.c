/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Replies of a Redis server, in pieces: what they are does not depend on where they are cut, and
 * only one text is a yes. The same bytes as what INFO says.
 */
#include "../helper/redis-reply.h"

#include <stdio.h>
#include <string.h>

#include "fuzz.h"

struct outcome {
    enum redis_progress progress;
    enum redis_reply_kind kind;
    struct span text; /* owned */
};

/* Pieces of at most `most` bytes. */
static struct outcome read_reply(struct span input, size_t most)
{
    struct outcome outcome = {.progress = REDIS_MORE};
    struct redis_replies *replies = redis_replies_make();
    struct redis_answer answer = {0};

    REQUIRE(replies);
    while (input.len > 0 && outcome.progress == REDIS_MORE) {
        size_t len = input.len < most ? input.len : most;

        outcome.progress = redis_replies_take(replies, span_of(input.ptr, len), &answer);
        input = span_of(input.ptr + len, input.len - len);
    }
    if (outcome.progress == REDIS_WHOLE) {
        unsigned char *copy = malloc(answer.text.len + 1);

        REQUIRE(copy);
        if (answer.text.len > 0)
            memcpy(copy, answer.text.ptr, answer.text.len);
        outcome.kind = answer.kind;
        outcome.text = span_of(copy, answer.text.len);
        /* A byte too many shows whether it came with the reply or after it. */
        if (input.len > 0)
            outcome.progress = REDIS_BROKEN;
    }
    redis_replies_free(&replies);
    return outcome;
}

/* RESP2, in the other direction. hiredis does not look at the two bytes behind a text. */
static bool writes_as(const struct outcome *outcome, struct span input)
{
    static const char firsts[] = {
        [REDIS_STATUS] = '+', [REDIS_ERROR] = '-', [REDIS_TEXT] = '$', [REDIS_NIL] = '$'};
    struct span text = outcome->text;

    if (input.len < 3 || input.ptr[0] != (unsigned char)firsts[outcome->kind])
        return false;
    if (outcome->kind == REDIS_NIL)
        return text.len == 0 && input.ptr[1] == '-';
    return (outcome->kind == REDIS_TEXT ||
            span_equal(span_of(input.ptr + input.len - 2, 2), span_text("\r\n"))) &&
           input.len >= text.len + 3 &&
           span_equal(span_of(input.ptr + input.len - 2 - text.len, text.len), text);
}

static bool is_yes(const struct outcome *outcome)
{
    return outcome->progress == REDIS_WHOLE && outcome->kind == REDIS_STATUS &&
           span_equal(outcome->text, span_text("OK"));
}

static void check_code(const struct outcome *outcome)
{
    const struct redis_answer answer = {outcome->kind, outcome->text};
    char code[REDIS_ERROR_CODE_MAX + 1];

    redis_error_code(&answer, code);
    REQUIRE(code[0] && strlen(code) <= REDIS_ERROR_CODE_MAX);
    REQUIRE(strcmp(code, "?") == 0 ||
            (strlen(code) <= answer.text.len && memcmp(code, answer.text.ptr, strlen(code)) == 0));
    for (const char *letter = code; *letter; letter++)
        REQUIRE((*letter >= 'A' && *letter <= 'Z') || strcmp(code, "?") == 0);
}

static void check_field(struct span input, const char *field, const char *value)
{
    char found[16], line[64];

    (void)snprintf(line, sizeof(line), "%s:%s", field, value);
    if (redis_info_says(input, field, value, found, sizeof(found)))
        REQUIRE(span_has(input, span_text(line)));
    REQUIRE(strlen(found) < sizeof(found));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct span input = span_of(data, size);
    struct outcome whole = read_reply(input, size), single = read_reply(input, 1);

    REQUIRE(whole.progress == single.progress);
    REQUIRE(is_yes(&whole) == span_equal(input, span_text("+OK\r\n")));
    if (whole.progress == REDIS_WHOLE) {
        REQUIRE(whole.kind == single.kind && span_equal(whole.text, single.text));
        REQUIRE(writes_as(&whole, input));
        check_code(&whole);
    }
    check_field(input, "maxmemory_policy", "noeviction");
    check_field(input, "role", "master");
    free((void *)whole.text.ptr);
    free((void *)single.text.ptr);
    return 0;
}
