/* SPDX-License-Identifier: BSD-3-Clause */
#include "askpass-command.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "askpass-file.h"
#include "input.h"

#define WHERE "token command"
#define NAME_MAX_BYTES 255

/* Letters, digits and what names of hosts, addresses and users of a domain need. */
static bool is_name(struct span name)
{
    static const char others[] = "._-:%+@\\[]";

    for (size_t i = 0; i < name.len; i++) {
        unsigned char byte = name.ptr[i];
        bool alphanumeric =
            (byte >= '0' && byte <= '9') || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z');

        if (!alphanumeric && (byte == '\0' || !strchr(others, byte)))
            return false;
    }
    /* One that begins with - could be an option of what the command runs. */
    return name.len <= NAME_MAX_BYTES && (name.len == 0 || name.ptr[0] != '-');
}

static bool export(const char *variable, struct span name)
{
    char text[NAME_MAX_BYTES + 1] = "";

    if (!is_name(name))
        return askpass_fail(WHERE,
                            "not run: the prompt names a user or host with characters other "
                            "than letters, digits and . _ - : %% + @ \\ [ ], or with a - first");
    if (name.len > 0)
        memcpy(text, name.ptr, name.len);
    return setenv(variable, text, 1) == 0 || askpass_fail(WHERE, "%s", strerror(errno));
}

/* sudo's prompt names nobody: it is for the user who runs it. */
static struct span user_of(const struct asker *asker)
{
    if (asker->user.len > 0)
        return asker->user;

    const struct passwd *user = getpwuid(getuid());

    return span_text(user ? user->pw_name : NULL);
}

static bool prepare_environment(const struct asker *asker)
{
    /* An ssh or sudo within the command must not ask this program, which would run it again. */
    static const char *const ours[] = {"SSH_ASKPASS", "SSH_ASKPASS_REQUIRE", "SUDO_ASKPASS"};

    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
        unsetenv(ours[i]);
    return export("PAM_JWT_USER", user_of(asker)) && export("PAM_JWT_HOST", asker->host);
}

/* 0, or an errno. */
static int spawn_shell(const char *command, int out, pid_t *pid)
{
    const char *const argv[] = {"/bin/sh", "-c", command, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t defaults;

    /* ssh ignores it; a command that writes too much must not go on for ever. */
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    posix_spawn_file_actions_init(&actions);

    int error = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);

    if (error == 0)
        error = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (error == 0)
        error = posix_spawn(pid, argv[0], &actions, &attributes, (char *const *)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return error;
}

static bool wait_for(pid_t pid)
{
    int status;

    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR)
            return askpass_fail(WHERE, "%s", strerror(errno));
    }
    if (WIFSIGNALED(status))
        return askpass_fail(WHERE, "it was ended by signal %d", WTERMSIG(status));
    return WEXITSTATUS(status) == 0 ||
           askpass_fail(WHERE, "it failed with exit status %d", WEXITSTATUS(status));
}

/* Closes `in` before it waits: a command that still writes gets SIGPIPE. */
static bool collect(int in, pid_t pid, struct secret *out)
{
    bool done = input_read(in, out) || askpass_fail(WHERE, "%s", strerror(errno));
    bool full = out->len == out->size;

    close(in);
    if (full)
        askpass_fail(WHERE, "it wrote more than a token can have");
    return wait_for(pid) && done && !full;
}

bool askpass_command_run(const char *command, const struct asker *asker, struct secret *out)
{
    int ends[2];
    pid_t pid;

    if (!prepare_environment(asker))
        return false;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return askpass_fail(WHERE, "%s", strerror(errno));
    signal(SIGCHLD, SIG_DFL);

    int error = spawn_shell(command, ends[1], &pid);

    close(ends[1]);
    if (error == 0)
        return collect(ends[0], pid, out);
    close(ends[0]);
    return askpass_fail(WHERE, "/bin/sh: %s", strerror(error));
}
