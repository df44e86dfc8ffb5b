/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ask CONFIG TOKEN-FILE COMMAND...: asks COMMAND, which may be valgrind and jwt-verify, as the
 * module would on the first of June 2026. The exit status is 0 if it accepts the token.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../sys/wire.h"

#define HELPER_FD 3
#define TIMEOUT_MS 120000 /* valgrind is slow */
#define NOW 1780272000    /* 2026-06-01T00:00:00Z */

static unsigned char setup[WIRE_SETUP_MAX], request[WIRE_REQUEST_MAX], reply[WIRE_VERDICT_MAX];
static char token[WIRE_REQUEST_MAX];

static struct span read_token(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len = fd < 0 ? -1 : read(fd, token, sizeof(token));

    if (fd >= 0)
        close(fd);
    while (len > 0 && token[len - 1] == '\n')
        len--;
    return span_of(token, len > 0 ? (size_t)len : 0);
}

static int run(int socket, char **command)
{
    if (dup2(socket, HELPER_FD) != HELPER_FD)
        return 1;
    execv(command[0], command);
    perror(command[0]);
    return 1;
}

static bool send_messages(int socket, const char *config, const char *token_file)
{
    const struct wire_setup about = {.timeout_ms = TIMEOUT_MS,
                                     .trust_caller = true,
                                     .has_time = true,
                                     .time = NOW,
                                     .config = span_text(config),
                                     .service = span_text("sshd")};
    const struct wire_request what = {.user = span_text("alice"), .token = read_token(token_file)};
    size_t setup_len = wire_put_setup(&about, setup, sizeof(setup));
    size_t request_len = wire_put_request(&what, request, sizeof(request));

    return setup_len > 0 && request_len > 0 &&
           send(socket, setup, setup_len, MSG_NOSIGNAL) == (ssize_t)setup_len &&
           send(socket, request, request_len, MSG_NOSIGNAL) == (ssize_t)request_len;
}

static bool accepted(int socket)
{
    struct wire_verdict verdict;
    ssize_t len = recv(socket, reply, sizeof(reply), 0);

    if (len <= 0 || !wire_get_verdict(span_of(reply, (size_t)len), &verdict)) {
        fprintf(stderr, "ask: there was no verdict\n");
        return false;
    }
    if (verdict.status != STATUS_ACCEPTED)
        fprintf(stderr, "ask: %s: %.*s\n", status_slug(verdict.status), (int)verdict.detail.len,
                (const char *)verdict.detail.ptr);
    return verdict.status == STATUS_ACCEPTED;
}

int main(int argc, char **argv)
{
    int pair[2], status = 1;
    bool good;
    pid_t child;

    if (argc < 4) {
        fprintf(stderr, "usage: ask CONFIG TOKEN-FILE COMMAND...\n");
        return 64;
    }
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return 1;
    child = fork();
    if (child < 0)
        return 1;
    if (child == 0)
        return run(pair[1], argv + 3);
    close(pair[1]);
    good = send_messages(pair[0], argv[1], argv[2]) && accepted(pair[0]);
    close(pair[0]);
    return waitpid(child, &status, 0) == child && status == 0 && good ? 0 : 1;
}
