/* SPDX-License-Identifier: BSD-3-Clause */
/* A key in the header. Anybody can write one: what makes it count is a chain, a pin, or its issuer.
 */
#include "jwk.h"
#include "keysource-parts.h"
#include "known-key.h"

/* --- alone ------------------------------------------------------------------------------------ */

static enum status refuse_unpinned(struct json_object *jwk, struct report *report)
{
    char thumbprint[JWK_THUMBPRINT_SIZE] = "";

    (void)jwk_thumbprint(jwk, thumbprint);
    return report_refuse(report, STATUS_UNKNOWN_KEY,
                         "the header carries jwk without a chain, and its thumbprint %s is not in "
                         "pinned_keys",
                         thumbprint);
}

/* RFC 7515 section 4.1.3 says what the key is, not that it is the issuer's */
static enum status use_alone(const struct key_question *question, struct json_object *jwk,
                             struct key_choice *choice, struct report *report)
{
    enum status status =
        known_key_pinned(jwk, question->token->jws.alg, question->issuer, &choice->key, report);

    if (status != STATUS_ACCEPTED || choice->key)
        return status;
    if (!issuer_has_set(question->issuer))
        return refuse_unpinned(jwk, report);
    return keysource_set_by_key(question, jwk, choice, report);
}

/* --- with a chain ----------------------------------------------------------------------------- */

static bool leads_with(const struct untrusted_chain *chain, gnutls_pubkey_t key)
{
    gnutls_pubkey_t first;
    bool same;

    if (gnutls_pubkey_init(&first) < 0)
        return false;
    same = untrusted_chain_key(chain, first) && jwk_keys_equal(first, key);
    gnutls_pubkey_deinit(first);
    return same;
}

/* The thumbprint in the header or, failing that, in the JWK. */
static bool find_thumbprint(struct json_object *header, struct json_object *jwk,
                            struct thumbprint *out)
{
    return keysource_thumbprint(header, "x5t#S256", out) ||
           keysource_thumbprint(header, "x5t", out) || keysource_thumbprint(jwk, "x5t#S256", out) ||
           keysource_thumbprint(jwk, "x5t", out);
}

/* RFC 7517 section 4.7: the first certificate holds the key; here it is one that the host knows. */
static enum status use_under_cas(const struct key_question *question, struct json_object *jwk,
                                 gnutls_pubkey_t key, struct key_choice *choice,
                                 struct report *report)
{
    UNTRUSTED_CHAIN_CLEANUP struct untrusted_chain cas = choice->chain;
    struct thumbprint thumbprint;
    enum status status;

    choice->chain = (struct untrusted_chain){.count = 0}; /* transferred */
    if (!find_thumbprint(question->token->jws.header, jwk, &thumbprint))
        return report_refuse(report, STATUS_NO_KEY_SOURCE,
                             "jwk.x5c has certificates of CAs only, not the signer's: expected it "
                             "as the first, or x5t#S256 naming one that is deployed");
    status = keysource_deployed(question, &thumbprint, &choice->chain, report);
    if (status == STATUS_UNKNOWN_CERTIFICATE)
        return report_refuse(report, status,
                             "jwk.x5c has certificates of CAs only, and that of the signer is not "
                             "deployed in %s: pam-jwt cert add deploys it",
                             question->issuer->certificates);
    if (status != STATUS_ACCEPTED)
        return status;
    if (!leads_with(&choice->chain, key))
        return report_refuse(report, STATUS_KEY_MISMATCH,
                             "jwk is not the public key of the deployed certificate that x5t or "
                             "x5t#S256 names");
    return untrusted_chain_set_issuers(&choice->chain, &cas, report);
}

static enum status check_own_thumbprints(struct json_object *jwk, const struct key_choice *choice,
                                         struct report *report)
{
    const char *name = NULL;

    /* RFC 7517 sections 4.8 and 4.9 */
    if (!thumbprints_agree(jwk, choice->chain.certs[0], &name))
        return report_refuse(report, STATUS_THUMBPRINT_MISMATCH,
                             "jwk.%s is not the thumbprint of the signer certificate", name);
    return STATUS_ACCEPTED;
}

/* Leaves a chain whose first key it is, or none if there is nothing that could verify one. */
static enum status use_chain(const struct key_question *question, struct json_object *jwk,
                             gnutls_pubkey_t key, struct key_choice *choice, struct report *report)
{
    enum status status =
        untrusted_chain_add_x5c(&choice->chain, json_member(jwk, "x5c"), "jwk.x5c", report);

    if (status != STATUS_ACCEPTED)
        return status;
    if (!leads_with(&choice->chain, key)) {
        /* RFC 7517 section 4.7: else anybody could sign with his own key beside a public chain */
        if (!untrusted_chain_is_of_cas(&choice->chain))
            return report_refuse(report, STATUS_KEY_MISMATCH,
                                 "jwk is not the public key of jwk.x5c[0]");
        if (question->issuer->trust_anchors.count == 0) {
            untrusted_chain_free(&choice->chain);
            return STATUS_ACCEPTED;
        }
        status = use_under_cas(question, jwk, key, choice, report);
    }
    return status == STATUS_ACCEPTED ? check_own_thumbprints(jwk, choice, report) : status;
}

enum status keysource_jwk(const struct key_question *question, struct key_choice *choice,
                          struct report *report)
{
    struct json_object *jwk = json_member(question->token->jws.header, "jwk");
    gnutls_pubkey_t key;
    enum status status;

    if (gnutls_pubkey_init(&key) < 0)
        return report_refuse(report, STATUS_OUT_OF_MEMORY, "no memory for a key");
    status = jwk_import_for(jwk, question->token->jws.alg, "jwk", key, report);
    if (status == STATUS_ACCEPTED && json_has(jwk, "x5c"))
        status = use_chain(question, jwk, key, choice, report);
    /* Without anchors no chain is worth anything, but the key may be known. */
    if (status == STATUS_ACCEPTED &&
        (choice->chain.count == 0 || question->issuer->trust_anchors.count == 0))
        status = use_alone(question, jwk, choice, report);
    gnutls_pubkey_deinit(key);
    return status;
}
