/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What to fetch for certificates without a status, at most FETCHES_MAX answers: OCSP first, then
 * CRLs. Of the URLs in certificates only those whose host is in fetch_hosts, and only with
 * fetch = aia.
 */
#ifndef PAM_JWT_FETCH_PLAN_H
#define PAM_JWT_FETCH_PLAN_H

#include "answers.h"
#include "trust.h"

/* Whether anything that may be fetched could settle certificate `index` of the path. */
bool fetch_plan_reaches(const struct trusted_path *path, unsigned index,
                        const struct issuer_rules *issuer);

/*
 * `open` has bit 1 << index for each certificate without a status. NULL: out of memory. A CRL of
 * crl_urls is a group of its own, as it may be about any of them.
 */
struct fetch_plan *fetch_plan_make(const struct trusted_path *path, unsigned open,
                                   const struct issuer_rules *issuer);

void fetch_plan_free(struct fetch_plan **plan);
#define FETCH_PLAN_CLEANUP __attribute__((cleanup(fetch_plan_free)))

#endif
