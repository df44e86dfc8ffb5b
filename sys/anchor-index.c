/* SPDX-License-Identifier: BSD-3-Clause */
#include "anchor-index.h"

#include <gnutls/crypto.h>
#include <unistd.h>

#include "anchor-directory.h"
#include "anchor-pem.h"

#define INDEX_MAX (64 * 1024 * 1024) /* bytes */
#define WINDOW_BEFORE 8192           /* bytes before a block: its predecessor must end in them */

const char anchor_index_mark[8] = "anchors1";

bool anchor_index_name(const char *source, char name[INDEX_FILE_NAME_SIZE])
{
    return index_file_name(source, ANCHOR_INDEX_SUFFIX, name);
}

/* Zeros if it cannot be computed: then nothing is found. */
void anchor_index_hash(const gnutls_datum_t *subject, unsigned char hash[16])
{
    unsigned char digest[32] = {0};

    (void)gnutls_hash_fast(GNUTLS_DIG_SHA256, subject->data, subject->size, digest);
    memcpy(hash, digest, 16);
}

#define ENTRY sizeof(struct anchor_index_entry)

static struct anchor_index_header header_of(const struct anchor_index *index)
{
    struct anchor_index_header header;

    memcpy(&header, index->mapping.bytes.ptr, sizeof(header));
    return header;
}

static const struct anchor_index_entry *entries_of(const struct anchor_index *index)
{
    return (const void *)(index->mapping.bytes.ptr + sizeof(struct anchor_index_header));
}

/* All of it is there, and the names end where it ends. */
static bool is_whole(const struct anchor_index *index)
{
    const struct span bytes = index->mapping.bytes;
    struct anchor_index_header header;
    size_t rest;

    if (bytes.len < sizeof(header))
        return false;
    header = header_of(index);
    rest = bytes.len - sizeof(header);
    return memcmp(header.mark, anchor_index_mark, sizeof(header.mark)) == 0 &&
           header.count <= rest / ENTRY && header.names == rest - header.count * ENTRY &&
           (header.names == 0 || bytes.ptr[bytes.len - 1] == '\0');
}

static bool is_of_source(const struct anchor_index *index)
{
    const struct anchor_index_header header = header_of(index);

    return file_identity_is(&header.source, index->source);
}

static bool map(int cache, const char *name, uid_t also_trusted, struct mapping *mapping)
{
    int fd = index_file_open(cache, name, also_trusted);
    bool done = fd >= 0 && mapping_make(fd, INDEX_MAX, mapping) == 0;

    if (fd >= 0)
        close(fd);
    return done;
}

void anchor_index_open(struct anchor_index *index, int cache, const char *source, bool directory,
                       uid_t also_trusted)
{
    struct safefile_error unused = {""};
    char name[INDEX_FILE_NAME_SIZE];

    *index =
        (struct anchor_index){.source = -1, .directory = directory, .also_trusted = also_trusted};
    if (!anchor_index_name(source, name) || !map(cache, name, also_trusted, &index->mapping))
        return;
    if (is_whole(index)) {
        index->source =
            (directory ? safefile_open_directory : safefile_open)(source, also_trusted, &unused);
        index->count = header_of(index).count;
    }
    if (!is_whole(index) || !is_of_source(index))
        anchor_index_close(index);
}

void anchor_index_close(struct anchor_index *index)
{
    if (index->mapping.bytes.ptr && index->source >= 0)
        close(index->source);
    mapping_free(&index->mapping);
    index->count = 0;
}

size_t anchor_index_find(const struct anchor_index *index, const gnutls_datum_t *subject,
                         size_t *count)
{
    const struct anchor_index_entry *entries = entries_of(index);
    size_t low = 0, high = index->count;
    unsigned char hash[16];

    anchor_index_hash(subject, hash);
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (memcmp(entries[middle].hash, hash, sizeof(hash)) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *count = 0;
    while (low + *count < index->count && *count < ANCHOR_INDEX_FOUND_MAX &&
           memcmp(entries[low + *count].hash, hash, sizeof(hash)) == 0)
        ++*count;
    return low;
}

/* Not every name is one: an index that leads out of the directory, or to a file that the
 * configuration does not mean, leads nowhere. */
static int open_file(const struct anchor_index *index, size_t entry)
{
    const struct anchor_index_header header = header_of(index);
    const char *names = (const char *)(entries_of(index) + index->count), *name;
    uint32_t at = entries_of(index)[entry].name;
    struct safefile_error unused = {""};

    if (at >= header.names)
        return -1;
    name = names + at;
    if (strchr(name, '/') || !inputs_want(&anchor_kind, name))
        return -1;
    return anchor_directory_open(index->source, name, index->also_trusted, &unused);
}

/* Read, not mapped: touching a page of a mapping can bring in two megabytes. */
static bool read_at(int source, size_t offset, char window[ANCHOR_INDEX_WINDOW], struct span *block)
{
    size_t begin = offset > WINDOW_BEFORE ? offset - WINDOW_BEFORE : 0;
    ssize_t len = pread(source, window, ANCHOR_INDEX_WINDOW, (off_t)begin);
    struct anchor_pem pem = {.text = span_of(window, len > 0 ? (size_t)len : 0)};

    if (!anchor_pem_at(&pem, offset - begin, begin > 0))
        return false;
    *block = pem.block;
    return true;
}

bool anchor_index_read(const struct anchor_index *index, size_t entry,
                       char window[ANCHOR_INDEX_WINDOW], struct span *block)
{
    int file = index->directory ? open_file(index, entry) : index->source;
    bool done = file >= 0 && read_at(file, entries_of(index)[entry].offset, window, block);

    if (index->directory && file >= 0)
        close(file);
    return done;
}
