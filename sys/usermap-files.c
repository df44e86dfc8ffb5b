/* SPDX-License-Identifier: BSD-3-Clause */
#include "usermap-files.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "mapping.h"
#include "usermap-index.h"

/* The map of one issuer. */
struct usermap_file {
    const struct issuer_rules *issuer;
    struct mapping mapping;
    struct usermap_index index;
};

struct usermap_files {
    struct usermap_file *items;
    size_t count;
};

/* Whatever is wrong with the cache or an index: there is none then. */
static void open_index(struct usermap_file *file, const char *cache, uid_t also_trusted)
{
    struct safefile_error unused = {""};
    int directory;

    if (file->mapping.bytes.len < USERMAP_INDEX_WORTH)
        return;
    directory = safefile_open_directory(cache, also_trusted, &unused);
    if (directory < 0)
        return;
    usermap_index_open(&file->index, directory, file->issuer->user_map, also_trusted);
    close(directory);
}

static bool open_all(struct usermap_files *files, const struct rules *rules, const char *cache,
                     uid_t also_trusted, struct safefile_error *error)
{
    for (size_t i = 0; i < rules->issuer_count; i++) {
        const struct issuer_rules *issuer = &rules->issuers[i];
        struct usermap_file *file = &files->items[files->count];

        if (issuer->user_map[0] != '/')
            continue;
        *file = (struct usermap_file){.issuer = issuer, .index = {.file = -1, .source = -1}};
        if (!mapping_open(issuer->user_map, USERMAP_BYTES_MAX, also_trusted, &file->mapping, error))
            return false;
        files->count++;
        open_index(file, cache, also_trusted);
    }
    return true;
}

struct usermap_files *usermap_files_open(const struct rules *rules, const char *cache,
                                         uid_t also_trusted, struct safefile_error *error)
{
    struct usermap_files *files = calloc(1, sizeof(*files));

    if (files)
        files->items = calloc(rules->issuer_count + 1, sizeof(*files->items));
    if (!files || !files->items)
        (void)snprintf(error->text, sizeof(error->text), "user_map: no memory to read it");
    else if (open_all(files, rules, cache, also_trusted, error))
        return files;
    usermap_files_close(&files);
    return NULL;
}

void usermap_files_close(struct usermap_files **files)
{
    if (!*files)
        return;
    for (size_t i = 0; i < (*files)->count; i++) {
        mapping_free(&(*files)->items[i].mapping);
        usermap_index_close(&(*files)->items[i].index);
    }
    free((*files)->items);
    free(*files);
    *files = NULL;
}

/* --- inside the sandbox: lines ---------------------------------------------------------------- */

static const struct usermap_file *find(const struct usermap_files *files,
                                       const struct issuer_rules *issuer)
{
    for (size_t i = 0; i < files->count; i++)
        if (files->items[i].issuer == issuer)
            return &files->items[i];
    return NULL;
}

static bool text_of(void *context, const struct issuer_rules *issuer, struct span *text)
{
    const struct usermap_file *file = find(context, issuer);

    if (file)
        *text = file->mapping.bytes;
    return file != NULL;
}

static void hint(void *context, const struct issuer_rules *issuer, struct span subject,
                 const char *user, bool (*look)(void *look_context, struct span line),
                 void *look_context)
{
    const struct usermap_file *file = find(context, issuer);

    if (file)
        usermap_index_ask(&file->index, subject, user, look, look_context);
}

struct usermap_source usermap_files_source(struct usermap_files *files)
{
    return (struct usermap_source){text_of, hint, files};
}
