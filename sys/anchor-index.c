/* SPDX-License-Identifier: BSD-3-Clause */
#include "anchor-index.h"

#include <fcntl.h>
#include <gnutls/crypto.h>
#include <stdio.h>
#include <unistd.h>

#define INDEX_MAX (64 * 1024 * 1024) /* bytes */

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

bool anchor_identity_equal(const struct stat *a, const struct stat *b)
{
    const struct anchor_identity left = anchor_identity_of(a), right = anchor_identity_of(b);

    return memcmp(&left, &right, sizeof(left)) == 0;
}

static bool is_of(const struct anchor_index *index, const struct stat *st)
{
    const struct anchor_identity expected = anchor_identity_of(st);
    struct anchor_index_header header;

    if (index->len < sizeof(header))
        return false;
    memcpy(&header, index->bytes, sizeof(header));
    return memcmp(header.mark, anchor_index_mark, sizeof(header.mark)) == 0 &&
           memcmp(&header.source, &expected, sizeof(expected)) == 0 &&
           header.count == (index->len - sizeof(header)) / sizeof(struct anchor_index_entry) &&
           (index->len - sizeof(header)) % sizeof(struct anchor_index_entry) == 0;
}

struct anchor_index anchor_index_open(int cache, const char *source, const struct stat *st,
                                      uid_t also_trusted)
{
    struct anchor_index index = {NULL, 0, 0};
    struct safefile_error unused;
    char name[ANCHOR_INDEX_NAME_SIZE];
    struct stat own;
    int fd;

    if (cache < 0 || st->st_size < ANCHOR_INDEX_WORTH || !anchor_index_name(source, name))
        return index;
    fd = openat(cache, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return index;
    if (fstat(fd, &own) == 0 && S_ISREG(own.st_mode) &&
        safefile_trusted(fd, name, also_trusted, &unused))
        index.bytes = safefile_map(fd, name, INDEX_MAX, &own, &unused);
    close(fd);
    if (!index.bytes)
        return index;
    index.len = (size_t)own.st_size;
    if (!is_of(&index, st))
        anchor_index_close(&index);
    else
        index.count =
            (index.len - sizeof(struct anchor_index_header)) / sizeof(struct anchor_index_entry);
    return index;
}

void anchor_index_close(struct anchor_index *index)
{
    if (index->bytes)
        safefile_unmap(index->bytes, index->len);
    *index = (struct anchor_index){NULL, 0, 0};
}

const struct anchor_index_entry *anchor_index_find(const struct anchor_index *index,
                                                   const gnutls_datum_t *subject, size_t *count)
{
    const struct anchor_index_entry *entries =
        (const void *)(index->bytes + sizeof(struct anchor_index_header));
    size_t low = 0, high = index->count, end;
    unsigned char hash[16];

    anchor_index_hash(subject, hash);
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (memcmp(entries[middle].hash, hash, sizeof(hash)) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (end = low; end < index->count && end - low < ANCHOR_INDEX_FOUND_MAX; end++)
        if (memcmp(entries[end].hash, hash, sizeof(hash)) != 0)
            break;
    *count = end - low;
    return entries + low;
}
