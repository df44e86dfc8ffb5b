/* SPDX-License-Identifier: BSD-3-Clause */
#include "usermap-index.h"

#include <gnutls/crypto.h>
#include <unistd.h>

const char usermap_index_mark[8] = "usermap1";

bool usermap_index_name(const char *source, char name[INDEX_FILE_NAME_SIZE])
{
    return index_file_name(source, USERMAP_INDEX_SUFFIX, name);
}

bool usermap_index_hash(struct span subject, struct span user, unsigned char hash[12])
{
    unsigned char text[USERMAP_SUBJECT_MAX + 1 + USERMAP_LINE_MAX], digest[32];

    if (subject.len == 0 || subject.len > USERMAP_SUBJECT_MAX || user.len == 0 ||
        user.len > USERMAP_LINE_MAX)
        return false;
    memcpy(text, subject.ptr, subject.len);
    text[subject.len] = '\0';
    memcpy(text + subject.len + 1, user.ptr, user.len);
    if (gnutls_hash_fast(GNUTLS_DIG_SHA256, text, subject.len + 1 + user.len, digest) != 0)
        return false;
    memcpy(hash, digest, 12);
    return true;
}

#define ENTRY sizeof(struct usermap_index_entry)
#define OFFSET sizeof(uint32_t)

static bool read_at(int fd, uint64_t offset, void *out, size_t size)
{
    return pread(fd, out, size, (off_t)offset) == (ssize_t)size;
}

/* All of it is there, and nothing behind it. */
static bool is_whole(const struct usermap_index_header *header, int fd)
{
    struct stat st;
    uint64_t rest;

    if (memcmp(header->mark, usermap_index_mark, sizeof(header->mark)) != 0 || fstat(fd, &st) != 0)
        return false;
    rest = (uint64_t)st.st_size - sizeof(*header);
    return header->count <= rest / ENTRY && header->regexes <= USERMAP_INDEX_REGEX_MAX &&
           header->regexes * OFFSET == rest - header->count * ENTRY;
}

void usermap_index_open(struct usermap_index *index, int cache, const char *source,
                        uid_t also_trusted)
{
    struct usermap_index_header header;
    struct safefile_error unused = {""};
    char name[INDEX_FILE_NAME_SIZE];

    *index = (struct usermap_index){.file = -1, .source = -1};
    if (!usermap_index_name(source, name))
        return;
    index->file = index_file_open(cache, name, also_trusted);
    if (index->file >= 0 && read_at(index->file, 0, &header, sizeof(header)) &&
        is_whole(&header, index->file)) {
        index->source = safefile_open(source, also_trusted, &unused);
        index->count = header.count;
        index->regexes = header.regexes;
        if (file_identity_is(&header.source, index->source))
            return;
    }
    usermap_index_close(index);
}

void usermap_index_close(struct usermap_index *index)
{
    if (index->file >= 0)
        close(index->file);
    if (index->source >= 0)
        close(index->source);
    *index = (struct usermap_index){.file = -1, .source = -1};
}

static bool read_entry(const struct usermap_index *index, size_t number,
                       struct usermap_index_entry *entry)
{
    return number < index->count &&
           read_at(index->file, sizeof(struct usermap_index_header) + number * ENTRY, entry, ENTRY);
}

/* The number of the first entry whose hash is not lower; an index that cannot be read has none. */
static size_t find(const struct usermap_index *index, const unsigned char hash[12])
{
    size_t low = 0, high = index->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        struct usermap_index_entry entry;

        if (!read_entry(index, middle, &entry))
            return index->count;
        if (memcmp(entry.hash, hash, sizeof(entry.hash)) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* A whole line of the map, from its first byte to its line feed. */
static bool look_at(const struct usermap_index *index, uint32_t offset,
                    bool (*look)(void *context, struct span line), void *context)
{
    char window[1 + USERMAP_LINE_MAX + 1]; /* the end of the line before, the line, its end */
    const size_t before = offset > 0;
    ssize_t got = pread(index->source, window, sizeof(window), (off_t)(offset - before));
    const char *begin = window + before, *end;

    if (got <= (ssize_t)before || (before && window[0] != '\n'))
        return false;
    end = memchr(begin, '\n', (size_t)got - before);
    return end && look(context, span_of(begin, (size_t)(end - begin)));
}

static bool ask_literals(const struct usermap_index *index, const unsigned char hash[12],
                         bool (*look)(void *context, struct span line), void *context)
{
    struct usermap_index_entry entry;
    size_t first = find(index, hash);

    for (size_t i = first; i < first + USERMAP_INDEX_FOUND_MAX; i++) {
        if (!read_entry(index, i, &entry) || memcmp(entry.hash, hash, sizeof(entry.hash)) != 0)
            return false;
        if (look_at(index, entry.offset, look, context))
            return true;
    }
    return false;
}

static void ask_regexes(const struct usermap_index *index,
                        bool (*look)(void *context, struct span line), void *context)
{
    uint32_t offsets[USERMAP_INDEX_REGEX_MAX];

    if (!read_at(index->file, sizeof(struct usermap_index_header) + index->count * ENTRY, offsets,
                 index->regexes * OFFSET))
        return;
    for (size_t i = 0; i < index->regexes; i++)
        if (look_at(index, offsets[i], look, context))
            return;
}

void usermap_index_ask(const struct usermap_index *index, struct span subject, const char *user,
                       bool (*look)(void *context, struct span line), void *context)
{
    unsigned char hash[12];

    if (index->file >= 0 && usermap_index_hash(subject, span_text(user), hash) &&
        !ask_literals(index, hash, look, context))
        ask_regexes(index, look, context);
}
