/* SPDX-License-Identifier: BSD-3-Clause */
/* Sections [service]: what a PAM service demands of every issuer besides. It may only tighten. */
#ifndef PAM_JWT_CONFIG_SERVICE_H
#define PAM_JWT_CONFIG_SERVICE_H

#include <stdbool.h>

#include "config.h"

/* No service twice, and nothing looser than what an issuer demands. `path` is for the message. */
bool config_service_check(const struct rules *rules, const char *path, struct config_error *error);

/*
 * From now on the rules are those of this service, as if each issuer's section said so. Lists of
 * which all are demanded grow; limits and acr become what the service says. False: no memory.
 */
bool config_service_tighten(struct rules *rules, const char *service);

#endif
