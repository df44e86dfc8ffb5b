/* SPDX-License-Identifier: BSD-3-Clause */
#include "refresh-index.h"

#include <dirent.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "../sys/anchor-index.h"

struct work {
    const char *cache;
    uid_t also_trusted;
    refresh_index_failed *failed;
    bool all_made;
};

static void make_one(const char *path, struct work *work)
{
    struct safefile_error error = {""};

    if (anchor_index_make(path, work->cache, work->also_trusted, &error))
        return;
    work->failed(path, error.text);
    work->all_made = false;
}

/* As a directory of trust_anchors is read. */
static int is_wanted(const struct dirent *entry)
{
    return fnmatch("*.pem", entry->d_name, FNM_PERIOD) == 0 ||
           fnmatch("*.crt", entry->d_name, FNM_PERIOD) == 0;
}

static void make_in(const char *directory, struct work *work)
{
    struct dirent **entries = NULL;
    int count = scandir(directory, &entries, is_wanted, alphasort);
    char path[4096];

    if (count < 0) {
        work->failed(directory, "the directory cannot be read");
        work->all_made = false;
    }
    for (int i = 0; i < count; i++) {
        if ((size_t)snprintf(path, sizeof(path), "%s/%s", directory, entries[i]->d_name) <
            sizeof(path))
            make_one(path, work);
        free(entries[i]);
    }
    free(entries);
}

static void make_of(const char *path, struct work *work)
{
    struct stat st;

    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        make_in(path, work);
    else
        make_one(path, work);
}

bool refresh_indexes(const struct rules *rules, const char *cache, uid_t also_trusted,
                     refresh_index_failed *failed)
{
    struct work work = {cache, also_trusted, failed, true};

    for (size_t i = 0; i < rules->issuer_count; i++) {
        const struct string_list *paths = &rules->issuers[i].trust_anchors;

        for (size_t j = 0; j < paths->count; j++)
            make_of(paths->items[j], &work);
    }
    return work.all_made;
}
