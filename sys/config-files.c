/* SPDX-License-Identifier: BSD-3-Clause */
#include "config-files.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "safefile.h"

#define FILE_BYTES_MAX (256 * 1024)
#define FILES_MAX 256 /* in conf.d */

struct reader {
    uid_t also_trusted;
    struct config_error *error;
    config_file_taker take;
    void *context;
};

static bool refuse(const struct reader *reader, const char *path, const char *text)
{
    (void)snprintf(reader->error->text, sizeof(reader->error->text), "%s%s%s", path,
                   path[0] ? ": " : "", text);
    return false;
}

static bool read_file(const struct reader *reader, const char *path)
{
    struct safefile_error error = {""};
    int fd = safefile_open(path, reader->also_trusted, &error);
    size_t len = 0;
    char *text;
    bool done;

    if (fd < 0)
        return refuse(reader, "", error.text);
    text = safefile_read(fd, path, FILE_BYTES_MAX, &len, &error);
    close(fd);
    if (!text)
        return refuse(reader, "", error.text);
    done = reader->take(reader->context, path, text, len);
    free(text);
    return done;
}

static int is_conf(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);

    return entry->d_name[0] != '.' && len > 5 && strcmp(entry->d_name + len - 5, ".conf") == 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static bool read_directory(const struct reader *reader, int fd, const char *path)
{
    char entry[PATH_MAX + NAME_MAX + 2];
    struct dirent **entries = NULL;
    int count = scandirat(fd, ".", &entries, is_conf, by_bytes);
    bool done = count >= 0 && count <= FILES_MAX;

    if (!done)
        refuse(reader, path, count < 0 ? strerror(errno) : "expected at most 256 files");
    for (int i = 0; i < count; i++) {
        (void)snprintf(entry, sizeof(entry), "%s/%s", path, entries[i]->d_name);
        done = done && read_file(reader, entry);
        free(entries[i]);
    }
    free(entries);
    return done;
}

/* Not there at all: a symbolic link that leads nowhere is a mistake, not an absence. */
static bool is_absent(const char *path)
{
    struct stat st;

    return lstat(path, &st) != 0 && errno == ENOENT;
}

bool config_files_each(const char *path, uid_t also_trusted, struct config_error *error,
                       config_file_taker take, void *context)
{
    const struct reader reader = {also_trusted, error, take, context};
    struct safefile_error why = {""};
    char directory[PATH_MAX];
    bool done;
    int fd;

    if (!read_file(&reader, path))
        return false;
    (void)snprintf(directory, sizeof(directory), "%.*s/conf.d", (int)(strrchr(path, '/') - path),
                   path);
    fd = safefile_open_directory(directory, also_trusted, &why);
    if (fd < 0)
        return (errno == ENOENT && is_absent(directory)) || refuse(&reader, "", why.text);
    done = read_directory(&reader, fd, directory);
    close(fd);
    return done;
}
