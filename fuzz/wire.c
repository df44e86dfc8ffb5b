/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Each message, wish and answer from two sides: an input that is one is written back byte for byte;
 * an input cut into fields is written and read, or does not fit.
 */
#include "../sys/wire.h"

#include "fuzz.h"

#define SPANS 12    /* of a verdict, which has the most */
#define REPLAY_ID 8 /* in the order of the fields */
#define WISHES 11

/* Fields cut from the input. */
struct fields {
    struct span rest;
    int64_t numbers[3];
    unsigned char flags;
    size_t room; /* bytes for the message */
    struct span texts[SPANS];
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
    for (size_t i = 0; i < SPANS; i++) {
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
#define GET(type)                                                                                  \
    do {                                                                                           \
        struct wire_##type read;                                                                   \
        if (wire_get_##type(message, &read)) {                                                     \
            kinds++;                                                                               \
            REQUIRE(wire_put_##type(&read, again, message.len) == message.len);                    \
            REQUIRE(memcmp(again, message.ptr, message.len) == 0);                                 \
        }                                                                                          \
    } while (0)

static unsigned get_messages(struct span message, unsigned char *again)
{
    unsigned kinds = 0;

    GET(setup);
    GET(request);
    GET(verdict);
    GET(order);
    GET(receipt);
    GET(spend);
    return kinds;
}

/* How many there are, one after the other. */
static unsigned take_wishes(struct span rest, unsigned char *again)
{
    struct wire_wish wish;
    unsigned count = 0;

    for (;; count++) {
        struct span before = rest;
        size_t used;

        if (!wire_take_wish(&rest, &wish)) {
            REQUIRE(rest.ptr == before.ptr && rest.len == before.len);
            return count;
        }
        used = before.len - rest.len;
        REQUIRE(rest.ptr == before.ptr + used);
        REQUIRE(wire_put_wish(&wish, again, used) == used && memcmp(again, before.ptr, used) == 0);
    }
}

/* Likewise; their own bytes are not written. */
static unsigned take_answers(struct span rest, unsigned char *again)
{
    struct wire_answer answer;
    unsigned count = 0;

    for (;; count++) {
        struct span before = rest;
        size_t used;

        if (!wire_take_answer(&rest, &answer)) {
            REQUIRE(rest.ptr == before.ptr && rest.len == before.len);
            return count;
        }
        used = before.len - rest.len - answer.der.len;
        REQUIRE(answer.der.ptr == before.ptr + used && rest.ptr == answer.der.ptr + answer.der.len);
        REQUIRE(wire_put_answer(&answer, again, used) == used);
        REQUIRE(memcmp(again, before.ptr, used) == 0);
    }
}

static void get(struct span message)
{
    unsigned char *again = allocate(message.len);
    unsigned kinds = get_messages(message, again);

    kinds += take_wishes(message, again) > 0;
    kinds += take_answers(message, again) > 0;
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
        .may_fetch = fields->flags & 8,
        .fetched = fields->flags & 16,
        .has_time = fields->flags & 4,
        .time = fields->numbers[1],
        .config = fields->texts[0],
        .service = fields->texts[1],
        .failures = fields->texts[2],
    };
    unsigned char *message = allocate(fields->room);
    size_t len = wire_put_setup(&setup, message, fields->room);
    struct wire_setup again;

    check_room(len, 7, fields->texts, 3, fields->room);
    if (len > 0) {
        bool good = wire_get_setup(span_of(message, len), &again);

        get(span_of(message, len));
        REQUIRE(good == (setup.timeout_ms > 0 && !any_nul(fields->texts, 3)));
        if (good)
            REQUIRE(again.timeout_ms == setup.timeout_ms &&
                    again.trust_caller == setup.trust_caller && again.explain == setup.explain &&
                    again.may_fetch == setup.may_fetch && again.fetched == setup.fetched &&
                    again.has_time == setup.has_time && again.time == setup.time &&
                    span_equal(again.config, setup.config) &&
                    span_equal(again.service, setup.service) &&
                    span_equal(again.failures, setup.failures));
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

/* Those of the fields, and an id now and then. */
static const struct span *verdict_texts(const struct fields *fields)
{
    static struct span texts[SPANS];
    static const char id[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    memcpy(texts, fields->texts, sizeof(fields->texts));
    if (fields->flags & 32)
        texts[REPLAY_ID] = span_of(id, fields->flags & 64 ? sizeof(id) - 1 : 0);
    return texts;
}

static bool are_verdict_texts(const struct span *texts)
{
    bool good = texts[REPLAY_ID].len == 0 || replay_is_id(texts[REPLAY_ID]);

    for (size_t i = 0; i < SPANS; i++)
        good = good && (i == WISHES || !has_nul(texts[i]));
    return good;
}

static void put_verdict(const struct fields *fields)
{
    const struct span *texts = verdict_texts(fields);
    const struct wire_verdict verdict = {
        (enum status)(int16_t)fields->numbers[0],
        fields->numbers[1],
        fields->numbers[2],
        fields->numbers[0] % 2 == 0,
        fields->numbers[1],
        texts[0],
        texts[1],
        texts[2],
        texts[3],
        texts[4],
        texts[5],
        texts[6],
        texts[7],
        texts[8],
        texts[9],
        texts[10],
        texts[11],
    };
    unsigned char *message = allocate(fields->room);
    size_t len = wire_put_verdict(&verdict, message, fields->room);
    struct wire_verdict again;

    check_room(len, 5, texts, SPANS, fields->room);
    if (len > 0) {
        bool good = wire_get_verdict(span_of(message, len), &again);

        get(span_of(message, len));
        REQUIRE(good == (status_known(verdict.status) && are_verdict_texts(texts)));
        if (good)
            REQUIRE(
                again.status == verdict.status && again.expires == verdict.expires &&
                again.valid_until == verdict.valid_until && again.may_tell == verdict.may_tell &&
                again.replay_until == verdict.replay_until &&
                span_equal(again.replay_id, verdict.replay_id) &&
                span_equal(again.exports, verdict.exports) &&
                span_equal(again.detail, verdict.detail) && span_equal(again.user, verdict.user) &&
                span_equal(again.steps, verdict.steps) && span_equal(again.wishes, verdict.wishes));
        else
            REQUIRE(again.status == STATUS_INTERNAL_ERROR && again.user.len == 0 &&
                    again.wishes.len == 0);
    }
    free(message);
}

static void put_spend(const struct fields *fields)
{
    const struct wire_spend spend = {verdict_texts(fields)[REPLAY_ID], fields->numbers[0]};
    unsigned char *message = allocate(fields->room);
    size_t len = wire_put_spend(&spend, message, fields->room);
    struct wire_spend again;

    check_room(len, 1, &spend.id, 1, fields->room);
    if (len > 0) {
        bool good = wire_get_spend(span_of(message, len), &again);

        get(span_of(message, len));
        REQUIRE(good ==
                (replay_is_id(spend.id) && spend.until > 0 && spend.until <= INT64_MAX / 1000));
        if (good)
            REQUIRE(span_equal(again.id, spend.id) && again.until == spend.until);
    }
    free(message);
}

static void put_order(const struct fields *fields)
{
    const struct wire_order order = {
        .timeout_ms = (uint32_t)fields->numbers[0],
        .trust_caller = fields->flags & 1,
        .refresh = fields->flags & 2,
        .has_time = fields->flags & 4,
        .time = fields->numbers[1],
        .config = fields->texts[0],
        .issuer = fields->texts[1],
        .wishes = fields->texts[2],
    };
    unsigned char *message = allocate(fields->room);
    size_t len = wire_put_order(&order, message, fields->room);
    struct wire_order again;

    check_room(len, 5, fields->texts, 3, fields->room);
    if (len > 0) {
        bool good = wire_get_order(span_of(message, len), &again);

        get(span_of(message, len));
        REQUIRE(good == (order.timeout_ms > 0 && !any_nul(fields->texts, 2)));
        if (good)
            REQUIRE(
                again.timeout_ms == order.timeout_ms && again.trust_caller == order.trust_caller &&
                again.refresh == order.refresh && again.has_time == order.has_time &&
                again.time == order.time && span_equal(again.config, order.config) &&
                span_equal(again.issuer, order.issuer) && span_equal(again.wishes, order.wishes));
    }
    free(message);
}

static void put_receipt(const struct fields *fields)
{
    const struct wire_receipt receipt = {fields->numbers[0], fields->texts[0]};
    unsigned char *message = allocate(fields->room);
    size_t len = wire_put_receipt(&receipt, message, fields->room);
    struct wire_receipt again;

    check_room(len, 1, fields->texts, 1, fields->room);
    if (len > 0) {
        bool good = wire_get_receipt(span_of(message, len), &again);

        get(span_of(message, len));
        REQUIRE(good == (receipt.brought >= 0 && receipt.brought <= INT16_MAX &&
                         !has_nul(receipt.failures)));
        if (good)
            REQUIRE(again.brought == receipt.brought &&
                    span_equal(again.failures, receipt.failures));
    }
    free(message);
}

static struct wire_wish make_wish(const struct fields *fields)
{
    return (struct wire_wish){fields->numbers[0], fields->numbers[1], fields->texts[0],
                              fields->texts[1],   fields->texts[2],   fields->texts[3]};
}

static bool is_wish(const struct wire_wish *wish)
{
    return wish->kind >= 0 && wish->kind <= 2 && wish->group >= 0 && wish->group <= INT16_MAX &&
           !has_nul(wish->url);
}

static bool same_wish(const struct wire_wish *a, const struct wire_wish *b)
{
    return a->kind == b->kind && a->group == b->group && span_equal(a->url, b->url) &&
           span_equal(a->request, b->request) && span_equal(a->cert, b->cert) &&
           span_equal(a->issuer, b->issuer);
}

static void put_wish(const struct fields *fields)
{
    const struct wire_wish wish = make_wish(fields);
    unsigned char *message = allocate(fields->room);
    size_t len = wire_put_wish(&wish, message, fields->room);
    struct wire_wish again;

    check_room(len, 2, fields->texts, 4, fields->room);
    if (len > 0) {
        struct span rest = span_of(message, len);
        bool good = wire_take_wish(&rest, &again);

        get(span_of(message, len));
        REQUIRE(good == is_wish(&wish) && rest.len == (good ? 0 : len));
        REQUIRE(!good || same_wish(&again, &wish));
    }
    free(message);
}

/* With the bytes that follow it. */
static void put_answer(const struct fields *fields)
{
    const struct wire_answer answer = {make_wish(fields), fields->texts[4], fields->numbers[2],
                                       fields->texts[5]};
    unsigned char *message = allocate(fields->room + answer.der.len);
    size_t len = wire_put_answer(&answer, message, fields->room);
    struct wire_answer again;

    check_room(len, 4, fields->texts, 5, fields->room);
    if (len > 0) {
        struct span rest;
        bool good;

        if (answer.der.len > 0)
            memcpy(message + len, answer.der.ptr, answer.der.len);
        rest = span_of(message, len += answer.der.len);
        good = wire_take_answer(&rest, &again);
        get(span_of(message, len));
        REQUIRE(good == (is_wish(&answer.wish) && !has_nul(answer.issuer)));
        REQUIRE(rest.len == (good ? 0 : len));
        REQUIRE(!good ||
                (same_wish(&again.wish, &answer.wish) && span_equal(again.issuer, answer.issuer) &&
                 again.fetched_at == answer.fetched_at && span_equal(again.der, answer.der)));
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
    put_spend(&fields);
    put_order(&fields);
    put_receipt(&fields);
    put_wish(&fields);
    put_answer(&fields);
    return 0;
}
