/* SPDX-License-Identifier: BSD-3-Clause */
/* Where a certificate says that its status can be had. Its issuer wrote that, nobody else: whoever
 * follows it asks fetch_hosts first. */
#ifndef PAM_JWT_X509_URLS_H
#define PAM_JWT_X509_URLS_H

#include <gnutls/x509.h>

#define X509_URLS_MAX 4  /* of a kind; what comes behind them is left out */
#define X509_URL_MAX 512 /* bytes with the NUL; longer ones are left out */

struct x509_urls {
    char items[X509_URLS_MAX][X509_URL_MAX];
    unsigned count;
};

/*
 * The http and https URLs of cRLDistributionPoints: those of complete lists by the certificate's
 * own issuer, so of points without reasons and cRLIssuer. None if the extension cannot be read.
 */
void x509_crl_urls(gnutls_x509_crt_t cert, struct x509_urls *urls);

/* The http and https URLs of OCSP responders in authorityInfoAccess; none likewise. */
void x509_ocsp_urls(gnutls_x509_crt_t cert, struct x509_urls *urls);

#endif
