/* SPDX-License-Identifier: BSD-3-Clause */
#include "evidence.h"

#include <stdarg.h>
#include <stdio.h>

#include "x509-time.h"

void evidence_note(struct evidence *evidence, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    if (vsnprintf(evidence->detail, sizeof(evidence->detail), format, arguments) < 0)
        evidence->detail[0] = '\0';
    va_end(arguments);
}

const char *evidence_reason_name(unsigned reason)
{
    static const char *const names[] = {
        "no reason given", "keyCompromise",        "cACompromise",    "affiliationChanged",
        "superseded",      "cessationOfOperation", "certificateHold", NULL,
        "removeFromCRL",   "privilegeWithdrawn",   "aACompromise"};
    const char *name = reason < sizeof(names) / sizeof(names[0]) ? names[reason] : NULL;

    return name ? name : "an unknown reason";
}

void evidence_note_revoked(struct evidence *evidence, int64_t since, unsigned reason)
{
    char text[X509_TIME_TEXT_MAX];

    evidence_note(evidence, "revoked since %s (%s)", x509_time_text(since, text),
                  evidence_reason_name(reason));
}
