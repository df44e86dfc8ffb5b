/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <unistd.h>

#include "../sys/fetch-client.h"
#include "../sys/paths.h"
#include "refresh.h"

#define TASK_MS 60000 /* for one answer: a large CRL over a slow line */

/* The wish of the entry; without one, of the URL. False: there is neither. */
static bool find_wish(const struct refresh_task *task, const struct refresh_place *place,
                      struct cache_entry *entry, struct wire_wish *wish)
{
    *entry = (struct cache_entry){0};
    if (cache_map(place->cache, task->name, place->also_trusted, entry) == CACHE_FOUND)
        *wish = entry->answer.wish;
    else if (task->url)
        *wish = (struct wire_wish){.kind = task->owned ? ANSWER_JWKS : ANSWER_CRL,
                                   .url = span_text(task->url)};
    else
        return false;
    wish->group = 0;
    return true;
}

bool refresh_task_url(const struct refresh_task *task, const struct refresh_place *place,
                      char url[REFRESH_URL_MAX])
{
    struct cache_entry entry;
    struct wire_wish wish;
    bool found = find_wish(task, place, &entry, &wish);

    if (found)
        (void)snprintf(url, REFRESH_URL_MAX, "%.*s", (int)wish.url.len, (const char *)wish.url.ptr);
    cache_unmap(&entry);
    return found;
}

static void ask(const struct refresh_task *task, const struct refresh_place *place,
                struct span wishes, struct refresh_result *result)
{
    static unsigned char message[WIRE_RECEIPT_MAX];
    struct wire_receipt receipt;
    const struct fetch_question question = {
        .order = {.trust_caller = place->also_trusted != 0,
                  .refresh = true,
                  .config = span_text(place->config),
                  .issuer = span_text(task->issuer->issuer),
                  .wishes = wishes},
        .deadline_ms = spawn_now_ms() + TASK_MS,
        .also_trusted = paths_module_trusts_caller ? geteuid() : 0,
        .file = -1,
    };

    if (!fetch_ask(&question, message, sizeof(message), &receipt, result->why, sizeof(result->why)))
        return;
    result->fresh = receipt.brought > 0 && receipt.failures.len == 0;
    (void)snprintf(result->why, sizeof(result->why), "%.*s", (int)receipt.failures.len,
                   (const char *)receipt.failures.ptr);
}

void refresh_task_run(const struct refresh_task *task, const struct refresh_place *place,
                      struct refresh_result *result)
{
    static unsigned char wishes[WIRE_ORDER_MAX];
    struct cache_entry entry;
    struct wire_wish wish;
    size_t len = 0;

    *result = (struct refresh_result){0};
    if (find_wish(task, place, &entry, &wish))
        len = wire_put_wish(&wish, wishes, sizeof(wishes));
    cache_unmap(&entry);
    if (len > 0)
        ask(task, place, span_of(wishes, len), result);
    if (!result->fresh && !result->why[0])
        (void)snprintf(result->why, sizeof(result->why), "%s: expected an answer, found none",
                       task->url ? task->url : task->name);
}
