/* SPDX-License-Identifier: BSD-3-Clause */
#include "anchors.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "anchor-directory.h"
#include "anchor-index.h"
#include "anchor-match.h"

/* One path of one issuer: mapped files, an index, or both. A directory with an index is not read.
 */
struct place {
    const struct issuer_rules *issuer;
    const char *path;    /* of the rules */
    size_t first, count; /* of the inputs */
    struct anchor_index index;
};

struct anchor_files {
    struct input_files inputs;
    struct place *places;
    size_t count;
    unsigned directories; /* with an index */
    uid_t also_trusted;
};

/* --- before the sandbox: bytes ---------------------------------------------------------------- */

/* What one call of anchors_open() works with. */
struct opening {
    struct anchor_files *files;
    const char *path; /* of the cache; NULL: there is none, and no index */
    int cache; /* its descriptor, opened when it is needed first; -1: not yet, or not there */
    struct safefile_error *error;
};

/* Whatever is wrong with an index: there is none then. */
static void open_index(struct opening *opening, struct place *place)
{
    struct anchor_files *files = opening->files;
    struct safefile_error unused = {""};
    struct stat st;
    bool directory;

    if (!opening->path || stat(place->path, &st) != 0)
        return;
    directory = S_ISDIR(st.st_mode);
    if (directory ? files->directories == ANCHOR_DIRECTORIES_MAX : st.st_size < ANCHOR_INDEX_WORTH)
        return;
    if (opening->cache < 0)
        opening->cache = safefile_open_directory(opening->path, files->also_trusted, &unused);
    if (opening->cache < 0)
        return;
    anchor_index_open(&place->index, opening->cache, place->path, directory, files->also_trusted);
    if (directory && place->index.mapping.bytes.ptr)
        files->directories++;
}

static bool has_index(const struct place *place)
{
    return place->index.mapping.bytes.ptr != NULL;
}

static bool add_place(struct opening *opening, const struct issuer_rules *issuer, char *path)
{
    struct anchor_files *files = opening->files;
    struct place *place = &files->places[files->count++];
    const struct string_list paths = {&path, 1};

    *place = (struct place){.issuer = issuer, .path = path, .first = files->inputs.count};
    open_index(opening, place);
    if (has_index(place) && place->index.directory)
        return true;
    if (!inputs_add(&files->inputs, &anchor_kind, issuer, &paths, files->also_trusted,
                    opening->error))
        return false;
    place->count = files->inputs.count - place->first;
    return true;
}

static bool add_places(struct opening *opening, const struct rules *rules)
{
    size_t count = 0;

    for (size_t i = 0; i < rules->issuer_count; i++)
        count += rules->issuers[i].trust_anchors.count;
    opening->files->places = calloc(count + 1, sizeof(*opening->files->places));
    if (!opening->files->places) {
        (void)snprintf(opening->error->text, sizeof(opening->error->text),
                       "trust_anchors: no memory to read them");
        return false;
    }
    for (size_t i = 0; i < rules->issuer_count; i++) {
        const struct string_list *paths = &rules->issuers[i].trust_anchors;

        for (size_t at = 0; at < paths->count; at++)
            if (!add_place(opening, &rules->issuers[i], paths->items[at]))
                return false;
    }
    return true;
}

struct anchor_files *anchors_open(const struct rules *rules, const char *cache, uid_t also_trusted,
                                  struct safefile_error *error)
{
    struct anchor_files *files = calloc(1, sizeof(*files));
    struct opening opening = {.files = files, .path = cache, .cache = -1, .error = error};

    if (!files) {
        (void)snprintf(error->text, sizeof(error->text), "trust_anchors: no memory to read them");
        return NULL;
    }
    files->also_trusted = also_trusted;
    if (!add_places(&opening, rules))
        anchors_close(&files);
    if (opening.cache >= 0)
        close(opening.cache);
    return files;
}

size_t anchors_directories(const struct anchor_files *files, int fds[ANCHOR_DIRECTORIES_MAX])
{
    size_t count = 0;

    for (size_t i = 0; i < files->count; i++)
        if (has_index(&files->places[i]) && files->places[i].index.directory)
            fds[count++] = files->places[i].index.source;
    return count;
}

void anchors_close(struct anchor_files **files)
{
    if (!*files)
        return;
    for (size_t i = 0; i < (*files)->count; i++)
        anchor_index_close(&(*files)->places[i].index);
    free((*files)->places);
    inputs_free(&(*files)->inputs);
    free(*files);
    *files = NULL;
}

/* --- inside the sandbox: certificates --------------------------------------------------------- */

/* Of an entry that leads to no block nothing is believed. */
static enum status ask_index(const struct place *place, const gnutls_datum_t *subject,
                             struct anchors *found, struct report *report)
{
    size_t count, first = anchor_index_find(&place->index, subject, &count);
    enum status status = STATUS_ACCEPTED;
    char *window = malloc(ANCHOR_INDEX_WINDOW);

    found->hinted = true;
    for (size_t i = first; window && i < first + count && status == STATUS_ACCEPTED; i++) {
        struct span block;

        if (anchor_index_read(&place->index, i, window, &block))
            status = anchor_match_block(block, subject, found, place->path, report);
    }
    free(window);
    return status;
}

static enum status search_inputs(const struct input_files *inputs, const struct place *place,
                                 const gnutls_datum_t *subject, struct anchors *found,
                                 struct report *report)
{
    enum status status = STATUS_ACCEPTED;

    for (size_t i = 0; i < place->count && status == STATUS_ACCEPTED; i++) {
        const struct input_file *file = &inputs->items[place->first + i];

        status =
            anchor_match_text(span_of(file->bytes, file->len), subject, found, file->path, report);
    }
    return status;
}

static enum status search_named(const struct place *place, const char *name,
                                const gnutls_datum_t *subject, struct anchors *found,
                                struct report *report)
{
    int fd, failed = 0;
    struct safefile_error error = {""};
    struct mapping mapping = {{NULL, 0}};
    char path[PATH_MAX + NAME_MAX + 2];
    enum status status;

    (void)snprintf(path, sizeof(path), "%s/%s", place->path, name);
    fd = anchor_directory_open(place->index.source, name, place->index.also_trusted, &error);
    if (fd < 0)
        return report_refuse(report, STATUS_CONFIG_ERROR, "%s/%s", place->path, error.text);
    failed = mapping_make(fd, anchor_kind.bytes_max, &mapping);
    close(fd);
    status = failed ? report_refuse(report, STATUS_CONFIG_ERROR, "%s: %s", path, strerror(failed))
                    : anchor_match_text(mapping.bytes, subject, found, path, report);
    mapping_free(&mapping);
    return status;
}

static enum status search_directory(const struct place *place, const gnutls_datum_t *subject,
                                    struct anchors *found, struct report *report)
{
    struct safefile_error error = {""};
    struct anchor_names names;
    enum status status = STATUS_ACCEPTED;

    if (!anchor_directory_list(place->index.source, place->path, &names, &error))
        return report_refuse(report, STATUS_CONFIG_ERROR, "%s", error.text);
    for (size_t i = 0; i < names.count && status == STATUS_ACCEPTED; i++)
        status = search_named(place, names.items[i], subject, found, report);
    anchor_names_free(&names);
    return status;
}

static enum status find(void *context, const struct issuer_rules *issuer,
                        const gnutls_datum_t *subject, struct anchors *found, struct report *report)
{
    const struct anchor_files *files = context;
    enum status status = STATUS_ACCEPTED;

    for (size_t i = 0; i < files->count && status == STATUS_ACCEPTED; i++) {
        const struct place *place = &files->places[i];

        if (place->issuer != issuer)
            continue;
        if (has_index(place) && !found->thorough)
            status = ask_index(place, subject, found, report);
        else if (has_index(place) && place->index.directory)
            status = search_directory(place, subject, found, report);
        else
            status = search_inputs(&files->inputs, place, subject, found, report);
    }
    return status;
}

struct anchor_source anchors_source(struct anchor_files *files)
{
    return (struct anchor_source){find, files};
}
