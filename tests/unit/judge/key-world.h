/* SPDX-License-Identifier: BSD-3-Clause */
/* Key sources as whole judgements: each token is signed, so that only what its header says counts.
 */
#ifndef PAM_JWT_TEST_KEY_WORLD_H
#define PAM_JWT_TEST_KEY_WORLD_H

#include "../../../lib/verify.h"
#include "make-keys.h"
#include "make-token.h"

#define OWN make_key(KEY_P256, 2)     /* of all certificates but CAs */
#define FOREIGN make_key(KEY_P256, 1) /* of nobody */

/* `root` is the anchor; of root, of the CA `middle`, of itself, of itself until yesterday. */
extern gnutls_x509_crt_t root, middle, signer, of_middle, self, outdated;

/* For cmocka_run_group_tests(). */
int key_world_make(void **state);
int key_world_remove(void **state);

/* One host and one token. */
struct world {
    struct issuer_rules issuer;
    struct memory_store store;
    enum fetching fetching;
    const char *claims;        /* NULL: good ones */
    gnutls_x509_privkey_t key; /* that signs; NULL: OWN */
    struct verdict verdict;
    char detail[REPORT_DETAIL_MAX];
};

/* x5c, with root as its anchor. */
struct world make_world(void);

/* Without anchors, with a jwks_file. */
struct world make_set_world(void);

/* With a jwks_uri that was fetched now and has OWN as "a"; fresh for 100 s, stale for 1000 s. */
struct world make_fetching_world(void);

void world_free(struct world *world);
#define WORLD_CLEANUP __attribute__((cleanup(world_free)))

/* `members`: those of the header behind alg, each with a comma before it. */
enum status judge_in(struct world *world, const char *members);

void expect_at(int line, struct world *world, enum status expected, const char *members);
#define expect(world, expected, members) expect_at(__LINE__, world, expected, members)

/* ,"name":value */
const char *beside(const char *name, const char *value);

/* "value" */
const char *quoted(const char *value);

/* ,"jwk":{...,"x5c":[...]more} */
const char *jwk_with_chain(gnutls_x509_privkey_t key, struct untrusted_chain chain,
                           const char *more);

/* The only file. */
void deploy(struct world *world, gnutls_x509_crt_t named, struct untrusted_chain holds);

/* The thumbprint in hexadecimal. */
const char *hex_of(gnutls_x509_crt_t cert, unsigned size, bool upper);

#endif
