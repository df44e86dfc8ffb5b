/* SPDX-License-Identifier: BSD-3-Clause */
#include "keysource.h"

#include "jwk.h"
#include "keysource-parts.h"

static enum status use_x5c(const struct key_question *question, struct key_choice *choice,
                           struct report *report)
{
    return untrusted_chain_add_x5c(&choice->chain, json_member(question->token->jws.header, "x5c"),
                                   "x5c", report);
}

static enum status use_x5t(const struct key_question *question, struct key_choice *choice,
                           struct report *report)
{
    return keysource_x5t(question, "x5t", choice, report);
}

static enum status use_x5t_s256(const struct key_question *question, struct key_choice *choice,
                                struct report *report)
{
    return keysource_x5t(question, "x5t#S256", choice, report);
}

static bool carries_kid(struct json_object *header)
{
    return json_has(header, "kid") || json_has(header, "x5t#S256") || json_has(header, "x5t");
}

static const struct source {
    const char *name;                            /* in key_sources */
    bool (*carried)(struct json_object *header); /* NULL: the member of that name is there */
    enum status (*use)(const struct key_question *, struct key_choice *, struct report *);
    bool takes_x5c; /* what x5c has to do with the key is its own business */
} sources[] = {
    {"x5c", NULL, use_x5c, true},
    {"jwk", NULL, keysource_jwk, false},
    {"x5t#S256", NULL, use_x5t_s256, true},
    {"x5t", NULL, use_x5t, true},
    {"kid", carries_kid, keysource_kid, false},
};

#define SOURCE_COUNT (sizeof(sources) / sizeof(sources[0]))

static const struct source *find_source(const char *name)
{
    for (size_t i = 0; i < SOURCE_COUNT; i++)
        if (strcmp(sources[i].name, name) == 0)
            return &sources[i];
    return NULL;
}

/* The first that the administrator chose and the header carries; NULL: there is none. */
static const struct source *select_source(const struct issuer_rules *issuer,
                                          struct json_object *header)
{
    for (size_t i = 0; i < issuer->key_sources.count; i++) {
        const struct source *source = find_source(issuer->key_sources.items[i]);

        if (source && (source->carried ? source->carried(header) : json_has(header, source->name)))
            return source;
    }
    return NULL;
}

/* RFC 8725 section 3.10: only a way that the administrator chose */
static enum status no_source(struct json_object *header, struct report *report)
{
    for (size_t i = 0; i < SOURCE_COUNT; i++)
        if (json_has(header, sources[i].name))
            return report_refuse(report, STATUS_KEY_SOURCE_NOT_ALLOWED,
                                 "the header carries %s, which is not in key_sources",
                                 sources[i].name);
    return report_refuse(report, STATUS_NO_KEY_SOURCE,
                         "expected x5c, jwk, x5t#S256, x5t or kid in the header");
}

/* --- the other members ------------------------------------------------------------------------ */

static enum status check_thumbprints(struct json_object *header, const struct key_choice *choice,
                                     struct report *report)
{
    const char *name = NULL;

    if (choice->chain.count == 0)
        return STATUS_ACCEPTED;
    /* RFC 7515 sections 4.1.7 and 4.1.8 */
    if (!thumbprints_agree(header, choice->chain.certs[0], &name))
        return report_refuse(report, STATUS_THUMBPRINT_MISMATCH,
                             "%s is not the thumbprint of the signer certificate", name);
    return STATUS_ACCEPTED;
}

static enum status check_jwk(struct json_object *header, gnutls_pubkey_t key, struct report *report)
{
    /* RFC 7517 section 4.7 */
    if (json_has(header, "jwk") && !jwk_equals_key(json_member(header, "jwk"), key))
        return report_refuse(report, STATUS_KEY_MISMATCH,
                             "jwk is not the public key of the signer");
    return STATUS_ACCEPTED;
}

static enum status check_x5c(struct json_object *header, gnutls_pubkey_t key, struct report *report)
{
    UNTRUSTED_CHAIN_CLEANUP struct untrusted_chain chain = {.count = 0};
    gnutls_pubkey_t first;
    enum status status;
    bool same;

    if (!json_has(header, "x5c"))
        return STATUS_ACCEPTED;
    status = untrusted_chain_add_x5c(&chain, json_member(header, "x5c"), "x5c", report);
    if (status != STATUS_ACCEPTED)
        return status;
    if (gnutls_pubkey_init(&first) < 0)
        return report_refuse(report, STATUS_OUT_OF_MEMORY, "no memory for a key");
    same = untrusted_chain_key(&chain, first) && jwk_keys_equal(first, key);
    gnutls_pubkey_deinit(first);
    /* RFC 7515 section 4.1.6 */
    if (!same)
        return report_refuse(report, STATUS_KEY_MISMATCH,
                             "x5c[0] does not hold the public key of the signer");
    return STATUS_ACCEPTED;
}

static enum status check_keys(const struct source *source, struct json_object *header,
                              gnutls_pubkey_t key, struct report *report)
{
    enum status status = check_jwk(header, key, report);

    if (status == STATUS_ACCEPTED && !source->takes_x5c)
        status = check_x5c(header, key, report);
    return status;
}

static enum status check_others(const struct source *source, struct json_object *header,
                                const struct key_choice *choice, struct report *report)
{
    enum status status = check_thumbprints(header, choice, report);
    gnutls_pubkey_t key;

    if (status != STATUS_ACCEPTED)
        return status;
    if (choice->key)
        return check_keys(source, header, trusted_key_pubkey(choice->key), report);
    if (gnutls_pubkey_init(&key) < 0)
        return report_refuse(report, STATUS_OUT_OF_MEMORY, "no memory for a key");
    /* one that cannot be read equals none */
    (void)untrusted_chain_key(&choice->chain, key);
    status = check_keys(source, header, key, report);
    gnutls_pubkey_deinit(key);
    return status;
}

enum status keysource_choose(const struct key_question *question, struct key_choice *choice,
                             struct report *report)
{
    struct json_object *header = question->token->jws.header;
    const struct source *source = select_source(question->issuer, header);
    enum key_set set;
    enum status status;

    *choice = (struct key_choice){0};
    if (!source)
        return no_source(header, report);
    status = source->use(question, choice, report);
    if (status == STATUS_ACCEPTED)
        status = check_others(source, header, choice, report);
    if (status != STATUS_ACCEPTED) {
        set = choice->set;
        key_choice_free(choice);
        choice->set = set;
    }
    return status;
}
