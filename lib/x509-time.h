/* SPDX-License-Identifier: BSD-3-Clause */
/* Points in time as X.509 writes them, in seconds since the epoch. */
#ifndef PAM_JWT_X509_TIME_H
#define PAM_JWT_X509_TIME_H

#include <stdint.h>

#include "span.h"

#define X509_UTC_TIME 0x17u
#define X509_UTC_TIME_LEN 13 /* YYMMDDHHMMSSZ */
#define X509_TIME 0x18u      /* GeneralizedTime */

/* GeneralizedTime: YYYYMMDDHHMMSSZ */
bool x509_take_time(struct span *rest, int64_t *seconds);

/* Either that, or UTCTime: YYMMDDHHMMSSZ, of the years 1950 to 2049 */
bool x509_take_any_time(struct span *rest, int64_t *seconds);

#define X509_TIME_TEXT_MAX 32 /* bytes, with NUL */

/* YYYY-MM-DDTHH:MM:SSZ, without the C library, which would read files of time zones; the number if
 * the year has not four digits. Returns `text`. */
const char *x509_time_text(int64_t seconds, char text[X509_TIME_TEXT_MAX]);

#endif
