/* SPDX-License-Identifier: BSD-3-Clause */
#include "redis-reply.h"

#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct redis_replies {
    redisReader *reader;
    redisReply *reply; /* the last one */
    size_t taken;      /* bytes of the reply that is being read */
};

static const struct {
    int type;
    char first; /* what its bytes begin with */
    enum redis_reply_kind kind;
} kinds[] = {
    {REDIS_REPLY_STATUS, '+', REDIS_STATUS},
    {REDIS_REPLY_ERROR, '-', REDIS_ERROR},
    {REDIS_REPLY_STRING, '$', REDIS_TEXT},
    {REDIS_REPLY_NIL, '$', REDIS_NIL},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

struct redis_replies *redis_replies_make(void)
{
    struct redis_replies *replies = calloc(1, sizeof(*replies));

    if (!replies)
        return NULL;
    replies->reader = redisReaderCreate();
    if (replies->reader)
        return replies;
    free(replies);
    return NULL;
}

static void forget(struct redis_replies *replies)
{
    if (replies->reply)
        freeReplyObject(replies->reply);
    replies->reply = NULL;
}

void redis_replies_free(struct redis_replies **replies)
{
    if (!*replies)
        return;
    forget(*replies);
    redisReaderFree((*replies)->reader);
    free(*replies);
    *replies = NULL;
}

static bool begins_well(unsigned char first)
{
    for (size_t i = 0; i < KINDS; i++)
        if (first == (unsigned char)kinds[i].first)
            return true;
    return false;
}

static enum redis_progress convert(const redisReply *reply, struct redis_answer *answer)
{
    for (size_t i = 0; i < KINDS; i++) {
        if (kinds[i].type != reply->type)
            continue;
        answer->kind = kinds[i].kind;
        answer->text = reply->type == REDIS_REPLY_NIL ? span_of(NULL, 0)
                                                      : span_of(reply->str, (size_t)reply->len);
        return REDIS_WHOLE;
    }
    return REDIS_BROKEN;
}

/* Bytes behind a reply would be taken for that of the next command. */
static bool is_read_up(const redisReader *reader)
{
    return reader->pos == reader->len;
}

enum redis_progress redis_replies_take(struct redis_replies *replies, struct span bytes,
                                       struct redis_answer *answer)
{
    void *reply = NULL;

    if (bytes.len == 0)
        return REDIS_MORE;
    if (replies->taken == 0 && !begins_well(bytes.ptr[0]))
        return REDIS_BROKEN;
    forget(replies);
    if (bytes.len > REDIS_REPLY_MAX - replies->taken)
        return REDIS_BROKEN;
    replies->taken += bytes.len;
    if (redisReaderFeed(replies->reader, (const char *)bytes.ptr, bytes.len) != REDIS_OK ||
        redisReaderGetReply(replies->reader, &reply) != REDIS_OK)
        return REDIS_BROKEN;
    if (!reply)
        return REDIS_MORE;
    replies->reply = reply;
    replies->taken = 0;
    return is_read_up(replies->reader) ? convert(replies->reply, answer) : REDIS_BROKEN;
}

void redis_error_code(const struct redis_answer *answer, char code[REDIS_ERROR_CODE_MAX + 1])
{
    size_t len = 0;

    while (len < answer->text.len && len < REDIS_ERROR_CODE_MAX && answer->text.ptr[len] >= 'A' &&
           answer->text.ptr[len] <= 'Z')
        len++;
    (void)snprintf(code, REDIS_ERROR_CODE_MAX + 1, "%.*s", len > 0 ? (int)len : 1,
                   len > 0 ? (const char *)answer->text.ptr : "?");
}

/* Takes a line off; its end is not part of it. */
static struct span take_line(struct span *rest)
{
    const unsigned char *end = memmem(rest->ptr, rest->len, "\r\n", 2);
    struct span line = span_of(rest->ptr, end ? (size_t)(end - rest->ptr) : rest->len);
    size_t taken = end ? line.len + 2 : line.len;

    *rest = span_of(rest->ptr + taken, rest->len - taken);
    return line;
}

/* The value of the line, if it is one of that field: "field:value". */
static bool is_field(struct span line, const char *field, struct span *value)
{
    const size_t len = strlen(field);

    if (line.len <= len || memcmp(line.ptr, field, len) != 0 || line.ptr[len] != ':')
        return false;
    *value = span_of(line.ptr + len + 1, line.len - len - 1);
    return true;
}

bool redis_info_says(struct span info, const char *field, const char *value, char *found,
                     size_t size)
{
    unsigned count = 0;
    bool says = false;

    (void)snprintf(found, size, "nothing about it");
    while (info.len > 0) {
        struct span own;

        if (!is_field(take_line(&info), field, &own))
            continue;
        count++;
        says = span_equal(own, span_text(value));
        (void)snprintf(found, size, "%.*s", (int)own.len, (const char *)own.ptr);
    }
    return says && count == 1;
}
