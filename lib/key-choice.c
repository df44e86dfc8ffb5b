/* SPDX-License-Identifier: BSD-3-Clause */
#include "key-choice.h"

void key_choice_free(struct key_choice *choice)
{
    trusted_key_free(&choice->key);
    untrusted_chain_free(&choice->chain);
    *choice = (struct key_choice){0};
}
