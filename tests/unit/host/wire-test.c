/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../../sys/wire.h"

static const struct wire_verdict verdict = {
    .status = STATUS_EXPIRED,
    .expires = 5,
    .valid_until = 65,
    .detail = {(const unsigned char *)"detail", 6},
    .issuer = {(const unsigned char *)"issuer", 6},
    .steps = {(const unsigned char *)"a\tb\tc\n", 6},
};

static bool text_is(struct span span, const char *text)
{
    return span_equal(span, span_text(text));
}

static void there_and_back(void **state)
{
    unsigned char message[WIRE_REQUEST_MAX];
    struct wire_setup setup = {.timeout_ms = 10,
                               .explain = true,
                               .has_time = true,
                               .time = -3,
                               .config = span_text("/c"),
                               .service = span_text("sshd")};
    struct wire_request request = {.user = span_text("alice"), .token = span_of("a\0b", 3)};
    struct wire_verdict back;
    size_t len;

    (void)state;
    len = wire_put_setup(&setup, message, sizeof(message));
    setup = (struct wire_setup){0};
    assert_true(wire_get_setup(span_of(message, len), &setup));
    assert_int_equal(setup.timeout_ms, 10);
    assert_true(setup.explain && setup.has_time && !setup.trust_caller);
    assert_int_equal(setup.time, -3);
    assert_true(text_is(setup.config, "/c") && text_is(setup.service, "sshd"));
    len = wire_put_request(&request, message, sizeof(message));
    assert_true(wire_get_request(span_of(message, len), &request));
    assert_true(text_is(request.user, "alice"));
    assert_int_equal(request.token.len, 3);
    len = wire_put_verdict(&verdict, message, sizeof(message));
    assert_true(wire_get_verdict(span_of(message, len), &back));
    assert_int_equal(back.status, STATUS_EXPIRED);
    assert_int_equal(back.expires, 5);
    assert_int_equal(back.valid_until, 65);
    assert_true(text_is(back.detail, "detail") && text_is(back.steps, "a\tb\tc\n"));
}

static void fetching_there_and_back(void **state)
{
    unsigned char message[WIRE_ORDER_MAX];
    struct wire_setup setup = {.timeout_ms = 1,
                               .may_fetch = true,
                               .fetched = true,
                               .config = span_text("/c"),
                               .failures = span_text("u: why\n")};
    struct wire_order order = {.timeout_ms = 7,
                               .trust_caller = true,
                               .refresh = true,
                               .has_time = true,
                               .time = 9,
                               .config = span_text("/c"),
                               .issuer = span_text("https://i"),
                               .wishes = span_of("w\0", 2)};
    struct wire_receipt receipt = {.brought = 3, .failures = span_text("u: why\n")};
    struct wire_verdict wishing = verdict;
    size_t len;

    (void)state;
    len = wire_put_setup(&setup, message, sizeof(message));
    setup = (struct wire_setup){0};
    assert_true(wire_get_setup(span_of(message, len), &setup));
    assert_true(setup.may_fetch && setup.fetched && !setup.explain);
    assert_true(text_is(setup.failures, "u: why\n"));
    len = wire_put_order(&order, message, sizeof(message));
    order = (struct wire_order){0};
    assert_true(wire_get_order(span_of(message, len), &order));
    assert_true(order.trust_caller && order.refresh && order.has_time);
    assert_int_equal(order.timeout_ms + order.time, 16);
    assert_true(text_is(order.config, "/c") && text_is(order.issuer, "https://i"));
    assert_int_equal(order.wishes.len, 2);
    assert_false(wire_get_order(span_of(message, len - 1), &order));
    assert_false(wire_get_order(span_of(message, len + 1), &order));
    len = wire_put_receipt(&receipt, message, sizeof(message));
    receipt = (struct wire_receipt){0};
    assert_true(wire_get_receipt(span_of(message, len), &receipt));
    assert_int_equal(receipt.brought, 3);
    assert_true(text_is(receipt.failures, "u: why\n"));
    assert_false(wire_get_receipt(span_of(message, len - 1), &receipt));
    assert_false(wire_get_receipt(span_of(message, len + 1), &receipt));
    wishing.wishes = span_of("w\0", 2);
    len = wire_put_verdict(&wishing, message, sizeof(message));
    assert_true(wire_get_verdict(span_of(message, len), &wishing));
    assert_int_equal(wishing.wishes.len, 2);
}

#define ID "00000000000000000000000000000000000000000000000000000000000000af"

static void spending_there_and_back(void **state)
{
    unsigned char message[WIRE_SPEND_MAX], longer[WIRE_VERDICT_MAX];
    struct wire_spend spend = {.id = span_text(ID), .until = 9};
    struct wire_verdict spending = verdict;
    size_t len = wire_put_spend(&spend, message, sizeof(message));

    (void)state;
    spend = (struct wire_spend){{NULL, 0}, 0};
    assert_true(wire_get_spend(span_of(message, len), &spend));
    assert_true(text_is(spend.id, ID) && spend.until == 9);
    assert_false(wire_get_spend(span_of(message, len - 1), &spend));
    assert_false(wire_get_spend(span_of(message, len + 1), &spend));
    spending.replay_id = span_text(ID);
    spending.replay_until = 9;
    len = wire_put_verdict(&spending, longer, sizeof(longer));
    spending = (struct wire_verdict){.status = STATUS_INTERNAL_ERROR};
    assert_true(wire_get_verdict(span_of(longer, len), &spending));
    assert_true(text_is(spending.replay_id, ID) && spending.replay_until == 9);
}

/* An id is one, or there is none; and it is spent for a time that can be told in milliseconds. */
static void nothing_to_spend(void **state)
{
    static const struct {
        const char *id;
        int64_t until;
    } rows[] = {
        {"", 9},  {"x", 9},        {ID "0", 9},     {ID, 0},
        {ID, -1}, {ID, INT64_MIN}, {ID, INT64_MAX}, {ID, INT64_MAX / 1000 + 1},
    };
    unsigned char message[WIRE_VERDICT_MAX];
    struct wire_spend spend;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct wire_verdict spending = verdict;
        size_t len;

        spend = (struct wire_spend){span_text(rows[i].id), rows[i].until};
        len = wire_put_spend(&spend, message, sizeof(message));
        assert_false(wire_get_spend(span_of(message, len), &spend));
        spending.replay_id = span_text(rows[i].id);
        len = wire_put_verdict(&spending, message, sizeof(message));
        assert_int_equal(wire_get_verdict(span_of(message, len), &spending), i == 0 || i > 2);
    }
}

/* Parts stand one behind the other, and are taken off the front. */
static void wishes_and_answers(void **state)
{
    unsigned char bytes[1024];
    const struct wire_wish ocsp = {.kind = 1,
                                   .group = 2,
                                   .url = span_text("http://o/"),
                                   .request = span_of("r\0", 2),
                                   .cert = span_text("cert"),
                                   .issuer = span_text("issuer")};
    const struct wire_wish list = {.url = span_text("http://l/")};
    const struct wire_answer answer = {
        .wish = ocsp, .issuer = span_text("https://i"), .fetched_at = 5, .der = span_text("DER")};
    size_t len = wire_put_wish(&ocsp, bytes, sizeof(bytes));
    struct wire_answer back;
    struct wire_wish wish;
    struct span rest;

    (void)state;
    len += wire_put_wish(&list, bytes + len, sizeof(bytes) - len);
    rest = span_of(bytes, len);
    assert_true(wire_take_wish(&rest, &wish));
    assert_true(wish.kind == 1 && wish.group == 2 && wish.request.len == 2);
    assert_true(text_is(wish.url, "http://o/") && text_is(wish.cert, "cert"));
    assert_true(text_is(wish.issuer, "issuer"));
    assert_true(wire_take_wish(&rest, &wish));
    assert_true(text_is(wish.url, "http://l/") && wish.cert.len == 0 && rest.len == 0);
    assert_false(wire_take_wish(&rest, &wish));
    len = wire_put_answer(&answer, bytes, sizeof(bytes));
    memcpy(bytes + len, "DERmore", 7);
    rest = span_of(bytes, len + 7);
    assert_true(wire_take_answer(&rest, &back));
    assert_true(text_is(back.der, "DER") && text_is(back.issuer, "https://i"));
    assert_true(back.fetched_at == 5 && text_is(back.wish.url, "http://o/"));
    assert_true(text_is(rest, "more"));
    rest = span_of(bytes, len + 2);
    assert_false(wire_take_answer(&rest, &back));
    assert_int_equal(rest.len, len + 2);
}

/* No beginning of a verdict, and nothing behind one, is a verdict. */
static void exact_length(void **state)
{
    unsigned char message[WIRE_VERDICT_MAX] = {0};
    size_t len = wire_put_verdict(&verdict, message, sizeof(message));
    struct wire_verdict back;

    (void)state;
    for (size_t i = 0; i < len; i++) {
        assert_false(wire_get_verdict(span_of(message, i), &back));
        assert_int_equal(back.status, STATUS_INTERNAL_ERROR);
    }
    assert_false(wire_get_verdict(span_of(message, len + 1), &back));
    assert_true(wire_get_verdict(span_of(message, len), &back));
}

/* Whatever byte is changed, nothing outside the message is touched (sanitizers look on). */
static void changed_bytes(void **state)
{
    unsigned char message[WIRE_VERDICT_MAX];
    size_t len = wire_put_verdict(&verdict, message, sizeof(message));
    struct wire_verdict back;

    (void)state;
    for (size_t i = 0; i < len; i++)
        for (unsigned value = 0; value < 256; value += 51) {
            unsigned char kept = message[i];

            message[i] = (unsigned char)value;
            if (wire_get_verdict(span_of(message, len), &back))
                assert_true(back.detail.len <= len && status_known(back.status));
            message[i] = kept;
        }
}

static void not_that_kind(void **state)
{
    unsigned char message[256];
    struct wire_request request = {.user = span_text("a"), .token = span_text("b")};
    struct wire_setup setup;
    struct wire_verdict back;
    size_t len = wire_put_request(&request, message, sizeof(message));

    (void)state;
    assert_false(wire_get_setup(span_of(message, len), &setup));
    assert_false(wire_get_verdict(span_of(message, len), &back));
    assert_false(wire_get_request(span_of(message, 0), &request));
}

static void nul_in_text(void **state)
{
    unsigned char message[256];
    struct wire_request request = {.user = span_of("a\0b", 3)};
    size_t len = wire_put_request(&request, message, sizeof(message));

    (void)state;
    assert_false(wire_get_request(span_of(message, len), &request));
}

static void no_room(void **state)
{
    unsigned char message[64];
    const struct wire_request request = {.token = span_of(message, sizeof(message))};

    (void)state;
    assert_int_equal(wire_put_request(&request, message, sizeof(message)), 0);
}

static void unknown_status(void **state)
{
    unsigned char message[WIRE_VERDICT_MAX];
    struct wire_verdict odd = {.status = (enum status)99}, back;
    size_t len = wire_put_verdict(&odd, message, sizeof(message));

    (void)state;
    assert_false(wire_get_verdict(span_of(message, len), &back));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_and_back),     cmocka_unit_test(fetching_there_and_back),
        cmocka_unit_test(wishes_and_answers), cmocka_unit_test(exact_length),
        cmocka_unit_test(changed_bytes),      cmocka_unit_test(not_that_kind),
        cmocka_unit_test(nul_in_text),        cmocka_unit_test(no_room),
        cmocka_unit_test(unknown_status),     cmocka_unit_test(spending_there_and_back),
        cmocka_unit_test(nothing_to_spend),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
