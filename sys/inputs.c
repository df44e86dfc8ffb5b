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

#define SUFFIX_LEN 4

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

/* Takes the mapping of `file` over. */
static bool append(const struct adding *adding, const char *path, struct input_file file)
{
    struct input_files *files = adding->files;
    struct input_file *items = realloc(files->items, (files->count + 1) * sizeof(*items));

    file.issuer = adding->issuer;
    file.path = strdup(path);
    if (items)
        files->items = items;
    if (!items || !file.path) {
        free(file.path);
        safefile_unmap(file.bytes, file.len);
        return refuse(adding, path, "no memory to read it");
    }
    items[files->count++] = file;
    files->bytes += file.len;
    return true;
}

static bool add_file(const struct adding *adding, const char *path)
{
    int fd = safefile_open(path, adding->also_trusted, adding->error);
    struct input_file file = {.bytes = NULL};

    if (fd < 0)
        return false;
    file.bytes = safefile_map(fd, path, adding->kind->bytes_max - adding->files->bytes, &file.st,
                              adding->error);
    file.len = (size_t)file.st.st_size;
    close(fd);
    return file.bytes && append(adding, path, file);
}

static bool is_wanted(const struct input_kind *kind, const char *name)
{
    size_t len = strlen(name);

    if (name[0] == '.' || len <= SUFFIX_LEN)
        return false;
    for (const char *const *suffix = kind->suffixes; *suffix; suffix++)
        if (strcmp(name + len - SUFFIX_LEN, *suffix) == 0)
            return true;
    return false;
}

static bool add_entries(const struct adding *adding, const char *path, struct dirent **entries,
                        int count)
{
    char name[PATH_MAX + NAME_MAX + 2];
    bool found = false;

    for (int i = 0; i < count; i++) {
        if (!is_wanted(adding->kind, entries[i]->d_name))
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
    for (size_t i = 0; i < files->count; i++) {
        free(files->items[i].path);
        safefile_unmap(files->items[i].bytes, files->items[i].len);
    }
    free(files->items);
    *files = (struct input_files){0};
}
