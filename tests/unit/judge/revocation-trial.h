/* SPDX-License-Identifier: BSD-3-Clause */
/* lib/revocation.c asked about the signer and the CA of one world, with answers in memory. */
#ifndef PAM_JWT_TEST_REVOCATION_TRIAL_H
#define PAM_JWT_TEST_REVOCATION_TRIAL_H

#include "../../../lib/revocation.h"
#include "make-answers.h"

extern struct answer_world trial_world;

#define SAYS(...) (&(struct single_plan){__VA_ARGS__})
#define NO_ENTRIES NONE
#define SIGNER_REVOKED make_entry(BYTES(SIGNER_SERIAL), NONE)
#define CA_REVOKED make_entry(BYTES(CA_SERIAL), NONE)

extern struct answer crl_signer, crl_ca, ocsp_signer, ocsp_ca, crl_signer_revoked, crl_ca_revoked,
    ocsp_signer_revoked, ocsp_signer_unknown, ocsp_old_unknown, junk;

/* Group set-up: makes the world and these answers. */
int trial_make_world(void **state);

/* Asked about certificates of the world; zero: require, nothing fetched, no answers. */
struct trial {
    enum revocation_mode mode;
    enum fetching fetching;
    const char *failures;
    struct memory_answers answers;
    struct issuer_rules issuer;
    struct trusted_key *key;
    struct report report;
    char steps[2048]; /* "slug detail\n" each */
};

void trial_free(struct trial *trial);

#define ANSWERS(...)                                                                               \
    .answers = {.items = {__VA_ARGS__},                                                            \
                .count = sizeof((struct answer[]){__VA_ARGS__}) / sizeof(struct answer)}

struct issuer_rules make_rule(enum revocation_mode mode);

enum status trial_run(struct trial *trial);
void assert_settled(struct trial *trial, const char *by);
void assert_refused(struct trial *trial, enum status expected, const char *detail);

#define SETTLED(by, ...) assert_settled(&(struct trial){__VA_ARGS__}, by)
#define REFUSED(status, detail, ...) assert_refused(&(struct trial){__VA_ARGS__}, status, detail)

#endif
