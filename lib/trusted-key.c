/* SPDX-License-Identifier: BSD-3-Clause */
#include "trusted-key.h"

#include <stdio.h>
#include <stdlib.h>

#include "fetch-plan.h"
#include "trusted-key-make.h"

struct trusted_key *trusted_key_new(void)
{
    struct trusted_key *made = calloc(1, sizeof(*made));

    if (made && gnutls_pubkey_init(&made->pubkey) < 0) {
        free(made);
        return NULL;
    }
    return made;
}

bool trusted_key_name_serial(struct trusted_key *key, gnutls_x509_crt_t cert)
{
    unsigned char serial[(TRUSTED_KEY_NAME_SIZE - 1) / 2];
    size_t size = sizeof(serial);

    if (gnutls_x509_crt_get_serial(cert, serial, &size) < 0)
        return false;
    for (size_t i = 0; i < size; i++)
        (void)snprintf(key->name + 2 * i, 3, "%02x", serial[i]);
    return true;
}

gnutls_pubkey_t trusted_key_pubkey(const struct trusted_key *key)
{
    return key->pubkey;
}

const char *trusted_key_name(const struct trusted_key *key)
{
    return key->name;
}

const char *trusted_key_revocation(const struct trusted_key *key)
{
    return key->revocation;
}

struct fetch_plan *trusted_key_take_plan(struct trusted_key *key)
{
    struct fetch_plan *plan = key->plan;

    key->plan = NULL; /* transferred */
    return plan;
}

void trusted_key_free(struct trusted_key **key)
{
    if (!*key)
        return;
    gnutls_pubkey_deinit((*key)->pubkey);
    fetch_plan_free(&(*key)->plan);
    free(*key);
    *key = NULL;
}
