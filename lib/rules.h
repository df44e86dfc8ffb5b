/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rules that tokens are judged by: the configuration as plain data. sys/config.c fills it in
 * from the option table; lib/ only reads it. Strings are NUL-terminated and belong to the struct.
 */
#ifndef PAM_JWT_RULES_H
#define PAM_JWT_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct string_list {
    char **items;
    size_t count;
};

/* Whether jwt-fetch may be asked: not at all; for configured URLs; for those in certificates, too.
 */
enum fetch_mode { FETCH_NONE, FETCH_CONFIGURED, FETCH_AIA };

enum revocation_mode { REVOCATION_REQUIRE, REVOCATION_PREFER, REVOCATION_OFF };

/* Whether a deployed certificate that signed itself is an anchor of its own. */
enum certificate_trust { CERTIFICATE_TRUST_CHAIN, CERTIFICATE_TRUST_PINNED };

/* Whether a token lets in once only. */
enum replay_mode { REPLAY_OFF, REPLAY_REQUIRE };

#define CLAIM_NAME_SIZE 512 /* bytes, with the NUL: what is before the = in require_claim */

struct issuer_rules {
    char *issuer;                     /* equals iss byte for byte */
    struct string_list audience;      /* %h and %s not yet replaced; never empty */
    struct string_list algorithms;    /* names of lib/alg.c; never empty */
    struct string_list key_sources;   /* names of lib/keysource.c, in order; never empty */
    struct string_list trust_anchors; /* absolute paths: PEM files or directories */
    struct string_list signer_names;  /* "*": any signer; never empty (config fills the default) */
    struct string_list signer_eku;    /* OIDs, one of which is needed; empty: no EKU needed */
    struct string_list signer_key_usage; /* digitalSignature, nonRepudiation: one is needed */
    enum certificate_trust certificate_trust;
    unsigned rsa_bits_min; /* 0: 2048. No key of the configuration: only `pam-jwt chain` sets it */
    enum revocation_mode revocation;
    int64_t short_lived;           /* seconds; 0: no certificate is short-lived */
    struct string_list crl_files;  /* absolute paths: files of CRLs or directories of them */
    struct string_list ocsp_files; /* likewise, of OCSP responses */
    char *ocsp_responder;          /* URL; "": that of the certificate */
    struct string_list crl_urls;   /* where CRLs of this issuer's CAs are */
    int64_t ocsp_max_age;          /* seconds: how long a response without nextUpdate counts */
    enum fetch_mode fetch;
    struct string_list fetch_hosts;   /* hosts, or addresses, that certificates may lead to */
    char *jwks_file;                  /* absolute path of a JWK Set; "": none */
    char *jwks_uri;                   /* https URL of a JWK Set; "": none */
    bool discovery;                   /* the issuer's metadata has the URL of its JWK Set */
    int64_t jwks_fresh;               /* seconds that a fetched JWK Set is used without asking */
    int64_t jwks_stale;               /* seconds that it is used at all; not below jwks_fresh */
    char *tls_ca;                     /* absolute path of a PEM file; "": the system's CAs */
    char *http_proxy;                 /* URL; "": none */
    char *certificates;               /* absolute path: directory of deployed certificates */
    struct string_list pinned_keys;   /* thumbprints of RFC 7638 with SHA-256, base64url */
    struct string_list token_types;   /* "none": typ may be absent; never empty */
    int64_t max_lifetime;             /* seconds; 0: no limit */
    int64_t max_age;                  /* seconds; 0: no limit */
    struct string_list require_scope; /* all of them */
    struct string_list require_acr;   /* one of them; empty: no rule */
    struct string_list require_amr;   /* all of them */
    struct string_list require_claim; /* "name=value" or "/json/pointer=value", all of them */
    struct string_list user_claim;    /* names of claims: the first that is there; never empty */
    char *user_map;                   /* absolute path; "identity", or "", which is the same */
    struct string_list export_claims; /* names of claims that the session's environment has */
    enum replay_mode replay;
};

/* What a section [service NAME, NAME] demands of every issuer besides. */
struct service_rules {
    struct string_list services; /* PAM services; never empty */
    struct issuer_rules demands; /* of its fields those that a service may have: see options.def */
};

/* Where spent tokens are kept. */
struct replay_rules {
    char *store;         /* absolute path of a directory, or URL redis:// or rediss:// */
    char *username;      /* of the Redis server; "": its default user */
    char *password_file; /* absolute path; "": no password */
    char *server_ca;     /* absolute path of a PEM file; "": the system's CAs */
};

struct rules {
    int64_t leeway; /* seconds */
    char *hostname; /* for %h */
    struct issuer_rules *issuers;
    size_t issuer_count;
    struct service_rules *services;
    size_t service_count;
    struct replay_rules replay;
};

bool string_list_has(const struct string_list *list, const char *text);

/* Whether a token's key may come from there. */
bool issuer_uses(const struct issuer_rules *issuer, const char *key_source);

/* Whether the issuer's JWK Set is at a URL; or there, or in a file. */
bool issuer_fetches_set(const struct issuer_rules *issuer);
bool issuer_has_set(const struct issuer_rules *issuer);

#endif
