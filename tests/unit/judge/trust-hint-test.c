/* SPDX-License-Identifier: BSD-3-Clause */
/* lib/trust.c with a source that has an index: what it hides is found, what it says is judged. */
#include "../../../lib/trust.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "make-token.h"

/* A quick search finds what `quick` finds, a thorough one what `all` finds. */
struct indexed {
    struct memory_anchors quick, all;
    bool indexed; /* the quick one says that it believed an index */
    unsigned quick_calls, thorough_calls;
};

static enum status find(void *context, const struct issuer_rules *issuer,
                        const gnutls_datum_t *subject, struct anchors *found, struct report *report)
{
    struct indexed *indexed = context;
    struct anchor_source source = make_source(found->thorough ? &indexed->all : &indexed->quick);

    ++*(found->thorough ? &indexed->thorough_calls : &indexed->quick_calls);
    found->hinted = indexed->indexed && !found->thorough;
    return source.find(source.context, issuer, subject, found, report);
}

/* A chain of two under "root", whose keys are the first ones, and another root of that name. */
struct setting {
    gnutls_x509_crt_t root, namesake, intermediate, signer;
};

static struct setting make_setting(void)
{
    struct setting made = {.root = make_ca("root", 0, NULL, 0),
                           .namesake = make_ca("root", 2, NULL, 2)};
    struct cert_plan signer;

    made.intermediate = make_ca("intermediate", 1, made.root, 0);
    signer = plan_signer(make_key(KEY_P256, 2), made.intermediate, 1);
    made.signer = make_cert(&signer);
    return made;
}

static char detail[REPORT_DETAIL_MAX];

static enum status judge_chain(const struct setting *made, struct indexed *indexed)
{
    struct issuer_rules issuer = make_issuer();
    struct untrusted_chain chain = make_chain(2, made->signer, made->intermediate);
    const struct anchor_source source = {find, indexed};
    TRUSTED_PATH_CLEANUP struct trusted_path *path = NULL;
    struct report report = {0};
    enum status status = make_path(&chain, &issuer, &source, NOW, &path, &report);

    assert_int_equal(path != NULL, status == STATUS_ACCEPTED);
    strcpy(detail, report.detail);
    return status;
}

static void good_login_searches_nothing(void **state)
{
    const struct setting made = make_setting();
    struct indexed indexed = {.quick = {.certs = {made.root}, .count = 1}, .indexed = true};

    (void)state;
    assert_int_equal(judge_chain(&made, &indexed), STATUS_ACCEPTED);
    assert_int_equal(indexed.thorough_calls, 0);
    assert_int_equal(indexed.quick_calls, 3);
}

static void hidden_anchor(void **state)
{
    const struct setting made = make_setting();
    struct indexed indexed = {.all = {.certs = {made.root}, .count = 1}, .indexed = true};

    (void)state;
    assert_int_equal(judge_chain(&made, &indexed), STATUS_ACCEPTED);
}

/* Only one of two anchors of a name is in the index. */
static void hidden_namesake(void **state)
{
    const struct setting made = make_setting();
    struct indexed indexed = {.quick = {.certs = {made.namesake}, .count = 1},
                              .all = {.certs = {made.namesake, made.root}, .count = 2},
                              .indexed = true};

    (void)state;
    assert_int_equal(judge_chain(&made, &indexed), STATUS_ACCEPTED);
}

static void failed_index(void **state)
{
    const struct setting made = make_setting();
    struct indexed indexed = {.quick = {.fail_at = 1, .failure = STATUS_CONFIG_ERROR},
                              .all = {.certs = {made.root}, .count = 1},
                              .indexed = true};

    (void)state;
    assert_int_equal(judge_chain(&made, &indexed), STATUS_ACCEPTED);
}

/* What every anchor was looked at for has the last word. */
static void refusals(void **state)
{
    const struct setting made = make_setting();
    struct indexed none = {.indexed = true};
    struct indexed failing = {.all = {.fail_at = 1, .failure = STATUS_CONFIG_ERROR},
                              .indexed = true};

    (void)state;
    assert_int_equal(judge_chain(&made, &none), STATUS_UNTRUSTED_CHAIN);
    assert_string_equal(detail, "no trust anchor of this issuer has issued a certificate of the chain");
    assert_int_equal(none.thorough_calls, 2);
    assert_int_equal(judge_chain(&made, &failing), STATUS_CONFIG_ERROR);
    assert_string_equal(detail, "the source failed");
}

static void no_index_no_second_search(void **state)
{
    const struct setting made = make_setting();
    struct indexed indexed = {.all = {.certs = {made.root}, .count = 1}};

    (void)state;
    assert_int_equal(judge_chain(&made, &indexed), STATUS_UNTRUSTED_CHAIN);
    assert_int_equal(indexed.thorough_calls, 0);
}

static int tear_down(void **state)
{
    (void)state;
    make_free_all();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_login_searches_nothing),
        cmocka_unit_test(hidden_anchor),
        cmocka_unit_test(hidden_namesake),
        cmocka_unit_test(failed_index),
        cmocka_unit_test(refusals),
        cmocka_unit_test(no_index_no_second_search),
    };

    return cmocka_run_group_tests(tests, NULL, tear_down);
}
