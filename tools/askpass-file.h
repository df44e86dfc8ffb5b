/* SPDX-License-Identifier: BSD-3-Clause */
/* Files that must be the user's own, and errors in one manner. */
#ifndef PAM_JWT_ASKPASS_FILE_H
#define PAM_JWT_ASKPASS_FILE_H

#include <stdbool.h>

/* Writes "pam-jwt-askpass: WHERE: ..." to stderr; returns false, so that a refusal is one line. */
__attribute__((format(printf, 2, 3))) bool askpass_fail(const char *where, const char *format, ...);

/*
 * Opens a file of ours below the directory `dir` (or AT_FDCWD): regular, no symbolic link, owned by
 * the effective uid, closed to everybody else. -1: `*why` says what was found.
 */
int askpass_open_private(int dir, const char *path, const char **why);

/*
 * Opens a file that says what to do: regular, owned by the effective uid or root, writable by its
 * owner only; a symbolic link is followed. -1: `*why` says what was found, NULL: there is none.
 */
int askpass_open_trusted(const char *path, const char **why);

#endif
