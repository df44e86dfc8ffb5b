/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The whole judgement: bytes and a clock value in, verdict out. No PAM, no files, no network, no
 * environment, no globals. Steps, as reported: form, issuer, algorithm, key, chain, status (once a
 * certificate), revocation, signature, claims, user, requirements, replay, fetch.
 */
#ifndef PAM_JWT_VERIFY_H
#define PAM_JWT_VERIFY_H

#include "exports.h"
#include "keysource.h"
#include "replay-id.h"
#include "revocation.h"
#include "usermap.h"

struct judge_request {
    struct span token;
    const char *user;    /* PAM_USER */
    const char *service; /* PAM service, for %s */
    int64_t now;         /* seconds since the epoch */
    enum fetching fetching;
    const char *failures; /* why fetches failed, if FETCHING_TRIED; NULL: nothing to say */
};

struct judge_sources {
    const struct anchor_source *anchors;
    const struct answer_source *answers; /* NULL: there are none */
    const struct key_store *keys;        /* NULL: there are none */
    const struct usermap_source *maps;   /* NULL: no issuer has one */
};

struct verdict {
    enum status status;
    char *issuer;        /* configured issuer that iss names; NULL before that; owned */
    char *subject;       /* sub, NULL until the signature is verified or without sub; owned */
    char *user;          /* the local user, NULL until everything is accepted; owned */
    int64_t expires;     /* exp, seconds; 0 until the claims are accepted */
    int64_t valid_until; /* expires and leeway: until then the login may go on; 0 likewise */
    char *signer;        /* see trusted_key_name(); NULL before the chain; owned */
    bool may_tell;       /* the detail of the refusal is for the user's eyes, too */
    struct replay_entry replay; /* to be spent before anybody is let in; no id: nothing is */
    struct exports exports;     /* for the session; empty until everything is accepted; owned */
    const char *revocation;     /* see trusted_key_revocation(); NULL before that */
    /*
     * Owned. NULL, but for revocation-unknown and keys-unavailable of a token that nothing speaks
     * against as far as it was judged: fetch that, and judge again with FETCHING_TRIED.
     */
    struct fetch_plan *plan;
};

/* Returns verdict->status. The detail of a refusal is in `report`. */
enum status judge(const struct rules *rules, const struct judge_request *request,
                  const struct judge_sources *sources, struct report *report,
                  struct verdict *verdict);

void verdict_free(struct verdict *verdict);
#define VERDICT_CLEANUP __attribute__((cleanup(verdict_free)))

#endif
