/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwks.h"

#include <json-c/json.h>

#include "json-scan.h"

struct search {
    const struct jwks_question *question;
    struct jwks_answer *answer;
    const unsigned char *needle, *end; /* the next one that is not before an element; of all */
    enum status status;                /* of the elements so far */
    struct report *report;
};

/* Looks for the needle in all elements at once: preparing that costs more than one of them. */
static bool has_needle(struct search *search, struct span text)
{
    struct span needle = search->question->needle;

    if (needle.len == 0)
        return true;
    if (search->needle < text.ptr) {
        search->needle = memmem(text.ptr, (size_t)(search->end - text.ptr), needle.ptr, needle.len);
        if (!search->needle)
            search->needle = search->end;
    }
    return search->needle < text.ptr + text.len;
}

static bool may_match(struct search *search, struct span text)
{
    const struct jwks_question *question = search->question;

    if (span_has(text, span_text("\\")))
        return true;
    return has_needle(search, text) &&
           (!question->may_match || question->may_match(question->context, text));
}

static void look(void *context, struct span text)
{
    struct search *search = context;
    JSON_CLEANUP struct json_object *jwk = NULL;

    if (search->status != STATUS_ACCEPTED || !may_match(search, text))
        return;
    search->status = json_parse(text, "JWK", &jwk, search->report);
    if (search->status != STATUS_ACCEPTED ||
        !search->question->matches(search->question->context, jwk))
        return;
    if (search->answer->count++ == 0) {
        search->answer->jwk = jwk;
        jwk = NULL; /* transferred */
    }
}

enum status jwks_find(struct span text, const struct jwks_question *question,
                      struct jwks_answer *answer, struct report *report)
{
    struct search search = {.question = question,
                            .answer = answer,
                            .needle = text.ptr,
                            .end = text.ptr + text.len,
                            .report = report};

    *answer = (struct jwks_answer){0};
    /* RFC 7517 section 5 */
    if (!json_scan_objects(text, "keys", look, &search) && search.status == STATUS_ACCEPTED)
        search.status = report_refuse(report, STATUS_BAD_JSON,
                                      "expected an object with one array of objects, keys");
    if (search.status != STATUS_ACCEPTED) {
        json_free(&answer->jwk);
        answer->count = 0;
    }
    return search.status;
}
