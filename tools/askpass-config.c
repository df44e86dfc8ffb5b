/* SPDX-License-Identifier: BSD-3-Clause */
#include "askpass-config.h"

#include <errno.h>
#include <pwd.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "askpass-file.h"

#define BLANKS " \t\r"
#define EXPECTED_KEYS "token_command, token_file or prompt"

struct line {
    const struct askpass_config *config;
    unsigned number;
};

static const struct {
    const char *name;
    size_t offset;
} keys[] = {
    {"token_command", offsetof(struct askpass_config, token_command)},
    {"token_file", offsetof(struct askpass_config, token_file)},
    {"prompt", offsetof(struct askpass_config, prompt)},
};

static bool refuse(const struct line *line, const char *expected, const char *found)
{
    char where[PATH_MAX + 16];

    snprintf(where, sizeof(where), "%s:%u", line->config->path, line->number);
    return askpass_fail(where, "expected %s, found '%s': see pam-jwt-askpass(1)", expected, found);
}

static char *strip(char *text)
{
    text += strspn(text, BLANKS);

    size_t len = strlen(text);

    while (len > 0 && strchr(BLANKS, text[len - 1]))
        len--;
    text[len] = '\0';
    return text;
}

static bool has_control_byte(const char *text)
{
    for (; *text; text++) {
        if (((unsigned char)*text < ' ' && *text != '\t') || *text == 0x7f)
            return true;
    }
    return false;
}

static bool set_key(struct askpass_config *config, const struct line *line, const char *key,
                    const char *value)
{
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        const char **field = (const char **)((char *)config + keys[i].offset);

        if (strcmp(key, keys[i].name) != 0)
            continue;
        if (*field)
            return refuse(line, "each key once", key);
        *field = value;
        return true;
    }
    return refuse(line, EXPECTED_KEYS, key);
}

static bool take_line(struct askpass_config *config, const struct line *line, char *text)
{
    text = strip(text);
    if (*text == '\0' || *text == '#')
        return true;
    if (has_control_byte(text))
        return refuse(line, "a line of text", "a control character");

    char *equals = strchr(text, '=');

    if (!equals)
        return refuse(line, "KEY = VALUE", text);
    *equals = '\0';

    const char *key = strip(text);
    const char *value = strip(equals + 1);

    if (*value == '\0')
        return refuse(line, "a value behind =", "none");
    return set_key(config, line, key, value);
}

/* An absolute path: programs with a window are started in any directory. */
static bool complete_file(struct askpass_config *config, const char *home)
{
    const char *file = config->token_file;

    if (!file || *file == '/')
        return true;
    if (strncmp(file, "~/", 2) != 0 || !home)
        return askpass_fail(
            config->path, "token_file: expected a path that begins with / or ~/, found '%s'", file);

    int len = snprintf(config->file, sizeof(config->file), "%s%s", home, file + 1);

    if (len < 0 || (size_t)len >= sizeof(config->file))
        return askpass_fail(config->path, "token_file: the path is too long");
    config->token_file = config->file;
    return true;
}

static bool parse(struct askpass_config *config, const char *home)
{
    struct line line = {.config = config};
    char *rest = config->text;

    while (rest) {
        char *text = strsep(&rest, "\n");

        line.number++;
        if (!take_line(config, &line, text))
            return false;
    }
    if (config->token_command && config->token_file)
        return askpass_fail(config->path, "expected token_command or token_file, found both");
    return complete_file(config, home);
}

/* NULL: nobody knows. */
static const char *find_home(void)
{
    const char *home = getenv("HOME");

    if (home && *home == '/')
        return home;

    const struct passwd *user = getpwuid(geteuid());

    return user && user->pw_dir && *user->pw_dir == '/' ? user->pw_dir : NULL;
}

/* False: there can be no file. */
static bool find_path(char path[PATH_MAX], const char *home)
{
    const char *base = getenv("XDG_CONFIG_HOME");
    bool given = base && *base == '/';

    if (!given && !home)
        return false;

    int len = snprintf(path, PATH_MAX, "%s%s/pam_jwt/askpass.conf", given ? base : home,
                       given ? "" : "/.config");

    return len > 0 && len < PATH_MAX;
}

static bool read_text(struct askpass_config *config, int fd)
{
    size_t len = 0;

    while (len < sizeof(config->text)) {
        ssize_t got = read(fd, config->text + len, sizeof(config->text) - len);

        if (got == 0)
            break;
        if (got < 0 && errno != EINTR)
            return askpass_fail(config->path, "%s", strerror(errno));
        len += got > 0 ? (size_t)got : 0;
    }
    if (len > ASKPASS_CONFIG_MAX)
        return askpass_fail(config->path, "expected at most %d bytes", ASKPASS_CONFIG_MAX);
    config->text[len] = '\0';
    if (memchr(config->text, '\0', len))
        return askpass_fail(config->path, "expected text, found a NUL byte");
    return true;
}

bool askpass_config_read(struct askpass_config *config)
{
    const char *home = find_home();
    const char *why;

    config->token_command = config->token_file = config->prompt = NULL;
    if (!find_path(config->path, home))
        return true;

    int fd = askpass_open_trusted(config->path, &why);

    if (fd < 0)
        return !why || askpass_fail(config->path, "%s", why);

    bool done = read_text(config, fd);

    close(fd);
    return done && parse(config, home);
}
