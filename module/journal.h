/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lines for the system log (LOG_AUTHPRIV), claims and names escaped to printable ASCII, never the
 * token. Their form is documented in pam_jwt(8) and followed by other programs: fail2ban reads the
 * first.
 */
#ifndef PAM_JWT_JOURNAL_H
#define PAM_JWT_JOURNAL_H

#include <security/pam_modules.h>

#include "../sys/wire.h"

/* As pam_unix writes it. */
void journal_failure(pam_handle_t *pamh, const char *user);

/* Why: a decided no (notice), or no decision (error). */
void journal_reason(pam_handle_t *pamh, const struct wire_verdict *verdict);

void journal_accepted(pam_handle_t *pamh, const struct wire_verdict *verdict);

/* Printable ASCII, cut to `size` bytes: for other places than the log. */
void journal_escape(struct span text, char *out, size_t size);

#endif
