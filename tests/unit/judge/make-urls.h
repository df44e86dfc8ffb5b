/* SPDX-License-Identifier: BSD-3-Clause */
/* Extensions that say where to ask for a certificate's status. */
#ifndef PAM_JWT_TEST_MAKE_URLS_H
#define PAM_JWT_TEST_MAKE_URLS_H

#include "make-crl.h"

#define CRL_POINTS "2.5.29.31"
#define AUTHORITY_INFO "1.3.6.1.5.5.7.1.1"

/* A DistributionPoint with that URL; an AccessDescription of an OCSP responder. */
struct span make_point(const char *url);
struct span make_access(const char *url);

/* cRLDistributionPoints and authorityInfoAccess of such pieces. */
#define POINTS(...) ((struct extension_plan){CRL_POINTS, DER(0x30, __VA_ARGS__), false})
#define ACCESSES(...) ((struct extension_plan){AUTHORITY_INFO, DER(0x30, __VA_ARGS__), false})

#endif
