/* SPDX-License-Identifier: BSD-3-Clause */
/* Texts of keys and certificates as headers have them, and a store of keys in memory. Texts live
 * until make_keys_free(). */
#ifndef PAM_JWT_TEST_MAKE_KEYS_H
#define PAM_JWT_TEST_MAKE_KEYS_H

#include "../../../lib/key-store.h"
#include "make-cert.h"

/* printf into a text. */
const char *text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* {"kty":"EC",...} of a P-256 key; `more` is "" or ,"name":value... */
const char *jwk_text(gnutls_x509_privkey_t key, const char *more);

/* The thumbprint of RFC 7638, made here from the text above. */
const char *jwk_print(gnutls_x509_privkey_t key);

/* ["...",...] */
const char *x5c_text(const struct untrusted_chain *chain);

/* base64url of `size` bytes: 20 of SHA-1, 32 of SHA-256. */
const char *thumbprint_text(gnutls_x509_crt_t cert, unsigned size);

struct memory_store {
    struct {
        gnutls_x509_crt_t named;      /* whose thumbprints are the name */
        struct untrusted_chain holds; /* borrowed */
    } files[3];
    unsigned file_count;
    const char *set; /* NULL: none */
    int64_t fetched_at;
    bool local, brought;
    enum status failure; /* what both return; 0: none */
    unsigned sets_asked;
};

struct key_store make_key_store(struct memory_store *store);

void make_keys_free(void);

#endif
