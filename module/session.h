/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a login leaves behind, and what account and session make of it. These read no configuration
 * and start no process, so that nobody who logs in by other means is locked out by a mistake in a
 * file.
 */
#ifndef PAM_JWT_SESSION_H
#define PAM_JWT_SESSION_H

#include <security/pam_modules.h>

#include "../sys/wire.h"

/*
 * Leaves the times of an accepted token and its exports, for this process as PAM data, for others
 * in the PAM environment. PAM_SUCCESS, or PAM_BUF_ERR and nothing is left.
 */
int session_prepare(pam_handle_t *pamh, const struct wire_verdict *verdict);

/*
 * Removes all of that, and every variable JWT_* that others have left. PAM_BUF_ERR: there was no
 * memory to look for them.
 */
int session_forget(pam_handle_t *pamh);

/* What pam_sm_acct_mgmt() returns. */
int session_account(pam_handle_t *pamh);

/* What pam_sm_open_session() returns. */
int session_open(pam_handle_t *pamh, int argc, const char **argv);

#endif
