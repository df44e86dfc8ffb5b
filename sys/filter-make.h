/* SPDX-License-Identifier: BSD-3-Clause */
/* What the programs share that make system call filters at build time. Each error ends them. */
#ifndef PAM_JWT_FILTER_MAKE_H
#define PAM_JWT_FILTER_MAKE_H

#include <seccomp.h>
#include <stddef.h>

/* The first, the second argument is `value`; none of the bits of `mask` are in argument `n`; they
 * are `value`. */
#define FIRST(value)                                                                               \
    {                                                                                              \
        .arg = 0, .op = SCMP_CMP_EQ, .datum_a = (value)                                            \
    }
#define SECOND(value)                                                                              \
    {                                                                                              \
        .arg = 1, .op = SCMP_CMP_EQ, .datum_a = (value)                                            \
    }
#define BITS_OFF(n, mask)                                                                          \
    {                                                                                              \
        .arg = (n), .op = SCMP_CMP_MASKED_EQ, .datum_a = (mask)                                    \
    }
#define BITS_ARE(n, mask, value)                                                                   \
    {                                                                                              \
        .arg = (n), .op = SCMP_CMP_MASKED_EQ, .datum_a = (mask), .datum_b = (value)                \
    }

/* One call that is allowed under conditions; several rows of one name are alternatives. */
struct filter_rule {
    const char *name;
    unsigned count;
    struct scmp_arg_cmp conditions[2];
};

/* `fallback`: the action for all that no rule names; a wrong architecture ends the process. */
scmp_filter_ctx filter_start(const char *arch, uint32_t fallback);

void filter_add(scmp_filter_ctx filter, uint32_t action, const struct filter_rule *rule);
void filter_allow(scmp_filter_ctx filter, const char *const *names, size_t count);

/* Memory, time, randomness, messages on descriptor 3, the end, also by abort(). */
void filter_allow_life(scmp_filter_ctx filter);

/* Prints it as C initializers, frees it; the exit status. */
int filter_print(scmp_filter_ctx filter);

#endif
