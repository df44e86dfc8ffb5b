/* SPDX-License-Identifier: BSD-3-Clause */
/* sshd's own settings, as it prints them: `sshd -T`. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static const char sshd[] = "/usr/sbin/sshd";

static const struct {
    const char *line; /* of sshd -T */
    const char *key;
    const char *consequence;
} rows[] = {
    {"usepam no", "UsePAM", "sshd does not ask PAM, and nobody logs in by token"},
    {"kbdinteractiveauthentication no", "KbdInteractiveAuthentication",
     "tokens are cut or refused: sshd's method password passes 1024 bytes at most"},
};

static void look_at_line(struct check *check, const char *line)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strcasecmp(line, rows[i].line) == 0)
            check_warning(check,
                          "sshd_config: expected %s yes, as the PAM service sshd has pam_jwt.so, "
                          "found no: %s",
                          rows[i].key, rows[i].consequence);
}

static void look_at_settings(struct check *check, FILE *settings)
{
    char line[512];

    while (fgets(line, sizeof(line), settings)) {
        line[strcspn(line, "\n")] = '\0';
        look_at_line(check, line);
    }
}

/* The process, whose standard output is `out`; -1: it cannot be run. */
static pid_t run_sshd(int out)
{
    static char name[] = "sshd", test[] = "-T";
    char *const arguments[] = {name, test, NULL}, *const environment[] = {NULL};
    posix_spawn_file_actions_t actions;
    pid_t pid = -1;

    if (posix_spawn_file_actions_init(&actions) != 0)
        return -1;
    if (posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDWR, 0) != 0 ||
        posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO) != 0 ||
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_RDWR, 0) != 0 ||
        posix_spawn(&pid, sshd, &actions, NULL, arguments, environment) != 0)
        pid = -1;
    (void)posix_spawn_file_actions_destroy(&actions);
    return pid;
}

static bool ended_well(pid_t pid)
{
    int status = -1;

    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool read_settings(struct check *check)
{
    int ends[2];
    FILE *settings;
    pid_t pid;

    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    pid = run_sshd(ends[1]);
    close(ends[1]);
    settings = fdopen(ends[0], "r");
    if (settings) {
        look_at_settings(check, settings);
        (void)fclose(settings);
    } else {
        close(ends[0]);
    }
    return pid > 0 && ended_well(pid) && settings;
}

static bool sshd_uses_it(const struct check *check)
{
    for (size_t i = 0; i < check->use_count; i++)
        if (strcmp(check->uses[i].service->name, "sshd") == 0)
            return true;
    return false;
}

void check_sshd(struct check *check)
{
    if (!check->host || !sshd_uses_it(check) || access(sshd, X_OK) != 0)
        return;
    if (!read_settings(check))
        check_warning(check,
                      "%s -T: expected sshd's settings, found an error: run it to see which; it "
                      "is not known whether sshd asks for tokens",
                      sshd);
}
