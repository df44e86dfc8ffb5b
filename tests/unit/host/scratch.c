/* SPDX-License-Identifier: BSD-3-Clause */
#include "scratch.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

int scratch_make(void **state)
{
    struct scratch *scratch = calloc(1, sizeof(*scratch));

    if (!scratch)
        return -1;
    snprintf(scratch->directory, sizeof(scratch->directory), "/tmp/pam_jwt-test.XXXXXX");
    *state = scratch;
    return mkdtemp(scratch->directory) && chmod(scratch->directory, 0755) == 0 ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *place)
{
    (void)st;
    (void)type;
    (void)place;
    return remove(path);
}

int scratch_remove(void **state)
{
    struct scratch *scratch = *state;
    int result = nftw(scratch->directory, remove_one, 8, FTW_DEPTH | FTW_PHYS);

    free(scratch);
    return result;
}

const char *scratch_path(struct scratch *scratch, const char *name)
{
    snprintf(scratch->path, sizeof(scratch->path), "%s/%s", scratch->directory, name);
    return scratch->path;
}

const char *scratch_write(struct scratch *scratch, const char *name, const char *text)
{
    const char *path = scratch_path(scratch, name);
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, 0644), 0);
    return path;
}

unsigned char *scratch_read_bytes(const char *path, size_t *len)
{
    FILE *file = fopen(path, "re");
    unsigned char *bytes;
    struct stat st;

    assert_non_null(file);
    assert_int_equal(fstat(fileno(file), &st), 0);
    bytes = calloc(1, (size_t)st.st_size + 1);
    assert_non_null(bytes);
    *len = fread(bytes, 1, (size_t)st.st_size, file);
    assert_int_equal(*len, st.st_size);
    fclose(file);
    return bytes;
}

void scratch_write_bytes(const char *path, const unsigned char *bytes, size_t len)
{
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}
