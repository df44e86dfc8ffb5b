/* SPDX-License-Identifier: BSD-3-Clause */
/* OCSP responses in memory, right or wrong, written and signed without the code under test. */
#ifndef PAM_JWT_TEST_MAKE_OCSP_H
#define PAM_JWT_TEST_MAKE_OCSP_H

#include "../../../lib/evidence.h"
#include "make-cert.h"

/* Around NOW, which is 2026-06-01. */
#define AT_NOW "20260601000000Z"
#define HOUR_AGO "20260531230000Z"
#define HOUR_AHEAD "20260601010000Z"
#define NO_TIME "" /* leaves the field out */

#define SINGLES_MAX 4
#define RESPONSE_CERTS_MAX 10

enum said { SAYS_GOOD, SAYS_REVOKED, SAYS_UNKNOWN };

/* One entry; zero is good, from HOUR_AGO to HOUR_AHEAD. */
struct single_plan {
    gnutls_x509_crt_t cert, issuer;
    gnutls_digest_algorithm_t digest;             /* 0: SHA-1 */
    gnutls_x509_crt_t name_of, key_of, serial_of; /* other than issuer, issuer, cert */
    enum said said;
    unsigned reason_plus_1;                             /* 0: none given */
    const char *revoked_at, *this_update, *next_update; /* NULL: as said above; HOUR_AGO */
    const char *extension;                              /* "critical", "harmless", NULL */
    struct span raw;                                    /* if not empty: DER instead of all this */
};

/* A response; zero is a successful one of the issuer by name, with ECDSA and SHA-256. */
struct ocsp_plan {
    struct single_plan singles[SINGLES_MAX];
    unsigned count;
    gnutls_x509_crt_t responder; /* whom responderID names */
    bool by_key;
    gnutls_x509_privkey_t key;    /* signs */
    gnutls_sign_algorithm_t sign; /* 0: ECDSA with SHA-256 */
    struct span algorithm;        /* if not empty: DER of another AlgorithmIdentifier */
    gnutls_x509_crt_t certs[RESPONSE_CERTS_MAX];
    unsigned char status; /* responseStatus */
    bool bare;            /* nothing follows it */
    struct span type;     /* if not empty: content of another responseType */
    struct span version;  /* if not empty: content of version, which is left out otherwise */
    const char *produced_at;
    const char *extension;
    /* Bytes put behind the last element of: */
    struct span after_response, after_bytes, after_basic, after_tbs, after_single, in_certs;
};

/* The DER; it lives until the next one is made. */
struct span make_ocsp(const struct ocsp_plan *plan);

/* What each test of OCSP has; made by make_ocsp_world(). */
struct ocsp_world {
    gnutls_x509_crt_t ca;              /* key 0 */
    gnutls_x509_crt_t same_ca;         /* of the same name, with key 1 */
    gnutls_x509_crt_t other_ca;        /* of another name, with key 1 */
    gnutls_x509_crt_t leaf;            /* key 2, issued by ca */
    gnutls_x509_crt_t neighbour;       /* of another serial number, issued by ca */
    struct evidence_question question; /* for leaf at NOW, with leeway 60 and ocsp_max_age 7200 */
};

struct ocsp_world make_ocsp_world(void);

/* The response of ca: leaf is good. */
struct ocsp_plan plan_ocsp(const struct ocsp_world *world);

/* A certificate for OCSP responses, with key 2, issued by ca. */
struct cert_plan plan_delegate(const struct ocsp_world *world);

/* The same response, but signed by that delegate. */
struct ocsp_plan plan_delegated(const struct ocsp_world *world, const struct cert_plan *delegate);

/* `detail` is part of what is said; not for good. */
void assert_ocsp(const struct ocsp_world *world, const struct ocsp_plan *plan,
                 enum certificate_status expected, const char *detail);
void assert_ocsp_bytes(const struct ocsp_world *world, struct span der,
                       enum certificate_status expected, const char *detail);

#endif
