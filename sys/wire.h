/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The messages between a caller (pam_jwt.so, pam-jwt) and its helpers, over SOCK_SEQPACKET. Same
 * machine, same build: host byte order. Both sides check every length; a message that is not exact
 * is no message.
 *
 * jwt-verify is sent setup and request, and sends one verdict. If that has wishes, jwt-fetch is
 * sent an order with them, and sends one receipt; what it brought is in the file of descriptor 4,
 * which then is descriptor 4 of a second jwt-verify. If an accepting verdict has a replay_id,
 * jwt-replay is sent setup and spend, and sends a verdict, of which only status, detail and warning
 * count.
 */
#ifndef PAM_JWT_WIRE_H
#define PAM_JWT_WIRE_H

#include <stdint.h>

#include "../lib/replay-id.h"
#include "../lib/span.h"
#include "../lib/status.h"

#define WIRE_SETUP_MAX 8192    /* bytes */
#define WIRE_REQUEST_MAX 20480 /* bytes: token, user and lengths */
#define WIRE_VERDICT_MAX 65536 /* bytes */
#define WIRE_ORDER_MAX 65536   /* bytes */
#define WIRE_RECEIPT_MAX 8192  /* bytes */
#define WIRE_SPEND_MAX 256     /* bytes */

/* All that the helper may know before it is sealed: nothing of the token. */
struct wire_setup {
    uint32_t timeout_ms;  /* the helper ends itself after that */
    bool trust_caller;    /* files may belong to the helper's own uid, too */
    bool explain;         /* the verdict carries the steps */
    bool may_fetch;       /* the verdict may have wishes */
    bool fetched;         /* they have been tried: descriptor 4 has what was brought */
    bool has_time;        /* judge at `time`, not now */
    int64_t time;         /* seconds since the epoch */
    struct span config;   /* absolute path */
    struct span service;  /* PAM service */
    struct span failures; /* of the receipt, for the log */
};

struct wire_request {
    struct span user;
    struct span token;
};

struct wire_verdict {
    enum status status;
    int64_t expires;      /* exp, seconds; 0 unless accepted */
    int64_t valid_until;  /* expires and leeway */
    bool may_tell;        /* the detail is for the user, too: signature and user are verified */
    int64_t replay_until; /* seconds: how long a spent token is remembered; 0: it is not */
    struct span detail;   /* of the refusal */
    struct span token_id; /* first 12 hexadecimal digits of the token's SHA-256, for the log */
    struct span issuer;   /* empty: not known; likewise below */
    struct span subject;
    struct span user;   /* the local user that the token is for, only when accepted */
    struct span signer; /* serial */
    struct span revocation;
    struct span
        warning; /* what the log should say besides, e.g. that Landlock or the sandbox is missing */
    struct span replay_id; /* 64 hexadecimal digits that stand for iss and jti; empty: not spent */
    struct span exports;   /* for the session's environment, see environment_check(); empty unless
                              accepted */
    struct span steps;  /* "step\tslug\tdetail\n" each, details without control characters; only for
                           explain */
    struct span wishes; /* see wire_put_wish(); empty unless may_fetch */
};

/* What jwt-replay is asked, who learns nothing else of the token. */
struct wire_spend {
    struct span id; /* replay_id of the verdict */
    int64_t until;  /* replay_until, seconds since the epoch; above 0 */
};

/* What jwt-fetch is asked. It believes nothing of it that it can look up in the configuration. */
struct wire_order {
    uint32_t timeout_ms;
    bool trust_caller;
    bool refresh;       /* ask the network, however fresh the cache is */
    bool has_time;      /* judge answers at `time`, not now */
    int64_t time;       /* seconds since the epoch */
    struct span config; /* absolute path */
    struct span issuer; /* the section's URL */
    struct span wishes;
};

/* One answer to be fetched. */
struct wire_wish {
    int64_t kind;  /* enum answer_kind */
    int64_t group; /* the first of a group that is brought is enough */
    struct span url;
    struct span request; /* DER of an OCSPRequest; empty for a CRL */
    struct span cert;    /* DER, of the certificate that the answer is about, */
    struct span issuer;  /* and of its issuer; both empty: not known */
};

struct wire_receipt {
    int64_t brought;      /* how many answers */
    struct span failures; /* "URL: why\n" each */
};

/* One answer, in the file of descriptor 4 and, alone, in a file of the cache. */
struct wire_answer {
    struct wire_wish wish; /* what it was asked for */
    struct span issuer;    /* the section's URL */
    int64_t fetched_at;    /* seconds since the epoch */
    struct span der;
};

/* Each returns the length written, 0 if it does not fit. */
size_t wire_put_setup(const struct wire_setup *setup, unsigned char *out, size_t size);
size_t wire_put_request(const struct wire_request *request, unsigned char *out, size_t size);
size_t wire_put_verdict(const struct wire_verdict *verdict, unsigned char *out, size_t size);
size_t wire_put_spend(const struct wire_spend *spend, unsigned char *out, size_t size);
size_t wire_put_order(const struct wire_order *order, unsigned char *out, size_t size);
size_t wire_put_receipt(const struct wire_receipt *receipt, unsigned char *out, size_t size);
size_t wire_put_wish(const struct wire_wish *wish, unsigned char *out, size_t size);
/* All of an answer but the bytes of answer->der, whose length is in it: they follow. */
size_t wire_put_answer(const struct wire_answer *answer, unsigned char *out, size_t size);

/* False: not a message of that kind. Spans point into `message`; no string but the token may hold a
 * NUL byte. */
bool wire_get_setup(struct span message, struct wire_setup *setup);
bool wire_get_request(struct span message, struct wire_request *request);
bool wire_get_verdict(struct span message, struct wire_verdict *verdict);
bool wire_get_spend(struct span message, struct wire_spend *spend);
bool wire_get_order(struct span message, struct wire_order *order);
bool wire_get_receipt(struct span message, struct wire_receipt *receipt);

/* The first of several, one after the other; false, and `rest` left alone, if there is none. */
bool wire_take_wish(struct span *rest, struct wire_wish *wish);
bool wire_take_answer(struct span *rest, struct wire_answer *answer);

#endif
