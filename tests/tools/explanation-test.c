/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../tools/explanation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define TEXT(literal) span_of(literal, sizeof(literal) - 1)

static char *print(const struct explanation *explanation, bool json)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    if (json)
        explanation_print_json(explanation, out);
    else
        explanation_print(explanation, false, out);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void test_steps_are_split(void **state)
{
    struct explanation explanation = {0};

    (void)state;
    explanation_add_steps(&explanation, TEXT("form\taccepted\tan alg\nissuer\tunknown-issuer\t\n"));
    assert_int_equal(explanation.step_count, 2);
    assert_true(span_equal(explanation.steps[0].name, TEXT("form")));
    assert_true(span_equal(explanation.steps[0].slug, TEXT("accepted")));
    assert_true(span_equal(explanation.steps[0].detail, TEXT("an alg")));
    assert_true(span_equal(explanation.steps[1].slug, TEXT("unknown-issuer")));
    assert_int_equal(explanation.steps[1].detail.len, 0);
}

static void test_malformed_steps_end_the_list(void **state)
{
    static const char *const rows[] = {"", "\n", "form\n", "form\taccepted\n", "form\taccepted\tx"};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct explanation explanation = {0};

        explanation_add_steps(&explanation, span_text(rows[i]));
        assert_int_equal(explanation.step_count, 0);
    }
}

static void test_too_many_steps_are_cut(void **state)
{
    struct explanation explanation = {0};

    (void)state;
    for (size_t i = 0; i < 2 * EXPLANATION_STEPS_MAX; i++)
        explanation_add_steps(&explanation, TEXT("form\taccepted\t\n"));
    assert_int_equal(explanation.step_count, EXPLANATION_STEPS_MAX);
}

static void test_json_of_nothing_known(void **state)
{
    const struct explanation explanation = {
        .user = "alice", .service = "sshd", .verdict = {.status = STATUS_TIMEOUT}};

    (void)state;

    char *text = print(&explanation, true);

    assert_string_equal(text, "{\"verdict\": \"undecided\", \"reason\": \"timeout\", "
                              "\"issuer\": null, \"subject\": null, \"user\": null, "
                              "\"expires\": null, \"steps\": []}\n");
    free(text);
}

static void test_json_of_acceptance(void **state)
{
    struct explanation explanation = {.user = "alice",
                                      .service = "sshd",
                                      .verdict = {.status = STATUS_ACCEPTED,
                                                  .expires = 42,
                                                  .issuer = TEXT("https://issuer.example"),
                                                  .subject = TEXT("a\"\n"),
                                                  .user = TEXT("alice")}};

    (void)state;
    explanation_add_steps(&explanation, TEXT("form\taccepted\tx\nuser\tuser-mismatch\t\n"));

    char *text = print(&explanation, true);

    assert_string_equal(text,
                        "{\"verdict\": \"accepted\", \"reason\": null, "
                        "\"issuer\": \"https://issuer.example\", \"subject\": \"a\\\"\\u000a\", "
                        "\"user\": \"alice\", \"expires\": 42, \"steps\": ["
                        "{\"step\": \"form\", \"ok\": true, \"detail\": \"x\"}, "
                        "{\"step\": \"user\", \"ok\": false, \"detail\": \"\"}]}\n");
    free(text);
}

/* A chain of certificates is of nobody, and its files are no configuration. */
static void test_chain(void **state)
{
    struct explanation explanation = {
        .verdict = {.status = STATUS_REVOKED, .issuer = TEXT("i"), .detail = TEXT("d")}};
    char *text;

    (void)state;
    text = print(&explanation, true);
    assert_string_equal(text,
                        "{\"verdict\": \"refused\", \"reason\": \"revoked\", \"steps\": []}\n");
    free(text);
    text = print(&explanation, false);
    assert_int_equal(strncmp(text, "time 1970-01-01T00:00:00Z\nrefused: revoked\n", 43), 0);
    assert_null(strstr(text, "what to do"));
    assert_null(strstr(text, "issuer"));
    free(text);
}

static void test_text_is_escaped(void **state)
{
    struct explanation explanation = {.user = "al\x1b",
                                      .service = "ss\x1bhd",
                                      .verdict = {.status = STATUS_EXPIRED,
                                                  .detail = TEXT("d\x1b"),
                                                  .issuer = TEXT("i\x1b"),
                                                  .subject = TEXT("s\x1b"),
                                                  .user = TEXT("u\x1b"),
                                                  .signer = TEXT("f\x1b"),
                                                  .revocation = TEXT("r\x1b"),
                                                  .warning = TEXT("w\x1b")}};

    (void)state;
    explanation_add_steps(&explanation, TEXT("st\x1b\tsl\x1b\tde\x1b\n"));

    char *text = print(&explanation, false);

    assert_null(strchr(text, '\x1b'));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps_are_split),
        cmocka_unit_test(test_malformed_steps_end_the_list),
        cmocka_unit_test(test_too_many_steps_are_cut),
        cmocka_unit_test(test_json_of_nothing_known),
        cmocka_unit_test(test_json_of_acceptance),
        cmocka_unit_test(test_chain),
        cmocka_unit_test(test_text_is_escaped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
