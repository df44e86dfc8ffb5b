/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * bench-host MEGABYTES TOKEN-FILE: a worker; authenticates alice by the token for the service sshd,
 * in a process that has so much memory of its own.
 *
 * bench-host memory TOKEN-FILE: writes how many KiB the process has grown by when the service sshd
 * has authenticated alice, over what it had after the service bench-permit had: private, and
 * resident.
 */
#include <pwd.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker.h"

#define PART 500

struct host {
    const char *token;
    size_t sent; /* bytes of the token */
};

/* The next part, to each prompt. */
static int converse(int count, const struct pam_message **messages, struct pam_response **replies,
                    void *context)
{
    struct host *host = context;
    size_t left = strlen(host->token) - host->sent, len = left < PART ? left : PART;

    if (count != 1 || messages[0]->msg_style != PAM_PROMPT_ECHO_OFF)
        return PAM_CONV_ERR;
    *replies = calloc(1, sizeof(**replies));
    if (!*replies)
        return PAM_BUF_ERR;
    (*replies)->resp = strndup(host->token + host->sent, len);
    host->sent += len;
    return PAM_SUCCESS;
}

static bool begin(struct host *host, const char *service, pam_handle_t **pamh)
{
    static struct pam_conv conversation = {.conv = converse};

    conversation.appdata_ptr = host;
    host->sent = 0;
    return pam_start(service, "alice", &conversation, pamh) == PAM_SUCCESS;
}

static bool login(struct host *host, const char *service, pam_handle_t **pamh)
{
    int result;

    if (!begin(host, service, pamh))
        return false;
    result = pam_authenticate(*pamh, PAM_SILENT);
    if (result != PAM_SUCCESS)
        fprintf(stderr, "bench-host: %s: %s\n", service, pam_strerror(*pamh, result));
    return result == PAM_SUCCESS;
}

static bool authenticate(void *context)
{
    pam_handle_t *pamh = NULL;

    return login(context, "sshd", &pamh) && pam_end(pamh, PAM_SUCCESS) == PAM_SUCCESS;
}

/* --- memory ----------------------------------------------------------------------------------- */

struct memory {
    long resident, private; /* KiB */
};

static struct memory measure(void)
{
    static char line[256];
    FILE *file = fopen("/proc/self/smaps_rollup", "re");
    struct memory found = {0, 0};
    long kib;

    while (file && fgets(line, sizeof(line), file)) {
        if (sscanf(line, "Rss: %ld", &kib) == 1)
            found.resident = kib;
        if (sscanf(line, "Anonymous: %ld", &kib) == 1)
            found.private = kib;
    }
    if (file)
        fclose(file);
    return found;
}

static int report_memory(struct host *host)
{
    pam_handle_t *open = NULL, *pamh = NULL;
    struct memory before, after;

    /*
     * What every host has used: the user database, libpam, files, the heap. The handle that stays
     * open keeps the modules of the service `other` loaded.
     */
    if (!getpwnam("alice") || !login(host, "bench-permit", &open) ||
        !login(host, "bench-permit", &pamh) || pam_end(pamh, PAM_SUCCESS) != PAM_SUCCESS)
        return 1;
    measure();
    before = measure();
    if (!login(host, "sshd", &pamh))
        return 1;
    after = measure();
    printf("%ld %ld\n", after.private - before.private, after.resident - before.resident);
    return pam_end(pamh, PAM_SUCCESS) | pam_end(open, PAM_SUCCESS);
}

int main(int argc, char **argv)
{
    struct host host = {0};
    size_t size;
    char *memory;

    if (argc != 3) {
        fprintf(stderr, "usage: bench-host MEGABYTES|memory TOKEN-FILE\n");
        return 64;
    }
    host.token = worker_read(argv[2]);
    if (!host.token)
        return 1;
    if (strcmp(argv[1], "memory") == 0)
        return report_memory(&host);
    size = strtoul(argv[1], NULL, 10) << 20;
    memory = malloc(size);
    if (!memory)
        return 1;
    memset(memory, 1, size);
    return worker_serve(authenticate, &host);
}
