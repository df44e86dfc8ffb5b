/* SPDX-License-Identifier: BSD-3-Clause */
#include "answer-files.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cache.h"
#include "inputs.h"
#include "pem.h"

#define ORIGIN_MAX 1024 /* bytes; a longer URL is cut */
#define FETCHED_MAX ((size_t)FETCHES_MAX * CACHE_ENTRY_MAX)

struct answer_files {
    struct input_files crls, ocsps;
    struct mapping fetched;
    int cache; /* -1: none */
    uid_t also_trusted;
};

/* --- before the sandbox ----------------------------------------------------------------------- */

static bool add_issuer(struct answer_files *files, const struct issuer_rules *issuer,
                       struct safefile_error *error)
{
    static const char *const crl_suffixes[] = {".pem", ".crl", ".der", NULL};
    static const char *const ocsp_suffixes[] = {".der", ".ocsp", NULL};
    static const struct input_kind crls = {crl_suffixes, "expected *.pem, *.crl or *.der in it",
                                           256 * 1024 * 1024, true};
    static const struct input_kind ocsps = {ocsp_suffixes, "expected *.der or *.ocsp in it",
                                            16 * 1024 * 1024, true};

    return inputs_add(&files->crls, &crls, issuer, &issuer->crl_files, files->also_trusted,
                      error) &&
           inputs_add(&files->ocsps, &ocsps, issuer, &issuer->ocsp_files, files->also_trusted,
                      error);
}

static bool open_cache(struct answer_files *files, const char *cache, struct safefile_error *error)
{
    files->cache = cache_open(cache, files->also_trusted, error);
    return files->cache >= 0 || error->text[0] == '\0';
}

static bool open_all(struct answer_files *files, const struct rules *rules, const char *cache,
                     struct safefile_error *error)
{
    bool asked = false;

    for (size_t i = 0; i < rules->issuer_count; i++) {
        if (rules->issuers[i].revocation == REVOCATION_OFF)
            continue;
        if (!add_issuer(files, &rules->issuers[i], error))
            return false;
        asked = true;
    }
    return !asked || open_cache(files, cache, error);
}

static bool map_fetched(struct answer_files *files, int fetched, struct safefile_error *error)
{
    int why = mapping_make(fetched, FETCHED_MAX, &files->fetched);

    if (why != 0)
        (void)snprintf(error->text, sizeof(error->text), "what was fetched cannot be read: %s",
                       strerror(why));
    (void)close(fetched);
    return why == 0;
}

struct answer_files *answer_files_open(const struct rules *rules, const char *cache, int fetched,
                                       uid_t also_trusted, struct safefile_error *error)
{
    struct answer_files *files = calloc(1, sizeof(*files));

    error->text[0] = '\0';
    if (!files) {
        (void)snprintf(error->text, sizeof(error->text), "crl_files: no memory to read them");
        return NULL;
    }
    files->cache = -1;
    files->also_trusted = also_trusted;
    if ((fetched >= 0 && !map_fetched(files, fetched, error)) ||
        !open_all(files, rules, cache, error))
        answer_files_close(&files);
    return files;
}

int answer_files_directory(const struct answer_files *files)
{
    return files->cache;
}

void answer_files_close(struct answer_files **files)
{
    if (!*files)
        return;
    inputs_free(&(*files)->crls);
    inputs_free(&(*files)->ocsps);
    mapping_free(&(*files)->fetched);
    if ((*files)->cache >= 0)
        close((*files)->cache);
    free(*files);
    *files = NULL;
}

/* --- inside the sandbox ----------------------------------------------------------------------- */

/* One call of each(). */
struct looking {
    struct answer_files *files;
    const struct issuer_rules *issuer;
    void (*look)(void *context, const struct answer *answer);
    void *context;
    struct report *report;
};

static void look_at(const struct looking *looking, enum answer_kind kind, struct span der,
                    const char *origin)
{
    looking->look(looking->context, &(struct answer){kind, der, origin});
}

/* A block that is no base64 is shown as it is, for the judgement to say so. */
static enum status look_at_block(const struct looking *looking, const struct input_file *file,
                                 struct span block)
{
    const gnutls_datum_t pem = {(unsigned char *)block.ptr, (unsigned)block.len};
    gnutls_datum_t der = {NULL, 0};
    int result = gnutls_pem_base64_decode2("X509 CRL", &pem, &der);

    if (result == GNUTLS_E_MEMORY_ERROR)
        return report_refuse(looking->report, STATUS_OUT_OF_MEMORY, "%s: no memory to read it",
                             file->path);
    look_at(looking, ANSWER_CRL, result == 0 ? span_of(der.data, der.size) : block, file->path);
    gnutls_free(der.data);
    return STATUS_ACCEPTED;
}

/* A SEQUENCE of more than 127 bytes: no text begins so. */
static bool is_der(struct span bytes)
{
    return bytes.len > 1 && bytes.ptr[0] == 0x30 && bytes.ptr[1] > 0x80;
}

static enum status look_at_crls(const struct looking *looking, const struct input_file *file)
{
    struct pem_reader reader = {.text = span_of(file->bytes, file->len)};
    enum status status = STATUS_ACCEPTED;
    struct span block;
    bool found = false;

    while (!is_der(reader.text) && status == STATUS_ACCEPTED &&
           pem_next(&reader, "X509 CRL", &block) != PEM_NONE) {
        status = look_at_block(looking, file, block);
        found = true;
    }
    if (!found)
        look_at(looking, ANSWER_CRL, reader.text, file->path);
    return status;
}

static enum status look_at_files(const struct looking *looking)
{
    const struct input_files *crls = &looking->files->crls, *ocsps = &looking->files->ocsps;
    enum status status = STATUS_ACCEPTED;

    for (size_t i = 0; i < ocsps->count; i++)
        if (ocsps->items[i].issuer == looking->issuer)
            look_at(looking, ANSWER_OCSP, span_of(ocsps->items[i].bytes, ocsps->items[i].len),
                    ocsps->items[i].path);
    for (size_t i = 0; i < crls->count && status == STATUS_ACCEPTED; i++)
        if (crls->items[i].issuer == looking->issuer)
            status = look_at_crls(looking, &crls->items[i]);
    return status;
}

static void look_at_fetched_one(const struct looking *looking, const struct wire_answer *answer,
                                const char *note)
{
    char origin[ORIGIN_MAX];
    const struct span url = answer->wish.url;

    (void)snprintf(origin, sizeof(origin), "%.*s%s", (int)url.len, (const char *)url.ptr, note);
    look_at(looking, (enum answer_kind)answer->wish.kind, answer->der, origin);
}

static enum status look_at_cached(const struct looking *looking, enum answer_kind kind,
                                  struct span asked)
{
    const struct answer_files *files = looking->files;
    char name[CACHE_NAME_SIZE];
    struct cache_entry entry;

    if (!cache_name(kind, (struct span){0}, asked, name))
        return report_refuse(looking->report, STATUS_INTERNAL_ERROR, "SHA-256 failed");
    switch (cache_map(files->cache, name, files->also_trusted, &entry)) {
    case CACHE_NONE:
        return STATUS_ACCEPTED;
    case CACHE_FOUND:
        look_at_fetched_one(looking, &entry.answer, " (cache)");
        cache_unmap(&entry);
        return STATUS_ACCEPTED;
    case CACHE_FAILED:
        break;
    }
    return report_refuse(looking->report, STATUS_CONFIG_ERROR, "%s in the cache: %s", name,
                         strerror(errno));
}

static enum status look_at_cache(const struct looking *looking, const struct answer_query *query)
{
    enum status status = STATUS_ACCEPTED;

    if (looking->files->cache < 0)
        return STATUS_ACCEPTED;
    if (query->ocsp_request.len > 0)
        status = look_at_cached(looking, ANSWER_OCSP, query->ocsp_request);
    for (unsigned i = 0; i < query->crl_url_count && status == STATUS_ACCEPTED; i++)
        status = look_at_cached(looking, ANSWER_CRL, span_text(query->crl_urls[i]));
    return status;
}

/* What was cut while it was written ends with its last whole answer. */
static void look_at_fetched(const struct looking *looking)
{
    struct span rest = looking->files->fetched.bytes;
    struct wire_answer answer;

    while (wire_take_answer(&rest, &answer))
        if (span_equal(answer.issuer, span_text(looking->issuer->issuer)))
            look_at_fetched_one(looking, &answer, "");
}

static enum status each(void *context, const struct issuer_rules *issuer,
                        const struct answer_query *query,
                        void (*look)(void *look_context, const struct answer *answer),
                        void *look_context, struct report *report)
{
    const struct looking looking = {context, issuer, look, look_context, report};
    enum status status = look_at_files(&looking);

    if (status == STATUS_ACCEPTED)
        status = look_at_cache(&looking, query);
    if (status == STATUS_ACCEPTED)
        look_at_fetched(&looking);
    return status;
}

struct answer_source answer_files_source(struct answer_files *files)
{
    return (struct answer_source){each, files};
}
