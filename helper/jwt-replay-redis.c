/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * jwt-replay-redis: what jwt-replay becomes if the store is a Redis server. Reads the configuration
 * and the files that it names, seals itself, then learns what is to be spent, and connects.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib/rules.h"
#include "../sys/paths.h"
#include "../sys/safefile.h"
#include "redis-talk.h"
#include "replay-helper.h"

#define PASSWORD_MAX 1024        /* bytes */
#define CA_MAX (4 * 1024 * 1024) /* bytes */

/* What must be read before the process is sealed. */
struct client {
    struct replay_helper helper;
    struct redis_place place;
    char *password, *ca; /* malloc'd; NULL: none */
    size_t password_len, ca_len;
};

static enum status fail(struct client *client, const char *path, const char *why)
{
    return report_refuse(&client->helper.report, STATUS_CONFIG_ERROR, "%s%s%s", path,
                         *path ? ": " : "", why);
}

/* STATUS_ACCEPTED for no path, too. */
static enum status read_file(struct client *client, const char *path, mode_t forbidden, size_t max,
                             char **bytes, size_t *len)
{
    struct safefile_error error;
    struct stat st;
    int fd;

    if (!path[0])
        return STATUS_ACCEPTED;
    fd = safefile_open(path, client->helper.also_trusted, &error);
    if (fd < 0)
        return fail(client, "", error.text);
    if (fstat(fd, &st) != 0 || (st.st_mode & forbidden) != 0) {
        close(fd);
        return fail(client, path, "expected that not everybody can read it: chmod o= it");
    }
    *bytes = safefile_read(fd, path, max, len, &error);
    close(fd);
    return *bytes ? STATUS_ACCEPTED : fail(client, "", error.text);
}

/* One line, whose end is no part of it. */
static enum status read_password(struct client *client, const char *path)
{
    enum status status =
        read_file(client, path, S_IRWXO, PASSWORD_MAX, &client->password, &client->password_len);
    size_t *len = &client->password_len;

    if (status != STATUS_ACCEPTED || !path[0])
        return status;
    if (*len > 0 && client->password[*len - 1] == '\n')
        (*len)--;
    if (*len == 0 || memchr(client->password, '\n', *len))
        return fail(client, path, "expected one line, the password");
    return STATUS_ACCEPTED;
}

static enum status prepare(struct client *client)
{
    const struct replay_rules *rules = &client->helper.rules->replay;
    enum status status;

    if (!redis_url_parse(rules->store, &client->place))
        return fail(client, "store", "expected redis://host:port/0 or rediss://host:port/0");
    status = read_password(client, rules->password_file);
    if (status == STATUS_ACCEPTED)
        status = read_file(client, rules->server_ca, 0, CA_MAX, &client->ca, &client->ca_len);
    return status;
}

static bool seal(struct client *client)
{
    const struct sandbox_network limits = {
        .unprivileged = paths_unprivileged,
        .seconds = replay_seconds_left(&client->helper),
        .file_max = 0,
        .readable = "",
    };

    return sandbox_enter_network(&limits, &client->helper.sandbox);
}

static enum status spend(struct client *client)
{
    struct replay_helper *helper = &client->helper;
    const struct redis_login login = {
        .username = helper->rules->replay.username,
        .password = span_of(client->password, client->password_len),
        .database = client->place.database,
    };
    struct redis_link *link;
    enum status status = replay_receive(helper);

    if (status != STATUS_ACCEPTED)
        return status;
    link = redis_link_open(&client->place, span_of(client->ca, client->ca_len), helper->deadline_ms,
                           &helper->report);
    if (!link)
        return STATUS_REPLAY_UNAVAILABLE;
    status = redis_spend(link, &login, &helper->entry, helper->now, &helper->report);
    redis_link_close(&link);
    return status;
}

static enum status run(struct client *client)
{
    enum status status = prepare(client);

    if (status != STATUS_ACCEPTED)
        return status;
    return seal(client) ? spend(client) : fail(client, "", client->helper.sandbox.error);
}

static void forget(struct client *client)
{
    if (client->password)
        explicit_bzero(client->password, client->password_len);
    free(client->password);
    free(client->ca);
}

int main(void)
{
    static struct client client;
    enum status status = STATUS_CONFIG_ERROR;

    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR || !replay_begin(&client.helper, false))
        return 1;
    if (client.helper.rules)
        status = run(&client);
    forget(&client);
    return replay_end(&client.helper, status);
}
