/* SPDX-License-Identifier: BSD-3-Clause */
#include "indexed-file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define FILLING 4096 /* characters: no file that has them is too small for an index */

void write_source(struct scratch *scratch, ...)
{
    FILE *file = fopen(scratch_write(scratch, "anchors.pem", ""), "we");
    const char *part;
    va_list parts;

    assert_non_null(file);
    va_start(parts, scratch);
    while ((part = va_arg(parts, const char *))) {
        char *pem = part[0] == '@' ? pem_of(part + 1) : NULL;

        assert_true(fputs(pem ? pem : part, file) >= 0);
        free(pem);
    }
    va_end(parts);
    assert_true(fprintf(file, "%*s\n", FILLING, "") > 0);
    assert_int_equal(fclose(file), 0);
}

char *source_path(struct scratch *scratch)
{
    return strdup(scratch_path(scratch, "anchors.pem"));
}

bool make_index(struct scratch *scratch)
{
    struct safefile_error error = {""};
    char *source = source_path(scratch);
    bool made = anchor_index_make(source, scratch->directory, geteuid(), &error);

    assert_int_equal(made, error.text[0] == '\0');
    free(source);
    return made;
}

const char *index_path(struct scratch *scratch)
{
    char name[INDEX_FILE_NAME_SIZE], *source = source_path(scratch);

    assert_true(anchor_index_name(source, name));
    free(source);
    return scratch_path(scratch, name);
}

void make_source_and_index(struct scratch *scratch)
{
    write_source(scratch, "first\n", "@root", "\nsecond\n", "@other-root", "@root2", NULL);
    assert_true(make_index(scratch));
}

struct forgery take_index(struct scratch *scratch)
{
    struct forgery forgery;

    forgery.bytes = scratch_read_bytes(index_path(scratch), &forgery.len);
    assert_true(forgery.len >= sizeof(*forgery.header));
    forgery.header = (void *)forgery.bytes;
    forgery.entries = (void *)(forgery.bytes + sizeof(*forgery.header));
    return forgery;
}

void put_bytes(struct scratch *scratch, const struct forgery *forgery, size_t len)
{
    scratch_write_bytes(index_path(scratch), forgery->bytes, len);
}

void put_index(struct scratch *scratch, struct forgery *forgery)
{
    put_bytes(scratch, forgery, forgery->len);
}

struct result search_for(struct scratch *scratch, const gnutls_datum_t *subject, bool thorough)
{
    char *path = source_path(scratch);
    struct result result = search_anchors(scratch, path, subject, thorough, NULL);

    free(path);
    return result;
}

struct result search(struct scratch *scratch, const char *name, bool thorough)
{
    gnutls_datum_t subject = subject_of(name);
    struct result result = search_for(scratch, &subject, thorough);

    gnutls_free(subject.data);
    return result;
}

void assert_found(struct scratch *scratch, const char *name, unsigned quick, unsigned all)
{
    struct result result = search(scratch, name, false);

    assert_int_equal(result.status, STATUS_ACCEPTED);
    assert_int_equal(result.count, quick);
    assert_true(result.hinted);
    result = search(scratch, name, true);
    assert_int_equal(result.status, STATUS_ACCEPTED);
    assert_int_equal(result.count, all);
    assert_false(result.hinted);
}

void assert_ignored(struct scratch *scratch, const char *name, unsigned count)
{
    struct result result = search(scratch, name, false);

    assert_int_equal(result.status, STATUS_ACCEPTED);
    assert_false(result.hinted);
    assert_int_equal(result.count, count);
}
