/* SPDX-License-Identifier: BSD-3-Clause */
#include "fakepam.h"

#include <errno.h>
#include <pwd.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

int64_t fakepam_clock_offset, fakepam_clock;
unsigned fakepam_secrets;

/* --- libc: memory, users and the clock
 * ---------------------------------------------------------------- */

static const struct {
    const char *asked, *name;
    uid_t uid;
} users[] = {
    {"alice", "alice", 1000}, {"root", "root", 0},      {"toor", "toor", 0},
    {"daemon", "daemon", 1},  {"ALICE", "alice", 1000}, {"alice@EXAMPLE", "alice", 1000},
};

int getpwnam_r(const char *restrict name, struct passwd *restrict entry, char *restrict buffer,
               size_t size, struct passwd **restrict result)
{
    *result = NULL;
    if (strcmp(name, "broken") == 0)
        return EIO;
    for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++) {
        if (strcmp(users[i].asked, name) != 0)
            continue;
        snprintf(buffer, size, "%s", users[i].name);
        *entry = (struct passwd){.pw_name = buffer, .pw_uid = users[i].uid};
        *result = entry;
    }
    return 0;
}

/* What keeps tokens out of core dumps fails once fakepam_secrets are made. */
int madvise(void *address, size_t length, int advice)
{
    if (fakepam_secrets > 0 && --fakepam_secrets == 0) {
        fakepam_secrets = 1;
        errno = ENOMEM;
        return -1;
    }
    return (int)syscall(SYS_madvise, address, length, advice);
}

time_t time(time_t *out)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    now.tv_sec = fakepam_clock ? fakepam_clock : now.tv_sec + fakepam_clock_offset;
    if (out)
        *out = now.tv_sec;
    return now.tv_sec;
}

/* --- libpam ----------------------------------------------------------------------------------- */

int pam_get_item(const pam_handle_t *pamh, int type, const void **item)
{
    *item = pamh->items[type];
    return PAM_SUCCESS;
}

static void replace(char **place, const char *value)
{
    if (*place)
        explicit_bzero(*place, strlen(*place));
    free(*place);
    *place = value ? strdup(value) : NULL;
}

/* On one line: bytes that cannot be printed are dots. */
static void print_authtok(const char *text)
{
    fputs("set AUTHTOK ", stdout);
    for (; *text; text++)
        putchar(*text >= ' ' && *text < 0x7f ? *text : '.');
    putchar('\n');
}

int pam_set_item(pam_handle_t *pamh, int type, const void *item)
{
    replace(&pamh->items[type], item);
    if (!pamh->quiet && type == PAM_AUTHTOK)
        print_authtok(item ? item : "(none)");
    return PAM_SUCCESS;
}

int pam_get_user(pam_handle_t *pamh, const char **user, const char *prompt)
{
    (void)prompt;
    *user = pamh->items[PAM_USER];
    return *user ? PAM_SUCCESS : PAM_CONV_ERR;
}

static void forget_data(pam_handle_t *pamh, struct fakepam_data *data, int status)
{
    if (data->cleanup)
        data->cleanup(pamh, data->data, status);
    free(data->name);
    *data = (struct fakepam_data){.name = NULL};
}

/* The data of that name, or else a free place. */
static struct fakepam_data *find_data(const pam_handle_t *pamh, const char *name)
{
    struct fakepam_data *all = ((pam_handle_t *)pamh)->data, *place = NULL;

    for (size_t i = 0; i < FAKEPAM_DATA_MAX; i++) {
        if (all[i].name && strcmp(all[i].name, name) == 0)
            return &all[i];
        if (!all[i].name && !place)
            place = &all[i];
    }
    return place;
}

/* What is for other modules is shown. */
int pam_set_data(pam_handle_t *pamh, const char *name, void *data,
                 void (*cleanup)(pam_handle_t *, void *, int))
{
    struct fakepam_data *place = find_data(pamh, name);

    forget_data(pamh, place, PAM_DATA_REPLACE);
    *place = (struct fakepam_data){strdup(name), data, cleanup};
    if (!pamh->quiet && strncmp(name, "pam_jwt", 7) != 0)
        printf("set data %s %s\n", name, (const char *)data);
    return PAM_SUCCESS;
}

int pam_get_data(const pam_handle_t *pamh, const char *name, const void **data)
{
    const struct fakepam_data *place = find_data(pamh, name);

    if (!place->name)
        return PAM_NO_MODULE_DATA;
    *data = place->data;
    return PAM_SUCCESS;
}

/* The variable of that name, which ends with "=" or the text, or else a free place. */
static char **find_variable(const pam_handle_t *pamh, const char *name)
{
    char **all = ((pam_handle_t *)pamh)->variables, **place = NULL;
    size_t len = strcspn(name, "=");

    for (size_t i = 0; i < FAKEPAM_VARIABLES_MAX; i++) {
        if (all[i] && strncmp(all[i], name, len) == 0 && all[i][len] == '=')
            return &all[i];
        if (!all[i] && !place)
            place = &all[i];
    }
    return place;
}

int pam_putenv(pam_handle_t *pamh, const char *variable)
{
    char **place = find_variable(pamh, variable);

    if (!strchr(variable, '=') && !*place)
        return PAM_BAD_ITEM;
    if (!pamh->quiet)
        printf("putenv %s\n", variable);
    if (pamh->putenv_fails > 0 && strchr(variable, '=') && --pamh->putenv_fails == 0)
        return PAM_BUF_ERR;
    replace(place, strchr(variable, '=') ? variable : NULL);
    return PAM_SUCCESS;
}

const char *pam_getenv(pam_handle_t *pamh, const char *name)
{
    const char *variable = *find_variable(pamh, name);

    return variable ? strchr(variable, '=') + 1 : NULL;
}

char **pam_getenvlist(pam_handle_t *pamh)
{
    char **list = calloc(FAKEPAM_VARIABLES_MAX + 1, sizeof(*list));
    size_t count = 0;

    for (size_t i = 0; list && i < FAKEPAM_VARIABLES_MAX; i++)
        if (pamh->variables[i])
            list[count++] = strdup(pamh->variables[i]);
    return list;
}

int pam_fail_delay(pam_handle_t *pamh, unsigned microseconds)
{
    if (!pamh->quiet)
        printf("delay %u\n", microseconds);
    return PAM_SUCCESS;
}

int pam_prompt(pam_handle_t *pamh, int style, char **response, const char *format, ...)
{
    const struct fakepam_answer *answer = &pamh->answers[pamh->answered];
    va_list arguments;

    va_start(arguments, format);
    if (!pamh->quiet) {
        fputs(style == PAM_PROMPT_ECHO_OFF ? "prompt echo-off: "
              : style == PAM_ERROR_MSG     ? "tell error: "
                                           : "prompt of another kind: ",
              stdout);
        vprintf(format, arguments);
        putchar('\n');
    }
    va_end(arguments);
    if (style == PAM_ERROR_MSG)
        return PAM_SUCCESS;
    *response = NULL;
    if (pamh->renamed) {
        replace(&pamh->items[PAM_USER], pamh->renamed);
        replace(&pamh->renamed, NULL);
    }
    if (pamh->answered == pamh->answer_count || answer->kind == ANSWER_ERROR)
        return PAM_CONV_ERR;
    pamh->answered++;
    if (answer->kind == ANSWER_TEXT)
        *response = strdup(answer->text);
    return PAM_SUCCESS;
}

void pam_syslog(const pam_handle_t *pamh, int priority, const char *format, ...)
{
    static const char *const names[] = {[LOG_ERR] = "error",
                                        [LOG_WARNING] = "warning",
                                        [LOG_NOTICE] = "notice",
                                        [LOG_INFO] = "info",
                                        [LOG_DEBUG] = "debug"};
    va_list arguments;

    if (pamh->quiet)
        return;
    va_start(arguments, format);
    printf("log %s: ", names[priority]);
    vprintf(format, arguments);
    putchar('\n');
    va_end(arguments);
}

const char *pam_strerror(pam_handle_t *pamh, int error)
{
    (void)pamh;
    return error == PAM_CONV_ERR ? "Conversation error" : "Authentication failure";
}

void fakepam_clear(struct pam_handle *pamh)
{
    for (size_t i = 0; i < FAKEPAM_DATA_MAX; i++)
        forget_data(pamh, &pamh->data[i], 0);
    for (size_t i = 0; i < FAKEPAM_VARIABLES_MAX; i++)
        replace(&pamh->variables[i], NULL);
    for (size_t i = 0; i < sizeof(pamh->items) / sizeof(pamh->items[0]); i++)
        replace(&pamh->items[i], NULL);
    replace(&pamh->renamed, NULL);
    for (unsigned i = 0; i < pamh->answer_count; i++)
        free(pamh->answers[i].text);
    *pamh = (struct pam_handle){0};
}
