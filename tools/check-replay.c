/* SPDX-License-Identifier: BSD-3-Clause */
/* replay = require: whether tokens can be spent, and for how long that is remembered. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#include "../sys/paths.h"
#include "../sys/replay-client.h"
#include "check.h"

#define TIMEOUT_MS 10000 /* the module's default */
#define KEPT_SECONDS 30  /* an entry of nobody's */

static bool is_required(const struct rules *rules)
{
    for (size_t i = 0; i < rules->issuer_count; i++)
        if (rules->issuers[i].replay == REPLAY_REQUIRE)
            return true;
    for (size_t i = 0; i < rules->service_count; i++)
        if (rules->services[i].demands.replay == REPLAY_REQUIRE)
            return true;
    return false;
}

/* Of no token. */
static bool make_id(char id[REPLAY_ID_DIGITS + 1])
{
    unsigned char bytes[REPLAY_ID_DIGITS / 2];

    if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
        return false;
    for (size_t i = 0; i < sizeof(bytes); i++)
        (void)snprintf(id + 2 * i, 3, "%02x", bytes[i]);
    return true;
}

/* Whatever keeps a token from being spent keeps this one, too. */
static void spend_one(struct check *check, const struct check_config *config)
{
    char id[REPLAY_ID_DIGITS + 1];
    const struct replay_question question = {
        .setup = {.trust_caller = paths_module_trusts_caller,
                  .config = span_text(config->path),
                  .service = span_text("sshd")},
        .spend = {.id = span_of(id, REPLAY_ID_DIGITS), .until = (int64_t)time(NULL) + KEPT_SECONDS},
        .deadline_ms = spawn_now_ms() + TIMEOUT_MS,
        .also_trusted = check->also_trusted,
    };
    struct replay_answer *answer = malloc(sizeof(*answer));

    if (!answer || !make_id(id)) {
        check->failed = true;
        free(answer);
        return;
    }
    replay_ask(&question, answer);
    if (answer->verdict.status != STATUS_ACCEPTED)
        check_error(check,
                    "%s: [replay] expected a store that tokens can be spent in, found %s: %.*s; no "
                    "token that must be spent is accepted",
                    config->path, status_slug(answer->verdict.status),
                    (int)answer->verdict.detail.len, (const char *)answer->verdict.detail.ptr);
    free(answer);
}

/* Of the issuer, or of a service that asks for replay besides. */
static bool remembers_without_limit(const struct issuer_rules *issuer,
                                    const struct issuer_rules *demands)
{
    return (issuer->replay == REPLAY_REQUIRE || demands->replay == REPLAY_REQUIRE) &&
           issuer->max_lifetime == 0 && demands->max_lifetime == 0;
}

static void check_lifetime(struct check *check, const struct check_config *config,
                           const struct issuer_rules *issuer)
{
    const struct rules *rules = config->rules;
    bool without = remembers_without_limit(issuer, issuer);

    for (size_t i = 0; i < rules->service_count; i++)
        without = without || (rules->services[i].demands.replay == REPLAY_REQUIRE &&
                              remembers_without_limit(issuer, &rules->services[i].demands));
    if (without)
        check_warning(check,
                      "%s: [issuer %s] max_lifetime: expected a limit where replay = require, "
                      "found none: a spent token is remembered until it expires, however long "
                      "that is; set max_lifetime",
                      config->path, issuer->issuer);
}

void check_replay(struct check *check)
{
    for (size_t i = 0; i < check->config_count; i++) {
        const struct check_config *config = &check->configs[i];

        if (!config->rules || !is_required(config->rules))
            continue;
        spend_one(check, config);
        for (size_t j = 0; j < config->rules->issuer_count; j++)
            check_lifetime(check, config, &config->rules->issuers[j]);
    }
}
