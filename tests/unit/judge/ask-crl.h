/* SPDX-License-Identifier: BSD-3-Clause */
/* One question to crl_look_up() with most of it said already, and what must be answered. */
#ifndef PAM_JWT_TEST_ASK_CRL_H
#define PAM_JWT_TEST_ASK_CRL_H

#include "../../../lib/crl.h"
#include "make-crl.h"

#define LEEWAY 60 /* seconds */
#define SERIAL BYTES("\x12\x34")
#define THIS INT64_C(1777593600) /* CRL_THIS */
#define NEXT INT64_C(1782864000) /* CRL_NEXT */

/* The list that the others change: signed by ask_root(), good, with two entries of others. */
struct crl_plan ask_plan(void);

gnutls_x509_crt_t ask_root(void);
gnutls_x509_crt_t ask_signer(void); /* of that root; its serial is SERIAL */

/* Its subject as a GeneralName. */
struct span ask_directory(gnutls_x509_crt_t cert);

struct evidence ask(struct span der, gnutls_x509_crt_t cert, gnutls_x509_crt_t issuer, int64_t now);

/* Of the signer, at NOW; `detail` is a part of the evidence's. */
void assert_good(const struct crl_plan *plan);
void assert_revoked(const struct crl_plan *plan, const char *detail);
void assert_unknown(const struct crl_plan *plan, const char *detail);

/* The same of another certificate or another time. */
void assert_says(const struct crl_plan *plan, gnutls_x509_crt_t cert, int64_t now,
                 enum certificate_status status, const char *detail);

/* Two entries of others, before and after those given. */
struct span ask_entries(struct span own);

#endif
