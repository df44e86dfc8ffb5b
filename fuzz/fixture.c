/* SPDX-License-Identifier: BSD-3-Clause */
#include "fixture.h"

#include <gnutls/abstract.h>

#include "../lib/base64url.h"
#include "fuzz.h"

#define READ_MAX (1024 * 1024)

struct span fixture_read(const char *name)
{
    char path[4096];
    FILE *file;
    char *text = malloc(READ_MAX);
    size_t len;

    (void)snprintf(path, sizeof(path), "%s/%s", TESTS, name);
    file = fopen(path, "rb");
    REQUIRE(file && text);
    len = fread(text, 1, READ_MAX - 1, file);
    REQUIRE(feof(file));
    fclose(file);
    text[len] = '\0';
    return span_of(text, len);
}

static gnutls_datum_t read_pki(const char *name)
{
    char path[512];
    struct span text;

    (void)snprintf(path, sizeof(path), "fixtures/pki/%s", name);
    text = fixture_read(path);
    return (gnutls_datum_t){(unsigned char *)text.ptr, (unsigned)text.len};
}

unsigned fixture_certs(const char *name, gnutls_x509_crt_t certs[FIXTURE_CERTS_MAX])
{
    gnutls_datum_t pem = read_pki(name);
    unsigned count = FIXTURE_CERTS_MAX;
    int done = gnutls_x509_crt_list_import(certs, &count, &pem, GNUTLS_X509_FMT_PEM,
                                           GNUTLS_X509_CRT_LIST_IMPORT_FAIL_IF_EXCEED);

    free(pem.data);
    return done < 0 ? 0 : count;
}

gnutls_datum_t fixture_der(gnutls_x509_crt_t cert)
{
    gnutls_datum_t der = {NULL, 0};

    REQUIRE(gnutls_x509_crt_export2(cert, GNUTLS_X509_FMT_DER, &der) == 0);
    return der;
}

gnutls_privkey_t fixture_key(void)
{
    static gnutls_privkey_t key;
    gnutls_datum_t pem;

    if (key)
        return key;
    pem = read_pki("signer-es256.key");
    REQUIRE(gnutls_privkey_init(&key) == 0);
    REQUIRE(gnutls_privkey_import_x509_raw(key, &pem, GNUTLS_X509_FMT_PEM, NULL, 0) == 0);
    free(pem.data);
    return key;
}

char *fixture_x5c(const struct span *ders, unsigned count)
{
    size_t size = sizeof("\"x5c\":[]");
    char *text, *at;

    for (unsigned i = 0; i < count; i++)
        size += BASE64URL_ENCODED_MAX(ders[i].len) + sizeof("\"\",");
    at = text = malloc(size);
    REQUIRE(text);
    at = stpcpy(at, "\"x5c\":[");
    for (unsigned i = 0; i < count; i++) {
        at = stpcpy(at, i ? ",\"" : "\"");
        at += base64_encode(ders[i], at);
        at = stpcpy(at, "\"");
    }
    (void)stpcpy(at, "]");
    return text;
}

static gnutls_x509_crt_t copy(gnutls_x509_crt_t cert)
{
    gnutls_datum_t der = fixture_der(cert);
    gnutls_x509_crt_t result;

    REQUIRE(gnutls_x509_crt_init(&result) == 0);
    REQUIRE(gnutls_x509_crt_import(result, &der, GNUTLS_X509_FMT_DER) == 0);
    gnutls_free(der.data);
    return result;
}

enum status fixture_find(void *context, const struct issuer_rules *issuer,
                         const gnutls_datum_t *subject, struct anchors *found,
                         struct report *report)
{
    const struct anchors *anchors = context;

    (void)issuer;
    (void)report;
    for (unsigned i = 0; i < anchors->count; i++) {
        gnutls_datum_t name;

        REQUIRE(gnutls_x509_crt_get_raw_dn(anchors->certs[i], &name) == 0);
        if (span_equal(span_of(name.data, name.size), span_of(subject->data, subject->size)))
            found->certs[found->count++] = copy(anchors->certs[i]);
        gnutls_free(name.data);
    }
    return STATUS_ACCEPTED;
}
