/* SPDX-License-Identifier: BSD-3-Clause */
/* What modules say in auth of somebody who has neither token nor password. */
#ifndef PAM_JWT_PAM_MODULES_H
#define PAM_JWT_PAM_MODULES_H

#include "pam-services.h"

/* Whether it asks for no password. Those that are not known here do. */
bool pam_module_is_silent(const struct pam_line *line);

/* A result of PAM, PAM_SAYS_GATE or PAM_SAYS_SHUT. `unknown`: the host does not know the user. */
int pam_module_says(const struct pam_line *line, bool unknown);

#endif
