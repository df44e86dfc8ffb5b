/* SPDX-License-Identifier: BSD-3-Clause */
#include "usermap.h"

enum status usermap_check(const struct identity *identity, const char *user, struct report *report)
{
    struct span mapped = identity_user_claim(identity);

    /* RFC 7519 section 4.1.2: byte for byte, so that no spelling of a name stands for another */
    if (user[0] == '\0' || !span_equal(mapped, span_text(user)))
        return report_refuse(report, STATUS_USER_MISMATCH, "the token is for %.*s, not for %s",
                             mapped.len < 64 ? (int)mapped.len : 64, (const char *)mapped.ptr,
                             user);
    return STATUS_ACCEPTED;
}
