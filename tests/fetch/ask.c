/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ask CONFIG ISSUER TIME MILLISECONDS FLAGS [KIND GROUP URL REQUEST CERT ISSUER]...: one order to
 * jwt-fetch. FLAGS: letters of "r" (refresh), "n" (no file for the answers), or "-". KIND: "crl",
 * "ocsp" or "jwks". The last three are files; "-" is none. Prints what came of it, a fact a line.
 */
#include <fcntl.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../lib/answers.h"
#include "../../sys/fetch-client.h"
#include "../../sys/mapping.h"

#define WISH_ARGUMENTS 6

/* In the order of enum answer_kind. */
static const char *const kinds[] = {"crl", "ocsp", "jwks"};

static int64_t find_kind(const char *name)
{
    int64_t kind = 2;

    while (kind > 0 && strcmp(name, kinds[kind]) != 0)
        kind--;
    return kind;
}

static struct span read_file(const char *path)
{
    static unsigned char bytes[3 * 8][4096];
    static unsigned used;
    FILE *file = strcmp(path, "-") == 0 ? NULL : fopen(path, "re");
    unsigned char *out = bytes[used++];
    size_t len;

    if (!file)
        return span_of(NULL, 0);
    len = fread(out, 1, sizeof(bytes[0]), file);
    (void)fclose(file);
    return span_of(out, len);
}

static size_t put_wishes(char **arguments, unsigned char *out, size_t size)
{
    size_t len = 0;

    for (; arguments[0]; arguments += WISH_ARGUMENTS) {
        const struct wire_wish wish = {
            .kind = find_kind(arguments[0]),
            .group = atoi(arguments[1]),
            .url = span_text(arguments[2]),
            .request = read_file(arguments[3]),
            .cert = read_file(arguments[4]),
            .issuer = read_file(arguments[5]),
        };

        len += wire_put_wish(&wish, out + len, size - len);
    }
    return len;
}

static void print_answer(const struct wire_answer *answer)
{
    unsigned char digest[32];

    printf("answer %s %.*s %.*s %lld ", kinds[answer->wish.kind], (int)answer->wish.url.len,
           (const char *)answer->wish.url.ptr, (int)answer->issuer.len,
           (const char *)answer->issuer.ptr, (long long)answer->fetched_at);
    if (gnutls_hash_fast(GNUTLS_DIG_SHA256, answer->der.ptr, answer->der.len, digest) == 0)
        for (size_t i = 0; i < sizeof(digest); i++)
            printf("%02x", digest[i]);
    printf("\n");
}

static void print_answers(int file)
{
    struct mapping mapping;
    struct wire_answer answer;
    struct span rest;

    if (file < 0 || mapping_make(file, SIZE_MAX, &mapping) != 0)
        return;
    rest = mapping.bytes;
    while (wire_take_answer(&rest, &answer))
        print_answer(&answer);
    if (rest.len > 0)
        printf("garbage %zu\n", rest.len);
    mapping_free(&mapping);
}

static int ask(const struct fetch_question *question)
{
    static unsigned char message[WIRE_RECEIPT_MAX];
    struct wire_receipt receipt;
    char failure[256];

    if (!fetch_ask(question, message, sizeof(message), &receipt, failure, sizeof(failure))) {
        printf("no receipt: %s\n", failure);
        return 1;
    }
    printf("brought %lld\n%.*s", (long long)receipt.brought, (int)receipt.failures.len,
           (const char *)receipt.failures.ptr);
    return 0;
}

int main(int argc, char **argv)
{
    static unsigned char wishes[WIRE_ORDER_MAX];
    int file = -1, failed;

    if (argc < 6 || (argc - 6) % WISH_ARGUMENTS != 0)
        return 2;
    if (!strchr(argv[5], 'n')) {
        file = memfd_create("answers", MFD_CLOEXEC);
        file = fcntl(file, F_DUPFD_CLOEXEC, 5);
    }
    failed = ask(&(struct fetch_question){
        .order = {.trust_caller = true,
                  .refresh = strchr(argv[5], 'r') != NULL,
                  .has_time = true,
                  .time = atoll(argv[3]),
                  .config = span_text(argv[1]),
                  .issuer = span_text(argv[2]),
                  .wishes = span_of(wishes, put_wishes(argv + 6, wishes, sizeof(wishes)))},
        .deadline_ms = spawn_now_ms() + atoi(argv[4]),
        .also_trusted = geteuid(),
        .file = file,
    });
    print_answers(file);
    return failed;
}
