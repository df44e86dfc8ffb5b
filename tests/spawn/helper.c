/* SPDX-License-Identifier: BSD-3-Clause */
/* In place of jwt-verify: does what its first message says. */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define SOCKET 3

extern char **environ;

static int say(const char *text, size_t len)
{
    return send(SOCKET, text, len, MSG_NOSIGNAL) == (ssize_t)len ? 0 : 1;
}

static int echo(void)
{
    return say("echo", 4);
}

static int die(void)
{
    return 0;
}

static int hang(void)
{
    while (pause() == -1)
        ;
    return 1;
}

static int close_and_hang(void)
{
    close(SOCKET);
    return hang();
}

static int reply_and_hang(void)
{
    echo();
    return hang();
}

/* As one whose user has changed, and who was taken over: no alarm ends it for a while. */
static int become_nobody_and_hang(void)
{
    sigset_t mask;

    sigemptyset(&mask);
    sigaddset(&mask, SIGALRM);
    sigprocmask(SIG_BLOCK, &mask, NULL);
    if (setresuid(65534, 65534, 65534) != 0)
        return 1;
    (void)sleep(15);
    return 1;
}

static int reply_too_long(void)
{
    static char text[5000];

    return say(text, sizeof(text));
}

static int raise_sigsys(void)
{
    return raise(SIGSYS);
}

static int call_abort(void)
{
    abort();
}

static bool is_null(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3);
}

static const char *find_fault(void)
{
    sigset_t mask;

    if (environ[0])
        return "the environment is not empty";
    if (getsid(0) != getpid())
        return "it is in the session of its parent";
    for (int fd = 0; fd < SOCKET; fd++)
        if (!is_null(fd))
            return "0 to 2 are not /dev/null";
    for (int fd = SOCKET + 1; fd < 1024; fd++)
        if (fcntl(fd, F_GETFD) != -1)
            return "it has inherited a descriptor";
    sigprocmask(SIG_BLOCK, NULL, &mask);
    for (int number = 1; number < 32; number++) {
        struct sigaction action;

        if (sigismember(&mask, number) == 1)
            return "a signal is blocked";
        if (sigaction(number, NULL, &action) == 0 && action.sa_handler != SIG_DFL)
            return "a signal is not at its default";
    }
    return "clean";
}

static int tell_state(void)
{
    const char *text = find_fault();

    return say(text, strlen(text));
}

int main(void)
{
    static const struct {
        const char *name;
        int (*run)(void);
    } modes[] = {
        {"echo", echo},
        {"die", die},
        {"hang", hang},
        {"close-and-hang", close_and_hang},
        {"reply-and-hang", reply_and_hang},
        {"become-nobody-and-hang", become_nobody_and_hang},
        {"reply-too-long", reply_too_long},
        {"sigsys", raise_sigsys},
        {"abort", call_abort},
        {"state", tell_state},
    };
    char mode[64] = "";

    if (recv(SOCKET, mode, sizeof(mode) - 1, 0) <= 0)
        return 1;
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
        if (strcmp(modes[i].name, mode) == 0)
            return modes[i].run();
    return 1;
}
