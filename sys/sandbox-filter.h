/* SPDX-License-Identifier: BSD-3-Clause */
/* What the filter's maker and its loader agree on. */
#ifndef PAM_JWT_SANDBOX_FILTER_H
#define PAM_JWT_SANDBOX_FILTER_H

/* Stands in the filter where the process number belongs, which is not known at build time. */
#define SANDBOX_OWN_PID 0x7ba5e11fU

#endif
