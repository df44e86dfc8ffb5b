/* SPDX-License-Identifier: BSD-3-Clause */
/* Answers pam_jwt's prompts for ssh and sudo with the parts of a token. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "askpass-prompt.h"
#include "askpass-snapshot.h"
#include "askpass-token.h"

static const char help[] =
    "usage: pam-jwt-askpass PROMPT\n"
    "Answers pam_jwt's prompts with a part of the token; see pam-jwt-askpass(1).\n\n"
    "  SSH_ASKPASS=pam-jwt-askpass SSH_ASKPASS_REQUIRE=force ssh -o NumberOfPasswordPrompts=1 \\\n"
    "      -o PreferredAuthentications=keyboard-interactive HOST\n"
    "  SUDO_ASKPASS=$(command -v pam-jwt-askpass) sudo -A COMMAND\n\n"
    "The token is the first of $BEARER_TOKEN, the file $BEARER_TOKEN_FILE,\n"
    "$XDG_RUNTIME_DIR/bt_u$EUID or, if XDG_RUNTIME_DIR is not set, /tmp/bt_u$EUID.\n";

/* Part `number` of the token; empty at and beyond its end. */
static struct span cut_part(struct span token, unsigned number)
{
    size_t start = (size_t)(number - 1) * PART_SIZE;

    if (start >= token.len)
        return span_of("", 0);

    size_t rest = token.len - start;

    return span_of(token.ptr + start, rest < PART_SIZE ? rest : PART_SIZE);
}

/* ssh and sudo read one line: an empty part needs its newline, too. */
static bool print_part(struct span part)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    return fwrite(part.ptr, 1, part.len, stdout) == part.len && putchar('\n') != EOF;
}

static int answer(unsigned number)
{
    SECRET_CLEANUP struct secret buffer = {0};
    SNAPSHOT_CLEANUP struct snapshot snapshot;
    struct span token;

    snapshot_open(&snapshot);

    bool loaded = number > 1 && snapshot_load(&snapshot, &buffer, &token);

    if (!loaded && !askpass_token_find(&buffer, &token))
        return EXIT_FAILURE;

    struct span part = cut_part(token, number);

    if (part.len < PART_SIZE)
        snapshot_remove(&snapshot);
    else if (number == 1)
        snapshot_save(&snapshot, token);
    return print_part(part) ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        fputs(help, stdout);
        return EXIT_SUCCESS;
    }

    /* ssh sets this for questions that are no prompt for a password, such as an unknown host key.
     */
    if (argc != 2 || getenv("SSH_ASKPASS_PROMPT")) {
        if (argc != 2)
            fputs("pam-jwt-askpass: expected one argument, the prompt: see pam-jwt-askpass(1)\n",
                  stderr);
        return EXIT_FAILURE;
    }

    unsigned number = askpass_prompt_part(argv[1], getenv("PAM_JWT_PROMPT"));

    if (number == 0 || prctl(PR_SET_DUMPABLE, 0) != 0)
        return EXIT_FAILURE;
    return answer(number);
}
