/* SPDX-License-Identifier: BSD-3-Clause */
#include "anchors.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define BYTES_MAX (64 * 1024 * 1024) /* of all files together */

/* One file of one issuer. */
struct pem_file {
    const struct issuer_rules *issuer;
    char *path;
    char *text; /* NUL-terminated */
};

struct anchor_files {
    struct pem_file *items;
    size_t count;
    size_t bytes;
};

/* --- before the sandbox: bytes ---------------------------------------------------------------- */

static bool refuse(struct safefile_error *error, const char *path, const char *text)
{
    (void)snprintf(error->text, sizeof(error->text), "%s: %s", path, text);
    return false;
}

static bool add_text(struct anchor_files *files, const struct issuer_rules *issuer,
                     const char *path, char *text, struct safefile_error *error)
{
    struct pem_file *items = realloc(files->items, (files->count + 1) * sizeof(*items));
    char *name = strdup(path);

    if (items)
        files->items = items;
    if (!items || !name) {
        free(name);
        return refuse(error, path, "no memory to read it");
    }
    items[files->count++] = (struct pem_file){issuer, name, text};
    return true;
}

static bool add_file(struct anchor_files *files, const struct issuer_rules *issuer,
                     const char *path, uid_t also_trusted, struct safefile_error *error)
{
    int fd = safefile_open(path, also_trusted, error);
    size_t len = 0;
    char *text;

    if (fd < 0)
        return false;
    text = safefile_read(fd, path, BYTES_MAX - files->bytes, &len, error);
    close(fd);
    if (!text)
        return false;
    files->bytes += len;
    if (strlen(text) == len && add_text(files, issuer, path, text, error))
        return true;
    if (strlen(text) != len)
        refuse(error, path, "expected PEM, found a NUL byte");
    free(text);
    return false;
}

static int is_certificate(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);
    const char *end = entry->d_name + len - 4;

    return entry->d_name[0] != '.' && len > 4 &&
           (strcmp(end, ".pem") == 0 || strcmp(end, ".crt") == 0);
}

static bool add_directory(struct anchor_files *files, const struct issuer_rules *issuer,
                          const char *path, uid_t also_trusted, struct safefile_error *error)
{
    char name[PATH_MAX + NAME_MAX + 2];
    struct dirent **entries = NULL;
    int fd = safefile_open_directory(path, also_trusted, error), count;
    bool done = true;

    if (fd < 0)
        return false;
    count = scandirat(fd, ".", &entries, is_certificate, NULL);
    close(fd);
    if (count <= 0)
        return refuse(error, path, count < 0 ? strerror(errno) : "expected *.pem or *.crt in it");
    for (int i = 0; i < count; i++) {
        (void)snprintf(name, sizeof(name), "%s/%s", path, entries[i]->d_name);
        done = done && add_file(files, issuer, name, also_trusted, error);
        free(entries[i]);
    }
    free(entries);
    return done;
}

static bool add_issuer(struct anchor_files *files, const struct issuer_rules *issuer,
                       uid_t also_trusted, struct safefile_error *error)
{
    for (size_t i = 0; i < issuer->trust_anchors.count; i++) {
        const char *path = issuer->trust_anchors.items[i];
        struct stat st;
        bool directory = stat(path, &st) == 0 && S_ISDIR(st.st_mode);

        if (!(directory ? add_directory : add_file)(files, issuer, path, also_trusted, error))
            return false;
    }
    return true;
}

struct anchor_files *anchors_open(const struct rules *rules, uid_t also_trusted,
                                  struct safefile_error *error)
{
    struct anchor_files *files = calloc(1, sizeof(*files));

    if (!files)
        refuse(error, "trust_anchors", "no memory to read them");
    for (size_t i = 0; files && i < rules->issuer_count; i++)
        if (!add_issuer(files, &rules->issuers[i], also_trusted, error))
            anchors_close(&files);
    return files;
}

void anchors_close(struct anchor_files **files)
{
    if (!*files)
        return;
    for (size_t i = 0; i < (*files)->count; i++) {
        free((*files)->items[i].path);
        free((*files)->items[i].text);
    }
    free((*files)->items);
    free(*files);
    *files = NULL;
}

/* --- inside the sandbox: certificates --------------------------------------------------------- */

static enum status refuse_block(const struct pem_file *file, const char *text,
                                struct report *report)
{
    return report_refuse(report, STATUS_CONFIG_ERROR, "%s: %s", file->path, text);
}

static bool has_subject(gnutls_x509_crt_t cert, const gnutls_datum_t *subject)
{
    gnutls_datum_t name = {NULL, 0};
    bool equal = gnutls_x509_crt_get_raw_dn(cert, &name) == 0 &&
                 span_equal(span_of(name.data, name.size), span_of(subject->data, subject->size));

    gnutls_free(name.data);
    return equal;
}

/* Takes `cert` over. */
static enum status add_anchor(gnutls_x509_crt_t cert, struct anchors *found,
                              const struct pem_file *file, struct report *report)
{
    bool known = false;

    for (unsigned i = 0; i < found->count; i++)
        known = known || gnutls_x509_crt_equals(found->certs[i], cert);
    if (!known && found->count < ANCHORS_MAX) {
        found->certs[found->count++] = cert;
        return STATUS_ACCEPTED;
    }
    gnutls_x509_crt_deinit(cert);
    return known ? STATUS_ACCEPTED
                 : refuse_block(file, "more than 16 trust anchors have one subject", report);
}

/* Only a certificate that holds the bytes of the name can have it as its subject: others are not
 * parsed. */
static enum status match(const gnutls_datum_t *der, const gnutls_datum_t *subject,
                         struct anchors *found, const struct pem_file *file, struct report *report)
{
    gnutls_x509_crt_t cert;

    if (!memmem(der->data, der->size, subject->data, subject->size))
        return STATUS_ACCEPTED;
    if (gnutls_x509_crt_init(&cert) < 0)
        return report_refuse(report, STATUS_OUT_OF_MEMORY, "no memory for a trust anchor");
    if (gnutls_x509_crt_import(cert, der, GNUTLS_X509_FMT_DER) < 0) {
        gnutls_x509_crt_deinit(cert);
        return refuse_block(file, "a certificate in it cannot be read", report);
    }
    if (has_subject(cert, subject))
        return add_anchor(cert, found, file, report);
    gnutls_x509_crt_deinit(cert);
    return STATUS_ACCEPTED;
}

/* The next line that begins with `mark`: a comment sign before it makes it none. */
static const char *find_line(const char *text, const char *begin_of_text, const char *mark)
{
    const char *found = strstr(text, mark);

    while (found && found != begin_of_text && found[-1] != '\n')
        found = strstr(found + 1, mark);
    return found;
}

static enum status search_file(const struct pem_file *file, const gnutls_datum_t *subject,
                               struct anchors *found, struct report *report)
{
    static const char begin[] = "-----BEGIN CERTIFICATE-----";
    static const char end[] = "-----END CERTIFICATE-----";
    const char *block = find_line(file->text, file->text, begin), *stop;
    enum status status = STATUS_ACCEPTED;

    if (!block)
        return refuse_block(file, "expected a PEM certificate, found none", report);
    for (; block && status == STATUS_ACCEPTED; block = find_line(stop, file->text, begin)) {
        gnutls_datum_t pem, der = {NULL, 0};

        stop = find_line(block, file->text, end);
        if (!stop)
            return refuse_block(file, "a certificate in it has no end line", report);
        stop += sizeof(end) - 1;
        pem = (gnutls_datum_t){(unsigned char *)block, (unsigned)(stop - block)};
        if (gnutls_pem_base64_decode2("CERTIFICATE", &pem, &der) < 0)
            return refuse_block(file, "a certificate in it is broken", report);
        status = match(&der, subject, found, file, report);
        gnutls_free(der.data);
    }
    return status;
}

static enum status find(void *context, const struct issuer_rules *issuer,
                        const gnutls_datum_t *subject, struct anchors *found, struct report *report)
{
    const struct anchor_files *files = context;
    enum status status = STATUS_ACCEPTED;

    for (size_t i = 0; i < files->count && status == STATUS_ACCEPTED; i++)
        if (files->items[i].issuer == issuer)
            status = search_file(&files->items[i], subject, found, report);
    return status;
}

struct anchor_source anchors_source(struct anchor_files *files)
{
    return (struct anchor_source){find, files};
}
