/* SPDX-License-Identifier: BSD-3-Clause */
#include "session.h"

#include <security/pam_ext.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#include "../lib/environment.h"
#include "journal.h"
#include "options.h"

#define DATA_NAME "pam_jwt_token"
#define LIMIT_NAME "systemd.runtime_max_sec" /* a text that pam_systemd(8) looks for */
#define LIMIT_MAX 1000000000                 /* seconds: it takes no notice of very large ones */
#define TIME_DIGITS_MAX 16                   /* of a number of seconds */

/* Of the token that this process has accepted; seconds since the epoch. */
struct times {
    int64_t expires;     /* exp: what a session may last until */
    int64_t valid_until; /* with leeway: what a login may last until */
};

static void free_data(pam_handle_t *pamh, void *data, int error_status)
{
    (void)pamh;
    (void)error_status;
    free(data);
}

/* Takes `data`, NULL included, which is no memory. */
static int keep(pam_handle_t *pamh, const char *name, void *data)
{
    if (data && pam_set_data(pamh, name, data, free_data) == PAM_SUCCESS)
        return PAM_SUCCESS;
    free(data);
    return PAM_BUF_ERR;
}

static const void *kept(pam_handle_t *pamh, const char *name)
{
    const void *data = NULL;

    return pam_get_data(pamh, name, &data) == PAM_SUCCESS ? data : NULL;
}

/* --- at a login ------------------------------------------------------------------------------- */

static int keep_times(pam_handle_t *pamh, const struct wire_verdict *verdict)
{
    struct times *times = malloc(sizeof(*times));

    if (times)
        *times = (struct times){verdict->expires, verdict->valid_until};
    return keep(pamh, DATA_NAME, times);
}

static int put_variables(pam_handle_t *pamh, const struct wire_verdict *verdict)
{
    struct span exports = verdict->exports;
    char variable[ENVIRONMENT_SIZE];

    (void)snprintf(variable, sizeof(variable), ENVIRONMENT_EXP "=%lld",
                   (long long)verdict->expires);
    do
        if (pam_putenv(pamh, variable) != PAM_SUCCESS)
            return PAM_BUF_ERR;
    while (environment_take(&exports, variable));
    return PAM_SUCCESS;
}

int session_prepare(pam_handle_t *pamh, const struct wire_verdict *verdict)
{
    int result = keep_times(pamh, verdict);

    if (result == PAM_SUCCESS)
        result = put_variables(pamh, verdict);
    if (result != PAM_SUCCESS)
        (void)session_forget(pamh);
    return result;
}

int session_forget(pam_handle_t *pamh)
{
    char **list = pam_getenvlist(pamh);

    (void)pam_set_data(pamh, DATA_NAME, NULL, NULL);
    if (!list)
        return PAM_BUF_ERR;
    for (size_t i = 0; list[i]; i++) {
        list[i][strcspn(list[i], "=")] = '\0'; /* a name alone is removed */
        if (strncmp(list[i], ENVIRONMENT_PREFIX, strlen(ENVIRONMENT_PREFIX)) == 0)
            (void)pam_putenv(pamh, list[i]);
        free(list[i]);
    }
    free(list);
    return PAM_SUCCESS;
}

/* --- account ---------------------------------------------------------------------------------- */

int session_account(pam_handle_t *pamh)
{
    const struct times *times = kept(pamh, DATA_NAME);

    if (!times || (int64_t)time(NULL) < times->valid_until)
        return PAM_IGNORE;
    pam_syslog(pamh, LOG_NOTICE, "the token of this login has expired since");
    return PAM_PERM_DENIED;
}

/* --- session ---------------------------------------------------------------------------------- */

/* Digits and nothing else: strtoll() would take signs and spaces. */
static bool parse_seconds(const char *text, int64_t *out)
{
    size_t len = strspn(text, "0123456789");

    if (len == 0 || len > TIME_DIGITS_MAX || text[len] != '\0')
        return false;
    for (*out = 0; *text; text++)
        *out = *out * 10 + (*text - '0');
    return true;
}

/*
 * What this process has judged itself. Else, as sshd has authenticated in another process, what is
 * in the environment, which users may be able to change. PAM_IGNORE: the login was by other means.
 */
static int find_expires(pam_handle_t *pamh, int64_t *expires)
{
    const struct times *times = kept(pamh, DATA_NAME);
    const char *text = pam_getenv(pamh, ENVIRONMENT_EXP);
    char found[64];

    if (times) {
        *expires = times->expires;
        return PAM_SUCCESS;
    }
    if (!text)
        return PAM_IGNORE;
    if (parse_seconds(text, expires))
        return PAM_SUCCESS;
    journal_escape(span_text(text), found, sizeof(found));
    pam_syslog(pamh, LOG_ERR,
               "session refused: " ENVIRONMENT_EXP ": expected seconds since 1970, found '%s': "
               "another module lets it be changed, such as pam_env.so with user_readenv=1",
               found);
    return PAM_SESSION_ERR;
}

/* pam_systemd, further down, hands it to systemd, which ends the session then. */
static int set_limit(pam_handle_t *pamh, int64_t left)
{
    const char *earlier = kept(pamh, LIMIT_NAME);
    int64_t seconds;
    char *text = NULL;

    if (left > LIMIT_MAX)
        left = LIMIT_MAX;
    /* 0 is none */
    if (earlier && parse_seconds(earlier, &seconds) && seconds > 0 && seconds < left)
        return PAM_SUCCESS;
    if (asprintf(&text, "%lld", (long long)left) < 0)
        text = NULL;
    return keep(pamh, LIMIT_NAME, text);
}

static int limit_session(pam_handle_t *pamh)
{
    int64_t expires, left;
    int result = find_expires(pamh, &expires);

    if (result != PAM_SUCCESS)
        return result;
    left = expires - (int64_t)time(NULL);
    if (left <= 0) {
        pam_syslog(pamh, LOG_NOTICE, "session refused: the token of this login has expired");
        return PAM_PERM_DENIED;
    }
    return set_limit(pamh, left);
}

int session_open(pam_handle_t *pamh, int argc, const char **argv)
{
    struct options options;
    const char *expected = NULL;
    const char *bad = options_parse(argc, argv, &options, &expected);

    if (bad)
        pam_syslog(pamh, LOG_ERR, "argument '%s' is ignored: expected %s", bad, expected);
    return options.limit ? limit_session(pamh) : PAM_IGNORE;
}
