/* SPDX-License-Identifier: BSD-3-Clause */
#include "askpass-token.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../lib/jws.h"
#include "askpass-command.h"
#include "askpass-file.h"
#include "input.h"

#define BUFFER_SIZE (TOKEN_MAX + 1024) /* bytes: some white space may surround the token */

static bool take_text(const char *value, struct secret *buffer)
{
    return secret_append(buffer, value, strlen(value)) ||
           askpass_fail("BEARER_TOKEN", "it is too long");
}

static bool take_file(const char *path, struct secret *buffer)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

    if (fd < 0)
        return askpass_fail(path, "%s", strerror(errno));

    bool done = input_read(fd, buffer) || askpass_fail(path, "%s", strerror(errno));

    close(fd);
    return done;
}

static bool take_private(const char *directory, struct secret *buffer)
{
    char path[PATH_MAX];
    const char *why;
    int length = snprintf(path, sizeof(path), "%s/bt_u%u", directory, (unsigned)geteuid());

    if (length < 0 || (size_t)length >= sizeof(path))
        return askpass_fail(directory, "the path is too long");

    int fd = askpass_open_private(AT_FDCWD, path, &why);

    if (fd < 0)
        return askpass_fail(path, "%s", why);

    bool done = input_read(fd, buffer) || askpass_fail(path, "%s", strerror(errno));

    close(fd);
    return done;
}

static const struct {
    const char *variable;
    bool (*take)(const char *value, struct secret *buffer);
} places[] = {
    {"BEARER_TOKEN", take_text},
    {"BEARER_TOKEN_FILE", take_file},
    {"XDG_RUNTIME_DIR", take_private},
};

static bool discover(struct secret *buffer)
{
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        const char *value = getenv(places[i].variable);

        if (value && *value != '\0')
            return places[i].take(value, buffer);
    }
    return take_private("/tmp", buffer);
}

const char *askpass_token_command(const struct askpass_config *config)
{
    const char *command = getenv("PAM_JWT_TOKEN_COMMAND");

    return command && *command != '\0' ? command : config->token_command;
}

static bool read_first_place(const struct askpass_config *config, const struct asker *asker,
                             struct secret *buffer)
{
    const char *command = askpass_token_command(config);

    if (command)
        return askpass_command_run(command, asker, buffer);
    return config->token_file ? take_file(config->token_file, buffer) : discover(buffer);
}

/* Three parts of base64url, and the first is a JSON object: {" is eyJ. */
static bool is_jwt(struct span text)
{
    unsigned dots = 0;

    if (text.len < 3 || memcmp(text.ptr, "eyJ", 3) != 0)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] <= ' ' || text.ptr[i] >= 0x7f)
            return false;
        dots += text.ptr[i] == '.';
    }
    return dots == 2;
}

bool askpass_token_find(const struct askpass_config *config, const struct asker *asker,
                        struct secret *buffer, struct span *token)
{
    if (!secret_alloc(buffer, BUFFER_SIZE))
        return askpass_fail("memory", "%s", strerror(errno));
    if (!read_first_place(config, asker, buffer))
        return false;

    *token = input_strip(span_of(buffer->ptr, buffer->len));

    if (token->len == 0)
        return askpass_fail("token", "expected a token, found nothing but white space");
    if (token->len > TOKEN_MAX || buffer->len == buffer->size)
        return askpass_fail("token", "expected at most %d bytes", TOKEN_MAX);
    /* A file given by mistake (a key, a list of passwords) must not reach a server. */
    if (!is_jwt(*token))
        return askpass_fail("token", "expected a JWT: one word of three parts joined by dots, "
                                     "which begins with eyJ; it was not sent");
    return true;
}
