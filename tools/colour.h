/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PAM_JWT_COLOUR_H
#define PAM_JWT_COLOUR_H

#include <stdbool.h>

/* Whether standard output is a terminal that shows colours, and nobody has said no. */
bool colour_wanted(void);

#endif
