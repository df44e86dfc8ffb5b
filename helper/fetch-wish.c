/* SPDX-License-Identifier: BSD-3-Clause */
#include "fetch-wish.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../sys/mapping.h"
#include "../sys/spawn.h"
#include "fetch-child.h"
#include "fetch-judge.h"
#include "fetch-network.h"

#define FRESH_SECONDS 60   /* an entry so young is used without asking */
#define JUDGE_SECONDS 5    /* of processor time: a CRL of 64 MiB takes a fraction of one */
#define JUDGE_SHARE_MS 200 /* of the time: an answer may come at the last moment */

struct work {
    struct fetch_errand *errand;
    struct wire_wish wish;
    struct cache_entry kept;
    int file; /* gets the bytes */
    struct mapping brought;
    char discovered[FETCH_URL_MAX]; /* where the issuer's metadata says that the keys are; "": not
                                       asked */
    char *why;
};

static enum fetch_result fail(struct work *work, const char *why)
{
    (void)snprintf(work->why, FETCH_WHY_MAX, "%s", why);
    return FETCH_FAILED;
}

/* A child may have left it without an end. */
static void copy_why(struct work *work, const char *shared, const char *otherwise)
{
    memcpy(work->why, shared, FETCH_WHY_MAX);
    work->why[FETCH_WHY_MAX - 1] = '\0';
    if (!work->why[0])
        (void)snprintf(work->why, FETCH_WHY_MAX, "%s", otherwise);
}

/* One slow server does not use up the time of the others. */
static int64_t share_ends(const struct fetch_errand *errand)
{
    int64_t now = spawn_now_ms(), left = errand->deadline_ms - now;

    left = left < 0 ? 0 : left / (int64_t)errand->left;
    return now + left - (left / 4 < JUDGE_SHARE_MS ? left / 4 : JUDGE_SHARE_MS);
}

static bool bring(struct work *work)
{
    struct network_report *report = child_share(sizeof(*report));
    struct network_job job = {
        .rules = work->errand->issuer,
        .wish = &work->wish,
        .discovered = work->discovered[0] ? work->discovered : NULL,
        .deadline_ms = share_ends(work->errand),
        .report = report,
    };
    int end;

    if (!report)
        return fail(work, "no memory") != FETCH_FAILED;
    end = child_run(network_run, &job, work->file, job.deadline_ms + JUDGE_SHARE_MS / 2);
    copy_why(work, report->why, "no complete answer in time");
    child_unshare(report, sizeof(*report));
    if (end == NETWORK_BROUGHT &&
        mapping_make(work->file, network_max(work->wish.kind), &work->brought) == 0 &&
        work->brought.bytes.len > 0)
        return true;
    if (end != NETWORK_NOT_ASKED)
        keep_failure(&work->errand->keep, &work->wish, work->errand->now);
    return false;
}

static bool is_discovery(const struct work *work)
{
    return work->wish.kind == ANSWER_JWKS && work->errand->issuer->discovery;
}

static bool judge(struct work *work, const struct wire_answer *answer)
{
    struct judge_report *report = child_share(sizeof(*report));
    struct judge_job job = {
        .rules = work->errand->rules,
        .issuer = work->errand->issuer,
        .wish = &answer->wish,
        .der = answer->der,
        .kept = work->kept.answer.der,
        .kept_from = work->kept.answer.fetched_at,
        .now = work->errand->now,
        .seconds = JUDGE_SECONDS,
        .discovery = is_discovery(work) && !work->discovered[0],
        .report = report,
    };
    bool done;

    if (!report)
        return fail(work, "no memory") != FETCH_FAILED;
    done = child_run(judge_run, &job, work->file, work->errand->deadline_ms) == JUDGE_KEEP;
    copy_why(work, report->why, "it could not be judged");
    if (done && job.discovery)
        memcpy(work->discovered, report->url, sizeof(work->discovered));
    work->discovered[FETCH_URL_MAX - 1] = '\0';
    child_unshare(report, sizeof(*report));
    return done;
}

static bool hand_back(const struct work *work, const struct wire_answer *answer)
{
    return work->errand->file < 0 || keep_hand_back(work->errand->file, answer);
}

/* A CRL that is fetched for nobody is still about whom it was fetched for before. */
static void adopt_parties(struct wire_answer *answer, const struct wire_answer *kept)
{
    if (answer->wish.cert.len > 0)
        return;
    answer->wish.cert = kept->wish.cert;
    answer->wish.issuer = kept->wish.issuer;
}

/* What was kept meanwhile by another process counts, too. */
static bool judge_and_store(struct work *work, struct wire_answer *answer)
{
    struct cache_writer writer;
    bool settled;

    keep_lock(&work->errand->keep, &writer);
    cache_unmap(&work->kept);
    keep_find(&work->errand->keep, &work->wish, &work->kept);
    adopt_parties(answer, &work->kept.answer);
    settled = judge(work, answer);
    if (settled)
        keep_store(&work->errand->keep, &writer, answer);
    keep_unlock(&writer);
    return settled;
}

/*
 * OpenID Connect Discovery section 4: first where the keys are, then the keys. The metadata is for
 * nobody else: only what the sealed child has read of it goes on.
 */
static bool discover(struct work *work)
{
    const struct wire_answer metadata = {.wish = work->wish, .der = work->brought.bytes};
    bool found = judge(work, &metadata) && work->discovered[0];

    mapping_free(&work->brought);
    work->brought = (struct mapping){0};
    if (!found) {
        keep_failure(&work->errand->keep, &work->wish, work->errand->now);
        return false;
    }
    return (ftruncate(work->file, 0) == 0 && lseek(work->file, 0, SEEK_SET) == 0) ||
           fail(work, strerror(errno)) != FETCH_FAILED;
}

static enum fetch_result ask(struct work *work)
{
    struct wire_answer answer = {
        .wish = work->wish,
        .issuer = span_text(work->errand->issuer->issuer),
        .fetched_at = work->errand->now,
    };
    bool settled;

    if (!bring(work))
        return FETCH_FAILED;
    if (is_discovery(work) && (!discover(work) || !bring(work)))
        return FETCH_FAILED;
    answer.der = work->brought.bytes;
    settled = judge_and_store(work, &answer);
    if (!hand_back(work, &answer))
        return fail(work, "no place for its answer");
    return settled ? FETCH_SETTLED : FETCH_BROUGHT;
}

static bool is_fresh(const struct work *work)
{
    int64_t age = work->errand->now - work->kept.answer.fetched_at;

    return work->kept.answer.der.len > 0 && age >= 0 && age < FRESH_SECONDS;
}

static enum fetch_result look_then_ask(struct work *work)
{
    const struct fetch_errand *errand = work->errand;

    keep_find(&errand->keep, &work->wish, &work->kept);
    if (!errand->refresh && is_fresh(work))
        return hand_back(work, &work->kept.answer) ? FETCH_SETTLED
                                                   : fail(work, "no place for its answer");
    if (!errand->refresh && keep_failed_lately(&errand->keep, &work->wish, errand->now))
        return fail(work, "it failed less than a minute ago, and is not asked again yet");
    work->file = memfd_create("answer", MFD_CLOEXEC);
    return work->file >= 0 ? ask(work) : fail(work, strerror(errno));
}

enum fetch_result fetch_wish_run(struct fetch_errand *errand, const struct wire_wish *wish,
                                 char why[FETCH_WHY_MAX])
{
    struct work work = {.errand = errand, .wish = *wish, .file = -1, .why = why};
    enum fetch_result result;

    why[0] = '\0';
    result = look_then_ask(&work);
    if (work.file >= 0)
        close(work.file);
    mapping_free(&work.brought);
    cache_unmap(&work.kept);
    return result;
}
