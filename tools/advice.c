/* SPDX-License-Identifier: BSD-3-Clause */
#include "advice.h"

#include <stddef.h>

static const struct {
    enum status status;
    const char *text;
} advice[] = {
    {STATUS_NOT_A_JWT,
     "pass the token itself: three parts with dots between them, beginning with eyJ"},
    {STATUS_TRUNCATED, "let pam-jwt-askpass answer: it sends a long token in parts"},
    {STATUS_TOO_LONG, "have the issuer leave out claims or the root certificate"},
    {STATUS_BAD_BASE64URL, "check that the token was copied whole and unchanged"},
    {STATUS_BAD_JSON, "check that the token was copied whole; else the issuer writes invalid JSON"},
    {STATUS_DUPLICATE_MEMBER, "report it to the issuer: names in a JSON object must be unique"},
    {STATUS_ENCRYPTED_TOKEN, "have the issuer sign the token instead of encrypting it"},
    {STATUS_CRIT_HEADER, "have the issuer leave out crit and b64"},
    {STATUS_ALG_NOT_SUPPORTED, "have the issuer sign with ES256 or RS256"},
    {STATUS_ALG_NOT_ALLOWED,
     "add the algorithm to 'algorithms' of this issuer, or have it use one of them"},
    {STATUS_WRONG_TYPE, "get an access token; or add its type to 'token_types' of this issuer"},
    {STATUS_SENDER_CONSTRAINED, "get a bearer token, one without cnf"},
    {STATUS_NO_KEY_SOURCE, "have the issuer put its certificate chain into the x5c header"},
    {STATUS_KEY_SOURCE_NOT_ALLOWED, "have the issuer use one of the 'key_sources', or extend them"},
    {STATUS_KEY_MISMATCH, "treat the token as forged unless the issuer can explain its header"},
    {STATUS_THUMBPRINT_MISMATCH, "have the issuer name the certificate that it signs with"},
    {STATUS_WEAK_KEY, "have the issuer use RSA of 2048 to 8192 bits, P-256 or another key of alg"},
    {STATUS_BAD_KEY, "have the issuer put into x5c the certificate of the key that it signs with"},
    {STATUS_UNKNOWN_CERTIFICATE,
     "deploy the signer's certificate with 'pam-jwt cert add', once you know that it is genuine"},
    {STATUS_UNKNOWN_KEY, "compare the key with those that the issuer publishes, and with "
                         "'pinned_keys'; never pin one just because a token has it"},
    {STATUS_UNTRUSTED_CHAIN,
     "compare the root of the chain with 'trust_anchors'; x5c needs every intermediate"},
    {STATUS_CERTIFICATE_EXPIRED, "have the issuer renew its certificate; check this host's clock"},
    {STATUS_CERTIFICATE_NOT_YET_VALID, "check this host's clock"},
    {STATUS_CHAIN_TOO_LONG, "have the issuer send only the certificates of its own path"},
    {STATUS_NOT_A_SIGNING_CERTIFICATE,
     "have the issuer sign with an end-entity certificate for digital signatures"},
    {STATUS_SIGNER_NOT_ALLOWED,
     "have the certificate name the issuer's host, or set 'signer_names'"},
    {STATUS_UNSUPPORTED_CONSTRAINT,
     "use a chain without policy constraints and without unusual name constraints"},
    {STATUS_SYSTEM_POLICY,
     "see /etc/gnutls/config, or have the issuer use stronger keys and algorithms"},
    {STATUS_REVOKED, "have the issuer sign with another certificate; treat what it signed as lost"},
    {STATUS_REVOCATION_UNKNOWN, "give it a CRL or an OCSP response ('crl_files', 'ocsp_files', "
                                "'fetch'), or use a short-lived chain and 'short_lived'"},
    {STATUS_BAD_SIGNATURE, "check that the token was copied whole; else treat it as forged"},
    {STATUS_UNKNOWN_ISSUER,
     "compare iss with the [issuer ...] sections: every byte counts, a final slash too"},
    {STATUS_WRONG_AUDIENCE,
     "get a token for this host and service, or set 'audience' (and 'hostname')"},
    {STATUS_EXPIRED, "get a new token; check this host's clock"},
    {STATUS_NOT_YET_VALID, "wait, or check this host's clock and the issuer's"},
    {STATUS_MISSING_CLAIM,
     "have the issuer add the claim; iss, aud, exp and the user claim are always needed"},
    {STATUS_CLAIM_NOT_MET, "get a token whose claim is what the detail says"},
    {STATUS_TOO_OLD, "log in at the issuer again, then get a new token"},
    {STATUS_LIFETIME_TOO_LONG, "have the issuer make shorter tokens, or raise 'max_lifetime'"},
    {STATUS_USER_MISMATCH,
     "log in as the user that the token names, or set 'user_claim' or 'user_map'"},
    {STATUS_USER_NOT_ALLOWED,
     "add a line to the file of 'user_map', or see allow_root, min_uid and virtual_users in "
     "pam_jwt(8)"},
    {STATUS_REPLAYED,
     "get a new token for each login; if nobody logged in before, treat it as stolen"},
    {STATUS_CONFIG_ERROR, "correct what was found; 'pam-jwt config' checks pam_jwt.conf"},
    {STATUS_KEYS_UNAVAILABLE, "check that 'jwks_uri' or the issuer's metadata can be fetched: "
                              "'pam-jwt refresh' says what is wrong"},
    {STATUS_REVOCATION_UNAVAILABLE,
     "see why the responder or the CRL cannot be reached, and run 'pam-jwt refresh'"},
    {STATUS_REPLAY_UNAVAILABLE,
     "see that the directory of 'store' can be written, or that its Redis server can be reached"},
    {STATUS_TIMEOUT, "check the load of this host, or raise timeout="},
    {STATUS_INTERNAL_ERROR, "check that jwt-verify is installed, and the log for why it stopped"},
    {STATUS_OUT_OF_MEMORY, "free memory, or raise the memory limit of the service"},
    {STATUS_SYSTEM_ERROR, "look at the system's log and its limits"},
};

const char *advice_for(enum status status)
{
    for (size_t i = 0; i < sizeof(advice) / sizeof(advice[0]); i++) {
        if (advice[i].status == status)
            return advice[i].text;
    }
    return NULL;
}
