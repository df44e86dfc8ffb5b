/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Each message from two sides: an input that is one is written back byte for byte; an input cut
 * into fields is written and read, or does not fit.
 */
#include "../sys/wire.h"

#include "fuzz.h"

#define TEXTS 9 /* of a verdict, which has the most */

/* Fields cut from the input. */
struct fields {
    struct span rest;
    int64_t numbers[3];
    unsigned char flags;
    size_t room; /* bytes for the message */
    struct span texts[TEXTS];
};

static void take(struct fields *fields, void *out, size_t len)
{
    memset(out, 0, len);
    if (len > fields->rest.len)
        len = fields->rest.len;
    if (len > 0)
        memcpy(out, fields->rest.ptr, len);
    fields->rest = span_of(fields->rest.ptr + len, fields->rest.len - len);
}

static struct fields cut(struct span input)
{
    struct fields fields = {.rest = input};
    uint16_t room;

    take(&fields, &fields.flags, sizeof(fields.flags));
    take(&fields, &room, sizeof(room));
    fields.room = room;
    take(&fields, fields.numbers, sizeof(fields.numbers));
    for (size_t i = 0; i < TEXTS; i++) {
        uint16_t len;

        take(&fields, &len, sizeof(len));
        if (len > fields.rest.len)
            len = (uint16_t)fields.rest.len;
        fields.texts[i] = span_of(fields.rest.ptr, len);
        fields.rest = span_of(fields.rest.ptr + len, fields.rest.len - len);
    }
    return fields;
}

static bool has_nul(struct span text)
{
    return text.len > 0 && memchr(text.ptr, '\0', text.len);
}

static bool any_nul(const struct span *texts, size_t count)
{
    bool found = false;

    for (size_t i = 0; i < count; i++)
        found = found || has_nul(texts[i]);
    return found;
}

static unsigned char *allocate(size_t size)
{
    unsigned char *memory = malloc(size ? size : 1);

    REQUIRE(memory);
    return memory;
}

/* What was read is written as it was. */
static void get(struct span message)
{
    unsigned char *again = allocate(message.len);
    struct wire_setup setup;
    struct wire_request request;
    struct wire_verdict verdict;
    unsigned kinds = 0;

    if (wire_get_setup(message, &setup)) {
        kinds++;
        REQUIRE(wire_put_setup(&setup, again, message.len) == message.len);
        REQUIRE(memcmp(again, message.ptr, message.len) == 0);
    }
    if (wire_get_request(message, &request)) {
        kinds++;
        REQUIRE(wire_put_request(&request, again, message.len) == message.len);
        REQUIRE(memcmp(again, message.ptr, message.len) == 0);
    }
    if (wire_get_verdict(message, &verdict)) {
        kinds++;
        REQUIRE(status_known(verdict.status));
        REQUIRE(wire_put_verdict(&verdict, again, message.len) == message.len);
        REQUIRE(memcmp(again, message.ptr, message.len) == 0);
    }
    REQUIRE(kinds <= 1);
    free(again);
}

/* An 8-byte kind, the numbers, and each text behind its length. */
static void check_room(size_t len, size_t numbers, const struct span *texts, size_t count,
                       size_t room)
{
    size_t needed = 8 * (1 + numbers + count);

    for (size_t i = 0; i < count; i++)
        needed += texts[i].len;
    REQUIRE(len == (needed <= room ? needed : 0));
}

static void put_setup(const struct fields *fields)
{
    const struct wire_setup setup = {
        .timeout_ms = (uint32_t)fields->numbers[0],
        .trust_caller = fields->flags & 1,
        .explain = fields->flags & 2,
        .has_time = fields->flags & 4,
        .time = fields->numbers[1],
        .config = fields->texts[0],
        .service = fields->texts[1],
    };
    unsigned char *message = allocate(fields->room);
    size_t len = wire_put_setup(&setup, message, fields->room);
    struct wire_setup again;

    check_room(len, 5, fields->texts, 2, fields->room);
    if (len > 0) {
        bool good = wire_get_setup(span_of(message, len), &again);

        get(span_of(message, len));
        REQUIRE(good == (setup.timeout_ms > 0 && !any_nul(fields->texts, 2)));
        if (good)
            REQUIRE(again.timeout_ms == setup.timeout_ms &&
                    again.trust_caller == setup.trust_caller && again.explain == setup.explain &&
                    again.has_time == setup.has_time && again.time == setup.time &&
                    span_equal(again.config, setup.config) &&
                    span_equal(again.service, setup.service));
    }
    free(message);
}

static void put_request(const struct fields *fields)
{
    const struct wire_request request = {fields->texts[0], fields->texts[1]};
    unsigned char *message = allocate(fields->room);
    size_t len = wire_put_request(&request, message, fields->room);
    struct wire_request again;

    check_room(len, 0, fields->texts, 2, fields->room);
    if (len > 0) {
        bool good = wire_get_request(span_of(message, len), &again);

        get(span_of(message, len));
        REQUIRE(good == !has_nul(request.user));
        if (good)
            REQUIRE(span_equal(again.user, request.user) && span_equal(again.token, request.token));
    }
    free(message);
}

static void put_verdict(const struct fields *fields)
{
    const struct span *texts = fields->texts;
    const struct wire_verdict verdict = {
        (enum status)(int16_t)fields->numbers[0],
        fields->numbers[1],
        fields->numbers[2],
        texts[0],
        texts[1],
        texts[2],
        texts[3],
        texts[4],
        texts[5],
        texts[6],
        texts[7],
        texts[8],
        texts[0],
    };
    unsigned char *message = allocate(fields->room);
    size_t len = wire_put_verdict(&verdict, message, fields->room);
    struct wire_verdict again;

    check_room(len, 3, texts, TEXTS, fields->room);
    if (len > 0) {
        bool good = wire_get_verdict(span_of(message, len), &again);

        get(span_of(message, len));
        REQUIRE(good == (status_known(verdict.status) && !any_nul(texts, TEXTS)));
        if (good)
            REQUIRE(again.status == verdict.status && again.expires == verdict.expires &&
                    again.valid_until == verdict.valid_until &&
                    span_equal(again.detail, verdict.detail) &&
                    span_equal(again.user, verdict.user) && span_equal(again.steps, verdict.steps));
        else
            REQUIRE(again.status == STATUS_INTERNAL_ERROR && again.user.len == 0);
    }
    free(message);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fields fields = cut(span_of(data, size));

    get(span_of(data, size));
    put_setup(&fields);
    put_request(&fields);
    put_verdict(&fields);
    return 0;
}
