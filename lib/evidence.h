/* SPDX-License-Identifier: BSD-3-Clause */
/* What one CRL or one OCSP response says of one certificate. */
#ifndef PAM_JWT_EVIDENCE_H
#define PAM_JWT_EVIDENCE_H

#include <gnutls/x509.h>
#include <stdint.h>

#include "report.h"
#include "span.h"

enum certificate_status { CERTIFICATE_UNKNOWN, CERTIFICATE_GOOD, CERTIFICATE_REVOKED };

struct evidence_question {
    gnutls_x509_crt_t cert;   /* borrowed */
    gnutls_x509_crt_t issuer; /* the next one of the verified path; borrowed */
    int64_t now;              /* seconds since the epoch */
    int64_t leeway;           /* seconds */
    int64_t ocsp_max_age;     /* seconds: how long a response without nextUpdate counts */
};

/* Starts as CERTIFICATE_UNKNOWN, and stays so unless every rule of the answer's form holds. */
struct evidence {
    enum certificate_status status;
    bool genuine;  /* about the certificate and rightly signed, whatever it says */
    bool answered; /* a current, signed OCSP response says that it does not know the certificate */
    int64_t this_update;            /* seconds since the epoch; 0 if unknown */
    int64_t next_update;            /* until when a good answer counts; 0 if unknown */
    char detail[REPORT_DETAIL_MAX]; /* why it is unknown; for revoked, since when and why */
};

/* Why the status stays unknown. */
void evidence_note(struct evidence *evidence, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* False, so that a refusal is one line; a macro, so that analysers see that it is. */
#define evidence_refuse(...) (evidence_note(__VA_ARGS__), false)

/* CRLReason (RFC 5280 section 5.3.1), as far as it matters which. */
enum { REASON_UNSPECIFIED = 0, REASON_HOLD = 6, REASON_REMOVED = 8 };

const char *evidence_reason_name(unsigned reason);

/* Since when it is revoked, in seconds since the epoch, and why. */
void evidence_note_revoked(struct evidence *evidence, int64_t since, unsigned reason);

#endif
