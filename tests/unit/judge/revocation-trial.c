/* SPDX-License-Identifier: BSD-3-Clause */
#include "revocation-trial.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "make-token.h"

struct answer_world trial_world;
struct answer crl_signer, crl_ca, ocsp_signer, ocsp_ca, crl_signer_revoked, crl_ca_revoked,
    ocsp_signer_revoked, ocsp_signer_unknown, ocsp_old_unknown, junk;

static void listen(void *context, const char *step, enum status status, const char *detail)
{
    char *steps = context;

    assert_string_equal(step, "status");
    sprintf(steps + strlen(steps), "%s %s\n", status_slug(status), detail);
}

void trial_free(struct trial *trial)
{
    trusted_key_free(&trial->key);
}

struct issuer_rules make_rule(enum revocation_mode mode)
{
    struct issuer_rules issuer = make_issuer();

    issuer.revocation = mode;
    issuer.ocsp_max_age = 7200;
    issuer.ocsp_responder = STRING("");
    return issuer;
}

enum status trial_run(struct trial *trial)
{
    TRUSTED_PATH_CLEANUP struct trusted_path *path = make_answer_path(&trial_world);
    struct answer_source source = make_answer_source(&trial->answers);
    const struct revocation_question question = {.issuer = &trial->issuer,
                                                 .answers = &source,
                                                 .now = NOW,
                                                 .leeway = 60,
                                                 .fetching = trial->fetching,
                                                 .failures = trial->failures};
    enum status status;

    if (!trial->issuer.issuer)
        trial->issuer = make_rule(trial->mode);
    trial->report.step = listen;
    trial->report.context = trial->steps;
    status = revocation_check(path, &question, &trial->key, &trial->report);
    assert_int_equal(trial->key != NULL, status == STATUS_ACCEPTED);
    assert_int_equal(trial->report.detail[0] == '\0', status == STATUS_ACCEPTED);
    return status;
}

void assert_settled(struct trial *trial, const char *by)
{
    if (trial_run(trial) != STATUS_ACCEPTED)
        fail_msg("%s", trial->report.detail);
    assert_string_equal(trusted_key_revocation(trial->key), by);
    trial_free(trial);
}

void assert_refused(struct trial *trial, enum status expected, const char *detail)
{
    assert_int_equal(trial_run(trial), expected);
    if (!strstr(trial->report.detail, detail))
        fail_msg("expected '%s' in '%s'", detail, trial->report.detail);
}

int trial_make_world(void **state)
{
    (void)state;
    trial_world = make_answer_world(NULL, NULL);
    crl_signer = crl_answer(&trial_world, false, NO_ENTRIES);
    crl_ca = crl_answer(&trial_world, true, NO_ENTRIES);
    crl_signer_revoked = crl_answer(&trial_world, false, SIGNER_REVOKED);
    crl_ca_revoked = crl_answer(&trial_world, true, CA_REVOKED);
    ocsp_signer = ocsp_answer(&trial_world, false, SAYS(.said = SAYS_GOOD));
    ocsp_ca = ocsp_answer(&trial_world, true, SAYS(.said = SAYS_GOOD));
    ocsp_signer_revoked = ocsp_answer(&trial_world, false, SAYS(.said = SAYS_REVOKED));
    ocsp_signer_unknown = ocsp_answer(&trial_world, false, SAYS(.said = SAYS_UNKNOWN));
    ocsp_old_unknown = ocsp_answer(&trial_world, false,
                                   SAYS(.said = SAYS_UNKNOWN, .this_update = "20260501000000Z",
                                        .next_update = "20260502000000Z"));
    junk = (struct answer){ANSWER_CRL, BYTES("junk"), "/junk"};
    return 0;
}
