/* SPDX-License-Identifier: BSD-3-Clause */
#include "policy.h"

#include <stdlib.h>
#include <strings.h>

#include "policy-audience.h"

struct identity {
    int64_t expires;
    size_t len;
    unsigned char user_claim[]; /* len bytes */
};

/* What the rules look at; all borrowed. */
struct subject {
    struct json_object *claims, *header;
    const struct rules *rules;
    const struct issuer_rules *issuer;
    const char *service;
    int64_t now;
    int64_t expires; /* set by check_exp() */
};

/* RFC 7515 section 4.1.9: media types ignore case, and "application/" may be left out */
static bool type_equals(struct span type, const char *wanted)
{
    static const char prefix[] = "application/";
    const size_t prefix_len = sizeof(prefix) - 1;

    if (type.len > prefix_len && strncasecmp((const char *)type.ptr, prefix, prefix_len) == 0)
        type = span_of(type.ptr + prefix_len, type.len - prefix_len);
    return type.len == strlen(wanted) && !memchr(type.ptr, '\0', type.len) &&
           strncasecmp((const char *)type.ptr, wanted, type.len) == 0;
}

static enum status check_typ(struct subject *s, struct report *report)
{
    const struct string_list *types = &s->issuer->token_types;
    bool absent = !json_has(s->header, "typ");
    struct span type = {0};

    /* RFC 7515 section 4.1.9 */
    if (!absent && !json_string(json_member(s->header, "typ"), &type))
        return report_refuse(report, STATUS_WRONG_TYPE, "typ: expected a string");

    /* RFC 8725 section 3.11 */
    for (size_t i = 0; i < types->count; i++) {
        bool none = strcmp(types->items[i], "none") == 0;

        if (none ? absent : !absent && type_equals(type, types->items[i]))
            return STATUS_ACCEPTED;
    }
    return report_refuse(report, STATUS_WRONG_TYPE, "typ %.*s is not in token_types",
                         absent ? 7 : (int)(type.len < 64 ? type.len : 64),
                         absent ? "(none)" : (const char *)type.ptr);
}

/* RFC 7800 section 3: possession is not proved here, so a bound token is no bearer token */
static enum status check_cnf(struct subject *s, struct report *report)
{
    if (json_has(s->claims, "cnf"))
        return report_refuse(report, STATUS_SENDER_CONSTRAINED, "the claim cnf is present");
    return STATUS_ACCEPTED;
}

/* RFC 7519 section 4.1.1; the issuer was chosen by this value, and now it is signed */
static enum status check_iss(struct subject *s, struct report *report)
{
    struct span iss;

    if (!json_string(json_member(s->claims, "iss"), &iss) ||
        !span_equal(iss, span_text(s->issuer->issuer)))
        return report_refuse(report, STATUS_UNKNOWN_ISSUER, "iss is not %s", s->issuer->issuer);
    return STATUS_ACCEPTED;
}

static enum status check_aud(struct subject *s, struct report *report)
{
    return policy_audience_check(s->claims, s->rules, s->issuer, s->service, report);
}

/* A NumericDate that must be there. */
static enum status required_time(struct subject *s, const char *name, int64_t *out,
                                 struct report *report)
{
    if (!json_time(json_member(s->claims, name), out))
        return report_refuse(report, STATUS_MISSING_CLAIM,
                             "%s: expected a number of seconds since 1970", name);
    return STATUS_ACCEPTED;
}

/* RFC 7519 section 4.1.4: on or after exp is too late */
static enum status check_exp(struct subject *s, struct report *report)
{
    enum status status = required_time(s, "exp", &s->expires, report);

    if (status != STATUS_ACCEPTED)
        return status;
    if (s->now - s->rules->leeway >= s->expires)
        return report_refuse(report, STATUS_EXPIRED, "exp is %lld, now is %lld, leeway %lld s",
                             (long long)s->expires, (long long)s->now, (long long)s->rules->leeway);
    return STATUS_ACCEPTED;
}

/* RFC 7519 sections 4.1.5 and 4.1.6: neither may lie in the future */
static enum status check_begin(struct subject *s, struct report *report)
{
    static const char *const names[] = {"nbf", "iat"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        int64_t begin;
        enum status status;

        if (!json_has(s->claims, names[i]))
            continue;
        status = required_time(s, names[i], &begin, report);
        if (status != STATUS_ACCEPTED)
            return status;
        if (begin > s->now + s->rules->leeway)
            return report_refuse(report, STATUS_NOT_YET_VALID,
                                 "%s is %lld, now is %lld, leeway %lld s", names[i],
                                 (long long)begin, (long long)s->now, (long long)s->rules->leeway);
    }
    return STATUS_ACCEPTED;
}

static enum status (*const checks[])(struct subject *, struct report *) = {
    check_typ, check_cnf, check_iss, check_aud, check_exp, check_begin,
};

/* The first of the list that the token has; the last if it has none. */
static const char *choose_user_claim(const struct subject *s)
{
    const struct string_list *names = &s->issuer->user_claim;
    size_t i = 0;

    while (i + 1 < names->count && !json_has(s->claims, names->items[i]))
        i++;
    return names->items[i];
}

static enum status make_identity(const struct subject *s, struct identity **identity,
                                 struct report *report)
{
    const char *name = choose_user_claim(s);
    struct identity *made;
    struct span user;

    /* RFC 7519 section 4.1.2: a string; an empty one counts as missing */
    if (!json_string(json_member(s->claims, name), &user) || user.len == 0)
        return report_refuse(report, STATUS_MISSING_CLAIM,
                             "%s: expected a string that is not empty", name);
    /* OpenID Connect Core section 5.7: an address that nobody verified names nobody */
    if (strcmp(name, "email") == 0 && !json_is_true(json_member(s->claims, "email_verified")))
        return report_refuse(report, STATUS_CLAIM_NOT_MET, "email_verified is not true");
    made = malloc(sizeof(*made) + user.len);
    if (!made)
        return report_refuse(report, STATUS_OUT_OF_MEMORY, "no memory for the identity");
    made->expires = s->expires;
    made->len = user.len;
    memcpy(made->user_claim, user.ptr, user.len);
    *identity = made;
    return STATUS_ACCEPTED;
}

static enum status check_all(struct subject *s, struct report *report)
{
    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
        enum status status = checks[i](s, report);

        if (status != STATUS_ACCEPTED)
            return status;
    }
    return STATUS_ACCEPTED;
}

enum status policy_check(const struct signed_claims *claims, const struct rules *rules,
                         const struct issuer_rules *issuer, const char *service, int64_t now,
                         struct identity **identity, struct report *report)
{
    struct subject subject = {
        .claims = signed_claims_object(claims),
        .header = signed_claims_header(claims),
        .rules = rules,
        .issuer = issuer,
        .service = service,
        .now = json_time_bounded(now),
    };
    enum status status = check_all(&subject, report);

    return status == STATUS_ACCEPTED ? make_identity(&subject, identity, report) : status;
}

bool policy_may_pass(const struct token *token, const struct rules *rules,
                     const struct issuer_rules *issuer, const char *service, int64_t now,
                     struct report *report)
{
    struct subject subject = {
        .claims = token->unverified_claims,
        .header = token->jws.header,
        .rules = rules,
        .issuer = issuer,
        .service = service,
        .now = json_time_bounded(now),
    };

    return check_all(&subject, report) == STATUS_ACCEPTED;
}

struct span identity_user_claim(const struct identity *identity)
{
    return span_of(identity->user_claim, identity->len);
}

int64_t identity_expires(const struct identity *identity)
{
    return identity->expires;
}

void identity_free(struct identity **identity)
{
    free(*identity);
    *identity = NULL;
}
