/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fakepam-host: a program that authenticates, driven by lines on stdin; values are percent-encoded.
 *
 *   user NAME, service NAME, rhost NAME, tty NAME, ruser NAME, authtok TEXT    PAM items
 *   arg ARGUMENT                            an argument of the module's line
 *   answer TEXT, answer-null, answer-error  what the conversation gives to the next prompt
 *   rename NAME                             the conversation sets PAM_USER
 *   clock SECONDS                           moves the module's clock
 *   now SECONDS                             stops it there
 *   putenv VARIABLE                         another module does that
 *   data NAME TEXT                          likewise, as PAM data
 *   lost                                    what follows is done by a process without our PAM data
 *   no-putenv N                             the Nth variable finds no memory
 *   secrets N                               there is no memory for the Nth buffer of secrets
 *   auth, acct, setcred, open, close, password       calls the entry
 *   repeat N                                calls auth N times and looks for leftovers
 */
#include <dirent.h>
#include <errno.h>
#include <security/pam_modules.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "fakepam.h"

#define ARGUMENTS_MAX 32

struct host {
    struct pam_handle pam;
    const char *arguments[ARGUMENTS_MAX];
    int argument_count;
};

static const char *code_name(int code)
{
    static const struct {
        int code;
        const char *name;
    } names[] = {
        {PAM_SUCCESS, "PAM_SUCCESS"},
        {PAM_AUTH_ERR, "PAM_AUTH_ERR"},
        {PAM_AUTHINFO_UNAVAIL, "PAM_AUTHINFO_UNAVAIL"},
        {PAM_SERVICE_ERR, "PAM_SERVICE_ERR"},
        {PAM_USER_UNKNOWN, "PAM_USER_UNKNOWN"},
        {PAM_BUF_ERR, "PAM_BUF_ERR"},
        {PAM_SYSTEM_ERR, "PAM_SYSTEM_ERR"},
        {PAM_CONV_ERR, "PAM_CONV_ERR"},
        {PAM_IGNORE, "PAM_IGNORE"},
        {PAM_PERM_DENIED, "PAM_PERM_DENIED"},
        {PAM_SESSION_ERR, "PAM_SESSION_ERR"},
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i].code == code)
            return names[i].name;
    return "another code";
}

static void decode(char *text)
{
    char *out = text;

    for (; *text; text++) {
        unsigned byte;

        if (*text == '%' && sscanf(text + 1, "%2x", &byte) == 1) {
            *out++ = (char)byte;
            text += 2;
        } else {
            *out++ = *text;
        }
    }
    *out = '\0';
}

static bool set_item(struct host *host, const char *name, const char *value)
{
    static const struct {
        const char *name;
        int item;
    } items[] = {{"user", PAM_USER}, {"service", PAM_SERVICE}, {"rhost", PAM_RHOST},
                 {"tty", PAM_TTY},   {"ruser", PAM_RUSER},     {"authtok", PAM_AUTHTOK}};

    for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
        if (strcmp(items[i].name, name) != 0)
            continue;
        free(host->pam.items[items[i].item]);
        host->pam.items[items[i].item] = strdup(value);
        return true;
    }
    return false;
}

static bool add_answer(struct host *host, const char *name, const char *value)
{
    static const char *const kinds[] = {
        [ANSWER_TEXT] = "answer", [ANSWER_NULL] = "answer-null", [ANSWER_ERROR] = "answer-error"};

    for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i], name) != 0 || host->pam.answer_count == FAKEPAM_ANSWERS_MAX)
            continue;
        host->pam.answers[host->pam.answer_count++] =
            (struct fakepam_answer){(enum fakepam_answer_kind)i, strdup(value)};
        return true;
    }
    return false;
}

static int authenticate(struct host *host)
{
    return pam_sm_authenticate(&host->pam, 0, host->argument_count, host->arguments);
}

static bool call(struct host *host, const char *name)
{
    static const struct {
        const char *name;
        int (*entry)(pam_handle_t *, int, int, const char **);
    } entries[] = {
        {"auth", pam_sm_authenticate},   {"acct", pam_sm_acct_mgmt},
        {"setcred", pam_sm_setcred},     {"open", pam_sm_open_session},
        {"close", pam_sm_close_session}, {"password", pam_sm_chauthtok},
    };

    for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
        if (strcmp(entries[i].name, name) != 0)
            continue;
        printf("%s: %s\n", name,
               code_name(entries[i].entry(&host->pam, 0, host->argument_count, host->arguments)));
        return true;
    }
    return false;
}

/* --- leftovers -------------------------------------------------------------------------------- */

static unsigned count_descriptors(void)
{
    unsigned count = 0;
    DIR *directory = opendir("/proc/self/fd");

    while (directory && readdir(directory))
        count++;
    if (directory)
        closedir(directory);
    return count;
}

/* Pages of resident memory. */
static long resident(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    long pages = -1;

    if (file) {
        if (fscanf(file, "%*d %ld", &pages) != 1)
            pages = -1;
        fclose(file);
    }
    return pages;
}

static void repeat(struct host *host, int times)
{
    unsigned descriptors = count_descriptors();
    int first = PAM_SYSTEM_ERR, differing = 0;
    long pages = 0;

    host->pam.quiet = true;
    for (int i = 0; i < times; i++) {
        int result;

        host->pam.answered = 0;
        result = authenticate(host);
        if (i == 0)
            first = result;
        differing += result != first;
        if (i == times / 10)
            pages = resident();
    }
    host->pam.quiet = false;
    printf("repeat %d: %s, %d differ\n", times, code_name(first), differing);
    printf("descriptors %s\n", count_descriptors() == descriptors ? "same" : "left behind");
    printf("children %s\n",
           waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD ? "none" : "left behind");
    /* a leak of one page in ten logins would show; sanitizers keep books, and find leaks themselves
     */
    printf("memory %s\n", SANITIZED || resident() - pages < times / 10 ? "steady" : "grows");
}

static void free_text(pam_handle_t *pamh, void *data, int status)
{
    (void)pamh;
    (void)status;
    free(data);
}

/* What other modules and other processes do to the handle. */
static bool left_by_others(struct host *host, const char *line, char *value)
{
    char *text = strchr(value, ' ');

    if (strcmp(line, "putenv") == 0)
        return pam_putenv(&host->pam, value) == PAM_SUCCESS;
    if (strcmp(line, "no-putenv") == 0)
        return (host->pam.putenv_fails = (unsigned)atoi(value)) > 0;
    if (strcmp(line, "lost") == 0)
        return pam_set_data(&host->pam, "pam_jwt_token", NULL, NULL) == PAM_SUCCESS;
    if (strcmp(line, "data") != 0 || !text)
        return false;
    *text++ = '\0';
    return pam_set_data(&host->pam, value, strdup(text), free_text) == PAM_SUCCESS;
}

static bool run_line(struct host *host, char *line)
{
    char *value = strchr(line, ' ');

    line[strcspn(line, "\n")] = '\0';
    if (value)
        *value++ = '\0';
    else
        value = line + strlen(line);
    decode(value);
    if (strcmp(line, "arg") == 0 && host->argument_count < ARGUMENTS_MAX) {
        host->arguments[host->argument_count++] = strdup(value);
        return true;
    }
    if (strcmp(line, "clock") == 0) {
        fakepam_clock_offset = atoll(value);
        return true;
    }
    if (strcmp(line, "now") == 0) {
        fakepam_clock = atoll(value);
        return true;
    }
    if (strcmp(line, "rename") == 0) {
        host->pam.renamed = strdup(value);
        return true;
    }
    if (strcmp(line, "secrets") == 0) {
        fakepam_secrets = (unsigned)atoi(value);
        return true;
    }
    if (strcmp(line, "repeat") == 0) {
        repeat(host, atoi(value));
        return true;
    }
    return left_by_others(host, line, value) || set_item(host, line, value) ||
           add_answer(host, line, value) || call(host, line);
}

int main(void)
{
    struct host host = {.argument_count = 0};
    char *line = NULL;
    size_t size = 0;
    int result = 0;

    while (getline(&line, &size, stdin) > 0) {
        if (!run_line(&host, line)) {
            printf("not understood: %s\n", line);
            result = 1;
        }
        fflush(stdout);
    }
    free(line);
    fakepam_clear(&host.pam);
    for (int i = 0; i < host.argument_count; i++)
        free((char *)host.arguments[i]);
    return result;
}
