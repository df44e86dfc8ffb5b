/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * OCSP responses. The input: a byte of flags, then, without FLAG_SIGN, a response as it is, which
 * nobody signed. With it, a ResponseData behind its length in two bytes, which the issuer's key
 * signs, and a certificate that is signed anew and put beside it: so the rules behind the
 * signatures are reached. What is answered is looked at again with GnuTLS.
 */
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/ocsp.h>

#include "../lib/ocsp.h"
#include "fixture-answer.h"
#include "fuzz.h"

#define OCSP_SIGNING "1.3.6.1.5.5.7.3.9"
#define NO_CHECK "1.3.6.1.5.5.7.48.1.5"
#define P256_POINT 65 /* bytes at the end of a SubjectPublicKeyInfo */

enum { FLAG_SIGN = 1 };

/* --- making ----------------------------------------------------------------------------------- */

static void put_cert(struct answer_out *out, struct span cert)
{
    size_t begin = out->len;

    if (cert.len == 0)
        return;
    answer_put(out, cert);
    answer_wrap(out, begin, 0x30);
    answer_wrap(out, begin, 0xa0);
}

static void put_before(struct answer_out *out, struct span bytes)
{
    memmove(out->bytes + bytes.len, out->bytes, out->len);
    memcpy(out->bytes, bytes.ptr, bytes.len);
    out->len += bytes.len;
}

static struct span make_response(struct span tbs, struct span cert)
{
    struct answer_out out = answer_start(tbs.len + cert.len);

    answer_put_signed(&out, tbs);
    put_cert(&out, cert);
    answer_wrap(&out, 0, 0x30);
    answer_wrap(&out, 0, 0x04);
    /* id-pkix-ocsp-basic */
    put_before(&out, span_of("\x06\x09\x2b\x06\x01\x05\x05\x07\x30\x01\x01", 11));
    answer_wrap(&out, 0, 0x30);
    answer_wrap(&out, 0, 0xa0);
    put_before(&out, span_of("\x0a\x01\x00", 3));
    answer_wrap(&out, 0, 0x30);
    return span_of(out.bytes, out.len);
}

/* --- looking again ---------------------------------------------------------------------------- */

static bool is_key_hash(gnutls_digest_algorithm_t digest, const gnutls_datum_t *hash)
{
    unsigned char own[64];
    gnutls_datum_t der;
    gnutls_pubkey_t key;
    bool same;

    REQUIRE(gnutls_pubkey_init(&key) == 0);
    REQUIRE(gnutls_pubkey_import_x509(key, answer_question()->issuer, 0) == 0);
    REQUIRE(gnutls_pubkey_export2(key, GNUTLS_X509_FMT_DER, &der) == 0);
    REQUIRE(gnutls_hash_fast(digest, der.data + der.size - P256_POINT, P256_POINT, own) == 0);
    same = span_equal(span_of(own, gnutls_hash_get_len(digest)), span_of(hash->data, hash->size));
    gnutls_free(der.data);
    gnutls_pubkey_deinit(key);
    return same;
}

struct entry {
    unsigned status, reason;
    time_t this_update, next_update;
};

/* Whether the entry is for the certificate; false behind the last one, too. */
static bool read_entry(gnutls_ocsp_resp_t response, unsigned index, struct entry *entry, bool *last)
{
    gnutls_datum_t name, key, serial;
    gnutls_digest_algorithm_t digest;
    time_t revoked;
    bool ours;
    int found = gnutls_ocsp_resp_get_single(response, index, &digest, &name, &key, &serial,
                                            &entry->status, &entry->this_update,
                                            &entry->next_update, &revoked, &entry->reason);

    *last = found == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE;
    if (found < 0)
        return false;
    ours = gnutls_ocsp_resp_check_crt(response, index, answer_question()->cert) == 0 &&
           is_key_hash(digest, &key);
    gnutls_free(name.data);
    gnutls_free(key.data);
    gnutls_free(serial.data);
    return ours;
}

static void check_current(const struct entry *entry)
{
    REQUIRE(entry->this_update <= FIXTURE_NOW + ANSWER_LEEWAY);
    if (entry->next_update == (time_t)-1) {
        REQUIRE(entry->this_update + ANSWER_MAX_AGE >= FIXTURE_NOW - ANSWER_LEEWAY);
        return;
    }
    REQUIRE(entry->next_update > FIXTURE_NOW - ANSWER_LEEWAY);
    REQUIRE(entry->this_update <= entry->next_update);
}

static void check_entries(gnutls_ocsp_resp_t response, const struct evidence *evidence)
{
    bool last = false, found = false;

    for (unsigned i = 0; !last; i++) {
        struct entry entry;

        if (!read_entry(response, i, &entry, &last))
            continue;
        if (evidence->status == CERTIFICATE_GOOD) {
            REQUIRE(entry.status == GNUTLS_OCSP_CERT_GOOD);
            check_current(&entry);
        } else if (entry.status == GNUTLS_OCSP_CERT_REVOKED) {
            if (!answer_same_time(evidence->this_update, entry.this_update))
                continue;
            if (entry.reason == GNUTLS_X509_CRLREASON_CERTIFICATEHOLD ||
                entry.reason == GNUTLS_X509_CRLREASON_REMOVEFROMCRL)
                check_current(&entry);
        } else {
            continue;
        }
        found = found || answer_same_time(evidence->this_update, entry.this_update);
    }
    REQUIRE(found);
}

static void check_response_extensions(gnutls_ocsp_resp_t response)
{
    for (unsigned i = 0;; i++) {
        gnutls_datum_t oid, data;
        unsigned critical = 0;

        if (gnutls_ocsp_resp_get_extension(response, i, &oid, &critical, &data) < 0)
            return;
        REQUIRE(!critical);
        gnutls_free(oid.data);
        gnutls_free(data.data);
    }
}

static bool has_no_check(gnutls_x509_crt_t cert)
{
    size_t size = 0;
    int found = gnutls_x509_crt_get_extension_by_oid(cert, NO_CHECK, 0, NULL, &size, NULL);

    return found == GNUTLS_E_SHORT_MEMORY_BUFFER || found == 0;
}

/* GnuTLS takes a certificate without extendedKeyUsage as one for every purpose. */
static bool has_purpose(gnutls_x509_crt_t cert)
{
    for (unsigned i = 0;; i++) {
        char oid[4096];
        size_t size = sizeof(oid);

        if (gnutls_x509_crt_get_key_purpose_oid(cert, i, oid, &size, NULL) < 0)
            return false;
        if (strcmp(oid, OCSP_SIGNING) == 0)
            return true;
    }
}

/* A certificate of the response that may speak for the issuer. */
static bool may_sign(gnutls_x509_crt_t cert)
{
    unsigned usage, critical, verified;
    gnutls_x509_crt_t issuer = answer_question()->issuer;

    if (gnutls_x509_crt_get_key_usage(cert, &usage, &critical) >= 0 &&
        !(usage & GNUTLS_KEY_DIGITAL_SIGNATURE))
        return false;
    return gnutls_x509_crt_check_issuer(cert, issuer) &&
           gnutls_x509_crt_verify(cert, &issuer, 1, GNUTLS_VERIFY_DISABLE_TIME_CHECKS, &verified) ==
               0 &&
           verified == 0 && gnutls_x509_crt_get_activation_time(cert) <= FIXTURE_NOW &&
           gnutls_x509_crt_get_expiration_time(cert) >= FIXTURE_NOW &&
           gnutls_x509_crt_get_ca_status(cert, &critical) <= 0 && has_no_check(cert) &&
           has_purpose(cert);
}

static bool is_id(gnutls_ocsp_resp_t response, gnutls_x509_crt_t cert)
{
    gnutls_datum_t id = {NULL, 0}, name;
    bool same;

    /* by key: what GnuTLS computes is the hash of another part of the key */
    if (gnutls_ocsp_resp_get_responder_raw_id(response, GNUTLS_OCSP_RESP_ID_DN, &id) < 0)
        return true;
    REQUIRE(gnutls_x509_crt_get_raw_dn(cert, &name) == 0);
    same = span_equal(span_of(id.data, id.size), span_of(name.data, name.size));
    gnutls_free(id.data);
    gnutls_free(name.data);
    return same;
}

/* The issuer itself, or the certificate in the response, which has the same key here. It is not
 * asked of GnuTLS, which writes certificates of a response anew. */
static void check_signer(gnutls_ocsp_resp_t response, struct span der)
{
    bool found = is_id(response, answer_question()->issuer);
    gnutls_x509_crt_t cert = answer_import(der);

    if (cert) {
        found = found || (is_id(response, cert) && may_sign(cert));
        gnutls_x509_crt_deinit(cert);
    }
    REQUIRE(found);
    REQUIRE(gnutls_sign_is_secure2(
        (gnutls_sign_algorithm_t)gnutls_ocsp_resp_get_signature_algorithm(response),
        GNUTLS_SIGN_FLAG_SECURE_FOR_CERTS));
}

static void check_known(struct span der, struct span cert, const struct evidence *evidence)
{
    gnutls_datum_t datum = {(unsigned char *)der.ptr, (unsigned)der.len};
    gnutls_ocsp_resp_t response;

    REQUIRE(gnutls_ocsp_resp_init(&response) == 0);
    /* it is stricter with what does not matter, as the extensions of certificates not needed */
    if (gnutls_ocsp_resp_import2(response, &datum, GNUTLS_X509_FMT_DER) < 0) {
        gnutls_ocsp_resp_deinit(response);
        return;
    }
    REQUIRE(gnutls_ocsp_resp_get_status(response) == GNUTLS_OCSP_RESP_SUCCESSFUL);
    REQUIRE(gnutls_ocsp_resp_get_version(response) == 1);
    if (evidence->status == CERTIFICATE_GOOD)
        REQUIRE(gnutls_ocsp_resp_get_produced(response) <= FIXTURE_NOW + ANSWER_LEEWAY);
    check_response_extensions(response);
    check_signer(response, cert);
    check_entries(response, evidence);
    gnutls_ocsp_resp_deinit(response);
}

/* --- the target ------------------------------------------------------------------------------- */

static enum certificate_status judge(struct span der, struct span cert)
{
    struct evidence evidence;

    ocsp_look_up(der, answer_question(), &evidence);
    if (evidence.status == CERTIFICATE_UNKNOWN) {
        REQUIRE(evidence.detail[0] && !evidence.this_update && !evidence.next_update);
        return evidence.status;
    }
    REQUIRE(evidence.status == CERTIFICATE_GOOD || evidence.status == CERTIFICATE_REVOKED);
    REQUIRE((evidence.detail[0] == '\0') == (evidence.status == CERTIFICATE_GOOD));
    check_known(der, cert, &evidence);
    return evidence.status;
}

/* A request for whatever certificate: as GnuTLS would write it. */
static void request(struct span der)
{
    unsigned char out[256];
    gnutls_x509_crt_t cert = answer_import(der);
    size_t len = cert ? ocsp_request(cert, answer_question()->issuer, out, sizeof(out)) : 0;
    gnutls_datum_t datum = {out, (unsigned)len}, name, key, serial;
    unsigned char own[64];
    size_t size = sizeof(own);
    gnutls_digest_algorithm_t digest;
    gnutls_ocsp_req_t read;

    if (len > 0) {
        REQUIRE(gnutls_ocsp_req_init(&read) == 0);
        REQUIRE(gnutls_ocsp_req_import(read, &datum) == 0);
        REQUIRE(gnutls_ocsp_req_get_cert_id(read, 0, &digest, &name, &key, &serial) == 0);
        REQUIRE(digest == GNUTLS_DIG_SHA1 && is_key_hash(digest, &key));
        REQUIRE(gnutls_x509_crt_get_serial(cert, own, &size) == 0);
        REQUIRE(span_equal(span_of(own, size), span_of(serial.data, serial.size)));
        gnutls_free(name.data);
        gnutls_free(key.data);
        gnutls_free(serial.data);
        gnutls_ocsp_req_deinit(read);
    }
    if (cert)
        gnutls_x509_crt_deinit(cert);
}

static void sign_and_judge(struct span rest)
{
    struct span tbs = answer_take(&rest), cert = {NULL, 0}, response;

    if (rest.len > 0)
        cert = ca_sign(rest);
    response = make_response(tbs, cert);
    (void)judge(response, cert);
    request(cert);
    free((void *)response.ptr);
    free((void *)cert.ptr);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    if (data[0] & FLAG_SIGN)
        sign_and_judge(span_of(data + 1, size - 1));
    else
        REQUIRE(judge(span_of(data + 1, size - 1), span_of(NULL, 0)) == CERTIFICATE_UNKNOWN);
    return 0;
}
