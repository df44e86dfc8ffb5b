/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * jwt-replay: spends a token, so that it lets in once, and ends. Run by pam_jwt.so as the last act
 * of a login, with a socket as descriptor 3, from which it reads setup and spend and to which it
 * writes one verdict (sys/wire.h). Which store there is it reads in the configuration: a directory,
 * or a Redis server, for which it becomes jwt-replay-redis, so that nobody else loads TLS.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "../lib/rules.h"
#include "../sys/paths.h"
#include "../sys/safefile.h"
#include "message.h"
#include "replay-directory.h"
#include "replay-helper.h"

/* The setup is still in the socket. */
static enum status become_redis(struct replay_helper *helper)
{
    char *argv[] = {(char *)paths_jwt_replay_redis, NULL}, *envp[] = {NULL};
    struct safefile_error error;
    int fd = safefile_open(paths_jwt_replay_redis, helper->also_trusted, &error);

    if (fd < 0)
        return report_refuse(&helper->report, STATUS_CONFIG_ERROR, "%s: install pam_jwt again",
                             error.text);
    close(fd);
    execve(paths_jwt_replay_redis, argv, envp);
    return report_refuse(&helper->report, STATUS_SYSTEM_ERROR, "%s: %s", paths_jwt_replay_redis,
                         strerror(errno));
}

static enum status spend(struct replay_helper *helper)
{
    struct span ignored;
    enum status status;
    int directory;

    if (!message_receive(helper->setup_message, sizeof(helper->setup_message), &ignored))
        return STATUS_INTERNAL_ERROR;
    status = replay_directory_open(helper->rules->replay.store, helper->also_trusted, &directory,
                                   &helper->report);
    if (status != STATUS_ACCEPTED)
        return status;
    if (!sandbox_enter_store(directory, replay_seconds_left(helper), &helper->sandbox))
        return report_refuse(&helper->report, STATUS_CONFIG_ERROR, "%s", helper->sandbox.error);
    status = replay_receive(helper);
    if (status == STATUS_ACCEPTED)
        status = replay_directory_spend(directory, &helper->entry, helper->now, &helper->report);
    return status;
}

int main(void)
{
    static struct replay_helper helper;
    enum status status = STATUS_CONFIG_ERROR;

    if (!replay_begin(&helper, true))
        return 1;
    if (helper.rules && helper.rules->replay.store[0] == '/')
        status = spend(&helper);
    else if (helper.rules)
        status = become_redis(&helper);
    return replay_end(&helper, status);
}
