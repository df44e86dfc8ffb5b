/* SPDX-License-Identifier: BSD-3-Clause */
/* What `pam-jwt check` looks at, and what it says. */
#ifndef PAM_JWT_CHECK_H
#define PAM_JWT_CHECK_H

#include <stdint.h>

#include "../lib/rules.h"
#include "../module/options.h"
#include "pam-services.h"

/* One configuration that auth lines name. */
struct check_config {
    const char *path;    /* borrowed */
    struct rules *rules; /* owned; NULL: it cannot be used, which has been said */
};

/* One auth line with pam_jwt.so, as a service has it. */
struct check_use {
    const struct pam_service *service;
    const struct pam_line *line;
    struct options options;
    const char *bad;      /* the first argument that is not understood, or NULL */
    const char *expected; /* in its place */
    size_t config;        /* index */
};

struct check {
    struct pam_services services;
    struct check_config *configs;
    size_t config_count;
    struct check_use *uses;
    size_t use_count;
    uid_t also_trusted;
    int64_t now; /* seconds since the epoch */
    bool host;   /* it is about this host, not about another directory of PAM files */
    char **said; /* findings, each once */
    size_t said_count;
    size_t errors, warnings;
    bool failed; /* no memory: something has not been looked at */
};

/* Fills configs and uses from the services. `config` is for lines that name none. */
void check_find_uses(struct check *check, const char *config);
void check_free(struct check *check);

/* A finding: its place, what was expected, what was found, what to do. One line. */
void check_error(struct check *check, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void check_warning(struct check *check, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Whether programs that ask for this PAM service run as root. */
bool check_is_roots(const struct pam_service *service);

/* The checks. */
void check_configurations(struct check *check);
void check_issuers(struct check *check);
void check_answers(struct check *check);
void check_replay(struct check *check);
void check_services(struct check *check);
void check_stacks(struct check *check);
void check_sessions(struct check *check);
void check_sshd(struct check *check);

#endif
