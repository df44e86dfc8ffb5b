/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The messages between a caller (pam_jwt.so, pam-jwt explain) and jwt-verify, over SOCK_SEQPACKET:
 * the caller sends setup and request, the helper one verdict. Same machine, same build: host byte
 * order. Both sides check every length; a message that is not exact is no message.
 */
#ifndef PAM_JWT_WIRE_H
#define PAM_JWT_WIRE_H

#include <stdint.h>

#include "../lib/span.h"
#include "../lib/status.h"

#define WIRE_SETUP_MAX 8192    /* bytes */
#define WIRE_REQUEST_MAX 20480 /* bytes: token, user and lengths */
#define WIRE_VERDICT_MAX 32768 /* bytes */

/* All that the helper may know before it is sealed: nothing of the token. */
struct wire_setup {
    uint32_t timeout_ms; /* the helper ends itself after that */
    bool trust_caller;   /* files may belong to the helper's own uid, too */
    bool explain;        /* the verdict carries the steps */
    bool has_time;       /* judge at `time`, not now */
    int64_t time;        /* seconds since the epoch */
    struct span config;  /* absolute path */
    struct span service; /* PAM service */
};

struct wire_request {
    struct span user;
    struct span token;
};

struct wire_verdict {
    enum status status;
    int64_t expires;      /* exp, seconds; 0 unless accepted */
    int64_t valid_until;  /* expires and leeway */
    struct span detail;   /* of the refusal */
    struct span token_id; /* first 12 hexadecimal digits of the token's SHA-256, for the log */
    struct span issuer;   /* empty: not known; likewise below */
    struct span subject;
    struct span user;   /* the local user that the token is for, only when accepted */
    struct span signer; /* serial */
    struct span revocation;
    struct span
        warning; /* what the log should say besides, e.g. that Landlock or the sandbox is missing */
    struct span steps; /* "step\tslug\tdetail\n" each, details without control characters; only for
                          explain */
};

/* Each returns the length written, 0 if it does not fit. */
size_t wire_put_setup(const struct wire_setup *setup, unsigned char *out, size_t size);
size_t wire_put_request(const struct wire_request *request, unsigned char *out, size_t size);
size_t wire_put_verdict(const struct wire_verdict *verdict, unsigned char *out, size_t size);

/* False: not a message of that kind. Spans point into `message`; no string but the token may hold a
 * NUL byte. */
bool wire_get_setup(struct span message, struct wire_setup *setup);
bool wire_get_request(struct span message, struct wire_request *request);
bool wire_get_verdict(struct span message, struct wire_verdict *verdict);

#endif
