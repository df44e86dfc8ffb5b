/* SPDX-License-Identifier: BSD-3-Clause */
#include "known-key.h"

#include <stdio.h>

#include "trust-key.h"
#include "trust.h"
#include "trusted-key-make.h"
#include "x509-signature.h"

static enum status no_memory(struct report *report)
{
    return report_refuse(report, STATUS_OUT_OF_MEMORY, "no memory for the key");
}

/* --- JWKs ------------------------------------------------------------------------------------- */

static enum status make_of_jwk(struct json_object *jwk, const struct alg *alg,
                               const char *revocation, struct trusted_key **key,
                               struct report *report)
{
    TRUSTED_KEY_CLEANUP struct trusted_key *made = trusted_key_new();
    enum status status;

    if (!made)
        return no_memory(report);
    status = jwk_import_for(jwk, alg, "jwk", made->pubkey, report);
    if (status == STATUS_ACCEPTED)
        status = trust_key_check(made->pubkey, 0, "jwk", report);
    if (status != STATUS_ACCEPTED)
        return status;
    if (!jwk_thumbprint(jwk, made->name))
        return no_memory(report);
    made->revocation = revocation;
    *key = made;
    made = NULL; /* transferred */
    return STATUS_ACCEPTED;
}

enum status known_key_pinned(struct json_object *jwk, const struct alg *alg,
                             const struct issuer_rules *issuer, struct trusted_key **key,
                             struct report *report)
{
    char thumbprint[JWK_THUMBPRINT_SIZE];

    *key = NULL;
    if (issuer->pinned_keys.count == 0 || !jwk_thumbprint(jwk, thumbprint))
        return STATUS_ACCEPTED;
    /* RFC 7638 section 3.1 */
    if (!string_list_has(&issuer->pinned_keys, thumbprint))
        return STATUS_ACCEPTED;
    return make_of_jwk(jwk, alg, "pinned", key, report);
}

enum status known_key_of_set(struct json_object *jwk, const struct alg *alg,
                             struct trusted_key **key, struct report *report)
{
    *key = NULL;
    return make_of_jwk(jwk, alg, "jwks", key, report);
}

/* --- certificates ----------------------------------------------------------------------------- */

/* Not only its names: whoever pins a certificate that another has issued wants its chain looked at.
 */
static bool is_self_signed(gnutls_x509_crt_t cert)
{
    X509_PARTY_CLEANUP struct x509_party party = {0};
    struct evidence ignored = {0};

    return x509_party_read(cert, &party) && span_equal(party.cert.issuer, party.cert.subject) &&
           x509_signature_verify(cert, &party.cert.outer, party.cert.tbs, party.cert.signature,
                                 "certificate", &ignored);
}

static enum status make_of_certificate(gnutls_x509_crt_t cert, struct trusted_key **key,
                                       struct report *report)
{
    TRUSTED_KEY_CLEANUP struct trusted_key *made = trusted_key_new();

    if (!made)
        return no_memory(report);
    /* RFC 5280 sections 4.1.2.2 and 4.1.2.7 */
    if (gnutls_pubkey_import_x509(made->pubkey, cert, 0) < 0 ||
        !trusted_key_name_serial(made, cert))
        return report_refuse(report, STATUS_BAD_KEY, "the deployed certificate cannot be read");
    made->revocation = "pinned";
    *key = made;
    made = NULL; /* transferred */
    return STATUS_ACCEPTED;
}

enum status known_key_deployed(gnutls_x509_crt_t cert, const struct issuer_rules *issuer,
                               int64_t now, struct trusted_key **key, struct report *report)
{
    enum status status;

    *key = NULL;
    if (issuer->certificate_trust != CERTIFICATE_TRUST_PINNED || !is_self_signed(cert))
        return STATUS_ACCEPTED;
    status = trust_key_check_certificate(cert, issuer->rsa_bits_min, 0, report);
    if (status == STATUS_ACCEPTED)
        status = trust_dates_check(cert, 0, now, report);
    if (status == STATUS_ACCEPTED)
        status = make_of_certificate(cert, key, report);
    return status;
}
