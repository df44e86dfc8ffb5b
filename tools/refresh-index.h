/* SPDX-License-Identifier: BSD-3-Clause */
/* The hint indexes of all trust anchors: see sys/anchor-index.h. */
#ifndef PAM_JWT_REFRESH_INDEX_H
#define PAM_JWT_REFRESH_INDEX_H

#include <stdbool.h>
#include <sys/types.h>

#include "../lib/rules.h"

typedef void refresh_index_failed(const char *path, const char *why);

/* Of every file of trust_anchors, in the directory `cache`. False: `failed` was told of some. */
bool refresh_indexes(const struct rules *rules, const char *cache, uid_t also_trusted,
                     refresh_index_failed *failed);

#endif
