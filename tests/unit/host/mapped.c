/* SPDX-License-Identifier: BSD-3-Clause */
#include "mapped.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

char *map_path(struct scratch *scratch)
{
    return strdup(scratch_path(scratch, "users"));
}

void write_map(struct scratch *scratch, unsigned lines, const char *before, const char *after)
{
    FILE *file = fopen(scratch_write(scratch, "users", before), "ae");

    assert_non_null(file);
    for (unsigned i = 0; i < lines; i++)
        assert_true(fprintf(file, "name%u user%u\n", i, i) > 0);
    assert_true(fputs(after, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

bool make_map_index(struct scratch *scratch, struct safefile_error *error)
{
    char *path = map_path(scratch);
    bool made;

    error->text[0] = '\0';
    made = usermap_index_make(path, scratch->directory, geteuid(), error);
    assert_int_equal(made, error->text[0] == '\0');
    free(path);
    return made;
}

const char *map_index_path(struct scratch *scratch)
{
    char name[INDEX_FILE_NAME_SIZE], *path = map_path(scratch);

    assert_true(usermap_index_name(path, name));
    free(path);
    return scratch_path(scratch, name);
}

void write_map_and_index(struct scratch *scratch, const char *before, const char *after)
{
    struct safefile_error error;

    write_map(scratch, MAPPED_LINES, before, after);
    assert_true(make_map_index(scratch, &error));
    assert_int_equal(access(map_index_path(scratch), F_OK), 0);
}

/* --- asking ----------------------------------------------------------------------------------- */

struct looking {
    struct span subject;
    const char *user;
    unsigned looks;
    bool found;
};

static bool is_same(struct looking *looking, bool parsed, struct usermap_line *line)
{
    bool same =
        parsed && usermap_line_match(line, looking->subject, looking->user) == USERMAP_SAME_USER;

    looking->looks++;
    looking->found = looking->found || same;
    return same;
}

static bool look(void *context, struct span text)
{
    struct usermap_line line;

    return is_same(context, usermap_line_parse(text, &line), &line);
}

static bool search(struct span text, struct looking looking)
{
    struct usermap_line line;
    bool parsed;

    while (usermap_line_take(&text, &line, &parsed))
        (void)is_same(&looking, parsed, &line);
    return looking.found;
}

static bool is_indexed(struct scratch *scratch, const char *path)
{
    int cache = safefile_open_directory(scratch->directory, geteuid(), &(struct safefile_error){});
    struct usermap_index index;
    bool indexed;

    usermap_index_open(&index, cache, path, geteuid());
    indexed = index.file >= 0;
    usermap_index_close(&index);
    close(cache);
    return indexed;
}

struct map_answer ask_map(struct scratch *scratch, const char *subject, const char *user)
{
    struct issuer_rules issuer = {.user_map = map_path(scratch)};
    struct rules rules = {.issuers = &issuer, .issuer_count = 1};
    struct safefile_error error = {""};
    struct usermap_files *files = usermap_files_open(&rules, scratch->directory, geteuid(), &error);
    struct looking looking = {.subject = span_text(subject), .user = user};
    struct map_answer answer = {.indexed = is_indexed(scratch, issuer.user_map)};
    struct usermap_source source;
    struct span text;

    assert_non_null(files);
    source = usermap_files_source(files);
    source.hint(source.context, &issuer, looking.subject, user, look, &looking);
    answer.hinted = looking.found;
    answer.looks = looking.looks;
    assert_true(source.text(source.context, &issuer, &text));
    answer.found = search(text, (struct looking){.subject = looking.subject, .user = user});
    usermap_files_close(&files);
    free(issuer.user_map);
    return answer;
}

void assert_hinted(struct scratch *scratch, const char *subject, const char *user)
{
    struct map_answer answer = ask_map(scratch, subject, user);

    assert_true(answer.indexed && answer.hinted && answer.found);
}

void assert_searched(struct scratch *scratch, const char *subject, const char *user, bool found)
{
    struct map_answer answer = ask_map(scratch, subject, user);

    assert_true(answer.indexed);
    assert_false(answer.hinted);
    assert_int_equal(answer.found, found);
}

void assert_no_index(struct scratch *scratch)
{
    struct map_answer answer = ask_map(scratch, "name7", "user7");

    assert_false(answer.indexed || answer.hinted);
    assert_int_equal(answer.looks, 0);
}

/* --- forging ---------------------------------------------------------------------------------- */

struct map_forgery take_map_index(struct scratch *scratch)
{
    struct map_forgery forgery;

    forgery.bytes = scratch_read_bytes(map_index_path(scratch), &forgery.len);
    forgery.header = (void *)forgery.bytes;
    forgery.entries = (void *)(forgery.header + 1);
    forgery.regexes = (void *)(forgery.entries + forgery.header->count);
    assert_int_equal(forgery.len,
                     (unsigned char *)(forgery.regexes + forgery.header->regexes) - forgery.bytes);
    return forgery;
}

void put_map_index(struct scratch *scratch, const struct map_forgery *forgery, size_t len)
{
    scratch_write_bytes(map_index_path(scratch), forgery->bytes, len);
}

void believe_map(struct scratch *scratch, struct map_forgery *forgery)
{
    struct stat st;

    assert_int_equal(stat(scratch_path(scratch, "users"), &st), 0);
    forgery->header->source = file_identity_of(&st);
    put_map_index(scratch, forgery, forgery->len);
}
