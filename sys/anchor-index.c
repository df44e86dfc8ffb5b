/* SPDX-License-Identifier: BSD-3-Clause */
#include "anchor-index.h"

#include <fcntl.h>
#include <gnutls/crypto.h>
#include <stdio.h>
#include <unistd.h>

#include "anchor-pem.h"

#define INDEX_MAX (64 * 1024 * 1024) /* bytes */
#define WINDOW_BEFORE 8192           /* bytes before a block: its predecessor must end in them */

const char anchor_index_mark[8] = "anchors1";

bool anchor_index_name(const char *source, char name[ANCHOR_INDEX_NAME_SIZE])
{
    unsigned char digest[32];

    if (gnutls_hash_fast(GNUTLS_DIG_SHA256, source, strlen(source), digest) != 0)
        return false;
    for (size_t i = 0; i < sizeof(digest); i++)
        (void)snprintf(name + 2 * i, 3, "%02x", digest[i]);
    memcpy(name + 2 * sizeof(digest), ".anchors", sizeof(".anchors"));
    return true;
}

/* Zeros if it cannot be computed: then nothing is found. */
void anchor_index_hash(const gnutls_datum_t *subject, unsigned char hash[16])
{
    unsigned char digest[32] = {0};

    (void)gnutls_hash_fast(GNUTLS_DIG_SHA256, subject->data, subject->size, digest);
    memcpy(hash, digest, 16);
}

static uint64_t nanoseconds(const struct timespec *time)
{
    return (uint64_t)time->tv_sec * 1000000000 + (uint64_t)time->tv_nsec;
}

struct anchor_identity anchor_identity_of(const struct stat *st)
{
    return (struct anchor_identity){
        .device = st->st_dev,
        .inode = st->st_ino,
        .size = (uint64_t)st->st_size,
        .modified = nanoseconds(&st->st_mtim),
        .changed = nanoseconds(&st->st_ctim),
    };
}

static bool is_of(struct span bytes, const struct stat *source)
{
    const struct anchor_identity expected = anchor_identity_of(source);
    struct anchor_index_header header;

    if (bytes.len < sizeof(header))
        return false;
    memcpy(&header, bytes.ptr, sizeof(header));
    bytes.len -= sizeof(header);
    return memcmp(header.mark, anchor_index_mark, sizeof(header.mark)) == 0 &&
           memcmp(&header.source, &expected, sizeof(expected)) == 0 &&
           bytes.len % sizeof(struct anchor_index_entry) == 0 &&
           bytes.len / sizeof(struct anchor_index_entry) == header.count;
}

static bool map(int cache, const char *name, uid_t also_trusted, struct mapping *mapping)
{
    int fd = openat(cache, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    struct safefile_error unused;
    bool done = false;

    if (fd < 0)
        return false;
    if (safefile_trusted(fd, name, also_trusted, &unused))
        done = mapping_make(fd, INDEX_MAX, mapping) == 0;
    close(fd);
    return done;
}

void anchor_index_open(struct anchor_index *index, int cache, const char *source,
                       uid_t also_trusted)
{
    struct safefile_error unused;
    char name[ANCHOR_INDEX_NAME_SIZE];
    struct stat st;

    *index = (struct anchor_index){.source = -1};
    if (!anchor_index_name(source, name) || !map(cache, name, also_trusted, &index->mapping))
        return;
    index->source = safefile_open(source, also_trusted, &unused);
    if (index->source < 0 || fstat(index->source, &st) != 0 || !is_of(index->mapping.bytes, &st)) {
        anchor_index_close(index);
        return;
    }
    index->count = (index->mapping.bytes.len - sizeof(struct anchor_index_header)) /
                   sizeof(struct anchor_index_entry);
}

void anchor_index_close(struct anchor_index *index)
{
    if (index->mapping.bytes.ptr && index->source >= 0)
        close(index->source);
    mapping_free(&index->mapping);
    index->count = 0;
}

static const struct anchor_index_entry *entries_of(const struct anchor_index *index)
{
    return (const void *)(index->mapping.bytes.ptr + sizeof(struct anchor_index_header));
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

/* Read, not mapped: touching a page of a mapping can bring in two megabytes. */
bool anchor_index_read(const struct anchor_index *index, size_t entry,
                       char window[ANCHOR_INDEX_WINDOW], struct span *block)
{
    size_t offset = entries_of(index)[entry].offset;
    size_t begin = offset > WINDOW_BEFORE ? offset - WINDOW_BEFORE : 0;
    ssize_t len = pread(index->source, window, ANCHOR_INDEX_WINDOW, (off_t)begin);
    struct anchor_pem pem = {.text = span_of(window, len > 0 ? (size_t)len : 0)};

    if (!anchor_pem_at(&pem, offset - begin, begin > 0))
        return false;
    *block = pem.block;
    return true;
}
