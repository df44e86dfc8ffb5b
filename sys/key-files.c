/* SPDX-License-Identifier: BSD-3-Clause */
#include "key-files.h"

#include <errno.h>
#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../lib/base64url.h"
#include "../lib/jwks-url.h"
#include "cache.h"
#include "deployments.h"
#include "pem.h"

#define JWKS_FILE_MAX ((size_t)16 * 1024 * 1024) /* bytes */
#define CERTIFICATE_FILE_MAX ((size_t)64 * 1024) /* bytes */
#define THUMBPRINT_MAX 32                        /* bytes */
#define FETCHED_MAX ((size_t)FETCHES_MAX * CACHE_ENTRY_MAX)

/* The JWK Set of one issuer. */
struct jwks_file {
    const struct issuer_rules *issuer;
    struct mapping file;      /* of jwks_file */
    struct cache_entry entry; /* or of the cache, once it was asked for */
    bool mapped;              /* whether there is an entry */
    char *url;                /* or NULL: nothing can have been fetched */
};

struct key_files {
    struct jwks_file *sets;
    size_t set_count;
    struct deployments deployments;
    struct mapping fetched;
    int cache; /* -1: none */
    uid_t also_trusted;
};

/* --- before the sandbox ----------------------------------------------------------------------- */

static bool refuse(struct safefile_error *error, const char *what, const char *why)
{
    (void)snprintf(error->text, sizeof(error->text), "%s: %s", what, why);
    return false;
}

static bool add_set(struct key_files *files, const struct issuer_rules *issuer,
                    struct safefile_error *error)
{
    struct jwks_file *set = &files->sets[files->set_count++];

    *set = (struct jwks_file){.issuer = issuer};
    if (issuer->jwks_file[0])
        return mapping_open(issuer->jwks_file, JWKS_FILE_MAX, files->also_trusted, &set->file,
                            error);
    errno = 0;
    set->url = jwks_url(issuer);
    return set->url || errno == 0 || refuse(error, "jwks_uri", "no memory for it");
}

static bool fetches_sets(const struct rules *rules)
{
    for (size_t i = 0; i < rules->issuer_count; i++)
        if (issuer_fetches_set(&rules->issuers[i]))
            return true;
    return false;
}

static bool open_cache(struct key_files *files, const char *cache, int fetched,
                       struct safefile_error *error)
{
    int why;

    files->cache = cache_open(cache, files->also_trusted, error);
    if (files->cache < 0 && error->text[0])
        return false;
    why = fetched < 0 ? 0 : mapping_make(fetched, FETCHED_MAX, &files->fetched);
    return why == 0 || refuse(error, "what was fetched", strerror(why));
}

static bool open_all(struct key_files *files, const struct rules *rules, const char *cache,
                     int fetched, struct safefile_error *error)
{
    if (fetches_sets(rules) && !open_cache(files, cache, fetched, error))
        return false;
    for (size_t i = 0; i < rules->issuer_count; i++) {
        const struct issuer_rules *issuer = &rules->issuers[i];

        if (!deployments_add(&files->deployments, issuer, files->also_trusted, error) ||
            !add_set(files, issuer, error))
            return false;
    }
    error->text[0] = '\0'; /* of a directory that does not exist */
    return true;
}

struct key_files *key_files_open(const struct rules *rules, const char *cache, int fetched,
                                 uid_t also_trusted, struct safefile_error *error)
{
    struct key_files *files = calloc(1, sizeof(*files));

    error->text[0] = '\0';
    if (files) {
        files->cache = -1;
        files->also_trusted = also_trusted;
        files->sets = calloc(rules->issuer_count + 1, sizeof(*files->sets));
    }
    if (!files || !files->sets)
        (void)refuse(error, "jwks_file", "no memory to read it");
    else if (open_all(files, rules, cache, fetched, error))
        return files;
    key_files_close(&files);
    return NULL;
}

_Static_assert(KEY_FILES_DIRECTORIES_MAX == DEPLOYMENTS_MAX + 1, "those, and the cache");

size_t key_files_directories(const struct key_files *files, int fds[KEY_FILES_DIRECTORIES_MAX])
{
    size_t count = 0;

    for (size_t i = 0; i < files->deployments.count; i++)
        if (files->deployments.items[i].fd >= 0)
            fds[count++] = files->deployments.items[i].fd;
    if (files->cache >= 0)
        fds[count++] = files->cache;
    return count;
}

static void free_set(struct jwks_file *set)
{
    mapping_free(&set->file);
    if (set->mapped)
        cache_unmap(&set->entry);
    free(set->url);
}

void key_files_close(struct key_files **files)
{
    if (!*files)
        return;
    for (size_t i = 0; i < (*files)->set_count; i++)
        free_set(&(*files)->sets[i]);
    deployments_close(&(*files)->deployments);
    mapping_free(&(*files)->fetched);
    if ((*files)->cache >= 0)
        close((*files)->cache);
    free((*files)->sets);
    free(*files);
    *files = NULL;
}

/* --- inside the sandbox: certificates --------------------------------------------------------- */

struct certificate_file {
    struct deployed deployed;
    gnutls_datum_t ders[DEPLOYED_MAX];
};

static void free_certificate_file(struct certificate_file *file)
{
    for (unsigned i = 0; i < file->deployed.count; i++)
        gnutls_free(file->ders[i].data);
}

static enum status refuse_file(const char *path, const char *why, struct report *report)
{
    return report_refuse(report, STATUS_CONFIG_ERROR, "%s: %s", path, why);
}

static enum status add_block(struct certificate_file *file, struct span block,
                             struct report *report)
{
    const gnutls_datum_t pem = {(unsigned char *)block.ptr, (unsigned)block.len};
    unsigned at = file->deployed.count;

    if (at == DEPLOYED_MAX)
        return refuse_file(file->deployed.origin, "expected at most 8 certificates", report);
    if (gnutls_pem_base64_decode2("CERTIFICATE", &pem, &file->ders[at]) < 0)
        return refuse_file(file->deployed.origin, "a certificate in it is broken", report);
    file->deployed.ders[at] = span_of(file->ders[at].data, file->ders[at].size);
    file->deployed.count++;
    return STATUS_ACCEPTED;
}

static enum status read_blocks(struct certificate_file *file, struct span text,
                               struct report *report)
{
    struct pem_reader reader = {.text = text};
    enum status status = STATUS_ACCEPTED;
    struct span block;

    while (status == STATUS_ACCEPTED && pem_next(&reader, "CERTIFICATE", &block) != PEM_NONE)
        status = add_block(file, block, report);
    if (status == STATUS_ACCEPTED && file->deployed.count == 0)
        return refuse_file(file->deployed.origin, "expected a PEM certificate, found none", report);
    return status;
}

/* Takes `fd` over. */
static enum status read_file(const struct key_files *files, int fd, struct certificate_file *file,
                             struct report *report)
{
    const char *path = file->deployed.origin;
    struct safefile_error error = {""};
    enum status status;
    size_t len = 0;
    char *text = safefile_trusted(fd, path, files->also_trusted, &error)
                     ? safefile_read(fd, path, CERTIFICATE_FILE_MAX, &len, &error)
                     : NULL;

    (void)close(fd);
    if (!text)
        return report_refuse(report, STATUS_CONFIG_ERROR, "%s", error.text);
    status = read_blocks(file, span_of(text, len), report);
    free(text);
    return status;
}

static enum status certificate(void *context, const struct issuer_rules *issuer,
                               struct span thumbprint,
                               void (*look)(void *look_context, const struct deployed *deployed),
                               void *look_context, struct report *report)
{
    const struct key_files *files = context;
    __attribute__((cleanup(free_certificate_file))) struct certificate_file file = {
        .deployed = {.count = 0}};
    static const char suffix[] = ".pem";
    char name[BASE64URL_ENCODED_MAX(THUMBPRINT_MAX) + sizeof(suffix)], path[4096];
    int directory = deployments_find(&files->deployments, issuer->certificates), fd;
    enum status status;

    if (directory < 0 || thumbprint.len > THUMBPRINT_MAX)
        return STATUS_ACCEPTED;
    memcpy(name + base64url_encode(thumbprint, name), suffix, sizeof(suffix));
    (void)snprintf(path, sizeof(path), "%s/%s", issuer->certificates, name);
    file.deployed.origin = path;
    fd = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return errno == ENOENT ? STATUS_ACCEPTED : refuse_file(path, strerror(errno), report);
    status = read_file(files, fd, &file, report);
    if (status == STATUS_ACCEPTED)
        look(look_context, &file.deployed);
    return status;
}

/* --- inside the sandbox: JWK Sets ------------------------------------------------------------- */

/* The newer one; of two that are equally old that which was fetched for this login. */
static void take_newer(const struct wire_answer *answer, const struct jwks_file *file, bool brought,
                       struct jwk_set *set)
{
    if (!span_equal(answer->issuer, span_text(file->issuer->issuer)) ||
        (set->text.ptr &&
         (brought ? answer->fetched_at < set->fetched_at : answer->fetched_at <= set->fetched_at)))
        return;
    set->text = answer->der;
    set->fetched_at = answer->fetched_at;
    set->origin = file->url;
}

static enum status look_at_cache(const struct key_files *files, struct jwks_file *file,
                                 struct jwk_set *set, struct report *report)
{
    char name[CACHE_NAME_SIZE];

    if (files->cache < 0)
        return STATUS_ACCEPTED;
    if (!cache_name(ANSWER_JWKS, span_text(file->issuer->issuer), span_text(file->url), name))
        return report_refuse(report, STATUS_INTERNAL_ERROR, "SHA-256 failed");
    if (!file->mapped) {
        enum cache_found found = cache_map(files->cache, name, files->also_trusted, &file->entry);

        if (found == CACHE_FAILED)
            return report_refuse(report, STATUS_CONFIG_ERROR, "%s in the cache: %s", name,
                                 strerror(errno));
        file->mapped = found == CACHE_FOUND;
    }
    if (file->mapped)
        take_newer(&file->entry.answer, file, false, set);
    return STATUS_ACCEPTED;
}

/* What was cut while it was written ends with its last whole answer. */
static void look_at_fetched(const struct key_files *files, const struct jwks_file *file,
                            struct jwk_set *set)
{
    struct span rest = files->fetched.bytes;
    struct wire_answer answer;

    while (wire_take_answer(&rest, &answer)) {
        if (answer.wish.kind != ANSWER_JWKS ||
            !span_equal(answer.issuer, span_text(file->issuer->issuer)) ||
            !span_equal(answer.wish.url, span_text(file->url)))
            continue;
        set->brought = true;
        take_newer(&answer, file, true, set);
    }
}

static struct jwks_file *find_set(const struct key_files *files, const struct issuer_rules *issuer)
{
    for (size_t i = 0; i < files->set_count; i++)
        if (files->sets[i].issuer == issuer)
            return &files->sets[i];
    return NULL;
}

static enum status jwks(void *context, const struct issuer_rules *issuer, struct jwk_set *set,
                        struct report *report)
{
    const struct key_files *files = context;
    struct jwks_file *file = find_set(files, issuer);
    enum status status;

    if (!file)
        return STATUS_ACCEPTED;
    if (issuer->jwks_file[0]) {
        *set =
            (struct jwk_set){.text = file->file.bytes, .origin = issuer->jwks_file, .local = true};
        return STATUS_ACCEPTED;
    }
    if (!file->url)
        return STATUS_ACCEPTED;
    status = look_at_cache(files, file, set, report);
    if (status == STATUS_ACCEPTED)
        look_at_fetched(files, file, set);
    return status;
}

struct key_store key_files_store(struct key_files *files)
{
    return (struct key_store){certificate, jwks, files};
}
