/* SPDX-License-Identifier: BSD-3-Clause */
#include "redis-talk.h"

#include <hiredis/hiredis.h>
#include <stdio.h>

#include "redis-reply.h"

#define KEY_PREFIX "pam_jwt:"
#define WORDS_MAX 6

struct talk {
    struct redis_link *link;
    struct redis_replies *replies;
    struct report *report;
};

/* The name of the command leads; none of its other words is told. */
static bool refuse(const struct talk *talk, const char *command, const char *why)
{
    (void)report_refuse(talk->report, STATUS_REPLAY_UNAVAILABLE, "the Redis server: %s: %s",
                        command, why);
    return false;
}

static bool receive(const struct talk *talk, const char *command, struct redis_answer *answer)
{
    unsigned char bytes[4096];

    for (;;) {
        size_t got = redis_link_receive(talk->link, bytes, sizeof(bytes), talk->report);

        if (got == 0)
            return false;
        switch (redis_replies_take(talk->replies, span_of(bytes, got), answer)) {
        case REDIS_WHOLE:
            return true;
        case REDIS_MORE:
            continue;
        case REDIS_BROKEN:
            break;
        }
        return refuse(talk, command, "expected one reply to it, found something else");
    }
}

/* hiredis makes a copy, of a password even. */
static bool send_words(const struct talk *talk, const struct span *words, size_t count)
{
    const char *texts[WORDS_MAX];
    size_t lengths[WORDS_MAX];
    char *bytes = NULL;
    long long len;
    bool sent;

    for (size_t i = 0; i < count; i++) {
        texts[i] = (const char *)words[i].ptr;
        lengths[i] = words[i].len;
    }
    len = redisFormatCommandArgv(&bytes, (int)count, texts, lengths);
    if (len < 0 || !bytes)
        return refuse(talk, texts[0], "no memory for it");
    sent = redis_link_send(talk->link, span_of(bytes, (size_t)len), talk->report);
    explicit_bzero(bytes, (size_t)len);
    redisFreeCommand(bytes);
    return sent;
}

/* One command and its reply, which is no error. */
static bool ask(const struct talk *talk, const struct span *words, size_t count,
                struct redis_answer *answer)
{
    const char *command = (const char *)words[0].ptr;
    char code[REDIS_ERROR_CODE_MAX + 1], why[REDIS_ERROR_CODE_MAX + 32];

    if (!send_words(talk, words, count) || !receive(talk, command, answer))
        return false;
    if (answer->kind != REDIS_ERROR)
        return true;
    redis_error_code(answer, code);
    (void)snprintf(why, sizeof(why), "it refuses with %s", code);
    return refuse(talk, command, why);
}

static bool is_ok(const struct redis_answer *answer)
{
    return answer->kind == REDIS_STATUS && span_equal(answer->text, span_text("OK"));
}

static bool expect_ok(const struct talk *talk, const struct span *words, size_t count)
{
    struct redis_answer answer;

    if (!ask(talk, words, count, &answer))
        return false;
    return is_ok(&answer) || refuse(talk, (const char *)words[0].ptr, "expected OK");
}

static bool log_in(const struct talk *talk, const struct redis_login *login)
{
    const struct span named[] = {span_text("AUTH"), span_text(login->username), login->password},
                      unnamed[] = {named[0], login->password};

    if (login->password.len == 0)
        return true;
    return login->username[0] ? expect_ok(talk, named, 3) : expect_ok(talk, unnamed, 2);
}

static bool choose_database(const struct talk *talk, const struct redis_login *login)
{
    const struct span words[] = {span_text("SELECT"), span_text(login->database)};

    return expect_ok(talk, words, 2);
}

/*
 * Whoever fills the memory of a server that evicts could have spent tokens forgotten, and what a
 * replica is told the others never hear of.
 */
static const struct {
    const char *section, *field, *value;
} expected[] = {
    {"memory", "maxmemory_policy", "noeviction"},
    {"replication", "role", "master"},
};

static bool check_field(const struct talk *talk, const char *section, const char *field,
                        const char *value)
{
    const struct span words[] = {span_text("INFO"), span_text(section)};
    char found[32], why[128];
    struct redis_answer answer;

    if (!ask(talk, words, 2, &answer))
        return false;
    if (answer.kind != REDIS_TEXT)
        return refuse(talk, "INFO", "expected a text");
    if (redis_info_says(answer.text, field, value, found, sizeof(found)))
        return true;
    (void)snprintf(why, sizeof(why), "expected %s %s, found %s", field, value, found);
    return refuse(talk, "INFO", why);
}

static bool check_server(const struct talk *talk)
{
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
        if (!check_field(talk, expected[i].section, expected[i].field, expected[i].value))
            return false;
    return true;
}

/* The time is told as a length: the server's clock may be another than ours. */
static bool ask_to_set(const struct talk *talk, const struct replay_entry *entry, int64_t now,
                       struct redis_answer *answer)
{
    char key[sizeof(KEY_PREFIX) + REPLAY_ID_DIGITS], milliseconds[24];
    struct span words[WORDS_MAX] = {span_text("SET"), span_of(key, sizeof(key) - 1), span_text("1"),
                                    span_text("NX"), span_text("PX")};

    (void)snprintf(key, sizeof(key), KEY_PREFIX "%s", entry->id);
    (void)snprintf(milliseconds, sizeof(milliseconds), "%lld",
                   (long long)(entry->until - now) * 1000);
    words[WORDS_MAX - 1] = span_text(milliseconds);
    return ask(talk, words, WORDS_MAX, answer);
}

static enum status set_key(const struct talk *talk, const struct replay_entry *entry, int64_t now)
{
    struct redis_answer answer;

    if (!ask_to_set(talk, entry, now, &answer))
        return STATUS_REPLAY_UNAVAILABLE;
    if (is_ok(&answer))
        return STATUS_ACCEPTED;
    if (answer.kind == REDIS_NIL)
        return STATUS_REPLAYED;
    (void)refuse(talk, "SET", "expected OK or nothing");
    return STATUS_REPLAY_UNAVAILABLE;
}

enum status redis_spend(struct redis_link *link, const struct redis_login *login,
                        const struct replay_entry *entry, int64_t now, struct report *report)
{
    struct talk talk = {.link = link, .replies = redis_replies_make(), .report = report};
    enum status status = STATUS_REPLAY_UNAVAILABLE;

    if (!talk.replies)
        return STATUS_OUT_OF_MEMORY;
    if (log_in(&talk, login) && choose_database(&talk, login) && check_server(&talk))
        status = set_key(&talk, entry, now);
    redis_replies_free(&talk.replies);
    return status;
}
