/* SPDX-License-Identifier: BSD-3-Clause */
#include "inputs.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What one call of inputs_add() works with. */
struct adding {
    struct input_files *files;
    const struct input_kind *kind;
    const struct issuer_rules *issuer;
    uid_t also_trusted;
    struct safefile_error *error;
};

static bool refuse(const struct adding *adding, const char *path, const char *text)
{
    (void)snprintf(adding->error->text, sizeof(adding->error->text), "%s: %s", path, text);
    return false;
}

static void release(struct input_file *file)
{
    free(file->path);
    free(file->read);
    mapping_free(&file->mapping);
}

/* Takes `file` over. */
static bool append(const struct adding *adding, const char *path, struct input_file *file)
{
    struct input_files *files = adding->files;
    struct input_file *items = realloc(files->items, (files->count + 1) * sizeof(*items));

    if (items)
        files->items = items;
    file->path = strdup(path);
    if (!items || !file->path) {
        release(file);
        return refuse(adding, path, "no memory to read it");
    }
    items[files->count++] = *file;
    files->bytes += file->len;
    return true;
}

static bool map_file(const struct adding *adding, const char *path, int fd, struct input_file *file)
{
    size_t max = adding->kind->bytes_max - adding->files->bytes;
    int error = mapping_make(fd, max, &file->mapping);

    if (error == EFBIG) {
        (void)snprintf(adding->error->text, sizeof(adding->error->text),
                       "%s: expected at most %zu bytes, found more", path, max);
        return false;
    }
    if (error != 0)
        return refuse(adding, path, strerror(error));
    file->bytes = (const char *)file->mapping.bytes.ptr;
    file->len = file->mapping.bytes.len;
    return true;
}

static bool read_file(const struct adding *adding, const char *path, int fd,
                      struct input_file *file)
{
    size_t max = adding->kind->bytes_max - adding->files->bytes;

    file->read = safefile_read(fd, path, max, &file->len, adding->error);
    file->bytes = file->read;
    return file->read != NULL;
}

static bool add_file(const struct adding *adding, const char *path)
{
    int fd = safefile_open(path, adding->also_trusted, adding->error);
    struct input_file file = {.issuer = adding->issuer};
    bool done;

    if (fd < 0)
        return false;
    done = (adding->kind->map ? map_file : read_file)(adding, path, fd, &file);
    close(fd);
    return done && append(adding, path, &file);
}

bool inputs_want(const struct input_kind *kind, const char *name)
{
    size_t len = strlen(name);

    if (name[0] == '.')
        return false;
    for (const char *const *suffix = kind->suffixes; *suffix; suffix++)
        if (len > strlen(*suffix) && strcmp(name + len - strlen(*suffix), *suffix) == 0)
            return true;
    return false;
}

static bool add_entries(const struct adding *adding, const char *path, struct dirent **entries,
                        int count)
{
    char name[PATH_MAX + NAME_MAX + 2];
    bool found = false;

    for (int i = 0; i < count; i++) {
        if (!inputs_want(adding->kind, entries[i]->d_name))
            continue;
        (void)snprintf(name, sizeof(name), "%s/%s", path, entries[i]->d_name);
        if (!add_file(adding, name))
            return false;
        found = true;
    }
    return found || refuse(adding, path, adding->kind->expected);
}

static bool add_directory(const struct adding *adding, const char *path)
{
    struct dirent **entries = NULL;
    int fd = safefile_open_directory(path, adding->also_trusted, adding->error), count;
    bool done;

    if (fd < 0)
        return false;
    count = scandirat(fd, ".", &entries, NULL, alphasort);
    close(fd);
    if (count < 0)
        return refuse(adding, path, strerror(errno));
    done = add_entries(adding, path, entries, count);
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
    return done;
}

bool inputs_add(struct input_files *files, const struct input_kind *kind,
                const struct issuer_rules *issuer, const struct string_list *paths,
                uid_t also_trusted, struct safefile_error *error)
{
    const struct adding adding = {files, kind, issuer, also_trusted, error};

    for (size_t i = 0; i < paths->count; i++) {
        struct stat st;
        bool directory = stat(paths->items[i], &st) == 0 && S_ISDIR(st.st_mode);

        if (!(directory ? add_directory : add_file)(&adding, paths->items[i]))
            return false;
    }
    return true;
}

void inputs_free(struct input_files *files)
{
    for (size_t i = 0; i < files->count; i++)
        release(&files->items[i]);
    free(files->items);
    *files = (struct input_files){0};
}
