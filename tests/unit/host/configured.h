/* SPDX-License-Identifier: BSD-3-Clause */
/* What the tests of the configuration have in common. Those who include it include cmocka. */
#ifndef PAM_JWT_CONFIGURED_H
#define PAM_JWT_CONFIGURED_H

#include "../../../sys/config.h"
#include "scratch.h"

#define GLOBAL "[global]\nhostname = host.example\n"
#define REQUIRED "audience = pam://%h/%s\ntrust_anchors = /etc/root.pem\n"
#define ISSUER "[issuer https://issuer.example]\n" REQUIRED

#define SCRATCH_TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

/* Of a file test.conf with that text; owned by the caller. */
struct rules *load(struct scratch *scratch, const char *text, struct config_error *error);

void assert_good(struct scratch *scratch, const char *text);

/* `found` is in the message, which begins with the file and the line; 0: with the file. */
void assert_bad(struct scratch *scratch, const char *text, unsigned line, const char *found);

#endif
