/* SPDX-License-Identifier: BSD-3-Clause */
#include "replay.h"

#include <gnutls/crypto.h>
#include <stdio.h>

#include "json.h"

#define DIGEST_SIZE (REPLAY_ID_DIGITS / 2)
#define MARGIN 60 /* seconds: from judging to spending, and between the clocks of several hosts */

/* With its length before it: no two pairs of texts are the same bytes. */
static bool hash_text(gnutls_hash_hd_t hash, struct span text)
{
    unsigned char length[8];

    for (size_t i = 0; i < sizeof(length); i++)
        length[i] = (unsigned char)((uint64_t)text.len >> (56 - 8 * i));
    return gnutls_hash(hash, length, sizeof(length)) == 0 &&
           gnutls_hash(hash, text.ptr, text.len) == 0;
}

static bool hash_texts(struct span iss, struct span jti, char id[REPLAY_ID_DIGITS + 1])
{
    unsigned char digest[DIGEST_SIZE];
    gnutls_hash_hd_t hash;
    bool done;

    if (gnutls_hash_init(&hash, GNUTLS_DIG_SHA256) != 0)
        return false;
    done = hash_text(hash, iss) && hash_text(hash, jti);
    gnutls_hash_deinit(hash, digest);
    for (size_t i = 0; done && i < sizeof(digest); i++)
        (void)snprintf(id + 2 * i, 3, "%02x", digest[i]);
    return done;
}

enum status replay_identify(const struct signed_claims *claims, const struct issuer_rules *issuer,
                            int64_t expires, int64_t leeway, struct replay_entry *entry,
                            struct report *report)
{
    struct span jti;

    *entry = (struct replay_entry){.id = ""};
    if (issuer->replay == REPLAY_OFF) {
        report_note(report, "off");
        return STATUS_ACCEPTED;
    }
    /* RFC 7519 section 4.1.7 */
    if (!json_string(json_member(signed_claims_object(claims), "jti"), &jti) || jti.len == 0)
        return report_refuse(
            report, STATUS_MISSING_CLAIM,
            "jti: expected a string that is not empty, as the token is to let in once only");
    if (!hash_texts(span_text(issuer->issuer), jti, entry->id))
        return report_refuse(report, STATUS_OUT_OF_MEMORY, "no memory for a hash");
    entry->until = expires + leeway + MARGIN;
    report_note(report,
                "a login would spend the token; whether it is spent already is not looked up");
    return STATUS_ACCEPTED;
}
