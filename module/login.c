/* SPDX-License-Identifier: BSD-3-Clause */
#include "login.h"

#include <security/pam_ext.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "../sys/paths.h"
#include "../sys/replay-client.h"
#include "../sys/verifier.h"
#include "conversation.h"
#include "delay.h"
#include "journal.h"
#include "options.h"
#include "session.h"

#define FAIL_DELAY_US 2000000
#define TOLD_MAX 512 /* bytes of a message to the user: libpam refuses long ones */

struct login {
    pam_handle_t *pamh;
    struct options options;
    const char *user;    /* PAM_USER; borrowed, until the application's code runs again */
    const char *service; /* PAM_SERVICE; likewise */
    int64_t answered_ms; /* when the last answer came, CLOCK_MONOTONIC */
};

static int pam_code(enum status status)
{
    static const struct {
        enum status status;
        int code;
    } codes[] = {
#define STATUS(name, number, slug, sentence, source, pam) {STATUS_##name, PAM_##pam},
#include "../lib/status.def"
#undef STATUS
    };

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        if (codes[i].status == status)
            return codes[i].code;
    return PAM_AUTHINFO_UNAVAIL;
}

/* --- before the prompt ------------------------------------------------------------------------ */

/* An argument that is not understood, or that this service may not have. */
static int check_arguments(struct login *login, int argc, const char **argv)
{
    const char *expected = NULL;
    const char *bad = options_parse(argc, argv, &login->options, &expected);

    if (bad) {
        pam_syslog(login->pamh, LOG_ERR, "configuration error: argument '%s': expected %s", bad,
                   expected);
        return PAM_SERVICE_ERR;
    }
    if (login->options.limit)
        pam_syslog(login->pamh, LOG_WARNING,
                   "argument 'limit' has no effect on an auth line: it is for the session line");
    if (!options_fit(&login->options, login->service)) {
        pam_syslog(login->pamh, LOG_ERR,
                   "configuration error: virtual_users is not for service %s, whose users are "
                   "those of the machine",
                   login->service);
        return PAM_SERVICE_ERR;
    }
    return PAM_SUCCESS;
}

/* Asks for the name only if the application has not given it. An application may set it anew. */
static int get_names(struct login *login)
{
    const void *service = NULL;
    int result = pam_get_user(login->pamh, &login->user, NULL);

    if (result != PAM_SUCCESS)
        return result;
    if (pam_get_item(login->pamh, PAM_SERVICE, &service) != PAM_SUCCESS || !service)
        return PAM_SYSTEM_ERR;
    login->service = service;
    return login->user && *login->user ? PAM_SUCCESS : PAM_AUTH_ERR;
}

/* --- after the answer ------------------------------------------------------------------------- */

/*
 * Modules with try_first_pass find this instead of asking for a password. For a user whom sshd does
 * not let in it has replaced the answer, and they find that: a prompt more or less would tell who
 * exists.
 */
static void end_asking(pam_handle_t *pamh)
{
    (void)pam_set_item(pamh, PAM_AUTHTOK, "\b\n\r\177INCORRECT");
}

/* Somebody's password: left for a later module. What is too long is nobody's. */
static int hand_on(struct login *login, const struct answer *answer)
{
    pam_syslog(login->pamh, LOG_DEBUG, "the answer is no token: left to other modules");
    if (answer->too_long)
        end_asking(login->pamh);
    else
        (void)pam_set_item(login->pamh, PAM_AUTHTOK, answer->text.ptr);
    return PAM_AUTH_ERR;
}

/* One sentence for who has the right token for the wrong occasion: without it he would never know
 * what to ask his issuer for. */
static void tell_user(struct login *login, const struct wire_verdict *verdict)
{
    char detail[TOLD_MAX];

    journal_escape(verdict->detail, detail, sizeof(detail));
    (void)pam_error(login->pamh, "This token is not enough for %s: %s", login->service, detail);
}

static int refuse_login(struct login *login, const struct wire_verdict *verdict)
{
    int code = pam_code(verdict->status);

    /* The host's own fault: nobody is to be banned for it. */
    if (code != PAM_SERVICE_ERR)
        journal_failure(login->pamh, login->user);
    journal_reason(login->pamh, verdict);
    return code;
}

/* --- the helpers ------------------------------------------------------------------------------ */

static struct wire_setup make_setup(const struct login *login)
{
    return (struct wire_setup){.timeout_ms = login->options.timeout * 1000,
                               .trust_caller = paths_module_trusts_caller,
                               .may_fetch = geteuid() == 0 || paths_module_trusts_caller,
                               .config = span_text(login->options.config),
                               .service = span_text(login->service)};
}

static int64_t deadline(const struct login *login)
{
    return login->answered_ms + (int64_t)login->options.timeout * 1000;
}

static uid_t also_trusted(void)
{
    return paths_module_trusts_caller ? geteuid() : 0;
}

static void ask_verifier(const struct login *login, const struct answer *answer,
                         struct verifier_answer *out)
{
    const struct verifier_question question = {
        .setup = make_setup(login),
        .request = {.user = span_text(login->user),
                    .token = span_of(answer->text.ptr, answer->text.len)},
        .deadline_ms = deadline(login),
        .also_trusted = also_trusted(),
    };

    verifier_ask(&question, out);
}

/* The verdict becomes that of jwt-replay, whose texts are in `answer`. What either has to warn of
 * is mostly the same. */
static void spend_token(const struct login *login, struct wire_verdict *verdict,
                        struct replay_answer *answer)
{
    const struct replay_question question = {
        .setup = make_setup(login),
        .spend = {.id = verdict->replay_id, .until = verdict->replay_until},
        .deadline_ms = deadline(login),
        .also_trusted = also_trusted(),
    };

    replay_ask(&question, answer);
    verdict->status = answer->verdict.status;
    verdict->detail = answer->verdict.detail;
    if (verdict->warning.len == 0)
        verdict->warning = answer->verdict.warning;
}

/* --- the decision ----------------------------------------------------------------------------- */

static void overrule(struct wire_verdict *verdict, enum status status, const char *detail)
{
    verdict->status = status;
    verdict->detail = span_text(detail);
}

/*
 * The verdict and what this machine says of the user, put together. Both are always asked for, so
 * that time tells nothing. A refusal by the token's rules is the one that is logged.
 */
static int decide(struct login *login, struct wire_verdict *verdict)
{
    char why[256];
    enum local_user local = local_user_check(login->user, &login->options.local, why, sizeof(why));
    struct replay_answer replay;
    int result;

    if (verdict->status == STATUS_ACCEPTED && local != LOCAL_USER_ALLOWED)
        overrule(verdict, local == LOCAL_USER_ERROR ? STATUS_SYSTEM_ERROR : STATUS_USER_NOT_ALLOWED,
                 why);
    if (verdict->status == STATUS_ACCEPTED && session_prepare(login->pamh, verdict) != PAM_SUCCESS)
        overrule(verdict, STATUS_OUT_OF_MEMORY, "no memory for what the session is to know");
    /* The last that can fail: once the token is spent, the user is in. */
    if (verdict->status == STATUS_ACCEPTED && verdict->replay_id.len > 0)
        spend_token(login, verdict, &replay);
    if (verdict->status == STATUS_ACCEPTED) {
        journal_accepted(login->pamh, verdict);
        return PAM_SUCCESS;
    }
    (void)session_forget(login->pamh);
    result = refuse_login(login, verdict);
    if (verdict->status > STATUS_ACCEPTED && verdict->may_tell && local == LOCAL_USER_ALLOWED)
        tell_user(login, verdict);
    if (local != LOCAL_USER_UNKNOWN)
        return result;
    return login->options.ignore_unknown_user ? PAM_IGNORE : PAM_USER_UNKNOWN;
}

/* No part of a token stays where other modules look for passwords. */
static void forget_authtok(pam_handle_t *pamh, const struct answer *answer)
{
    if (answer->from_authtok && answer_is_token(answer))
        (void)pam_set_item(pamh, PAM_AUTHTOK, NULL);
}

static int judge_token(struct login *login, const struct answer *answer)
{
    struct verifier_answer *verifier;
    int result;

    verifier = malloc(sizeof(*verifier));
    if (!verifier)
        return PAM_BUF_ERR;
    verifier->verdict = (struct wire_verdict){.status = STATUS_TOO_LONG};
    if (!answer->too_long)
        ask_verifier(login, answer, verifier);
    result = decide(login, &verifier->verdict);
    free(verifier);
    if (result != PAM_SUCCESS)
        end_asking(login->pamh);
    return result;
}

static void log_conversation(struct login *login, int result, unsigned parts)
{
    bool sudo = get_names(login) == PAM_SUCCESS && strncmp(login->service, "sudo", 4) == 0;

    if (login->options.use_first_pass) {
        pam_syslog(login->pamh, LOG_NOTICE, "use_first_pass: no answer of an earlier module: %s",
                   pam_strerror(login->pamh, result));
        return;
    }
    pam_syslog(login->pamh, LOG_NOTICE, "no answer to prompt %u: %s%s", parts,
               pam_strerror(login->pamh, result),
               sudo ? "; if it was a token: sudo passes 511 bytes at most, "
                      "SUDO_ASKPASS=pam-jwt-askpass sudo -A sends it in parts"
                    : "");
}

static int ask_and_judge(struct login *login)
{
    ANSWER_CLEANUP struct answer answer = {0};
    int result = conversation_ask(login->pamh, &login->options, &answer);

    login->answered_ms = spawn_now_ms();
    forget_authtok(login->pamh, &answer);
    if (login->options.debug)
        pam_syslog(login->pamh, LOG_DEBUG, "%zu bytes in %u answers", answer.text.len,
                   answer.parts);
    if (result != PAM_SUCCESS) {
        log_conversation(login, result, answer.parts);
        return result;
    }
    /* The conversation is the application's code: names from before it may be gone. */
    result = get_names(login);
    if (result != PAM_SUCCESS)
        return result;
    return answer_is_token(&answer) ? judge_token(login, &answer) : hand_on(login, &answer);
}

int login_authenticate(pam_handle_t *pamh, int argc, const char **argv)
{
    struct login login = {.pamh = pamh};
    int result;

    login.answered_ms = spawn_now_ms();
    /* What an earlier try on this handle left says nothing about this one. */
    result = session_forget(pamh);
    if (result == PAM_SUCCESS)
        result = get_names(&login);
    if (result == PAM_SUCCESS)
        result = check_arguments(&login, argc, argv);
    if (result == PAM_SUCCESS)
        result = ask_and_judge(&login);
    if (result == PAM_SUCCESS)
        return PAM_SUCCESS;
    if (!login.options.nodelay)
        (void)pam_fail_delay(pamh, FAIL_DELAY_US);
    delay_align(login.answered_ms);
    return result;
}
