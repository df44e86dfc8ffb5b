/* SPDX-License-Identifier: BSD-3-Clause */
#include "fetch-keep.h"

#include <unistd.h>

#include "../sys/paths.h"
#include "../sys/write-whole.h"

#define FAILED_SECONDS 60 /* a login does not ask again what failed so lately */
#define LOCK_MS 500       /* others hold it as long as a judgement takes */

void keep_open(struct keep *keep, uid_t also_trusted)
{
    *keep = (struct keep){.also_trusted = also_trusted, .writes = geteuid() == 0};
    keep->directory = cache_open(paths_cache, also_trusted, &keep->error);
}

void keep_close(struct keep *keep)
{
    if (keep->directory >= 0)
        close(keep->directory);
    keep->directory = -1;
}

void keep_find(const struct keep *keep, const struct wire_wish *wish, struct cache_entry *entry)
{
    char name[CACHE_NAME_SIZE];

    *entry = (struct cache_entry){0};
    if (keep->directory < 0 || !cache_name_of(wish, keep->issuer, name) ||
        cache_map(keep->directory, name, keep->also_trusted, entry) != CACHE_FOUND)
        *entry = (struct cache_entry){0};
}

bool keep_failed_lately(const struct keep *keep, const struct wire_wish *wish, int64_t now)
{
    char name[CACHE_NAME_SIZE];

    return keep->directory >= 0 && cache_name_of(wish, keep->issuer, name) &&
           cache_failed(keep->directory, name, keep->also_trusted, now, FAILED_SECONDS);
}

void keep_failure(const struct keep *keep, const struct wire_wish *wish, int64_t now)
{
    char name[CACHE_NAME_SIZE];

    if (keep->directory >= 0 && keep->writes && cache_name_of(wish, keep->issuer, name))
        (void)cache_mark_failed(keep->directory, name, now);
}

void keep_lock(struct keep *keep, struct cache_writer *writer)
{
    *writer = (struct cache_writer){-1, -1};
    if (keep->directory >= 0 && keep->writes)
        (void)cache_lock(keep->directory, LOCK_MS, writer, &keep->error);
}

void keep_unlock(struct cache_writer *writer)
{
    cache_unlock(writer);
}

void keep_store(struct keep *keep, const struct cache_writer *writer,
                const struct wire_answer *answer)
{
    if (writer->lock >= 0)
        (void)cache_store(writer, answer, &keep->error);
}

/* --- handing back ----------------------------------------------------------------------------- */

/* Half an answer would spoil those before it. */
bool keep_hand_back(int file, const struct wire_answer *answer)
{
    static unsigned char header[WIRE_ORDER_MAX];
    size_t len = wire_put_answer(answer, header, sizeof(header));
    off_t end = lseek(file, 0, SEEK_END);
    bool done;

    if (len == 0 || end < 0)
        return false;
    done = write_whole(file, span_of(header, len)) && write_whole(file, answer->der);
    if (!done && ftruncate(file, end) != 0)
        return false;
    return done;
}
