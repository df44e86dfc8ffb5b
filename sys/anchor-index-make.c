/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "anchor-directory.h"
#include "anchor-index.h"
#include "anchor-pem.h"

/* An index that grows. */
struct entries {
    struct anchor_index_entry *items;
    size_t count, room;
    char *names;
    size_t names_len;
    uint64_t bytes; /* of the sources */
};

/* What there is to be indexed. */
struct source {
    const char *path;
    int fd;
    bool directory;
    uid_t also_trusted;
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

/* The certificates of one file, whose name begins at `name` of the names. */
static bool collect(struct span text, const char *path, uint32_t name, struct entries *entries,
                    struct safefile_error *error)
{
    struct anchor_pem pem = {.text = text};

    while (anchor_pem_next(&pem)) {
        struct anchor_index_entry entry = {.offset = (uint32_t)(pem.block.ptr - text.ptr),
                                           .name = name};

        if (!hash_subject(pem.block, entry.hash))
            return refuse(error, path, "a certificate in it cannot be read");
        if (!append(entries, &entry))
            return refuse(error, path, "no memory for its index");
    }
    return !pem.error || refuse(error, path, pem.error);
}

static bool collect_file(int fd, const char *path, uint32_t name, struct entries *entries,
                         struct safefile_error *error)
{
    struct mapping mapping;
    int failed = mapping_make(fd, anchor_kind.bytes_max, &mapping);
    bool done;

    if (failed)
        return refuse(error, path, strerror(failed));
    entries->bytes += mapping.bytes.len;
    done = collect(mapping.bytes, path, name, entries, error);
    mapping_free(&mapping);
    return done;
}

static bool add_name(struct entries *entries, const char *name, uint32_t *at)
{
    size_t size = strlen(name) + 1;
    char *names = realloc(entries->names, entries->names_len + size);

    if (!names)
        return false;
    memcpy(names + entries->names_len, name, size);
    *at = (uint32_t)entries->names_len;
    entries->names = names;
    entries->names_len += size;
    return true;
}

/* A link, or a file or directory that only its owner may read: a sealed process cannot follow. */
static bool is_open_to_all(int directory, const char *name)
{
    struct stat st;

    return fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           ((S_ISREG(st.st_mode) && (st.st_mode & S_IROTH)) ||
            (S_ISDIR(st.st_mode) && (st.st_mode & S_IROTH) && (st.st_mode & S_IXOTH)));
}

static enum index_file_outcome collect_named(const struct source *source, const char *name,
                                             struct entries *entries, struct safefile_error *error)
{
    uint32_t at;
    bool done;
    int fd;

    if (!is_open_to_all(source->fd, name))
        return INDEX_FILE_NOT_WANTED;
    fd = anchor_directory_open(source->fd, name, source->also_trusted, error);
    if (fd < 0)
        return INDEX_FILE_FAILED;
    done = add_name(entries, name, &at) || refuse(error, name, "no memory for its index");
    done = done && collect_file(fd, name, at, entries, error);
    close(fd);
    return done ? INDEX_FILE_MADE : INDEX_FILE_FAILED;
}

static enum index_file_outcome collect_directory(const struct source *source,
                                                 struct entries *entries,
                                                 struct safefile_error *error)
{
    enum index_file_outcome outcome = INDEX_FILE_MADE;
    struct anchor_names names;

    if (!is_open_to_all(source->fd, "."))
        return INDEX_FILE_NOT_WANTED;
    if (!anchor_directory_list(source->fd, source->path, &names, error))
        return INDEX_FILE_FAILED;
    for (size_t i = 0; i < names.count && outcome == INDEX_FILE_MADE; i++)
        outcome = collect_named(source, names.items[i], entries, error);
    anchor_names_free(&names);
    return outcome;
}

static bool write_index(int cache, const char *name, const struct stat *st,
                        const struct entries *entries, struct safefile_error *error)
{
    struct anchor_index_header header = {
        .source = file_identity_of(st), .count = entries->count, .names = entries->names_len};
    const struct span parts[] = {
        span_of(&header, sizeof(header)),
        span_of(entries->items, entries->count * sizeof(*entries->items)),
        span_of(entries->names, entries->names_len),
    };

    memcpy(header.mark, anchor_index_mark, sizeof(header.mark));
    return index_file_replace(cache, name, 0644, parts, sizeof(parts) / sizeof(parts[0]), error);
}

static enum index_file_outcome make(const struct source *source, int cache, const char *name,
                                    struct safefile_error *error)
{
    struct entries entries = {.items = NULL};
    enum index_file_outcome outcome = INDEX_FILE_FAILED;
    struct stat st;

    if (fstat(source->fd, &st) != 0)
        (void)refuse(error, source->path, strerror(errno));
    else if (source->directory)
        outcome = collect_directory(source, &entries, error);
    else
        outcome = collect_file(source->fd, source->path, 0, &entries, error) ? INDEX_FILE_MADE
                                                                             : INDEX_FILE_FAILED;
    if (outcome == INDEX_FILE_MADE && (!entries.items || entries.bytes < ANCHOR_INDEX_WORTH))
        outcome = INDEX_FILE_NOT_WANTED;
    if (outcome == INDEX_FILE_MADE) {
        qsort(entries.items, entries.count, sizeof(*entries.items), compare);
        outcome =
            write_index(cache, name, &st, &entries, error) ? INDEX_FILE_MADE : INDEX_FILE_FAILED;
    }
    free(entries.items);
    free(entries.names);
    return outcome;
}

static enum index_file_outcome open_and_make(const char *path, int cache, const char *name,
                                             uid_t also_trusted, struct safefile_error *error)
{
    struct source source = {.path = path, .also_trusted = also_trusted};
    enum index_file_outcome outcome;
    struct stat st;

    source.directory = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
    source.fd =
        (source.directory ? safefile_open_directory : safefile_open)(path, also_trusted, error);
    if (source.fd < 0)
        return INDEX_FILE_FAILED;
    outcome = make(&source, cache, name, error);
    close(source.fd);
    return outcome;
}

bool anchor_index_make(const char *source, const char *cache, uid_t also_trusted,
                       struct safefile_error *error)
{
    return index_file_make(source, ANCHOR_INDEX_SUFFIX, cache, also_trusted, open_and_make, error);
}
