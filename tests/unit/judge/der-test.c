/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../../lib/der.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* The copy ends where the text ends, so that a sanitizer sees one byte too many. */
static unsigned char *copy_of(struct span text)
{
    unsigned char *copy = malloc(text.len + (text.len == 0));

    if (text.len > 0)
        memcpy(copy, text.ptr, text.len);
    return copy;
}

static void assert_refused(struct span text)
{
    unsigned char *copy = copy_of(text);
    struct span rest = span_of(copy, text.len), content;
    unsigned tag;

    assert_false(der_take(&rest, &tag, &content));
    assert_false(text.len > 0 && (text.ptr[0] & 0x1f) != 0x1f &&
                 der_take_tag(&rest, text.ptr[0], &content));
    assert_ptr_equal(rest.ptr, copy);
    assert_int_equal(rest.len, text.len);
    free(copy);
}

/* An element of that head and so much content, and three bytes behind it. */
static void assert_taken(struct span head, size_t content_len)
{
    size_t len = head.len + content_len;
    unsigned char *bytes = calloc(1, len + 3);
    struct span rest = span_of(bytes, len + 3), content;
    unsigned tag;

    memcpy(bytes, head.ptr, head.len);
    assert_true(der_take(&rest, &tag, &content));
    assert_int_equal(tag, head.ptr[0]);
    assert_ptr_equal(content.ptr, bytes + head.len);
    assert_int_equal(content.len, content_len);
    assert_ptr_equal(rest.ptr, bytes + len);
    assert_int_equal(rest.len, 3);

    rest = span_of(bytes, len + 3);
    assert_false(der_take_tag(&rest, tag ^ 1, &content));
    assert_ptr_equal(rest.ptr, bytes);
    assert_true(der_take_tag(&rest, tag, &content));
    assert_ptr_equal(content.ptr, bytes + head.len);
    assert_int_equal(content.len, content_len);
    assert_ptr_equal(rest.ptr, bytes + len);
    assert_int_equal(rest.len, 3);

    rest = span_of(bytes, len);
    assert_true(der_take(&rest, &tag, &content));
    assert_int_equal(rest.len, 0);
    if (content_len > 0)
        assert_refused(span_of(bytes, len - 1));
    free(bytes);
}

#define TEXT(literal) span_of(literal, sizeof(literal) - 1)

static void test_taken(void **state)
{
    (void)state;
    assert_taken(TEXT("\x30\x00"), 0);
    assert_taken(TEXT("\x02\x01"), 1);
    assert_taken(TEXT("\xa1\x7f"), 0x7f);
    assert_taken(TEXT("\x30\x81\x80"), 0x80);
    assert_taken(TEXT("\x30\x81\xff"), 0xff);
    assert_taken(TEXT("\x30\x82\x01\x00"), 0x100);
    assert_taken(TEXT("\x30\x83\x01\x00\x00"), 0x10000);
    assert_taken(TEXT("\x30\x84\x01\x00\x00\x00"), 0x1000000);
}

static void test_refused(void **state)
{
    (void)state;
    assert_refused(TEXT(""));
    assert_refused(TEXT("\x30"));
    assert_refused(TEXT("\x30\x01"));
    assert_refused(TEXT("\x30\x80\x00\x00"));             /* no length */
    assert_refused(TEXT("\x30\x81"));                     /* cut */
    assert_refused(TEXT("\x30\x82\x01"));                 /* cut */
    assert_refused(TEXT("\x30\x81\x01\x00"));             /* not the shortest form */
    assert_refused(TEXT("\x30\x82\x00\x01\x00"));         /* not the shortest form */
    assert_refused(TEXT("\x30\x81\x00"));                 /* not the shortest form */
    assert_refused(TEXT("\x30\x84\x01\x00\x00\x00"));     /* cut */
    assert_refused(TEXT("\x30\x85\x00\x00\x00\x00\x01")); /* too long */
    assert_refused(TEXT("\x30\x85\x01\x00\x00\x00\x00"));
    assert_refused(TEXT("\x30\xff\x01"));
    assert_refused(TEXT("\x1f\x01\x00")); /* tag of several bytes */
    assert_refused(TEXT("\xbf\x81\x01\x00"));
}

/* A non-shortest length is refused although all of its bytes are there. */
static void test_padded_length(void **state)
{
    static unsigned char bytes[300] = {0x30, 0x82, 0x00, 0xff};

    (void)state;
    assert_refused(span_of(bytes, sizeof(bytes)));
    memcpy(bytes, "\x30\x81\x7f", 3);
    assert_refused(span_of(bytes, sizeof(bytes)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_taken),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_padded_length),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
