/* SPDX-License-Identifier: BSD-3-Clause */
#include "anchor-directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *const suffixes[] = {".pem", ".crt", NULL};

const struct input_kind anchor_kind = {suffixes, "expected *.pem or *.crt in it", 64 * 1024 * 1024,
                                       true};

static bool refuse(struct safefile_error *error, const char *name, const char *text)
{
    (void)snprintf(error->text, sizeof(error->text), "%s: %s", name, text);
    return false;
}

static int is_wanted(const struct dirent *entry)
{
    return inputs_want(&anchor_kind, entry->d_name);
}

bool anchor_directory_list(int directory, const char *path, struct anchor_names *names,
                           struct safefile_error *error)
{
    struct dirent **entries = NULL;
    int count = scandirat(directory, ".", &entries, is_wanted, alphasort);

    *names = (struct anchor_names){NULL, 0};
    if (count < 0)
        return refuse(error, path, strerror(errno));
    names->items = calloc((size_t)count + 1, sizeof(*names->items));
    for (int i = 0; i < count; i++) {
        if (names->items && (names->items[names->count] = strdup(entries[i]->d_name)))
            names->count++;
        free(entries[i]);
    }
    free(entries);
    if (count > 0 && names->count == (size_t)count)
        return true;
    anchor_names_free(names);
    return refuse(error, path, count == 0 ? anchor_kind.expected : "no memory to read it");
}

void anchor_names_free(struct anchor_names *names)
{
    for (size_t i = 0; names->items && i < names->count; i++)
        free(names->items[i]);
    free(names->items);
    *names = (struct anchor_names){NULL, 0};
}

int anchor_directory_open(int directory, const char *name, uid_t also_trusted,
                          struct safefile_error *error)
{
    int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    struct stat st;

    if (fd < 0) {
        (void)refuse(error, name, strerror(errno));
        return -1;
    }
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        (void)refuse(error, name, "expected a regular file");
    else if (safefile_trusted(fd, name, also_trusted, error))
        return fd;
    close(fd);
    return -1;
}
