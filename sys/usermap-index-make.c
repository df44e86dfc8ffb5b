/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "mapping.h"
#include "usermap-index.h"

/* An index that grows. */
struct growing {
    struct usermap_index_entry *entries;
    size_t count, room;
    uint32_t regexes[USERMAP_INDEX_REGEX_MAX];
    size_t regex_count;
};

static bool refuse(struct safefile_error *error, const char *path, const char *text)
{
    (void)snprintf(error->text, sizeof(error->text), "%s: %s", path, text);
    return false;
}

static bool append(struct growing *growing, const struct usermap_index_entry *entry)
{
    if (growing->count == growing->room) {
        size_t room = growing->room ? 2 * growing->room : 1024;
        struct usermap_index_entry *entries =
            realloc(growing->entries, room * sizeof(*growing->entries));

        if (!entries)
            return false;
        growing->entries = entries;
        growing->room = room;
    }
    growing->entries[growing->count++] = *entry;
    return true;
}

/* A line that is too long to be found by its hash is found by a search. */
static bool add_line(struct growing *growing, const struct usermap_line *line, uint32_t offset)
{
    struct usermap_index_entry entry = {.offset = offset};

    if (line->kind == USERMAP_REGEX && growing->regex_count < USERMAP_INDEX_REGEX_MAX)
        growing->regexes[growing->regex_count++] = offset;
    return line->kind != USERMAP_LITERAL ||
           !usermap_index_hash(span_text(line->subject), span_text(line->user), entry.hash) ||
           append(growing, &entry);
}

static bool collect(struct span text, const char *path, struct growing *growing,
                    struct safefile_error *error)
{
    const unsigned char *begin = text.ptr, *at = begin;
    struct usermap_line line;
    bool parsed;

    for (size_t number = 1; usermap_line_take(&text, &line, &parsed); number++) {
        if (!parsed) {
            (void)snprintf(error->text, sizeof(error->text), "%s:%zu: %s", path, number,
                           line.error);
            return false;
        }
        if (!add_line(growing, &line, (uint32_t)(at - begin)))
            return refuse(error, path, "no memory for its index");
        at = text.ptr;
    }
    return true;
}

static int compare(const void *a, const void *b)
{
    const struct usermap_index_entry *left = a, *right = b;
    int order = memcmp(left->hash, right->hash, sizeof(left->hash));

    return order ? order : (left->offset > right->offset) - (left->offset < right->offset);
}

/* Who may not read the map may not try names against the hashes of its lines, either. */
static mode_t index_mode(const struct stat *source)
{
    return (source->st_mode & S_IROTH) != 0 ? 0644 : 0600;
}

static bool write_index(int cache, const char *name, const struct stat *source,
                        const struct growing *growing, struct safefile_error *error)
{
    struct usermap_index_header header = {.source = file_identity_of(source),
                                          .count = growing->count,
                                          .regexes = growing->regex_count};
    const struct span parts[] = {
        span_of(&header, sizeof(header)),
        span_of(growing->entries, growing->count * sizeof(*growing->entries)),
        span_of(growing->regexes, growing->regex_count * sizeof(growing->regexes[0])),
    };

    memcpy(header.mark, usermap_index_mark, sizeof(header.mark));
    return index_file_replace(cache, name, index_mode(source), parts,
                              sizeof(parts) / sizeof(parts[0]), error);
}

static enum index_file_outcome make(int fd, const char *source, int cache, const char *name,
                                    struct safefile_error *error)
{
    struct growing growing = {.entries = NULL};
    enum index_file_outcome outcome = INDEX_FILE_FAILED;
    struct mapping mapping = {.bytes = {NULL, 0}};
    struct stat st;
    int failed = fstat(fd, &st) != 0 ? errno : mapping_make(fd, USERMAP_BYTES_MAX, &mapping);

    if (failed) {
        (void)refuse(error, source, strerror(failed));
        return INDEX_FILE_FAILED;
    }
    if (collect(mapping.bytes, source, &growing, error))
        outcome = mapping.bytes.len < USERMAP_INDEX_WORTH ? INDEX_FILE_NOT_WANTED : INDEX_FILE_MADE;
    mapping_free(&mapping);
    if (outcome == INDEX_FILE_MADE) {
        if (growing.count > 0)
            qsort(growing.entries, growing.count, sizeof(*growing.entries), compare);
        outcome =
            write_index(cache, name, &st, &growing, error) ? INDEX_FILE_MADE : INDEX_FILE_FAILED;
    }
    free(growing.entries);
    return outcome;
}

static bool is_made(int cache, const char *source, uid_t also_trusted)
{
    struct usermap_index index;
    bool made;

    usermap_index_open(&index, cache, source, also_trusted);
    made = index.file >= 0;
    usermap_index_close(&index);
    return made;
}

static enum index_file_outcome open_and_make(const char *source, int cache, const char *name,
                                             uid_t also_trusted, struct safefile_error *error)
{
    enum index_file_outcome outcome;
    int fd;

    if (is_made(cache, source, also_trusted))
        return INDEX_FILE_MADE;
    fd = safefile_open(source, also_trusted, error);
    if (fd < 0)
        return INDEX_FILE_FAILED;
    outcome = make(fd, source, cache, name, error);
    close(fd);
    return outcome;
}

bool usermap_index_make(const char *source, const char *cache, uid_t also_trusted,
                        struct safefile_error *error)
{
    return index_file_make(source, USERMAP_INDEX_SUFFIX, cache, also_trusted, open_and_make, error);
}
