/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "anchor-index.h"
#include "anchor-pem.h"

#define SOURCE_MAX (64 * 1024 * 1024) /* bytes */

/* An index that grows. */
struct entries {
    struct anchor_index_entry *items;
    size_t count, room;
};

static bool refuse(struct safefile_error *error, const char *path, const char *text)
{
    (void)snprintf(error->text, sizeof(error->text), "%s: %s", path, text);
    return false;
}

static bool append(struct entries *entries, const struct anchor_index_entry *entry)
{
    if (entries->count == entries->room) {
        size_t room = entries->room ? 2 * entries->room : 256;
        struct anchor_index_entry *items = realloc(entries->items, room * sizeof(*items));

        if (!items)
            return false;
        entries->items = items;
        entries->room = room;
    }
    entries->items[entries->count++] = *entry;
    return true;
}

static bool hash_subject(struct span block, unsigned char hash[16])
{
    gnutls_datum_t der = {NULL, 0}, name = {NULL, 0};
    gnutls_x509_crt_t cert = NULL;
    bool done = anchor_pem_decode(block, &der) && gnutls_x509_crt_init(&cert) == 0 &&
                gnutls_x509_crt_import(cert, &der, GNUTLS_X509_FMT_DER) == 0 &&
                gnutls_x509_crt_get_raw_dn(cert, &name) == 0;

    if (done)
        anchor_index_hash(&name, hash);
    if (cert)
        gnutls_x509_crt_deinit(cert);
    gnutls_free(name.data);
    gnutls_free(der.data);
    return done;
}

static int compare(const void *a, const void *b)
{
    const struct anchor_index_entry *left = a, *right = b;
    int order = memcmp(left->hash, right->hash, sizeof(left->hash));

    return order ? order : (left->offset > right->offset) - (left->offset < right->offset);
}

static bool collect(struct span text, const char *source, struct entries *entries,
                    struct safefile_error *error)
{
    struct anchor_pem pem = {.text = text};

    while (anchor_pem_next(&pem)) {
        struct anchor_index_entry entry = {.offset = (uint32_t)(pem.block.ptr - text.ptr)};

        if (!hash_subject(pem.block, entry.hash))
            return refuse(error, source, "a certificate in it cannot be read");
        if (!append(entries, &entry))
            return refuse(error, source, "no memory for its index");
    }
    if (pem.error)
        return refuse(error, source, pem.error);
    qsort(entries->items, entries->count, sizeof(*entries->items), compare);
    return true;
}

static bool write_whole(int fd, const void *bytes, size_t len)
{
    const char *at = bytes;

    while (len > 0) {
        ssize_t done = write(fd, at, len);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        at += done;
        len -= (size_t)done;
    }
    return true;
}

static bool write_index(int fd, const struct stat *st, const struct entries *entries)
{
    struct anchor_index_header header = {.source = anchor_identity_of(st), .count = entries->count};

    memcpy(header.mark, anchor_index_mark, sizeof(header.mark));
    return write_whole(fd, &header, sizeof(header)) &&
           write_whole(fd, entries->items, entries->count * sizeof(*entries->items)) &&
           fchmod(fd, 0644) == 0 && fsync(fd) == 0;
}

/* Whoever reads meanwhile has the old one or the new one. */
static bool replace(int cache, const char *name, const struct stat *st,
                    const struct entries *entries, struct safefile_error *error)
{
    char temporary[ANCHOR_INDEX_NAME_SIZE + 32];
    bool done;
    int fd;

    (void)snprintf(temporary, sizeof(temporary), ".%s.%ld", name, (long)getpid());
    (void)unlinkat(cache, temporary, 0);
    fd = openat(cache, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return refuse(error, temporary, strerror(errno));
    done = write_index(fd, st, entries);
    done = close(fd) == 0 && done;
    if (done && renameat(cache, temporary, cache, name) == 0)
        return true;
    (void)refuse(error, temporary, strerror(errno));
    (void)unlinkat(cache, temporary, 0);
    return false;
}

static bool make(int cache, const char *name, const char *source, int fd,
                 struct safefile_error *error)
{
    struct entries entries = {NULL, 0, 0};
    struct mapping mapping;
    struct stat st;
    int failed = fstat(fd, &st) == 0 ? mapping_make(fd, SOURCE_MAX, &mapping) : errno;
    bool done;

    if (failed)
        return refuse(error, source, strerror(failed));
    done = mapping.bytes.len < ANCHOR_INDEX_WORTH ||
           (collect(mapping.bytes, source, &entries, error) &&
            replace(cache, name, &st, &entries, error));
    if (!done || mapping.bytes.len < ANCHOR_INDEX_WORTH)
        (void)unlinkat(cache, name, 0);
    mapping_free(&mapping);
    free(entries.items);
    return done;
}

bool anchor_index_make(const char *source, const char *cache, uid_t also_trusted,
                       struct safefile_error *error)
{
    char name[ANCHOR_INDEX_NAME_SIZE];
    int directory = safefile_open_directory(cache, also_trusted, error), fd;
    bool done = false;

    if (directory < 0)
        return false;
    fd = safefile_open(source, also_trusted, error);
    if (!anchor_index_name(source, name))
        (void)refuse(error, source, "its index cannot be named");
    else if (fd >= 0)
        done = make(directory, name, source, fd, error);
    else
        (void)unlinkat(directory, name, 0);
    if (fd >= 0)
        close(fd);
    close(directory);
    return done;
}
