/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../../sys/anchor-pem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define BEGIN "-----BEGIN CERTIFICATE-----\n"
#define END "-----END CERTIFICATE-----\n"
#define BLOCK BEGIN "AAAA\n" END

static void assert_blocks(const char *text, unsigned expected, bool good)
{
    struct anchor_pem pem = {.text = span_text(text)};
    unsigned count = 0;

    for (; anchor_pem_next(&pem); count++)
        assert_int_equal(pem.block.len, strlen(BLOCK) - 1);
    assert_int_equal(count, expected);
    assert_int_equal(pem.error == NULL, good);
}

static void one_after_the_other(void **state)
{
    (void)state;
    assert_blocks(BLOCK, 1, true);
    assert_blocks("text\n" BLOCK "\n" BLOCK "text", 2, true);
    assert_blocks("#" BLOCK BLOCK, 1, true);
    assert_blocks(END BLOCK, 1, true);
    assert_blocks("", 0, false);
    assert_blocks(BEGIN, 0, false);
    assert_blocks("#" BLOCK, 0, false);
    assert_blocks(BLOCK BEGIN "AAAA\n#" END, 1, false);
}

static void with_a_nul_byte(void **state)
{
    static const char text[] = BLOCK "\0" BLOCK;
    struct anchor_pem pem = {.text = span_of(text, sizeof(text) - 1)};

    (void)state;
    while (anchor_pem_next(&pem))
        ;
    assert_non_null(strstr(pem.error, "NUL"));
}

/* The text is `before` and a block; it is searched at the block. */
static bool is_block(const char *before, bool cut)
{
    char text[512];
    struct anchor_pem pem = {.text = {(const unsigned char *)text, 0}};
    bool found;

    pem.text.len = strlen(strcat(strcpy(text, before), BLOCK));
    found = anchor_pem_at(&pem, strlen(before), cut);
    if (found)
        assert_true(pem.block.ptr == pem.text.ptr + strlen(before));
    return found;
}

static void at_a_place(void **state)
{
    (void)state;
    assert_true(is_block("", false));
    assert_true(is_block("text\n", false));
    assert_true(is_block(BLOCK, false));
    assert_true(is_block(END "text\n", false));
    assert_false(is_block("#", false));
    assert_false(is_block(BEGIN, false));
    assert_false(is_block(BLOCK BEGIN "AAAA\n#" END, false));
}

/* Without its beginning a text tells only behind the end of a block, on a line that is whole. */
static void at_a_place_of_a_piece(void **state)
{
    (void)state;
    assert_true(is_block("\n" END, true));
    assert_true(is_block("#\n" END "text\n", true));
    assert_false(is_block("", true));
    assert_false(is_block("text\ntext\n", true));
    assert_false(is_block(END, true));
    assert_false(is_block(END "text\n", true));
    assert_false(is_block("\n" BEGIN, true));
}

static void at_no_place(void **state)
{
    struct anchor_pem pem = {.text = span_text(BLOCK)};

    (void)state;
    for (size_t at = 1; at < 2 * strlen(BLOCK); at++)
        assert_false(anchor_pem_at(&pem, at, false));
    assert_false(anchor_pem_at(&pem, SIZE_MAX, false));
    pem.text.len = strlen(BLOCK) - 2;
    assert_false(anchor_pem_at(&pem, 0, false));
    pem.text = span_of(NULL, 0);
    assert_false(anchor_pem_at(&pem, 0, false));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_after_the_other), cmocka_unit_test(with_a_nul_byte),
        cmocka_unit_test(at_a_place),          cmocka_unit_test(at_a_place_of_a_piece),
        cmocka_unit_test(at_no_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
