/* SPDX-License-Identifier: BSD-3-Clause */
#include "wire.h"

enum kind {
    KIND_SETUP = 0x4a575431,
    KIND_REQUEST,
    KIND_VERDICT,
    KIND_ORDER,
    KIND_RECEIPT,
    KIND_WISH,
    KIND_ANSWER,
    KIND_SPEND
};

/* --- writing ---------------------------------------------------------------------------------- */

struct writer {
    unsigned char *out;
    size_t left, done;
    bool fits;
};

static void put_bytes(struct writer *writer, const void *bytes, size_t len)
{
    if (len > writer->left)
        writer->fits = false;
    if (!writer->fits)
        return;
    if (len > 0)
        memcpy(writer->out + writer->done, bytes, len);
    writer->left -= len;
    writer->done += len;
}

static void put_number(struct writer *writer, int64_t number)
{
    put_bytes(writer, &number, sizeof(number));
}

static void put_span(struct writer *writer, struct span span)
{
    put_number(writer, (int64_t)span.len);
    put_bytes(writer, span.ptr, span.len);
}

static struct writer start(unsigned char *out, size_t size, enum kind kind)
{
    struct writer writer = {.out = out, .left = size, .fits = true};

    put_number(&writer, kind);
    return writer;
}

static size_t finish(const struct writer *writer)
{
    return writer->fits ? writer->done : 0;
}

/* --- reading ---------------------------------------------------------------------------------- */

struct reader {
    struct span rest;
    bool valid;
};

static int64_t get_number(struct reader *reader)
{
    int64_t number = 0;

    if (reader->rest.len < sizeof(number))
        reader->valid = false;
    if (!reader->valid)
        return 0;
    memcpy(&number, reader->rest.ptr, sizeof(number));
    reader->rest = span_of(reader->rest.ptr + sizeof(number), reader->rest.len - sizeof(number));
    return number;
}

static int64_t get_range(struct reader *reader, int64_t min, int64_t max)
{
    int64_t number = get_number(reader);

    if (number < min || number > max)
        reader->valid = false;
    return reader->valid ? number : min;
}

static bool get_bool(struct reader *reader)
{
    return get_range(reader, 0, 1) == 1;
}

static struct span get_bytes(struct reader *reader)
{
    int64_t len = get_number(reader);
    struct span bytes = {0};

    if (len < 0 || (uint64_t)len > reader->rest.len)
        reader->valid = false;
    if (!reader->valid)
        return bytes;
    bytes = span_of(reader->rest.ptr, (size_t)len);
    reader->rest = span_of(reader->rest.ptr + len, reader->rest.len - (size_t)len);
    return bytes;
}

static struct span get_text(struct reader *reader)
{
    struct span text = get_bytes(reader);

    if (text.len > 0 && memchr(text.ptr, '\0', text.len))
        reader->valid = false;
    return text;
}

/* Empty: there is none. */
static struct span get_replay_id(struct reader *reader)
{
    struct span id = get_bytes(reader);

    if (id.len > 0 && !replay_is_id(id))
        reader->valid = false;
    return id;
}

static struct reader open_message(struct span message, enum kind kind)
{
    struct reader reader = {message, true};

    if (get_number(&reader) != kind)
        reader.valid = false;
    return reader;
}

static bool exact(const struct reader *reader)
{
    return reader->valid && reader->rest.len == 0;
}

/* --- messages --------------------------------------------------------------------------------- */

size_t wire_put_setup(const struct wire_setup *setup, unsigned char *out, size_t size)
{
    struct writer writer = start(out, size, KIND_SETUP);

    put_number(&writer, setup->timeout_ms);
    put_number(&writer, setup->trust_caller);
    put_number(&writer, setup->explain);
    put_number(&writer, setup->may_fetch);
    put_number(&writer, setup->fetched);
    put_number(&writer, setup->has_time);
    put_number(&writer, setup->time);
    put_span(&writer, setup->config);
    put_span(&writer, setup->service);
    put_span(&writer, setup->failures);
    return finish(&writer);
}

bool wire_get_setup(struct span message, struct wire_setup *setup)
{
    struct reader reader = open_message(message, KIND_SETUP);

    setup->timeout_ms = (uint32_t)get_range(&reader, 1, UINT32_MAX);
    setup->trust_caller = get_bool(&reader);
    setup->explain = get_bool(&reader);
    setup->may_fetch = get_bool(&reader);
    setup->fetched = get_bool(&reader);
    setup->has_time = get_bool(&reader);
    setup->time = get_number(&reader);
    setup->config = get_text(&reader);
    setup->service = get_text(&reader);
    setup->failures = get_text(&reader);
    return exact(&reader);
}

size_t wire_put_request(const struct wire_request *request, unsigned char *out, size_t size)
{
    struct writer writer = start(out, size, KIND_REQUEST);

    put_span(&writer, request->user);
    put_span(&writer, request->token);
    return finish(&writer);
}

bool wire_get_request(struct span message, struct wire_request *request)
{
    struct reader reader = open_message(message, KIND_REQUEST);

    request->user = get_text(&reader);
    request->token = get_bytes(&reader);
    return exact(&reader);
}

/* The texts of a verdict, in the order of the message. */
static const size_t verdict_texts[] = {
    offsetof(struct wire_verdict, detail),     offsetof(struct wire_verdict, token_id),
    offsetof(struct wire_verdict, issuer),     offsetof(struct wire_verdict, subject),
    offsetof(struct wire_verdict, user),       offsetof(struct wire_verdict, signer),
    offsetof(struct wire_verdict, revocation), offsetof(struct wire_verdict, warning),
    offsetof(struct wire_verdict, exports),    offsetof(struct wire_verdict, steps),
};
#define VERDICT_TEXTS (sizeof(verdict_texts) / sizeof(verdict_texts[0]))

size_t wire_put_verdict(const struct wire_verdict *verdict, unsigned char *out, size_t size)
{
    struct writer writer = start(out, size, KIND_VERDICT);

    put_number(&writer, verdict->status);
    put_number(&writer, verdict->expires);
    put_number(&writer, verdict->valid_until);
    put_number(&writer, verdict->may_tell);
    put_number(&writer, verdict->replay_until);
    for (size_t i = 0; i < VERDICT_TEXTS; i++)
        put_span(&writer, *(const struct span *)((const char *)verdict + verdict_texts[i]));
    put_span(&writer, verdict->replay_id);
    put_span(&writer, verdict->wishes);
    return finish(&writer);
}

bool wire_get_verdict(struct span message, struct wire_verdict *verdict)
{
    struct reader reader = open_message(message, KIND_VERDICT);
    int64_t status = get_range(&reader, INT16_MIN, INT16_MAX);

    if (!status_known((int)status))
        reader.valid = false;
    verdict->status = (enum status)status;
    verdict->expires = get_number(&reader);
    verdict->valid_until = get_number(&reader);
    verdict->may_tell = get_bool(&reader);
    verdict->replay_until = get_number(&reader);
    for (size_t i = 0; i < VERDICT_TEXTS; i++)
        *(struct span *)((char *)verdict + verdict_texts[i]) = get_text(&reader);
    verdict->replay_id = get_replay_id(&reader);
    verdict->wishes = get_bytes(&reader);
    if (!exact(&reader))
        *verdict = (struct wire_verdict){.status = STATUS_INTERNAL_ERROR};
    return exact(&reader);
}

size_t wire_put_spend(const struct wire_spend *spend, unsigned char *out, size_t size)
{
    struct writer writer = start(out, size, KIND_SPEND);

    put_span(&writer, spend->id);
    put_number(&writer, spend->until);
    return finish(&writer);
}

bool wire_get_spend(struct span message, struct wire_spend *spend)
{
    struct reader reader = open_message(message, KIND_SPEND);

    spend->id = get_replay_id(&reader);
    /* so that its milliseconds are a number, too */
    spend->until = get_range(&reader, 1, INT64_MAX / 1000);
    return exact(&reader) && spend->id.len > 0;
}

size_t wire_put_order(const struct wire_order *order, unsigned char *out, size_t size)
{
    struct writer writer = start(out, size, KIND_ORDER);

    put_number(&writer, order->timeout_ms);
    put_number(&writer, order->trust_caller);
    put_number(&writer, order->refresh);
    put_number(&writer, order->has_time);
    put_number(&writer, order->time);
    put_span(&writer, order->config);
    put_span(&writer, order->issuer);
    put_span(&writer, order->wishes);
    return finish(&writer);
}

bool wire_get_order(struct span message, struct wire_order *order)
{
    struct reader reader = open_message(message, KIND_ORDER);

    order->timeout_ms = (uint32_t)get_range(&reader, 1, UINT32_MAX);
    order->trust_caller = get_bool(&reader);
    order->refresh = get_bool(&reader);
    order->has_time = get_bool(&reader);
    order->time = get_number(&reader);
    order->config = get_text(&reader);
    order->issuer = get_text(&reader);
    order->wishes = get_bytes(&reader);
    return exact(&reader);
}

size_t wire_put_receipt(const struct wire_receipt *receipt, unsigned char *out, size_t size)
{
    struct writer writer = start(out, size, KIND_RECEIPT);

    put_number(&writer, receipt->brought);
    put_span(&writer, receipt->failures);
    return finish(&writer);
}

bool wire_get_receipt(struct span message, struct wire_receipt *receipt)
{
    struct reader reader = open_message(message, KIND_RECEIPT);

    receipt->brought = get_range(&reader, 0, INT16_MAX);
    receipt->failures = get_text(&reader);
    return exact(&reader);
}

/* --- parts of messages and of files ----------------------------------------------------------- */

static void put_wish(struct writer *writer, const struct wire_wish *wish)
{
    put_number(writer, wish->kind);
    put_number(writer, wish->group);
    put_span(writer, wish->url);
    put_span(writer, wish->request);
    put_span(writer, wish->cert);
    put_span(writer, wish->issuer);
}

static void get_wish(struct reader *reader, struct wire_wish *wish)
{
    wish->kind = get_range(reader, 0, 2);
    wish->group = get_range(reader, 0, INT16_MAX);
    wish->url = get_text(reader);
    wish->request = get_bytes(reader);
    wish->cert = get_bytes(reader);
    wish->issuer = get_bytes(reader);
}

size_t wire_put_wish(const struct wire_wish *wish, unsigned char *out, size_t size)
{
    struct writer writer = start(out, size, KIND_WISH);

    put_wish(&writer, wish);
    return finish(&writer);
}

bool wire_take_wish(struct span *rest, struct wire_wish *wish)
{
    struct reader reader = open_message(*rest, KIND_WISH);

    get_wish(&reader, wish);
    if (reader.valid)
        *rest = reader.rest;
    return reader.valid;
}

size_t wire_put_answer(const struct wire_answer *answer, unsigned char *out, size_t size)
{
    struct writer writer = start(out, size, KIND_ANSWER);

    put_wish(&writer, &answer->wish);
    put_span(&writer, answer->issuer);
    put_number(&writer, answer->fetched_at);
    put_number(&writer, (int64_t)answer->der.len);
    return finish(&writer);
}

bool wire_take_answer(struct span *rest, struct wire_answer *answer)
{
    struct reader reader = open_message(*rest, KIND_ANSWER);

    get_wish(&reader, &answer->wish);
    answer->issuer = get_text(&reader);
    answer->fetched_at = get_number(&reader);
    answer->der = get_bytes(&reader);
    if (reader.valid)
        *rest = reader.rest;
    return reader.valid;
}
