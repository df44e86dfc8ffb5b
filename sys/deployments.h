/* SPDX-License-Identifier: BSD-3-Clause */
/* The directories of deployed certificates: opened before the sandbox is closed. */
#ifndef PAM_JWT_DEPLOYMENTS_H
#define PAM_JWT_DEPLOYMENTS_H

#include "../lib/rules.h"
#include "safefile.h"

#define DEPLOYMENTS_MAX 3

/* Issuers may share one, but for those whose certificates in it are pinned. */
struct deployment {
    const char *path;                /* borrowed from the rules */
    int fd;                          /* -1: it does not exist */
    const struct issuer_rules *pins; /* whose certificates in it are pinned; NULL: nobody's */
};

struct deployments {
    struct deployment items[DEPLOYMENTS_MAX];
    size_t count;
};

/*
 * That of the issuer, if its key_sources use one. False, and `error` filled: it cannot be opened or
 * trusted, there are too many, or another issuer has pinned certificates in the same one. `error`
 * may be filled for one that does not exist, too.
 */
bool deployments_add(struct deployments *deployments, const struct issuer_rules *issuer,
                     uid_t also_trusted, struct safefile_error *error);

/* Its descriptor; -1: there is none. */
int deployments_find(const struct deployments *deployments, const char *path);

void deployments_close(struct deployments *deployments);

#endif
