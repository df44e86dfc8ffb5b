/* SPDX-License-Identifier: BSD-3-Clause */
#include "indexed.h"

#include <gnutls/x509.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

char *pem_of(const char *name)
{
    char path[PATH_MAX], *text = NULL;
    size_t size = 0;
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s.pem", PKI, name);
    file = fopen(path, "re");
    assert_non_null(file);
    assert_true(getdelim(&text, &size, '\0', file) > 0);
    fclose(file);
    return text;
}

gnutls_datum_t subject_of(const char *name)
{
    char *pem = pem_of(name);
    gnutls_datum_t text = {(unsigned char *)pem, (unsigned)strlen(pem)}, subject;
    gnutls_x509_crt_t cert;

    assert_int_equal(gnutls_x509_crt_init(&cert), 0);
    assert_int_equal(gnutls_x509_crt_import(cert, &text, GNUTLS_X509_FMT_PEM), 0);
    assert_int_equal(gnutls_x509_crt_get_raw_dn(cert, &subject), 0);
    gnutls_x509_crt_deinit(cert);
    free(pem);
    return subject;
}

struct result search_anchors(struct scratch *scratch, char *path, const gnutls_datum_t *subject,
                             bool thorough, meanwhile_function *meanwhile)
{
    struct safefile_error error = {""};
    struct issuer_rules issuer = {.trust_anchors = {&path, 1}};
    struct rules rules = {.issuers = &issuer, .issuer_count = 1};
    ANCHORS_CLEANUP struct anchors found = {.thorough = thorough};
    struct report report = {.detail = ""};
    ANCHOR_FILES_CLEANUP struct anchor_files *files =
        anchors_open(&rules, scratch->directory, geteuid(), &error);
    struct anchor_source source;
    enum status status;

    if (!files)
        fail_msg("%s", error.text);
    if (meanwhile)
        meanwhile(scratch);
    source = anchors_source(files);
    status = source.find(source.context, &issuer, subject, &found, &report);
    return (struct result){status, found.count, found.hinted};
}
