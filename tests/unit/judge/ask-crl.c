/* SPDX-License-Identifier: BSD-3-Clause */
#include "ask-crl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

gnutls_x509_crt_t ask_root(void)
{
    static gnutls_x509_crt_t root;

    if (!root)
        root = make_ca("root", 0, NULL, 0);
    return root;
}

gnutls_x509_crt_t ask_signer(void)
{
    static gnutls_x509_crt_t signer;

    if (!signer) {
        struct cert_plan plan = plan_signer(make_key(KEY_P256, 1), ask_root(), 0);

        plan.serial = "\x12\x34";
        signer = make_cert(&plan);
    }
    return signer;
}

struct span ask_entries(struct span own)
{
    struct span all = DER(0x30, make_entry(BYTES("\x12\x33"), NONE), own,
                          make_entry_for(BYTES("\x00\xff\x12\x34"), 1));

    return span_of(all.ptr + 2, all.len - 2); /* without tag and length */
}

struct span ask_directory(gnutls_x509_crt_t cert)
{
    gnutls_datum_t name;
    struct span result;

    assert_int_equal(gnutls_x509_crt_get_raw_dn(cert, &name), 0);
    result = DER(0xa4, span_of(name.data, name.size));
    gnutls_free(name.data);
    return result;
}

struct crl_plan ask_plan(void)
{
    return (struct crl_plan){
        .issuer = ask_root(), .key = make_key(KEY_P256, 0), .entries = ask_entries(NONE)};
}

/* From a copy that ends where the CRL ends, so that a sanitizer sees one byte too many. */
struct evidence ask(struct span der, gnutls_x509_crt_t cert, gnutls_x509_crt_t issuer, int64_t now)
{
    struct evidence_question question = {
        .cert = cert, .issuer = issuer, .now = now, .leeway = LEEWAY};
    struct evidence evidence;
    unsigned char *copy = malloc(der.len + (der.len == 0));

    memset(&evidence, 0xa5, sizeof(evidence));
    if (der.len > 0)
        memcpy(copy, der.ptr, der.len);
    crl_look_up(span_of(copy, der.len), &question, &evidence);
    free(copy);
    assert_non_null(memchr(evidence.detail, '\0', sizeof(evidence.detail)));
    return evidence;
}

void assert_says(const struct crl_plan *plan, gnutls_x509_crt_t cert, int64_t now,
                 enum certificate_status status, const char *detail)
{
    struct evidence evidence = ask(make_crl(plan), cert, ask_root(), now);

    if (evidence.status != status || !strstr(evidence.detail, detail))
        fail_msg("expected status %d and \"%s\", found %d and \"%s\"", (int)status, detail,
                 (int)evidence.status, evidence.detail);
    assert_true((evidence.status == CERTIFICATE_GOOD) == (evidence.detail[0] == '\0'));
    if (evidence.status != CERTIFICATE_UNKNOWN)
        assert_int_not_equal(evidence.this_update, 0);
}

void assert_good(const struct crl_plan *plan)
{
    assert_says(plan, ask_signer(), NOW, CERTIFICATE_GOOD, "");
}

void assert_revoked(const struct crl_plan *plan, const char *detail)
{
    assert_says(plan, ask_signer(), NOW, CERTIFICATE_REVOKED, detail);
}

void assert_unknown(const struct crl_plan *plan, const char *detail)
{
    assert_says(plan, ask_signer(), NOW, CERTIFICATE_UNKNOWN, detail);
}
