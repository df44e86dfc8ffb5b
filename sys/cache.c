/* SPDX-License-Identifier: BSD-3-Clause */
#include "cache.h"

#include <errno.h>
#include <fcntl.h>
#include <gnutls/crypto.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIGITS 64

static const char *const suffixes[] = {
    [ANSWER_CRL] = ".crl", [ANSWER_OCSP] = ".ocsp", [ANSWER_JWKS] = ".jwks"};

int cache_open(const char *path, uid_t also_trusted, struct safefile_error *error)
{
    int fd = safefile_open_directory(path, also_trusted, error);

    if (fd < 0 && errno == ENOENT)
        error->text[0] = '\0';
    return fd;
}

static bool digest_of(enum answer_kind kind, struct span issuer, struct span asked,
                      unsigned char digest[DIGITS / 2])
{
    gnutls_hash_hd_t hash;
    bool done = gnutls_hash_init(&hash, GNUTLS_DIG_SHA256) == 0;

    if (!done)
        return false;
    if (kind == ANSWER_JWKS)
        done = gnutls_hash(hash, issuer.ptr, issuer.len) == 0 && gnutls_hash(hash, "\n", 1) == 0;
    done = done && gnutls_hash(hash, asked.ptr, asked.len) == 0;
    gnutls_hash_deinit(hash, digest);
    return done;
}

bool cache_name(enum answer_kind kind, struct span issuer, struct span asked,
                char name[CACHE_NAME_SIZE])
{
    unsigned char digest[DIGITS / 2];

    if (!digest_of(kind, issuer, asked, digest))
        return false;
    for (size_t i = 0; i < sizeof(digest); i++)
        (void)snprintf(name + 2 * i, 3, "%02x", digest[i]);
    (void)snprintf(name + DIGITS, CACHE_NAME_SIZE - DIGITS, "%s", suffixes[kind]);
    return true;
}

bool cache_name_of(const struct wire_wish *wish, struct span issuer, char name[CACHE_NAME_SIZE])
{
    return cache_name((enum answer_kind)wish->kind, issuer,
                      wish->kind == ANSWER_OCSP ? wish->request : wish->url, name);
}

bool cache_is_name(const char *name)
{
    const char *suffix = name + strspn(name, "0123456789abcdef");

    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
        if (suffix == name + DIGITS && strcmp(suffix, suffixes[i]) == 0)
            return true;
    return false;
}

static bool is_ours(int fd, uid_t also_trusted)
{
    struct safefile_error ignored;
    struct stat st;

    return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
           safefile_trusted(fd, "", also_trusted, &ignored);
}

/* The name is that of what it says it was asked for: a renamed file answers nothing. */
static bool is_answer(const char *name, struct cache_entry *entry)
{
    struct span rest = entry->file.bytes;
    char expected[CACHE_NAME_SIZE];

    if (!wire_take_answer(&rest, &entry->answer) || rest.len > 0)
        return false;
    return cache_name_of(&entry->answer.wish, entry->answer.issuer, expected) &&
           strcmp(name, expected) == 0;
}

static enum cache_found map_file(int fd, uid_t also_trusted, struct mapping *file)
{
    if (!is_ours(fd, also_trusted))
        return CACHE_NONE;
    errno = mapping_make(fd, CACHE_ENTRY_MAX, file);
    if (errno == 0)
        return CACHE_FOUND;
    return errno == EFBIG ? CACHE_NONE : CACHE_FAILED;
}

enum cache_found cache_map(int directory, const char *name, uid_t also_trusted,
                           struct cache_entry *entry)
{
    enum cache_found found;
    int fd, error;

    *entry = (struct cache_entry){0};
    if (!cache_is_name(name))
        return CACHE_NONE;
    fd = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return errno == ENOENT || errno == ELOOP || errno == ENXIO ? CACHE_NONE : CACHE_FAILED;
    found = map_file(fd, also_trusted, &entry->file);
    error = errno;
    close(fd);
    errno = error;
    if (found != CACHE_FOUND || is_answer(name, entry))
        return found;
    cache_unmap(entry);
    return CACHE_NONE;
}

void cache_unmap(struct cache_entry *entry)
{
    mapping_free(&entry->file);
    *entry = (struct cache_entry){0};
}
