/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A target is one file with LLVMFuzzerTestOneInput(). It is linked with libFuzzer by fuzz/run, and
 * with replay.c by the tests.
 */
#ifndef PAM_JWT_FUZZ_H
#define PAM_JWT_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold for every input, in every build. */
#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: required: %s\n", __FILE__, __LINE__, #condition);              \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

#endif
