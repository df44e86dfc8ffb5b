/* SPDX-License-Identifier: BSD-3-Clause */
#include "requirements.h"

#include <json-c/json.h>
#include <json-c/json_pointer.h>
#include <stdio.h>

/* What the rules look at; all borrowed. */
struct subject {
    struct json_object *claims;
    const struct issuer_rules *issuer;
    int64_t now, leeway, expires; /* seconds */
};

/* Whether a list of words with single spaces between them (RFC 6749 section 3.3) has this one. */
static bool words_have(struct span words, struct span word)
{
    while (words.len > 0) {
        const unsigned char *space = memchr(words.ptr, ' ', words.len);
        size_t len = space ? (size_t)(space - words.ptr) : words.len;

        if (span_equal(span_of(words.ptr, len), word))
            return true;
        words = span_of(words.ptr + len, words.len - len);
        if (words.len > 0)
            words = span_of(words.ptr + 1, words.len - 1);
    }
    return false;
}

static bool scope_has(struct json_object *claim, struct span scope)
{
    struct span words;

    if (json_string(claim, &words))
        return words_have(words, scope);
    return json_string_or_array_has(claim, scope);
}

/* RFC 8693 section 4.2, RFC 9068 section 2.2.3: scope (or scp) has each one asked for */
static enum status check_scope(const struct subject *s, struct report *report)
{
    const char *name = json_has(s->claims, "scope") ? "scope" : "scp";
    struct json_object *claim = json_member(s->claims, name);

    for (size_t i = 0; i < s->issuer->require_scope.count; i++) {
        const char *wanted = s->issuer->require_scope.items[i];

        if (!claim)
            return report_refuse(report, STATUS_MISSING_CLAIM, "scope: expected %s", wanted);
        if (!scope_has(claim, span_text(wanted)))
            return report_refuse(report, STATUS_CLAIM_NOT_MET, "%s: expected %s", name, wanted);
    }
    return STATUS_ACCEPTED;
}

/* OpenID Connect Core section 2: acr is one string; one of those asked for */
static enum status check_acr(const struct subject *s, struct report *report)
{
    struct span acr;

    if (s->issuer->require_acr.count == 0)
        return STATUS_ACCEPTED;
    if (!json_string(json_member(s->claims, "acr"), &acr))
        return report_refuse(report, STATUS_MISSING_CLAIM, "acr: expected a string");
    for (size_t i = 0; i < s->issuer->require_acr.count; i++)
        if (span_equal(acr, span_text(s->issuer->require_acr.items[i])))
            return STATUS_ACCEPTED;
    return report_refuse(report, STATUS_CLAIM_NOT_MET, "acr: expected %s",
                         s->issuer->require_acr.items[0]);
}

/* RFC 8176 section 1: amr is an array of strings; each one asked for */
static enum status check_amr(const struct subject *s, struct report *report)
{
    struct json_object *amr = json_member(s->claims, "amr");

    for (size_t i = 0; i < s->issuer->require_amr.count; i++) {
        const char *wanted = s->issuer->require_amr.items[i];

        if (!json_object_is_type(amr, json_type_array))
            return report_refuse(report, STATUS_MISSING_CLAIM, "amr: expected an array with %s",
                                 wanted);
        if (!json_string_or_array_has(amr, span_text(wanted)))
            return report_refuse(report, STATUS_CLAIM_NOT_MET, "amr: expected %s", wanted);
    }
    return STATUS_ACCEPTED;
}

/* NULL if there is none. `name` is a member, or a JSON pointer (RFC 6901) if it begins with "/". */
static struct json_object *find_claim(struct json_object *claims, const char *name)
{
    struct json_object *found = NULL;

    if (name[0] != '/')
        return json_member(claims, name);
    return json_pointer_get(claims, name, &found) == 0 ? found : NULL;
}

/* json-c makes the largest integer of all that are larger: such a one equals nothing. */
static bool integer_is(struct json_object *claim, const char *wanted)
{
    char text[32];
    int64_t integer;

    if (!json_time(claim, &integer))
        return false;
    snprintf(text, sizeof(text), "%lld", (long long)integer);
    return strcmp(text, wanted) == 0;
}

static bool claim_has(struct json_object *claim, const char *wanted)
{
    if (json_object_is_type(claim, json_type_boolean))
        return strcmp(json_object_get_boolean(claim) ? "true" : "false", wanted) == 0;
    if (json_object_is_type(claim, json_type_int))
        return integer_is(claim, wanted);
    return json_string_or_array_has(claim, span_text(wanted));
}

/* RFC 9068 section 4: "name=value" */
static enum status check_one_claim(const struct subject *s, const char *rule, struct report *report)
{
    const char *equals = strchr(rule, '=');
    char name[CLAIM_NAME_SIZE];
    struct json_object *claim;

    if (!equals || equals == rule || (size_t)(equals - rule) >= sizeof(name))
        return report_refuse(report, STATUS_CONFIG_ERROR,
                             "require_claim %s: expected name=value or /pointer=value", rule);
    snprintf(name, sizeof(name), "%.*s", (int)(equals - rule), rule);
    claim = find_claim(s->claims, name);
    if (!claim)
        return report_refuse(report, STATUS_MISSING_CLAIM, "%s: expected %s", name, equals + 1);
    if (!claim_has(claim, equals + 1))
        return report_refuse(report, STATUS_CLAIM_NOT_MET, "%s: expected %s", name, equals + 1);
    return STATUS_ACCEPTED;
}

static enum status check_claims(const struct subject *s, struct report *report)
{
    const struct string_list *wanted = &s->issuer->require_claim;
    enum status status = STATUS_ACCEPTED;

    for (size_t i = 0; status == STATUS_ACCEPTED && i < wanted->count; i++)
        status = check_one_claim(s, wanted->items[i], report);
    return status;
}

/* A NumericDate (RFC 7519 section 2) that must be there. */
static enum status required_time(const struct subject *s, const char *name, int64_t *out,
                                 struct report *report)
{
    if (!json_time(json_member(s->claims, name), out))
        return report_refuse(report, STATUS_MISSING_CLAIM,
                             "%s: expected a number of seconds since 1970", name);
    return STATUS_ACCEPTED;
}

/* RFC 8725 section 3.10: a token that lives long is worth stealing */
static enum status check_lifetime(const struct subject *s, struct report *report)
{
    enum status status;
    int64_t iat;

    if (s->issuer->max_lifetime == 0)
        return STATUS_ACCEPTED;
    status = required_time(s, "iat", &iat, report);
    if (status != STATUS_ACCEPTED)
        return status;
    if (s->expires - iat > s->issuer->max_lifetime)
        return report_refuse(report, STATUS_LIFETIME_TOO_LONG,
                             "expected at most %lld s from iat to exp, found %lld",
                             (long long)s->issuer->max_lifetime, (long long)(s->expires - iat));
    return STATUS_ACCEPTED;
}

/* OpenID Connect Core section 3.1.3.7 step 13: by auth_time; iat says nothing of the person */
static enum status check_age(const struct subject *s, struct report *report)
{
    enum status status;
    int64_t auth_time;

    if (s->issuer->max_age == 0)
        return STATUS_ACCEPTED;
    status = required_time(s, "auth_time", &auth_time, report);
    if (status != STATUS_ACCEPTED)
        return status;
    if (auth_time > s->now + s->leeway)
        return report_refuse(report, STATUS_NOT_YET_VALID, "auth_time is %lld, now is %lld",
                             (long long)auth_time, (long long)s->now);
    if (s->now - auth_time > s->issuer->max_age + s->leeway)
        return report_refuse(report, STATUS_TOO_OLD,
                             "expected an authentication at most %lld s ago, found %lld",
                             (long long)s->issuer->max_age, (long long)(s->now - auth_time));
    return STATUS_ACCEPTED;
}

static enum status (*const checks[])(const struct subject *, struct report *) = {
    check_lifetime, check_age, check_scope, check_acr, check_amr, check_claims,
};

enum status requirements_check(const struct signed_claims *claims, const struct identity *identity,
                               const struct rules *rules, const struct issuer_rules *issuer,
                               int64_t now, struct report *report)
{
    const struct subject subject = {
        .claims = signed_claims_object(claims),
        .issuer = issuer,
        .now = json_time_bounded(now),
        .leeway = rules->leeway,
        .expires = identity_expires(identity),
    };
    enum status status = STATUS_ACCEPTED;

    for (size_t i = 0; status == STATUS_ACCEPTED && i < sizeof(checks) / sizeof(checks[0]); i++)
        status = checks[i](&subject, report);
    return status;
}
