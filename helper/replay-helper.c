/* SPDX-License-Identifier: BSD-3-Clause */
#include "replay-helper.h"

#include <limits.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../sys/config.h"
#include "../sys/replay-client.h"
#include "message.h"

#define SETUP_SECONDS 60  /* until the setup says how long */
#define ANSWER_MS_MAX 300 /* kept for the answer */

static bool receive_setup(struct replay_helper *helper, bool peek)
{
    bool (*receive)(unsigned char *, size_t, struct span *) = peek ? message_peek : message_receive;
    struct span message;
    int64_t left;

    alarm(SETUP_SECONDS);
    if (!receive(helper->setup_message, sizeof(helper->setup_message), &message) ||
        !wire_get_setup(message, &helper->setup))
        return false;
    left = helper->setup.timeout_ms;
    alarm((unsigned)(left / 1000 + 1));
    left -= left / 4 < ANSWER_MS_MAX ? left / 4 : ANSWER_MS_MAX;
    helper->deadline_ms = spawn_now_ms() + left;
    helper->also_trusted = helper->setup.trust_caller ? geteuid() : 0;
    return true;
}

static void load_rules(struct replay_helper *helper)
{
    struct config_error error = {"expected an absolute path of a configuration"};
    char path[PATH_MAX];

    if (message_copy_text(helper->setup.config, path, sizeof(path)))
        helper->rules = config_load(path, helper->also_trusted, &error);
    if (!helper->rules)
        (void)report_refuse(&helper->report, STATUS_CONFIG_ERROR, "%s", error.text);
}

bool replay_begin(struct replay_helper *helper, bool peek)
{
    /* A host's mask is not for what only this process is to enter. */
    umask(S_IRWXG | S_IRWXO);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
        !receive_setup(helper, peek))
        return false;
    load_rules(helper);
    return true;
}

unsigned replay_seconds_left(const struct replay_helper *helper)
{
    return spawn_ms_left(helper->deadline_ms) / 1000 + 1;
}

/*
 * An entry that is over keeps nobody out, and may have taken the place of one that was removed: a
 * host may sleep between two steps. RFC 7519 section 4.1.4
 */
static enum status check_until(struct replay_helper *helper)
{
    struct timespec now;

    if (clock_gettime(CLOCK_REALTIME, &now) != 0)
        return STATUS_SYSTEM_ERROR;
    helper->now = now.tv_sec;
    if (helper->entry.until <= helper->now)
        return report_refuse(&helper->report, STATUS_EXPIRED,
                             "it has expired since it was judged: has the clock been set?");
    return STATUS_ACCEPTED;
}

enum status replay_receive(struct replay_helper *helper)
{
    unsigned char bytes[WIRE_SPEND_MAX];
    struct wire_spend spend;
    struct span message;

    if (!message_receive(bytes, sizeof(bytes), &message) || !wire_get_spend(message, &spend) ||
        !message_copy_text(spend.id, helper->entry.id, sizeof(helper->entry.id)))
        return report_refuse(&helper->report, STATUS_INTERNAL_ERROR, "it was asked for nothing");
    helper->entry.until = spend.until;
    return check_until(helper);
}

int replay_end(struct replay_helper *helper, enum status status)
{
    unsigned char message[REPLAY_MESSAGE_MAX];
    struct wire_verdict verdict = {.warning = span_text(helper->sandbox.warning)};

    verdict.status = status == STATUS_ACCEPTED ? check_until(helper) : status;
    verdict.detail = span_text(helper->report.detail);
    config_free(&helper->rules);
    return message_reply(span_of(message, wire_put_verdict(&verdict, message, sizeof(message))));
}
