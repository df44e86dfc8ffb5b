/* SPDX-License-Identifier: BSD-3-Clause */
#include "conversation.h"

#include <security/pam_ext.h>
#include <stdlib.h>
#include <string.h>

/* Room for the cap, for parts that go one beyond it, and for a NUL byte. */
#define BUFFER_SIZE (PARTS_MAX * PART_SIZE + 1)

static void wipe(char *text)
{
    if (text)
        explicit_bzero(text, strlen(text));
    free(text);
}

/* Appends what fits; `text` stays NUL-terminated, since its memory was zero. */
static void append(struct answer *answer, const char *part, size_t len)
{
    size_t room = answer->text.size - 1 - answer->text.len;

    if (len > room || answer->text.len + len > ANSWER_MAX)
        answer->too_long = true;
    (void)secret_append(&answer->text, part, len < room ? len : room);
}

/* One prompt; `*more` tells if its answer wants another. */
static int ask_part(pam_handle_t *pamh, const struct options *options, unsigned part,
                    struct answer *answer, bool *more)
{
    char *response = NULL;
    int result = part == 1
                     ? pam_prompt(pamh, PAM_PROMPT_ECHO_OFF, &response, "%s", options->prompt)
                     : pam_prompt(pamh, PAM_PROMPT_ECHO_OFF, &response, "JWT part %u: ", part);
    size_t len;

    answer->parts++;
    if (result == PAM_SUCCESS && !response)
        result = PAM_AUTH_ERR;
    if (result == PAM_SUCCESS) {
        len = strlen(response);
        append(answer, response, len);
        *more = len == PART_SIZE;
    }
    wipe(response);
    return result;
}

/* An earlier module's answer; false if there is none. */
static bool take_authtok(pam_handle_t *pamh, struct answer *answer, bool *more)
{
    const void *earlier = NULL;
    size_t len;

    if (pam_get_item(pamh, PAM_AUTHTOK, &earlier) != PAM_SUCCESS || !earlier)
        return false;
    len = strlen(earlier);
    append(answer, earlier, len);
    answer->parts = 1;
    answer->from_authtok = true;
    *more = len == PART_SIZE;
    return true;
}

/* sshd's password method, PostgreSQL and Dovecot give the same answer to every prompt. */
static void join_repeated(struct answer *answer)
{
    const unsigned char *text = answer->text.ptr;

    if (answer->text.len == PARTS_MAX * PART_SIZE &&
        memcmp(text, text + PART_SIZE, (PARTS_MAX - 1) * PART_SIZE) == 0) {
        explicit_bzero(answer->text.ptr + PART_SIZE, answer->text.len - PART_SIZE);
        answer->text.len = PART_SIZE;
        answer->too_long = false;
    }
}

int conversation_ask(pam_handle_t *pamh, const struct options *options, struct answer *answer)
{
    unsigned part = 1;
    bool more = true;

    *answer = (struct answer){0};
    if (!secret_alloc(&answer->text, BUFFER_SIZE))
        return PAM_BUF_ERR;
    if ((options->try_first_pass || options->use_first_pass) && take_authtok(pamh, answer, &more))
        part = 2;
    if (options->use_first_pass)
        return answer->from_authtok ? PAM_SUCCESS : PAM_AUTH_ERR;
    for (; more && part <= PARTS_MAX; part++) {
        int result = ask_part(pamh, options, part, answer, &more);

        if (result != PAM_SUCCESS)
            return result;
    }
    if (more)
        join_repeated(answer);
    return PAM_SUCCESS;
}

bool answer_is_token(const struct answer *answer)
{
    return answer->text.len >= 3 && memcmp(answer->text.ptr, "eyJ", 3) == 0;
}

void answer_free(struct answer *answer)
{
    secret_free(&answer->text);
}
