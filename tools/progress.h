/* SPDX-License-Identifier: BSD-3-Clause */
/* One line on a terminal that says how far a command is; elsewhere nothing. */
#ifndef PAM_JWT_PROGRESS_H
#define PAM_JWT_PROGRESS_H

#include <stddef.h>

/* Takes the place of the line before it; cut to the terminal's width. */
void progress_show(size_t done, size_t all, const char *what);

/* Takes the line away: before anything else is written, and at the end. */
void progress_clear(void);

/* A line that stays, on a terminal only. */
void progress_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
