/* SPDX-License-Identifier: BSD-3-Clause */
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CHILD_FD 3    /* the child's end of the socket */
#define CHILD_FILE 4  /* call->file */
#define GRACE_MS 1000 /* for the child to end by itself after its reply */
#define ALARM_MS 2000 /* until its own alarm has ended a child that may not be killed */

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

struct child {
    int socket; /* our end */
    pid_t pid;
    int pidfd; /* -1: without one nothing is killed, the child's own alarm ends it */
};

int64_t spawn_now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

uint32_t spawn_ms_left(int64_t deadline_ms)
{
    int64_t left = deadline_ms - spawn_now_ms();

    return left < 1 ? 1 : left < UINT32_MAX ? (uint32_t)left : UINT32_MAX;
}

static void close_fd(int fd)
{
    int saved = errno;

    if (fd >= 0)
        close(fd);
    errno = saved;
}

/* --- before the child ------------------------------------------------------------------------- */

/* What root runs must be root's. */
static bool trusted(const char *path, uid_t also_trusted)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    struct stat st;
    bool good = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
                (st.st_uid == 0 || st.st_uid == also_trusted) &&
                !(st.st_mode & (S_IWGRP | S_IWOTH));

    close_fd(fd);
    return good;
}

/* Moves a descriptor out of the way of 0 to 4, which the host may have closed. */
static bool raise_fd(int *fd)
{
    int raised = fcntl(*fd, F_DUPFD_CLOEXEC, CHILD_FILE + 1);

    close_fd(*fd);
    *fd = raised;
    return raised >= 0;
}

static bool make_sockets(int pair[2])
{
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return false;
    if (raise_fd(&pair[0]) && raise_fd(&pair[1]))
        return true;
    close_fd(pair[0]);
    close_fd(pair[1]);
    return false;
}

/* 0 or an errno. The child's descriptors: 0 to 2 /dev/null, 3 the socket, 4 the file, no others. */
static int set_actions(posix_spawn_file_actions_t *actions, int socket, int file)
{
    int error = posix_spawn_file_actions_adddup2(actions, socket, CHILD_FD);

    if (error == 0 && file >= 0)
        error = posix_spawn_file_actions_adddup2(actions, file, CHILD_FILE);
    for (int fd = 0; fd < CHILD_FD && error == 0; fd++)
        error = posix_spawn_file_actions_addopen(actions, fd, "/dev/null", O_RDWR, 0);
    if (error == 0)
        error = posix_spawn_file_actions_addclosefrom_np(actions,
                                                         file < 0 ? CHILD_FILE : CHILD_FILE + 1);
    return error;
}

static int set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t all, none;
    int error;

    sigfillset(&all);
    sigemptyset(&none);
    error = posix_spawnattr_setsigdefault(attributes, &all);
    if (error == 0)
        error = posix_spawnattr_setsigmask(attributes, &none);
    if (error == 0)
        error = posix_spawnattr_setflags(
            attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID);
    return error;
}

static int run(const struct spawn_call *call, int socket, pid_t *pid)
{
    char *argv[] = {(char *)call->path, NULL}, *envp[] = {NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int error = posix_spawn_file_actions_init(&actions);

    if (error != 0)
        return error;
    error = posix_spawnattr_init(&attributes);
    if (error == 0) {
        error = set_actions(&actions, socket, call->file);
        if (error == 0)
            error = set_attributes(&attributes);
        if (error == 0)
            error = posix_spawn(pid, call->path, &actions, &attributes, argv, envp);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

/* --- the child -------------------------------------------------------------------------------- */

/*
 * A host that reaps every child may have reaped this one, and its number may belong to another
 * process: waitid() tells if the descriptor is that of a child of ours.
 */
static int open_pidfd(pid_t pid)
{
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    siginfo_t info;

    if (fd >= 0 && waitid((idtype_t)P_PIDFD, (id_t)fd, &info, WEXITED | WNOHANG | WNOWAIT) != 0) {
        close_fd(fd);
        fd = -1;
    }
    return fd;
}

static bool fail(int error, enum spawn_outcome *outcome, int *out)
{
    *outcome = error == ENOMEM ? SPAWN_NO_MEMORY : SPAWN_FAILED;
    *out = error;
    return false;
}

/* False: there is no child, and `*outcome` says why. */
static bool start(const struct spawn_call *call, struct child *child, enum spawn_outcome *outcome,
                  int *error)
{
    int pair[2], failed;

    if (!trusted(call->path, call->also_trusted)) {
        *outcome = SPAWN_UNTRUSTED;
        return false;
    }
    if (!make_sockets(pair))
        return fail(errno, outcome, error);
    failed = run(call, pair[1], &child->pid);
    close_fd(pair[1]);
    if (failed != 0) {
        close_fd(pair[0]);
        return fail(failed, outcome, error);
    }
    child->socket = pair[0];
    child->pidfd = open_pidfd(child->pid);
    return true;
}

static void send_all(const struct spawn_call *call, int socket)
{
    for (size_t i = 0; i < call->message_count; i++) {
        const struct span *message = &call->messages[i];
        ssize_t sent;

        do
            sent = send(socket, message->ptr, message->len, MSG_NOSIGNAL | MSG_DONTWAIT);
        while (sent < 0 && errno == EINTR);
        if (sent < 0)
            return;
    }
}

/* Waits for any of them; false at the deadline. */
static bool wait_until(struct pollfd *fds, nfds_t count, int64_t deadline_ms)
{
    for (;;) {
        int64_t left = deadline_ms - spawn_now_ms();
        int ready;

        if (left <= 0)
            return false;
        ready = poll(fds, count, left < INT_MAX ? (int)left : INT_MAX);
        if (ready > 0)
            return true;
        if (ready < 0 && errno != EINTR && errno != EAGAIN)
            return false;
    }
}

/*
 * A complete message is the only reply; end of file and a message too long are none. A child that
 * replied and ended without reading everything (a configuration error) leaves a reset before its
 * reply, reported once.
 */
static bool receive(int socket, unsigned char *reply, size_t size, size_t *reply_len)
{
    ssize_t got;

    do
        got = recv(socket, reply, size, MSG_DONTWAIT | MSG_TRUNC);
    while (got < 0 && (errno == EINTR || errno == ECONNRESET));
    if (got <= 0 || (size_t)got > size)
        return false;
    *reply_len = (size_t)got;
    return true;
}

static enum spawn_outcome await(const struct child *child, int64_t deadline_ms,
                                unsigned char *reply, size_t size, size_t *reply_len)
{
    struct pollfd fds[2] = {{.fd = child->socket, .events = POLLIN},
                            {.fd = child->pidfd, .events = POLLIN}};

    if (!wait_until(fds, 2, deadline_ms))
        return SPAWN_TIMEOUT;
    return receive(child->socket, reply, size, reply_len) ? SPAWN_REPLIED : SPAWN_DIED;
}

/* --- after it --------------------------------------------------------------------------------- */

/* Whether SIGSYS ended it. The host may have reaped it first: then nobody knows. */
static bool reap(const struct child *child)
{
    siginfo_t info = {0};
    int result;

    do
        result = waitid((idtype_t)P_PIDFD, (id_t)child->pidfd, &info, WEXITED);
    while (result != 0 && errno == EINTR);
    return result == 0 && info.si_code != CLD_EXITED && info.si_status == SIGSYS;
}

/* Without a pidfd there is no event to wait for, and nothing may be killed. */
static void reap_by_number(pid_t pid, int64_t deadline_ms)
{
    const struct timespec pause = {.tv_nsec = 1000000};

    while (waitpid(pid, NULL, WNOHANG) == 0 && spawn_now_ms() < deadline_ms)
        (void)clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
}

/*
 * A root without CAP_KILL may not kill what has become _pam_jwt. False: it is still there, so that
 * nobody may wait for it; one that was taken over can do without its alarm.
 */
static bool stop(const struct child *child, int64_t deadline_ms)
{
    struct pollfd ended = {.fd = child->pidfd, .events = POLLIN};

    return wait_until(&ended, 1, deadline_ms) ||
           syscall(SYS_pidfd_send_signal, child->pidfd, SIGKILL, NULL, 0) == 0 || errno == ESRCH ||
           wait_until(&ended, 1, spawn_now_ms() + ALARM_MS);
}

/* No child is left behind: one that is late is killed at once, any other after a moment. */
static bool finish(const struct child *child, bool late)
{
    int64_t deadline_ms = spawn_now_ms() + (late ? 0 : GRACE_MS);
    bool sandboxed;

    close_fd(child->socket);
    if (child->pidfd < 0) {
        reap_by_number(child->pid, deadline_ms);
        return false;
    }
    sandboxed = stop(child, deadline_ms) && reap(child);
    close_fd(child->pidfd);
    return sandboxed;
}

static enum spawn_outcome ask(const struct spawn_call *call, unsigned char *reply, size_t size,
                              size_t *reply_len, int *error)
{
    struct child child = {-1, -1, -1};
    enum spawn_outcome outcome = SPAWN_DIED;

    if (!start(call, &child, &outcome, error))
        return outcome;
    /* A child that has ended makes send() fail: it may have replied before. */
    send_all(call, child.socket);
    outcome = await(&child, call->deadline_ms, reply, size, reply_len);
    if (finish(&child, outcome == SPAWN_TIMEOUT) && outcome == SPAWN_DIED)
        outcome = SPAWN_SANDBOXED;
    return outcome;
}

enum spawn_outcome spawn_ask(const struct spawn_call *call, unsigned char *reply, size_t size,
                             size_t *reply_len, int *error)
{
    enum spawn_outcome outcome;
    int saved = errno, state = 0;

    *reply_len = 0;
    *error = 0;
    /* A cancelled thread would leave the child and the descriptors behind. */
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    outcome = ask(call, reply, size, reply_len, error);
    pthread_setcancelstate(state, NULL);
    errno = saved;
    return outcome;
}
