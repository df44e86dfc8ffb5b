/* SPDX-License-Identifier: BSD-3-Clause */
#include "cached.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define WAIT_MS 60000

int cached_open(struct scratch *scratch)
{
    struct safefile_error error;
    int directory = cache_open(scratch->directory, geteuid(), &error);

    if (directory < 0)
        fail_msg("%s", error.text);
    return directory;
}

struct wire_answer cached_crl(const char *url, const char *der)
{
    return (struct wire_answer){
        .wish = {.kind = ANSWER_CRL, .url = span_text(url), .issuer = span_text("issuer")},
        .issuer = span_text("https://login.example"),
        .fetched_at = 1000,
        .der = span_text(der),
    };
}

struct wire_answer cached_ocsp(const char *request, const char *der)
{
    struct wire_answer answer = cached_crl("http://ocsp.example", der);

    answer.wish.kind = ANSWER_OCSP;
    answer.wish.request = span_text(request);
    return answer;
}

bool cached_try_store(int directory, const struct wire_answer *answer, struct safefile_error *error)
{
    struct cache_writer writer;
    bool done =
        cache_lock(directory, WAIT_MS, &writer, error) && cache_store(&writer, answer, error);

    cache_unlock(&writer);
    return done;
}

void cached_store(int directory, const struct wire_answer *answer)
{
    struct safefile_error error;

    if (!cached_try_store(directory, answer, &error))
        fail_msg("%s", error.text);
}

const char *cached_name(const struct wire_answer *answer)
{
    static char name[CACHE_NAME_SIZE];

    assert_true(cache_name_of(&answer->wish, answer->issuer, name));
    return name;
}

enum cache_found cached_look(int directory, const char *name)
{
    struct cache_entry entry;
    enum cache_found found = cache_map(directory, name, geteuid(), &entry);

    if (found == CACHE_FOUND)
        cache_unmap(&entry);
    return found;
}

static int is_file(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

unsigned cached_count_files(int directory)
{
    struct dirent **entries;
    int count = scandirat(directory, ".", &entries, is_file, NULL);

    assert_true(count >= 0);
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
    return (unsigned)count;
}
