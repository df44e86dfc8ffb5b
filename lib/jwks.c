/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwks.h"

#include <json-c/json.h>

#include "json-scan.h"

struct search {
    const struct jwks_question *question;
    struct jwks_answer *answer;
    enum status status; /* of the elements so far */
    struct report *report;
};

static bool may_match(const struct jwks_question *question, const struct json_element *element)
{
    if (element->escaped)
        return true;
    if (question->member)
        return element->named;
    return !question->may_match || question->may_match(question->context, element->text);
}

static void look(void *context, const struct json_element *element)
{
    struct search *search = context;
    JSON_CLEANUP struct json_object *jwk = NULL;

    if (search->status != STATUS_ACCEPTED || !may_match(search->question, element))
        return;
    search->status = json_parse(element->text, "JWK", &jwk, search->report);
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
    struct search search = {.question = question, .answer = answer, .report = report};
    const struct json_visit visit = {.array = "keys",
                                     .member = span_text(question->member),
                                     .value = question->value,
                                     .element = look,
                                     .context = &search};

    *answer = (struct jwks_answer){0};
    /* RFC 7517 section 5 */
    if (!json_scan_objects(text, &visit) && search.status == STATUS_ACCEPTED)
        search.status = report_refuse(report, STATUS_BAD_JSON,
                                      "expected an object with one array of objects, keys");
    if (search.status != STATUS_ACCEPTED) {
        json_free(&answer->jwk);
        answer->count = 0;
    }
    return search.status;
}
