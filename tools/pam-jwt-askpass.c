/* SPDX-License-Identifier: BSD-3-Clause */
/* Answers pam_jwt's prompts for ssh and sudo with the parts of a token. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>

#include "askpass-claims.h"
#include "askpass-config.h"
#include "askpass-file.h"
#include "askpass-prompt.h"
#include "askpass-sent.h"
#include "askpass-snapshot.h"
#include "askpass-token.h"

static const char help[] =
    "usage: pam-jwt-askpass PROMPT\n"
    "Answers pam_jwt's prompts with a part of the token; see pam-jwt-askpass(1).\n\n"
    "  SSH_ASKPASS=pam-jwt-askpass SSH_ASKPASS_REQUIRE=force ssh -o NumberOfPasswordPrompts=1 \\\n"
    "      -o PreferredAuthentications=keyboard-interactive HOST\n"
    "  SUDO_ASKPASS=$(command -v pam-jwt-askpass) sudo -A COMMAND\n\n"
    "The token is what the command $PAM_JWT_TOKEN_COMMAND writes, what token_command or\n"
    "token_file of ~/.config/pam_jwt/askpass.conf gives, $BEARER_TOKEN, the file\n"
    "$BEARER_TOKEN_FILE, $XDG_RUNTIME_DIR/bt_u$EUID or, if XDG_RUNTIME_DIR is not set,\n"
    "/tmp/bt_u$EUID: the first of these that is set.\n";

/* What one call works with. */
struct call {
    const struct askpass_config *config;
    const struct runtime *runtime;
    struct asker asker;
    unsigned number; /* of the part */
    int64_t now;
};

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

/* The whole token is judged before the first byte of it is sent. */
static bool is_for(const struct call *call, struct span token)
{
    char why[CLAIMS_WHY_MAX];

    return askpass_claims_allow(token, call->asker.host, call->now, why) ||
           askpass_fail("token", "%s", why);
}

static bool may_send(const struct call *call, struct span token)
{
    if (!is_for(call, token))
        return false;
    if (sent_before(call->runtime, &call->asker, token))
        return askpass_fail("token", "it was sent a moment ago, and part 1 is asked for again, so "
                                     "that login failed: it is not sent twice");
    return true;
}

static bool keep(const struct call *call, struct span token)
{
    if (token.len >= PART_SIZE && !snapshot_save(call->runtime, token) &&
        askpass_token_command(call->config))
        return askpass_fail("token command", "there is no private directory to keep the token for "
                                             "its next parts: set XDG_RUNTIME_DIR to one");
    sent_remember(call->runtime, &call->asker, token);
    return true;
}

static bool begin(const struct call *call, struct secret *buffer, struct span *token)
{
    runtime_sweep(call->runtime, call->now);
    return askpass_token_find(call->config, &call->asker, buffer, token) &&
           may_send(call, *token) && keep(call, *token);
}

/* A server may ask for part 2 alone: what was not judged for part 1 is judged here. */
static bool go_on(const struct call *call, struct secret *buffer, struct span *token)
{
    if (snapshot_load(call->runtime, buffer, token))
        return true;
    if (askpass_token_command(call->config))
        return askpass_fail("token command", "the token of part 1 is not there: the command is not "
                                             "run again for a later part");
    return askpass_token_find(call->config, &call->asker, buffer, token) && is_for(call, *token);
}

static int answer(const struct call *call)
{
    SECRET_CLEANUP struct secret buffer = {0};
    struct span token = {0};

    if (!(call->number == 1 ? begin : go_on)(call, &buffer, &token))
        return EXIT_FAILURE;

    struct span part = cut_part(token, call->number);

    if (part.len < PART_SIZE)
        snapshot_remove(call->runtime);
    return print_part(part) ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int answer_prompt(const char *text)
{
    RUNTIME_CLEANUP struct runtime runtime = {.dir = -1};
    struct askpass_config config;
    struct call call = {.config = &config, .runtime = &runtime, .now = time(NULL)};
    const char *first = getenv("PAM_JWT_PROMPT");

    if (!askpass_config_read(&config))
        return EXIT_FAILURE;

    call.number = askpass_prompt_part(text, first && *first ? first : config.prompt, &call.asker);

    if (call.number == 0 || prctl(PR_SET_DUMPABLE, 0) != 0)
        return EXIT_FAILURE;
    runtime_open(&runtime);
    return answer(&call);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        fputs(help, stdout);
        return EXIT_SUCCESS;
    }
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        puts("pam-jwt-askpass " PAM_JWT_VERSION);
        return EXIT_SUCCESS;
    }
    if (argc != 2) {
        fputs("pam-jwt-askpass: expected one argument, the prompt: see pam-jwt-askpass(1)\n",
              stderr);
        return EXIT_FAILURE;
    }
    /* ssh sets this for questions that are no prompt for a password, as about an unknown host. */
    if (getenv("SSH_ASKPASS_PROMPT"))
        return EXIT_FAILURE;
    return answer_prompt(argv[1]);
}
