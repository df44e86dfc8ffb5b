/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A stand-in for the fixtures' certification authorities, whose private keys are not kept: wherever
 * the P-256 key of one of them stands, the key of signer-es256 is put, and that signs.
 */
#ifndef PAM_JWT_FUZZ_FIXTURE_CA_H
#define PAM_JWT_FUZZ_FIXTURE_CA_H

#include "fixture.h"

/* The certificate signed anew; a copy of the bytes if they are no certificate. Owned by the caller.
 */
struct span ca_sign(struct span der);

/* The fixtures' roots, as they are or signed anew. */
struct anchors *ca_anchors(bool stand_in);

/* Whether it is one of either. */
bool ca_is_anchor(gnutls_x509_crt_t cert);

/* Whether what is signed in it is in a certificate of the fixtures. */
bool ca_is_fixture(struct span der);

#endif
