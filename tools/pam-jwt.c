/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "command.h"

static const struct command *const commands[] = {&command_explain, &command_check,  &command_chain,
                                                 &command_cert,    &command_config, &command_mint,
                                                 &command_refresh};
#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static void put_usage(FILE *out)
{
    fputs("usage: pam-jwt COMMAND [OPTION]...\n\n", out);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(out, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
    fputs("\n'pam-jwt COMMAND --help' lists the options of a command; see also pam-jwt(1).\n", out);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        put_usage(stderr);
        return COMMAND_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0) {
        put_usage(stdout);
        return COMMAND_OK;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("pam-jwt " PAM_JWT_VERSION);
        return COMMAND_OK;
    }
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(argv[1], commands[i]->name) == 0)
            return commands[i]->run(argc - 1, argv + 1);
    }
    fprintf(stderr, "pam-jwt: '%s' is not understood\n", argv[1]);
    put_usage(stderr);
    return COMMAND_USAGE;
}
