/* SPDX-License-Identifier: BSD-3-Clause */
/* ask CONFIG ID UNTIL MILLISECONDS: has jwt-replay spend it. Prints the slug, the detail and the
 * warning, a line each. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../sys/replay-client.h"

int main(int argc, char **argv)
{
    struct replay_answer answer;

    if (argc != 5)
        return 64;
    replay_ask(
        &(struct replay_question){
            .setup = {.trust_caller = true, .config = span_text(argv[1])},
            .spend = {.id = span_text(argv[2]), .until = atoll(argv[3])},
            .deadline_ms = spawn_now_ms() + atoll(argv[4]),
            .also_trusted = geteuid(),
        },
        &answer);
    printf("%s\n%.*s\n%.*s\n", status_slug(answer.verdict.status), (int)answer.verdict.detail.len,
           (const char *)answer.verdict.detail.ptr, (int)answer.verdict.warning.len,
           (const char *)answer.verdict.warning.ptr);
    return 0;
}
