/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../sys/anchor-index.h"
#include "../sys/config.h"
#include "../sys/paths.h"
#include "../sys/usermap-index.h"
#include "absolute.h"
#include "command.h"
#include "progress.h"
#include "refresh.h"

struct settings {
    const char *config;
};

static void complain(const char *what, const char *why)
{
    progress_clear();
    fprintf(stderr, "pam-jwt refresh: %s%s%s\n", what, *what ? ": " : "", why);
}

/* One line for each line. */
static void complain_of_each(char *lines)
{
    char *rest = NULL;

    for (char *line = strtok_r(lines, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        complain("", line);
}

/* Whether all of them are fresh. */
static bool run_tasks(const struct refresh_plan *plan, const struct refresh_place *place)
{
    size_t fresh = 0, failed = 0;

    for (size_t i = 0; i < plan->count; i++) {
        struct refresh_result result;
        char url[REFRESH_URL_MAX];

        if (!refresh_task_url(&plan->tasks[i], place, url))
            continue;
        progress_show(i + 1, plan->count, url);
        refresh_task_run(&plan->tasks[i], place, &result);
        if (!result.fresh)
            complain_of_each(result.why);
        fresh += result.fresh;
        failed += !result.fresh;
    }
    progress_say("%zu fresh, %zu failed, %zu of expired certificates removed", fresh, failed,
                 plan->removed);
    return failed == 0;
}

static bool index_anchors(const struct issuer_rules *issuer, uid_t also_trusted)
{
    const struct string_list *paths = &issuer->trust_anchors;
    bool all = true;

    for (size_t i = 0; i < paths->count; i++) {
        struct safefile_error error = {""};

        if (anchor_index_make(paths->items[i], paths_cache, also_trusted, &error))
            continue;
        complain("", error.text);
        all = false;
    }
    return all;
}

static bool index_map(const struct issuer_rules *issuer, uid_t also_trusted)
{
    struct safefile_error error = {""};

    if (issuer->user_map[0] != '/' ||
        usermap_index_make(issuer->user_map, paths_cache, also_trusted, &error))
        return true;
    complain("", error.text);
    return false;
}

static bool make_indexes(const struct rules *rules, uid_t also_trusted)
{
    bool all = true;

    for (size_t i = 0; i < rules->issuer_count; i++) {
        all = index_anchors(&rules->issuers[i], also_trusted) && all;
        all = index_map(&rules->issuers[i], also_trusted) && all;
    }
    return all;
}

static int open_cache(uid_t also_trusted)
{
    struct safefile_error error = {""};
    int cache = cache_open(paths_cache, also_trusted, &error);

    if (cache < 0)
        complain(paths_cache, error.text[0]
                                  ? error.text
                                  : "expected a directory, found none: systemd-tmpfiles --create "
                                    "pam_jwt.conf makes it");
    return cache;
}

static bool refresh(const struct rules *rules, struct refresh_place *place)
{
    struct safefile_error error = {""};
    struct refresh_plan plan;
    bool all;

    place->cache = open_cache(place->also_trusted);
    if (place->cache < 0)
        return false;
    if (!refresh_plan_make(rules, place->cache, place->also_trusted, time(NULL), &plan, &error)) {
        complain(paths_cache, error.text);
        close(place->cache);
        return false;
    }
    all = make_indexes(rules, place->also_trusted);
    all = run_tasks(&plan, place) && all;
    refresh_plan_free(&plan);
    close(place->cache);
    return all;
}

static int run(int argc, char **argv)
{
    struct settings settings = {.config = paths_config};
    struct config_error error = {""};
    char path[ABSOLUTE_MAX];
    struct refresh_place place = {.config = path, .also_trusted = geteuid()};
    int exit_code;

    if (!command_parse(&command_refresh, argc, argv, &settings, &exit_code))
        return exit_code;
    if (!absolute_path(settings.config, path))
        return command_usage(&command_refresh, "--config: the path is too long");
    if (geteuid() != 0 && !paths_module_trusts_caller) {
        complain(paths_cache, "only root can write it: run this as root");
        return COMMAND_NO;
    }

    CONFIG_CLEANUP struct rules *rules = config_load(path, place.also_trusted, &error);

    if (!rules) {
        complain("", error.text);
        return COMMAND_NO;
    }
    return refresh(rules, &place) ? COMMAND_OK : COMMAND_NO;
}

static const struct option_row options[] = {
    {"config", "FILE", OPTION_TEXT, false, offsetof(struct settings, config),
     "the configuration instead of the installed one"},
};

const struct command command_refresh = {
    .name = "refresh",
    .summary = "fetch CRLs and OCSP answers anew, and index trust anchors and user maps",
    .tail = "",
    .options = options,
    .option_count = sizeof(options) / sizeof(options[0]),
    .run = run,
};
