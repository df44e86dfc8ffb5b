/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * jwt-fetch: brings CRLs and OCSP responses and ends. Run by pam_jwt.so, pam-jwt explain and
 * pam-jwt refresh with a socket as descriptor 3, from which it reads one order and to which it
 * writes one receipt (sys/wire.h). What it brings goes into the cache and into descriptor 4, if
 * that is there.
 *
 * This process, which may be root's, looks at no byte that came from the network. A sealed child
 * asks for each wish (fetch-network.c), another judges what came (fetch-judge.c).
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../lib/answers.h"
#include "../sys/config.h"
#include "../sys/paths.h"
#include "../sys/spawn.h"
#include "fetch-keep.h"
#include "fetch-wish.h"
#include "message.h"

#define HAND_BACK 4
#define ORDER_SECONDS 60   /* until the order says how long */
#define RECEIPT_MS_MAX 300 /* kept for the receipt */

/* All that lives between order and receipt. */
struct helper {
    unsigned char message[WIRE_ORDER_MAX];
    struct wire_order order; /* spans point into message */
    struct rules *rules;
    struct fetch_errand errand;
    struct wire_wish wishes[FETCHES_MAX];
    size_t wish_count;
    char failures[WIRE_RECEIPT_MAX - 64];
    size_t failures_len;
    int64_t brought;
};

/* --- the receipt ------------------------------------------------------------------------------ */

/* "what: why\n", without what a log or a terminal would misread; left out if it does not fit. */
static void fail(struct helper *helper, struct span what, const char *why)
{
    char line[1536];
    int len = snprintf(line, sizeof(line), "%.*s: %s", (int)(what.len < 512 ? what.len : 512),
                       (const char *)what.ptr, why);
    size_t left = sizeof(helper->failures) - helper->failures_len;

    if (len <= 0 || (size_t)len >= sizeof(line) || (size_t)len + 1 > left)
        return;
    for (int i = 0; i < len; i++)
        if (line[i] < ' ' || line[i] > '~')
            line[i] = '?';
    line[len] = '\n';
    memcpy(helper->failures + helper->failures_len, line, (size_t)len + 1);
    helper->failures_len += (size_t)len + 1;
}

static int reply(const struct helper *helper)
{
    static unsigned char message[WIRE_RECEIPT_MAX];
    const struct wire_receipt receipt = {
        .brought = helper->brought,
        .failures = span_of(helper->failures, helper->failures_len),
    };

    return message_reply(span_of(message, wire_put_receipt(&receipt, message, sizeof(message))));
}

static int reply_error(struct helper *helper, const char *why)
{
    fail(helper, span_text("jwt-fetch"), why);
    return reply(helper);
}

/* --- the order -------------------------------------------------------------------------------- */

static bool receive_order(struct helper *helper)
{
    struct span message;
    int64_t left;

    alarm(ORDER_SECONDS);
    if (!message_receive(helper->message, sizeof(helper->message), &message) ||
        !wire_get_order(message, &helper->order))
        return false;
    left = helper->order.timeout_ms;
    alarm((unsigned)(left / 1000 + 1));
    left -= left / 4 < RECEIPT_MS_MAX ? left / 4 : RECEIPT_MS_MAX;
    helper->errand.deadline_ms = spawn_now_ms() + left;
    helper->errand.refresh = helper->order.refresh;
    helper->errand.now = helper->order.has_time ? helper->order.time : (int64_t)time(NULL);
    return true;
}

static bool read_wishes(struct helper *helper)
{
    struct span rest = helper->order.wishes;

    while (rest.len > 0 && helper->wish_count < FETCHES_MAX)
        if (!wire_take_wish(&rest, &helper->wishes[helper->wish_count++]))
            return false;
    return rest.len == 0;
}

static bool load_rules(struct helper *helper, struct config_error *error)
{
    uid_t also_trusted = helper->order.trust_caller ? geteuid() : 0;
    char path[4096];

    if (!message_copy_text(helper->order.config, path, sizeof(path)))
        return false;
    helper->rules = config_load(path, also_trusted, error);
    for (size_t i = 0; helper->rules && i < helper->rules->issuer_count; i++)
        if (span_equal(span_text(helper->rules->issuers[i].issuer), helper->order.issuer))
            helper->errand.issuer = &helper->rules->issuers[i];
    helper->errand.rules = helper->rules;
    keep_open(&helper->errand.keep, also_trusted);
    return helper->rules != NULL;
}

/* The network process opens it once more, when it is nobody's: the path leads to the same file. */
static bool check_tls_ca(const struct helper *helper, struct safefile_error *error)
{
    uid_t also_trusted = helper->order.trust_caller ? geteuid() : 0;
    const char *path = helper->errand.issuer->tls_ca;
    int fd = path[0] ? safefile_open(path, also_trusted, error) : -1;

    if (fd >= 0)
        close(fd);
    return fd >= 0 || !path[0];
}

/* --- the wishes ------------------------------------------------------------------------------- */

/* A library may have opened something as 4: only a file in memory can be meant. */
static int hand_back_file(void)
{
    return fcntl(HAND_BACK, F_GET_SEALS) >= 0 ? HAND_BACK : -1;
}

static void fetch_all(struct helper *helper)
{
    bool ended[FETCHES_MAX] = {false}; /* by the first wish of the group */

    for (size_t i = 0; i < helper->wish_count; i++) {
        size_t first = i;
        char why[FETCH_WHY_MAX];

        for (size_t j = i; j-- > 0;)
            if (helper->wishes[j].group == helper->wishes[i].group)
                first = j;
        if (ended[first])
            continue;
        helper->errand.left = helper->wish_count - i;
        switch (fetch_wish_run(&helper->errand, &helper->wishes[i], why)) {
        case FETCH_SETTLED:
            ended[first] = true;
            helper->brought++;
            break;
        case FETCH_BROUGHT:
            helper->brought++;
            fail(helper, helper->wishes[i].url, why);
            break;
        case FETCH_FAILED:
            fail(helper, helper->wishes[i].url, why);
            break;
        }
    }
}

static int run(struct helper *helper)
{
    struct config_error error = {"expected an absolute path of a configuration"};
    struct safefile_error unsafe;

    /* A full disk, a limit of the host or a server that hangs up is an error, not the end. */
    if (signal(SIGXFSZ, SIG_IGN) == SIG_ERR || signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        return 1;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
        !receive_order(helper))
        return 1;
    helper->errand.file = hand_back_file();
    if (!load_rules(helper, &error))
        return reply_error(helper, error.text);
    if (!helper->errand.issuer)
        return reply_error(helper, "the configuration has no section for this issuer");
    if (helper->errand.issuer->fetch == FETCH_NONE && !issuer_fetches_set(helper->errand.issuer))
        return reply_error(helper, "the configuration says fetch = none");
    if (!check_tls_ca(helper, &unsafe))
        return reply_error(helper, unsafe.text);
    if (!read_wishes(helper))
        return reply_error(helper, "expected at most 4 whole wishes");
    fetch_all(helper);
    if (helper->errand.keep.error.text[0])
        fail(helper, span_text(paths_cache), helper->errand.keep.error.text);
    return reply(helper);
}

int main(void)
{
    static struct helper helper = {.errand = {.keep = {.directory = -1}, .file = -1}};
    int result = run(&helper);

    keep_close(&helper.errand.keep);
    config_free(&helper.rules);
    return result;
}
