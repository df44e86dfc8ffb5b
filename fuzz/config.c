/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A configuration, in memory. The input is the text of its files, in order, with a line "====="
 * between them. What is accepted keeps the limits that lib/ relies on, and is the same when it is
 * printed and read again; what is refused is refused in one line.
 */
#include "../sys/config.h"

#include <string.h>
#include <unistd.h>

#include "../lib/alg.h"
#include "../sys/config-files.h"
#include "../sys/config-option.h"
#include "fuzz.h"

static const char separator[] = "\n=====\n";
static struct span input;

/* In place of sys/config-files.c. */
bool config_files_each(const char *path, uid_t also_trusted, struct config_error *error,
                       config_file_taker take, void *context)
{
    const size_t mark = sizeof(separator) - 1;
    struct span rest = input;
    bool last = false;

    (void)also_trusted;
    (void)error;
    while (!last) {
        const unsigned char *end = memmem(rest.ptr, rest.len, separator, mark);
        size_t len = end ? (size_t)(end - rest.ptr) + 1 : rest.len;
        char *text = malloc(len + 1);
        bool done;

        REQUIRE(text);
        if (len > 0)
            memcpy(text, rest.ptr, len);
        text[len] = '\0';
        done = take(context, path, text, len);
        free(text);
        if (!done)
            return false;
        last = !end;
        if (end)
            rest = span_of(rest.ptr + len - 1 + mark, rest.len - len + 1 - mark);
    }
    return true;
}

/* In place of libc's, so that every machine does the same. */
int gethostname(char *name, size_t len)
{
    (void)snprintf(name, len, "host.example");
    return 0;
}

static struct rules *load(struct span text, struct config_error *error)
{
    struct rules *rules;

    input = text;
    rules = config_load("/etc/pam_jwt/pam_jwt.conf", 0, error);
    REQUIRE((rules == NULL) == (error->text[0] != '\0'));
    return rules;
}

static void check_list(const struct string_list *list, bool may_be_empty)
{
    REQUIRE(may_be_empty || list->count > 0);
    for (size_t i = 0; i < list->count; i++)
        REQUIRE(list->items[i] && list->items[i][0]);
}

static void check_issuer(const struct issuer_rules *issuer)
{
    REQUIRE(issuer->issuer && issuer->user_map);
    REQUIRE(!issuer->user_map[0] || strcmp(issuer->user_map, "identity") == 0 ||
            (issuer->user_map[0] == '/' && issuer->user_map[1]));
    check_list(&issuer->user_claim, false);
    check_list(&issuer->audience, false);
    check_list(&issuer->algorithms, false);
    check_list(&issuer->key_sources, false);
    check_list(&issuer->trust_anchors, true);
    check_list(&issuer->signer_names, false);
    check_list(&issuer->signer_eku, true);
    check_list(&issuer->signer_key_usage, false);
    check_list(&issuer->token_types, false);
    check_list(&issuer->require_scope, true);
    check_list(&issuer->require_acr, true);
    check_list(&issuer->require_amr, true);
    check_list(&issuer->require_claim, true);
    for (size_t i = 0; i < issuer->algorithms.count; i++)
        REQUIRE(alg_find(span_text(issuer->algorithms.items[i])));
    for (size_t i = 0; i < issuer->trust_anchors.count; i++)
        REQUIRE(issuer->trust_anchors.items[i][0] == '/');
    REQUIRE(issuer->revocation <= REVOCATION_OFF);
    REQUIRE(issuer->short_lived >= 0 && issuer->short_lived <= 1000000000);
    REQUIRE(issuer->max_lifetime >= 0 && issuer->max_lifetime <= 1000000000);
    REQUIRE(issuer->max_age >= 0 && issuer->max_age <= 1000000000);
}

/* Each service once, with nothing looser than an issuer. */
static void check_service(const struct rules *rules, size_t index)
{
    const struct service_rules *service = &rules->services[index];

    check_list(&service->services, false);
    for (size_t i = 0; i < service->services.count; i++)
        for (const char *at = service->services.items[i]; *at; at++)
            REQUIRE(*at > ' ' && *at <= '~' && *at != ',' && (*at < 'A' || *at > 'Z'));
    for (size_t i = 0; i < rules->issuer_count; i++) {
        const struct issuer_rules *issuer = &rules->issuers[i];

        REQUIRE(issuer->max_age == 0 || service->demands.max_age <= issuer->max_age);
        REQUIRE(issuer->max_lifetime == 0 || service->demands.max_lifetime <= issuer->max_lifetime);
    }
}

static void check_rules(const struct rules *rules)
{
    REQUIRE(rules->leeway >= 0 && rules->leeway <= 1000000000);
    REQUIRE(rules->hostname && rules->hostname[0] && strcmp(rules->hostname, "localhost") != 0);
    REQUIRE(rules->issuer_count > 0);
    REQUIRE(rules->replay.store && rules->replay.store[0]);
    for (size_t i = 0; i < rules->service_count; i++)
        check_service(rules, i);
    for (size_t i = 0; i < rules->issuer_count; i++) {
        check_issuer(&rules->issuers[i]);
        for (size_t j = 0; j < i; j++)
            REQUIRE(strcmp(rules->issuers[i].issuer, rules->issuers[j].issuer) != 0);
    }
}

static size_t count_lines(struct span text, const char *key)
{
    const size_t key_len = strlen(key);
    size_t count = 0;

    for (;;) {
        const unsigned char *end = text.len > 0 ? memchr(text.ptr, '\n', text.len) : NULL;
        size_t at = key_len;

        while (at < text.len && text.ptr[at] == ' ')
            at++;
        if (at < text.len && text.ptr[at] == '=' && memcmp(text.ptr, key, key_len) == 0)
            count++;
        if (!end)
            return count;
        text = span_of(end + 1, text.len - (size_t)(end + 1 - text.ptr));
    }
}

/* In all files together a key is set once. */
static void check_once(const struct rules *rules, struct span text)
{
    for (size_t i = 0; i < config_option_count; i++) {
        const struct option *option = &config_options[i];
        size_t most = option->scope == SCOPE_ISSUER ? rules->issuer_count : 1;

        if (option->service)
            most += rules->service_count;

        REQUIRE(count_lines(text, option->key) <= most);
    }
}

static char *print(const struct rules *rules)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    REQUIRE(out);
    config_print(rules, out);
    REQUIRE(fclose(out) == 0 && text);
    return text;
}

static void check_printed(const struct rules *rules)
{
    struct config_error error = {""};
    char *first = print(rules), *second;
    CONFIG_CLEANUP struct rules *again = load(span_text(first), &error);

    if (!again)
        fprintf(stderr, "%s\n%s\n", error.text, first);
    REQUIRE(again);
    second = print(again);
    REQUIRE(strcmp(first, second) == 0);
    free(first);
    free(second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config_error error = {""};
    CONFIG_CLEANUP struct rules *rules = load(span_of(data, size), &error);

    if (!rules) {
        REQUIRE(!strchr(error.text, '\n'));
        return 0;
    }
    check_rules(rules);
    check_once(rules, span_of(data, size));
    check_printed(rules);
    return 0;
}
