/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The variables that a login leaves in the environment of its session, JWT_NAME=value: how
 * jwt-verify writes them, and what the module lets pass of what it was sent. A value is information
 * for people and scripts; nothing in it needs quoting in a shell.
 */
#ifndef PAM_JWT_ENVIRONMENT_H
#define PAM_JWT_ENVIRONMENT_H

#include "span.h"

#define ENVIRONMENT_PREFIX "JWT_"
#define ENVIRONMENT_EXP "JWT_EXP" /* the module's own: exp, in seconds since the epoch */

#define ENVIRONMENT_COUNT_MAX 32   /* variables of one login, besides JWT_EXP */
#define ENVIRONMENT_NAME_MAX 64    /* bytes, with the prefix */
#define ENVIRONMENT_VALUE_MAX 1024 /* bytes, as they are written */
/* A whole variable and one byte behind it, which is a line's end or a NUL byte. */
#define ENVIRONMENT_SIZE (ENVIRONMENT_NAME_MAX + 1 + ENVIRONMENT_VALUE_MAX + 1)

/* The name for a claim; false: it would be empty, too long or JWT_EXP. */
bool environment_name(const char *claim, char name[ENVIRONMENT_NAME_MAX + 1]);

/* What stands for itself in a value. Any other byte is \xNN; a comma is between two items. */
bool environment_is_plain(unsigned char byte);

/* Whether `lines` are variables as above, each with a line's end behind it, and not too many. */
bool environment_check(struct span lines);

/* Takes the first variable off such lines; false: there is none. */
bool environment_take(struct span *lines, char variable[ENVIRONMENT_SIZE]);

#endif
