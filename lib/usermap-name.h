/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Names that a user map may make of a claim. Who writes a user's name into a map can write any; one
 * that is put together of somebody's claim must look like a user's name.
 */
#ifndef PAM_JWT_USERMAP_NAME_H
#define PAM_JWT_USERMAP_NAME_H

#include <stdbool.h>

#define USERMAP_NAME_MAX 255 /* bytes: LOGIN_NAME_MAX without its NUL; a mail address has 254 */

/*
 * A letter, digit or '_', then letters, digits, '.', '_', '-' and '@', then perhaps a '$'; ASCII,
 * and not digits alone, which programs take for a uid.
 */
bool usermap_name_valid(const char *name);

#endif
