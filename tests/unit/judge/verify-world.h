/* SPDX-License-Identifier: BSD-3-Clause */
/* One judgement in memory: a chain, tokens that it signs, and what becomes of them. */
#ifndef PAM_JWT_TEST_VERIFY_WORLD_H
#define PAM_JWT_TEST_VERIFY_WORLD_H

#include "../../../lib/verify.h"
#include "make-answers.h"
#include "make-token.h"

#define CLAIMS                                                                                     \
    "{\"iss\":\"" ISSUER "\",\"aud\":\"pam://host.example/sshd\",\"sub\":\"alice\","               \
    "\"exp\":4070908800}"

/* Signer, whose serial is 0a0b, and intermediate; keys 2 and 1, that of the root 0. */
extern gnutls_x509_crt_t verify_root;
extern struct untrusted_chain verify_chain;
int make_certs(void **state);

char *es256_token(const char *claims);

/* Another letter in the signature's first place; still base64url. */
void spoil_signature(char *token);

struct outcome {
    struct memory_answers answers; /* given, like the next two */
    enum fetching fetching;
    const char *failures;
    struct verdict verdict;
    char steps[300];
    char detail[REPORT_DETAIL_MAX];
    unsigned anchor_calls;
};

void outcome_free(struct outcome *outcome);
#define OUTCOME_CLEANUP __attribute__((cleanup(outcome_free)))

struct memory_anchors good_anchors(void);

enum status judge_with(const struct rules *rules, const char *token, const char *user,
                       struct memory_anchors anchors, struct outcome *outcome);

/* The steps as "form issuer ...", those that refuse with their slug. */
void assert_steps(const char *token, const char *user, const struct issuer_rules *issuer,
                  const char *steps);

#endif
