/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "../lib/token.h"
#include "../sys/localuser.h"
#include "../sys/paths.h"
#include "../sys/verifier.h"
#include "absolute.h"
#include "colour.h"
#include "command.h"
#include "explanation.h"
#include "input.h"

#define INPUT_MAX (TOKEN_MAX + 1024) /* bytes: some white space may follow the token */
#define TIMEOUT_MS 10000             /* the module's default */

struct settings {
    const char *config;
    const char *service;
    const char *user;
    struct option_time at;
    bool offline;
    bool json;
    struct local_user_rules local;
};

static const struct option_row options[] = {
    {"config", "FILE", OPTION_TEXT, false, offsetof(struct settings, config),
     "the configuration instead of the installed one"},
    {"service", "S", OPTION_TEXT, false, offsetof(struct settings, service),
     "the PAM service (sshd)"},
    {"user", "U", OPTION_TEXT, false, offsetof(struct settings, user),
     "the user who logs in (you)"},
    {"at", "TIME", OPTION_TIME, false, offsetof(struct settings, at),
     "judge at that time, RFC 3339 or seconds (now)"},
    {"offline", NULL, OPTION_FLAG, false, offsetof(struct settings, offline),
     "fetch nothing from the network"},
    {"min-uid", "N", OPTION_UID, false, offsetof(struct settings, local.min_uid),
     "the smallest uid that may log in (1000)"},
    {"allow-root", NULL, OPTION_FLAG, false, offsetof(struct settings, local.allow_root),
     "root may log in"},
    {"virtual-users", NULL, OPTION_FLAG, false, offsetof(struct settings, local.virtual_users),
     "users whom the machine does not have may log in"},
    {"json", NULL, OPTION_FLAG, false, offsetof(struct settings, json), "print one JSON object"},
};

/* Input that is no token never reaches the helper: the module takes it for a password. */
static enum status refuse_password(struct explanation *explanation)
{
    static const char found[] = "expected a token, which begins with eyJ, found something else";

    explanation->verdict =
        (struct wire_verdict){.status = STATUS_NOT_A_JWT, .detail = span_text(found)};
    explanation_add_step(explanation,
                         (struct explanation_step){span_text("form"),
                                                   span_text(status_slug(STATUS_NOT_A_JWT)),
                                                   span_text(found)});
    return STATUS_NOT_A_JWT;
}

static enum status ask_helper(const struct settings *settings, const char *config,
                              struct span token, struct verifier_answer *answer,
                              struct explanation *explanation)
{
    struct verifier_question question = {
        .setup = {.timeout_ms = TIMEOUT_MS,
                  .trust_caller = geteuid() != 0,
                  .explain = true,
                  .may_fetch = !settings->offline,
                  .has_time = true,
                  .time = explanation->time,
                  .config = span_text(config),
                  .service = span_text(settings->service)},
        .request = {.user = span_text(settings->user), .token = token},
        .deadline_ms = spawn_now_ms() + TIMEOUT_MS,
        .also_trusted = paths_module_trusts_caller ? geteuid() : 0,
    };

    verifier_ask(&question, answer);
    explanation->verdict = answer->verdict;
    explanation_add_steps(explanation, answer->verdict.steps);
    return answer->verdict.status;
}

static const enum status local_status[] = {
    [LOCAL_USER_REFUSED] = STATUS_USER_NOT_ALLOWED,
    [LOCAL_USER_ALLOWED] = STATUS_ACCEPTED,
    [LOCAL_USER_UNKNOWN] = STATUS_USER_NOT_ALLOWED,
    [LOCAL_USER_ERROR] = STATUS_SYSTEM_ERROR,
};

static enum status check_local_user(const struct settings *settings, char *why, size_t why_size,
                                    struct explanation *explanation)
{
    enum status status =
        local_status[local_user_check(settings->user, &settings->local, why, why_size)];

    explanation_add_step(explanation,
                         (struct explanation_step){span_text("local-user"),
                                                   span_text(status_slug(status)), span_text(why)});
    explanation->verdict.status = status;
    explanation->verdict.detail = span_text(why);
    return status;
}

static int explain(const struct settings *settings, const char *config, struct span token)
{
    struct verifier_answer answer = {0};
    char why[256] = "";
    struct explanation explanation = {
        .user = settings->user,
        .service = settings->service,
        .time = settings->at.given ? settings->at.seconds : time(NULL),
    };
    enum status status = STATUS_INTERNAL_ERROR;

    if (token.len < 3 || memcmp(token.ptr, "eyJ", 3) != 0)
        status = refuse_password(&explanation);
    else
        status = ask_helper(settings, config, token, &answer, &explanation);
    if (status == STATUS_ACCEPTED)
        status = check_local_user(settings, why, sizeof(why), &explanation);

    if (settings->json)
        explanation_print_json(&explanation, stdout);
    else
        explanation_print(&explanation, colour_wanted(), stdout);
    if (fflush(stdout) != 0)
        return COMMAND_UNDECIDED;
    return status == STATUS_ACCEPTED ? COMMAND_OK : status > 0 ? COMMAND_NO : COMMAND_UNDECIDED;
}

static bool own_name(char *out, size_t size)
{
    const struct passwd *self = getpwuid(getuid());

    return self && (size_t)snprintf(out, size, "%s", self->pw_name) < size;
}

static int run(int argc, char **argv)
{
    struct settings settings = {.config = paths_config, .service = "sshd", .local.min_uid = 1000};
    SECRET_CLEANUP struct secret input = {0};
    char config[ABSOLUTE_MAX];
    char name[256];
    int exit_code;

    if (!command_parse(&command_explain, argc, argv, &settings, &exit_code))
        return exit_code;
    if (!absolute_path(settings.config, config))
        return command_usage(&command_explain, "--config: the path is too long");

    if (!settings.user && !own_name(name, sizeof(name)))
        return command_usage(&command_explain, "--user is needed: your uid has no name");
    if (!settings.user)
        settings.user = name;
    if (prctl(PR_SET_DUMPABLE, 0) != 0 || !secret_alloc(&input, INPUT_MAX) ||
        !input_read(STDIN_FILENO, &input)) {
        fprintf(stderr, "pam-jwt explain: standard input: %s\n", strerror(errno));
        return COMMAND_UNDECIDED;
    }
    return explain(&settings, config, input_strip_end(span_of(input.ptr, input.len)));
}

const struct command command_explain = {
    .name = "explain",
    .summary = "judge the token on standard input as a login would, and show every step",
    .tail = " < token",
    .options = options,
    .option_count = sizeof(options) / sizeof(options[0]),
    .run = run,
};
