/* SPDX-License-Identifier: BSD-3-Clause */
/* bench-anchors COUNT ROOT: writes a file of so many CAs, of which ROOT (a PEM file) is the middle
 * one and the others are made. */
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "worker.h"

#define YEARS_10 (10 * 365 * 86400)

struct maker {
    gnutls_x509_privkey_t key;
    gnutls_x509_crt_t cert;
};

static bool make_ca(struct maker *maker, unsigned number, gnutls_datum_t *pem)
{
    const unsigned char serial[5] = {1, (unsigned char)(number >> 24),
                                     (unsigned char)(number >> 16), (unsigned char)(number >> 8),
                                     (unsigned char)number};
    char name[128];
    time_t now = time(NULL);
    bool done;

    (void)snprintf(name, sizeof(name), "CN=Certification Authority %u,O=Organisation %u,C=XX",
                   number, number % 100);
    if (gnutls_x509_crt_init(&maker->cert) < 0)
        return false;
    done = gnutls_x509_crt_set_version(maker->cert, 3) == 0 &&
           gnutls_x509_crt_set_dn(maker->cert, name, NULL) == 0 &&
           gnutls_x509_crt_set_serial(maker->cert, serial, sizeof(serial)) == 0 &&
           gnutls_x509_crt_set_activation_time(maker->cert, now) == 0 &&
           gnutls_x509_crt_set_expiration_time(maker->cert, now + YEARS_10) == 0 &&
           gnutls_x509_crt_set_key(maker->cert, maker->key) == 0 &&
           gnutls_x509_crt_set_basic_constraints(maker->cert, 1, -1) == 0 &&
           gnutls_x509_crt_set_key_usage(maker->cert, GNUTLS_KEY_KEY_CERT_SIGN) == 0 &&
           gnutls_x509_crt_sign2(maker->cert, maker->cert, maker->key, GNUTLS_DIG_SHA256, 0) == 0 &&
           gnutls_x509_crt_export2(maker->cert, GNUTLS_X509_FMT_PEM, pem) == 0;
    gnutls_x509_crt_deinit(maker->cert);
    return done;
}

static bool write_all(unsigned count, const char *root)
{
    struct maker maker = {NULL, NULL};
    gnutls_datum_t pem = {NULL, 0};

    if (gnutls_x509_privkey_init(&maker.key) < 0 ||
        gnutls_x509_privkey_generate(maker.key, GNUTLS_PK_ECDSA,
                                     GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0) < 0)
        return false;
    for (unsigned i = 0; i < count; i++) {
        if (i == count / 2) {
            fputs(root, stdout);
            continue;
        }
        if (!make_ca(&maker, i, &pem))
            return false;
        fwrite(pem.data, 1, pem.size, stdout);
        gnutls_free(pem.data);
    }
    gnutls_x509_privkey_deinit(maker.key);
    return fflush(stdout) == 0;
}

int main(int argc, char **argv)
{
    char *root;

    if (argc != 3) {
        fprintf(stderr, "usage: bench-anchors COUNT ROOT\n");
        return 64;
    }
    root = worker_read_whole(argv[2]);
    return root && write_all((unsigned)strtoul(argv[1], NULL, 10), root) ? 0 : 1;
}
