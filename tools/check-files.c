/* SPDX-License-Identifier: BSD-3-Clause */
/* Configurations and the files that they name: what jwt-verify would refuse. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../lib/jwks.h"
#include "../lib/trust.h"
#include "../lib/usermap-line.h"
#include "../sys/anchors.h"
#include "../sys/answer-files.h"
#include "../sys/cache.h"
#include "../sys/config.h"
#include "../sys/key-files.h"
#include "../sys/paths.h"
#include "../sys/usermap-files.h"
#include "../sys/verifier.h"
#include "check.h"

#define TIMEOUT_MS 10000 /* the module's default */

static void refuse(struct check *check, const struct check_config *config, const char *text)
{
    check_error(check, "%s; no token is accepted with %s", text, config->path);
}

/* --- what the files hold ---------------------------------------------------------------------- */

/* No certificate has this subject: all of them are looked at. */
static void look_at_anchors(struct check *check, const struct check_config *config,
                            struct anchor_files *files)
{
    static unsigned char none[1] = {0};
    const gnutls_datum_t subject = {none, 0};
    const struct anchor_source source = anchors_source(files);

    for (size_t i = 0; i < config->rules->issuer_count; i++) {
        ANCHORS_CLEANUP struct anchors found = {.thorough = true};
        struct report report = {.detail = ""};

        if (source.find(source.context, &config->rules->issuers[i], &subject, &found, &report) !=
            STATUS_ACCEPTED)
            refuse(check, config, report.detail);
    }
}

static bool matches_none(const void *context, struct json_object *jwk)
{
    (void)context;
    (void)jwk;
    return false;
}

static bool set_is_readable(const struct jwk_set *set, struct report *report)
{
    const struct jwks_question question = {.matches = matches_none};
    struct jwks_answer answer;

    return jwks_find(set->text, &question, &answer, report) == STATUS_ACCEPTED;
}

/* Sets of files only: what was fetched is not for root to read. */
static void look_at_sets(struct check *check, const struct check_config *config,
                         struct key_files *files)
{
    const struct key_store store = key_files_store(files);

    for (size_t i = 0; i < config->rules->issuer_count; i++) {
        struct jwk_set set = {.local = false};
        struct report report = {.detail = ""};

        if (store.jwks(store.context, &config->rules->issuers[i], &set, &report) ==
                STATUS_ACCEPTED &&
            set.local && !set_is_readable(&set, &report))
            check_error(check,
                        "%s: expected a JWK Set, found another text: %s; no token that it "
                        "has the key of is accepted with %s",
                        set.origin, report.detail, config->path);
    }
}

/* Its number, 0 if there is none; why is in `line->error`. */
static size_t broken_line(struct span text, struct usermap_line *line)
{
    bool parsed;

    for (size_t number = 1; usermap_line_take(&text, line, &parsed); number++)
        if (!parsed)
            return number;
    return 0;
}

static void look_at_maps(struct check *check, const struct check_config *config,
                         struct usermap_files *files)
{
    const struct usermap_source source = usermap_files_source(files);

    for (size_t i = 0; i < config->rules->issuer_count; i++) {
        const struct issuer_rules *issuer = &config->rules->issuers[i];
        struct usermap_line line;
        struct span text;
        size_t number = source.text(source.context, issuer, &text) ? broken_line(text, &line) : 0;

        if (number > 0)
            check_error(check, "%s:%zu: %s; no token whose line is behind it is accepted with %s",
                        issuer->user_map, number, line.error, config->path);
    }
}

static void look_for_certificates(struct check *check, const struct check_config *config)
{
    for (size_t i = 0; i < config->rules->issuer_count; i++) {
        const struct issuer_rules *issuer = &config->rules->issuers[i];

        if ((issuer_uses(issuer, "x5t") || issuer_uses(issuer, "x5t#S256")) &&
            access(issuer->certificates, F_OK) != 0)
            check_warning(check,
                          "%s: expected a directory of certificates, found none: no token with x5t "
                          "is accepted with %s; make it, and fill it by pam-jwt cert add",
                          issuer->certificates, config->path);
    }
}

/* --- what jwt-verify does --------------------------------------------------------------------- */

static void open_files(struct check *check, const struct check_config *config)
{
    const struct rules *rules = config->rules;
    struct safefile_error error = {""};
    ANCHOR_FILES_CLEANUP struct anchor_files *anchors =
        anchors_open(rules, paths_cache, check->also_trusted, &error);

    if (anchors)
        look_at_anchors(check, config, anchors);
    else
        refuse(check, config, error.text);

    KEY_FILES_CLEANUP struct key_files *keys =
        key_files_open(rules, paths_cache, -1, check->also_trusted, &error);

    if (keys)
        look_at_sets(check, config, keys);
    else
        refuse(check, config, error.text);
    look_for_certificates(check, config);

    ANSWER_FILES_CLEANUP struct answer_files *answers =
        answer_files_open(rules, paths_cache, -1, check->also_trusted, &error);

    if (!answers)
        refuse(check, config, error.text);

    struct usermap_files *maps =
        usermap_files_open(rules, paths_cache, check->also_trusted, &error);

    if (maps)
        look_at_maps(check, config, maps);
    else
        refuse(check, config, error.text);
    usermap_files_close(&maps);
}

static const char *service_of(const struct check *check, const struct check_config *config)
{
    for (size_t i = 0; i < check->use_count; i++)
        if (&check->configs[check->uses[i].config] == config)
            return check->uses[i].service->name;
    return "sshd";
}

/*
 * Its program, its user and its sandbox: a text that is no token is judged. Whatever else is wrong
 * it says in the same words as what has been found before.
 */
static void ask_verifier(struct check *check, const struct check_config *config)
{
    const struct verifier_question question = {
        .setup = {.timeout_ms = TIMEOUT_MS,
                  .trust_caller = paths_module_trusts_caller,
                  .config = span_text(config->path),
                  .service = span_text(service_of(check, config))},
        .request = {.user = span_text("nobody"), .token = span_text("eyJ")},
        .deadline_ms = spawn_now_ms() + TIMEOUT_MS,
        .also_trusted = check->also_trusted,
    };
    struct verifier_answer *answer = malloc(sizeof(*answer));
    char text[WIRE_VERDICT_MAX];

    if (!answer) {
        check->failed = true;
        return;
    }
    verifier_ask(&question, answer);
    (void)snprintf(text, sizeof(text), "%.*s", (int)answer->verdict.detail.len,
                   (const char *)answer->verdict.detail.ptr);
    if (answer->verdict.status <= STATUS_ACCEPTED)
        refuse(check, config, *text ? text : status_sentence(answer->verdict.status));
    if (answer->verdict.warning.len > 0)
        check_warning(check, "%s: %.*s", paths_jwt_verify, (int)answer->verdict.warning.len,
                      (const char *)answer->verdict.warning.ptr);
    free(answer);
}

/* --- what jwt-fetch needs --------------------------------------------------------------------- */

static bool fetches(const struct rules *rules)
{
    for (size_t i = 0; i < rules->issuer_count; i++) {
        const struct issuer_rules *issuer = &rules->issuers[i];

        if (issuer_fetches_set(issuer) ||
            (issuer->revocation != REVOCATION_OFF && issuer->fetch != FETCH_NONE))
            return true;
    }
    return false;
}

static void check_fetching(struct check *check)
{
    struct safefile_error error = {""};
    int fd = safefile_open(paths_jwt_fetch, check->also_trusted, &error);

    if (fd >= 0)
        close(fd);
    else
        check_error(check, "%s; nothing can be fetched: install pam_jwt again", error.text);
    fd = cache_open(paths_cache, check->also_trusted, &error);
    if (fd >= 0)
        close(fd);
    else if (!error.text[0])
        check_warning(check,
                      "%s: expected a directory, found none: every login fetches what it needs, "
                      "and services that do not run as root cannot; systemd-tmpfiles --create "
                      "pam_jwt.conf makes it",
                      paths_cache);
}

void check_configurations(struct check *check)
{
    for (size_t i = 0; i < check->config_count; i++) {
        struct check_config *config = &check->configs[i];
        struct config_error error = {""};

        config->rules = config_load(config->path, check->also_trusted, &error);
        if (config->rules)
            open_files(check, config);
        else
            refuse(check, config, error.text);
        ask_verifier(check, config);
        if (config->rules && fetches(config->rules))
            check_fetching(check);
    }
}
