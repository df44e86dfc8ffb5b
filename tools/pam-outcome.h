/* SPDX-License-Identifier: BSD-3-Clause */
/* What a stack comes to if each of its modules says this or that, by the rules of libpam. */
#ifndef PAM_JWT_PAM_OUTCOME_H
#define PAM_JWT_PAM_OUTCOME_H

#include "pam-services.h"

enum pam_says { PAM_SAYS_YES, PAM_SAYS_NOTHING, PAM_SAYS_NO }; /* success, ignore, auth_err */

/*
 * Whether the application is told that all went well. Never of a stack with substacks: their files
 * are services of their own, too.
 */
bool pam_outcome(const struct pam_service *service, enum pam_stack stack,
                 enum pam_says (*says)(const struct pam_line *line));

#endif
