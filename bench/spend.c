/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * bench-spend CONFIG TOKEN-FILE: a worker; one question to jwt-verify and one to jwt-replay, as the
 * module asks them, each time about a token that has not been spent.
 * bench-spend fill DIRECTORY COUNT: so many entries of tokens that are still valid.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../sys/paths.h"
#include "../sys/replay-client.h"
#include "../sys/verifier.h"
#include "worker.h"

#define TIMEOUT_MS 10000
#define LIFE 1000000 /* seconds */

struct login {
    const char *config;
    const char *token;
    uint64_t spent;
};

/* Its digits are spread as those of a hash (splitmix64). */
static struct replay_entry make_entry(uint64_t number)
{
    struct replay_entry entry = {.until = (int64_t)time(NULL) + LIFE};

    for (size_t i = 0; i < 4; i++) {
        uint64_t x = (number * 4 + i + 1) * 0x9e3779b97f4a7c15;

        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
        x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
        (void)snprintf(entry.id + 16 * i, 17, "%016llx", (unsigned long long)(x ^ (x >> 31)));
    }
    return entry;
}

static bool judge(const struct login *login)
{
    static struct verifier_answer answer;
    const struct verifier_question question = {
        .setup = {.timeout_ms = TIMEOUT_MS,
                  .config = span_text(login->config),
                  .service = span_text("sshd")},
        .request = {.user = span_text("alice"), .token = span_text(login->token)},
        .deadline_ms = spawn_now_ms() + TIMEOUT_MS,
    };

    verifier_ask(&question, &answer);
    return answer.verdict.status == STATUS_ACCEPTED;
}

static bool log_in(void *context)
{
    struct login *login = context;
    const struct replay_entry entry = make_entry(login->spent++);
    const struct replay_question question = {
        .setup = {.config = span_text(login->config)},
        .spend = {.id = span_text(entry.id), .until = entry.until},
        .deadline_ms = spawn_now_ms() + TIMEOUT_MS,
    };
    struct replay_answer answer;

    if (!judge(login))
        return false;
    replay_ask(&question, &answer);
    if (answer.verdict.status != STATUS_ACCEPTED)
        fprintf(stderr, "%s: %s: %.*s\n", paths_jwt_replay, status_slug(answer.verdict.status),
                (int)answer.verdict.detail.len, (const char *)answer.verdict.detail.ptr);
    return answer.verdict.status == STATUS_ACCEPTED;
}

static int fill(const char *path, uint64_t count)
{
    int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    for (uint64_t i = 0; i < count; i++) {
        const struct replay_entry entry = make_entry(UINT64_MAX / 8 + i);
        char name[128];
        int fd;

        (void)snprintf(name, sizeof(name), "%.3s", entry.id);
        (void)mkdirat(directory, name, 0700);
        (void)snprintf(name, sizeof(name), "%.3s/%s.%lld", entry.id, entry.id,
                       (long long)entry.until);
        fd = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd < 0) {
            perror(path);
            return 1;
        }
        close(fd);
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct login login = {.spent = (uint64_t)getpid() << 32};

    if (argc == 4 && strcmp(argv[1], "fill") == 0)
        return fill(argv[2], strtoull(argv[3], NULL, 10));
    if (argc != 3) {
        fprintf(stderr, "usage: bench-spend CONFIG TOKEN-FILE\n");
        return 64;
    }
    login.config = argv[1];
    login.token = worker_read(argv[2]);
    return login.token ? worker_serve(log_in, &login) : 1;
}
