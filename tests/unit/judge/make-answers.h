/* SPDX-License-Identifier: BSD-3-Clause */
/* A path of root, ca and signer in memory, and answers about the last two. */
#ifndef PAM_JWT_TEST_MAKE_ANSWERS_H
#define PAM_JWT_TEST_MAKE_ANSWERS_H

#include "../../../lib/answers.h"
#include "make-ocsp.h"
#include "make-urls.h"

#define CA_SERIAL "ca-serial"
#define SIGNER_SERIAL "signer-serial"

/* root has key 0, ca key 1, signer key 2. */
struct answer_world {
    gnutls_x509_crt_t root, ca, signer;
};

/* Extensions of signer and ca: NULL for none. */
struct answer_world make_answer_world(const struct extension_plan *of_signer,
                                      const struct extension_plan *of_ca);

struct trusted_path *make_answer_path(const struct answer_world *world);

/*
 * An answer about ca or signer, from CRL_THIS to CRL_NEXT or from HOUR_AGO to HOUR_AHEAD. It lives
 * until make_crl_free_all().
 */
struct answer crl_answer(const struct answer_world *world, bool about_ca, struct span entries);
struct answer ocsp_answer(const struct answer_world *world, bool about_ca,
                          const struct single_plan *says);

#define ANSWERS_MAX 8

struct memory_answers {
    struct answer items[ANSWERS_MAX];
    unsigned count;
    enum status failure; /* what each() returns, unless it is 0 */
    unsigned calls;
    struct answer_query query; /* the first one */
    struct span request;       /* of it */
    unsigned char request_bytes[FETCH_REQUEST_MAX];
};

struct answer_source make_answer_source(struct memory_answers *answers);

#endif
