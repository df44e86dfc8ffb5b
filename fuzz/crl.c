/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * CRLs. The input: a byte of flags, then, without FLAG_SIGN, a CRL as it is, which nobody signed.
 * With it, a certificate behind its length in two bytes, which is signed anew, and a TBSCertList,
 * which the issuer's key signs: so the rules behind the signature are reached. What is answered is
 * looked at again with GnuTLS.
 */
#include "../lib/crl.h"
#include "../lib/der.h"
#include "fixture-answer.h"
#include "fuzz.h"

#define POINT "2.5.29.28"
#define POINTS "2.5.29.31"
/* By the clock of this machine, which GnuTLS looks at. */
#define ALL_OF_TIME                                                                                \
    (unsigned)(GNUTLS_CERT_INVALID | GNUTLS_CERT_REVOCATION_DATA_SUPERSEDED |                      \
               GNUTLS_CERT_REVOCATION_DATA_ISSUED_IN_FUTURE)
#define NAME_END 8      /* bytes */
#define SERIAL_MAX 4096 /* bytes */

enum { FLAG_SIGN = 1 };

static struct span make_crl(struct span tbs)
{
    struct answer_out out = answer_start(tbs.len);

    answer_put_signed(&out, tbs);
    answer_wrap(&out, 0, 0x30);
    return span_of(out.bytes, out.len);
}

/* --- looking again ---------------------------------------------------------------------------- */

static void check_issuer(gnutls_x509_crl_t crl, const struct evidence_question *question)
{
    gnutls_x509_crt_t issuer = question->issuer;
    gnutls_datum_t own, name;
    unsigned verified;

    REQUIRE(gnutls_x509_crl_check_issuer(crl, issuer));

    REQUIRE(gnutls_x509_crl_verify(crl, &issuer, 1, 0, &verified) == 0);
    REQUIRE((verified & ~ALL_OF_TIME) == 0);
    REQUIRE(gnutls_x509_crl_get_raw_issuer_dn(crl, &own) == 0);
    REQUIRE(gnutls_x509_crt_get_raw_issuer_dn(question->cert, &name) == 0);
    REQUIRE(span_equal(span_of(own.data, own.size), span_of(name.data, name.size)));
    gnutls_free(own.data);
    gnutls_free(name.data);
}

static bool is_current(gnutls_x509_crl_t crl)
{
    return gnutls_x509_crl_get_this_update(crl) <= FIXTURE_NOW + ANSWER_LEEWAY &&
           gnutls_x509_crl_get_next_update(crl) != (time_t)-1 &&
           gnutls_x509_crl_get_next_update(crl) > FIXTURE_NOW - ANSWER_LEEWAY;
}

/* Those that a list may have which makes a certificate good. */
static bool is_harmless(const char *oid, bool critical)
{
    static const char *const known[] = {"2.5.29.18", "2.5.29.20", POINT, "2.5.29.35"};

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strcmp(oid, known[i]) == 0)
            return true;
    return !critical && strcmp(oid, "2.5.29.27") != 0; /* deltaCRLIndicator */
}

static void check_extensions(gnutls_x509_crl_t crl)
{
    for (unsigned i = 0;; i++) {
        char oid[4096];
        size_t size = sizeof(oid);
        unsigned critical;
        int found = gnutls_x509_crl_get_extension_info(crl, i, oid, &size, &critical);

        if (found == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
            return;
        REQUIRE(found == 0 && is_harmless(oid, critical));
    }
}

static gnutls_datum_t find_extension(gnutls_x509_crl_t crl, const char *wanted)
{
    gnutls_datum_t data = {NULL, 0};

    for (unsigned i = 0;; i++) {
        char oid[4096];
        size_t size = sizeof(oid);
        unsigned critical;

        if (gnutls_x509_crl_get_extension_info(crl, i, oid, &size, &critical) < 0)
            return data;
        if (strcmp(oid, wanted) == 0) {
            REQUIRE(gnutls_x509_crl_get_extension_data2(crl, i, &data) == 0);
            return data;
        }
    }
}

/* A name of the list must stand in the certificate's cRLDistributionPoints, at least its end: one
 * may be relative to the issuer's, and the other not. */
static void check_name(gnutls_x509_crt_t cert, struct span name)
{
    gnutls_datum_t points;
    struct span names, one;
    unsigned tag;
    bool found = false;

    REQUIRE(gnutls_x509_crt_get_extension_by_oid2(cert, POINTS, 0, &points, NULL) == 0);
    REQUIRE(der_take(&name, &tag, &names) && name.len == 0);
    while (der_take(&names, &tag, &one)) {
        size_t end = one.len < NAME_END ? one.len : NAME_END;

        found =
            found || (end > 0 && memmem(points.data, points.size, one.ptr + one.len - end, end));
    }
    REQUIRE(found);
    gnutls_free(points.data);
}

static void check_point(gnutls_x509_crl_t crl, gnutls_x509_crt_t cert, bool good)
{
    gnutls_datum_t value = find_extension(crl, POINT);
    struct span rest = span_of(value.data, value.size), list, content;
    unsigned tag, critical;
    bool is_ca = gnutls_x509_crt_get_ca_status(cert, &critical) > 0;

    if (!value.data)
        return;
    REQUIRE(der_take(&rest, &tag, &list) && tag == DER_SEQUENCE && rest.len == 0);
    while (list.len > 0) {
        REQUIRE(der_take(&list, &tag, &content));
        REQUIRE(tag == 0xa0 || tag == (is_ca ? 0x82 : 0x81) || (tag == 0x83 && !good));
        if (tag == 0xa0)
            check_name(cert, content);
    }
    gnutls_free(value.data);
}

/* Whether an entry has the certificate's serial number, and how many there are. */
static bool is_listed(gnutls_x509_crl_t crl, gnutls_x509_crt_t cert)
{
    unsigned char own[SERIAL_MAX], serial[SERIAL_MAX];
    size_t own_size = sizeof(own);
    gnutls_x509_crl_iter_t iterator = NULL;
    bool found = false;
    time_t since;

    REQUIRE(gnutls_x509_crt_get_serial(cert, own, &own_size) == 0);
    for (;;) {
        size_t size = sizeof(serial);
        int result = gnutls_x509_crl_iter_crt_serial(crl, &iterator, serial, &size, &since);

        if (result == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
            break;
        REQUIRE(result == 0);
        found = found ||
                span_equal(span_number(span_of(own, own_size)), span_number(span_of(serial, size)));
    }
    gnutls_x509_crl_iter_deinit(iterator);
    return found;
}

static void check_key_identifier(gnutls_x509_crl_t crl, gnutls_x509_crt_t issuer)
{
    unsigned char theirs[SERIAL_MAX], own[SERIAL_MAX];
    size_t theirs_size = sizeof(theirs), own_size = sizeof(own);
    unsigned critical;

    if (gnutls_x509_crl_get_authority_key_id(crl, theirs, &theirs_size, &critical) < 0 ||
        gnutls_x509_crt_get_subject_key_id(issuer, own, &own_size, &critical) < 0)
        return;
    REQUIRE(span_equal(span_of(theirs, theirs_size), span_of(own, own_size)));
}

static void check_known(struct span der, const struct evidence_question *question,
                        const struct evidence *evidence)
{
    gnutls_datum_t datum = {(unsigned char *)der.ptr, (unsigned)der.len};
    bool good = evidence->status == CERTIFICATE_GOOD;
    gnutls_x509_crl_t crl;

    REQUIRE(gnutls_x509_crl_init(&crl) == 0);
    /* it is stricter with what does not matter, as the dates of others */
    if (gnutls_x509_crl_import(crl, &datum, GNUTLS_X509_FMT_DER) < 0) {
        gnutls_x509_crl_deinit(crl);
        return;
    }
    check_issuer(crl, question);
    check_key_identifier(crl, question->issuer);
    check_point(crl, question->cert, good);
    REQUIRE(is_listed(crl, question->cert) == !good);
    REQUIRE(answer_same_time(evidence->this_update, gnutls_x509_crl_get_this_update(crl)));
    if (good) {
        REQUIRE(gnutls_x509_crl_get_version(crl) == 1 || gnutls_x509_crl_get_version(crl) == 2);
        REQUIRE(is_current(crl) && evidence->next_update == gnutls_x509_crl_get_next_update(crl));
        check_extensions(crl);
    }
    if (strstr(evidence->detail, "certificateHold"))
        REQUIRE(is_current(crl));
    gnutls_x509_crl_deinit(crl);
}

/* --- the target ------------------------------------------------------------------------------- */

static struct evidence judge(struct span der, gnutls_x509_crt_t cert)
{
    struct evidence_question question = *answer_question();
    struct evidence evidence;

    question.cert = cert;
    crl_look_up(der, &question, &evidence);
    REQUIRE((evidence.detail[0] == '\0') == (evidence.status == CERTIFICATE_GOOD));
    if (evidence.status == CERTIFICATE_UNKNOWN)
        return evidence;
    REQUIRE(evidence.status == CERTIFICATE_GOOD || evidence.status == CERTIFICATE_REVOKED);
    check_known(der, &question, &evidence);
    return evidence;
}

static void sign_and_judge(struct span tbs)
{
    struct span cert = answer_take(&tbs), made = ca_sign(cert), crl = make_crl(tbs);
    gnutls_x509_crt_t crt = answer_import(made);

    if (crt) {
        (void)judge(crl, crt);
        gnutls_x509_crt_deinit(crt);
    }
    free((void *)made.ptr);
    free((void *)crl.ptr);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    if (data[0] & FLAG_SIGN)
        sign_and_judge(span_of(data + 1, size - 1));
    else
        REQUIRE(judge(span_of(data + 1, size - 1), answer_question()->cert).status ==
                CERTIFICATE_UNKNOWN);
    return 0;
}
