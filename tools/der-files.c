/* SPDX-License-Identifier: BSD-3-Clause */
#include "der-files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "../sys/pem.h"

#define FILE_MAX (512u * 1024 * 1024) /* bytes */
#define CHUNK (64u * 1024)            /* bytes; grows by doubling */

/* --- bytes ------------------------------------------------------------------------------------ */

static bool grow(gnutls_datum_t *bytes, size_t *size)
{
    size_t wanted = *size ? 2 * *size : CHUNK;
    unsigned char *data = wanted <= FILE_MAX ? gnutls_realloc(bytes->data, wanted) : NULL;

    if (!data) {
        errno = wanted <= FILE_MAX ? ENOMEM : EFBIG;
        return false;
    }
    bytes->data = data;
    *size = wanted;
    return true;
}

/* `bytes` is the caller's to free, also on failure; errno says why. */
static bool read_all(FILE *file, gnutls_datum_t *bytes)
{
    size_t size = 0;

    do {
        if (bytes->size == size && !grow(bytes, &size))
            return false;
        bytes->size += (unsigned)fread(bytes->data + bytes->size, 1, size - bytes->size, file);
    } while (!feof(file) && !ferror(file));
    return !ferror(file);
}

static enum status read_file(const char *path, gnutls_datum_t *bytes, struct report *report)
{
    FILE *file = fopen(path, "rbe");
    bool done = file && read_all(file, bytes);
    int error = errno;

    if (file)
        (void)fclose(file);
    if (!done)
        return report_refuse(report, STATUS_SYSTEM_ERROR, "%s: %s", path, strerror(error));
    return STATUS_ACCEPTED;
}

/* --- items ------------------------------------------------------------------------------------ */

/* Takes `der` over. */
static enum status add(struct der_files *files, gnutls_datum_t der, const char *path,
                       struct report *report)
{
    struct der_file_item *items =
        reallocarray(files->items, files->count + 1, sizeof(files->items[0]));

    if (!items) {
        gnutls_free(der.data);
        return report_refuse(report, STATUS_OUT_OF_MEMORY, "%s: no memory for it", path);
    }
    files->items = items;
    files->items[files->count++] = (struct der_file_item){der, path};
    return STATUS_ACCEPTED;
}

static enum status add_block(struct der_files *files, struct span block, const char *path,
                             const char *label, struct report *report)
{
    gnutls_datum_t pem = {(unsigned char *)block.ptr, (unsigned)block.len}, der = {NULL, 0};

    if (gnutls_pem_base64_decode2(label, &pem, &der) < 0)
        return report_refuse(report, STATUS_BAD_KEY, "%s: a block of PEM in it is broken", path);
    return add(files, der, path, report);
}

static enum status add_blocks(struct der_files *files, struct span text, const char *path,
                              const char *label, struct report *report)
{
    struct pem_reader reader = {.text = text};
    size_t before = files->count;
    struct span block;
    enum pem_found found;

    while ((found = pem_next(&reader, label, &block)) == PEM_BLOCK) {
        enum status status = add_block(files, block, path, label, report);

        if (status != STATUS_ACCEPTED)
            return status;
    }
    if (found == PEM_NO_END)
        return report_refuse(report, STATUS_BAD_KEY, "%s: a block of PEM has no end", path);
    if (files->count == before)
        return report_refuse(report, STATUS_BAD_KEY,
                             "%s: expected %s in PEM, or DER, found other PEM", path, label);
    return STATUS_ACCEPTED;
}

enum status der_files_read(struct der_files *files, const char *path, const char *label,
                           struct report *report)
{
    gnutls_datum_t bytes = {NULL, 0};
    enum status status = read_file(path, &bytes, report);
    struct span text = span_of(bytes.data, bytes.size);

    if (status == STATUS_ACCEPTED && !pem_holds_any(text))
        return add(files, bytes, path, report);
    if (status == STATUS_ACCEPTED)
        status = add_blocks(files, text, path, label, report);
    gnutls_free(bytes.data);
    return status;
}

struct span der_files_span(const struct der_files *files, size_t index)
{
    return span_of(files->items[index].der.data, files->items[index].der.size);
}

void der_files_free(struct der_files *files)
{
    for (size_t i = 0; i < files->count; i++)
        gnutls_free(files->items[i].der.data);
    free(files->items);
    *files = (struct der_files){NULL, 0};
}
