/* SPDX-License-Identifier: BSD-3-Clause */
/* What a stack comes to if each of its modules says this or that, by the rules of libpam. */
#ifndef PAM_JWT_PAM_OUTCOME_H
#define PAM_JWT_PAM_OUTCOME_H

#include "pam-services.h"

/*
 * Of a module that lets some pass and others not. Open, it is a success where the control makes
 * that ok; shut, it is auth_err where the control makes that bad or die. Else it is as if the line
 * were not there, since who leaves out modules by it means so.
 */
#define PAM_SAYS_GATE (-1)
#define PAM_SAYS_SHUT (-2)

struct pam_trial {
    const struct pam_service *service;
    enum pam_stack stack;
    int (*says)(const struct pam_line *line, const void *context); /* PAM_SUCCESS and so on */
    const void *context;
};

/*
 * Whether the application is told that all went well. Never of a stack with substacks: their files
 * are services of their own, too.
 */
bool pam_outcome(const struct pam_trial *trial);

/* Whether this module of the stack is asked. Also where that cannot be known, because of a substack
 * before it, and where it does not matter, because the application is told no. */
bool pam_reaches(const struct pam_trial *trial, const struct pam_line *line);

#endif
