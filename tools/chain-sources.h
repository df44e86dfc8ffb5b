/* SPDX-License-Identifier: BSD-3-Clause */
/* What a chain is judged against, from files that the caller names: whoever owns them. */
#ifndef PAM_JWT_CHAIN_SOURCES_H
#define PAM_JWT_CHAIN_SOURCES_H

#include "../lib/answers.h"
#include "../lib/trust.h"
#include "der-files.h"

struct chain_answers {
    struct der_files crls, responses;
};

/* Anchors of every issuer; both structs are borrowed. */
struct anchor_source chain_anchor_source(struct der_files *anchors);
struct answer_source chain_answer_source(struct chain_answers *answers);

void chain_answers_free(struct chain_answers *answers);
#define CHAIN_ANSWERS_CLEANUP __attribute__((cleanup(chain_answers_free)))

#endif
