/* SPDX-License-Identifier: BSD-3-Clause */
#include "config-option.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../lib/alg.h"
#include "../lib/base64url.h"

#define SECONDS_MAX 1000000000

struct option_type {
    enum option_result (*set)(const struct option *option, void *field, const char *value);
    void (*print)(const void *field, FILE *out);
    void (*free)(void *field);
};

/* The index of `value` among `words`, whose last is NULL; that of the NULL if it is none of them.
 */
static unsigned find_word(const char *const *words, const char *value)
{
    unsigned index = 0;

    while (words[index] && strcmp(words[index], value) != 0)
        index++;
    return index;
}

/* --- checks of options.def ------------------------------------------------------------------- */

#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

static bool consists_of(const char *value, const char *set)
{
    return *value && value[strspn(value, set)] == '\0';
}

bool is_hostname(const char *value)
{
    return consists_of(value, LETTERS DIGITS ".-") && strcasecmp(value, "localhost") != 0 &&
           strncasecmp(value, "localhost.", 10) != 0;
}

static bool is_printable(const char *value)
{
    for (; *value; value++)
        if (*value <= ' ' || *value > '~')
            return false;
    return true;
}

static bool is_audience(const char *value)
{
    for (const char *percent = value; (percent = strchr(percent, '%')); percent += 2)
        if (percent[1] == '\0' || !strchr("hs%", percent[1]))
            return false;
    return is_printable(value);
}

static bool is_algorithm(const char *value)
{
    return alg_find(span_text(value)) != NULL;
}

static bool is_key_source(const char *value)
{
    static const char *const sources[] = {"x5c", "jwk", "x5t", "x5t#S256", "kid", NULL};

    return sources[find_word(sources, value)] != NULL;
}

static bool is_absolute(const char *value)
{
    return value[0] == '/' && value[1];
}

/* A URL with a host and nothing that a shell, a log or a header would misread. */
static bool is_url(const char *value)
{
    const char *rest = strncmp(value, "http://", 7) == 0    ? value + 7
                       : strncmp(value, "https://", 8) == 0 ? value + 8
                                                            : "";

    return is_printable(value) && *rest && !strchr("/:?#@", *rest) && !strchr(rest, '@') &&
           !strpbrk(rest, "#\\\"<>");
}

static bool is_https_url(const char *value)
{
    return strncmp(value, "https://", 8) == 0 && is_url(value);
}

/* RFC 7638 section 3.1, with SHA-256: canonical, so that its text can be compared */
static bool is_thumbprint(const char *value)
{
    unsigned char bytes[BASE64_DECODED_MAX(43)];
    size_t len;

    return strlen(value) == 43 && base64url_decode(span_text(value), bytes, &len);
}

/* A name or an IP address of either kind. */
static bool is_host(const char *value)
{
    struct in6_addr address;

    return consists_of(value, LETTERS DIGITS ".-") || inet_pton(AF_INET6, value, &address) == 1;
}

static bool is_oid(const char *value)
{
    return consists_of(value, DIGITS ".") && strchr(value, '.') && value[0] != '.' &&
           value[strlen(value) - 1] != '.' && !strstr(value, "..");
}

static bool is_key_usage(const char *value)
{
    return strcmp(value, "digitalSignature") == 0 || strcmp(value, "nonRepudiation") == 0;
}

static bool is_claim(const char *value)
{
    const char *equals = strchr(value, '=');

    return equals && equals != value && equals[1];
}

static bool is_identity(const char *value)
{
    return strcmp(value, "identity") == 0;
}

/* --- types ------------------------------------------------------------------------------------ */

static enum option_result set_seconds(const struct option *option, void *field, const char *value)
{
    int64_t *seconds = field;

    (void)option;
    if (!consists_of(value, DIGITS) || strlen(value) > 10 || atoll(value) > SECONDS_MAX)
        return OPTION_BAD;
    *seconds = atoll(value);
    return OPTION_OK;
}

static void print_seconds(const void *field, FILE *out)
{
    fprintf(out, "%lld", (long long)*(const int64_t *)field);
}

static void free_seconds(void *field)
{
    *(int64_t *)field = 0;
}

/* Nothing is no limit; a limit of nothing would be taken for none. */
static enum option_result set_limit(const struct option *option, void *field, const char *value)
{
    *(int64_t *)field = 0;
    if (*value == '\0')
        return OPTION_OK;
    if (set_seconds(option, field, value) != OPTION_OK || *(int64_t *)field == 0)
        return OPTION_BAD;
    return OPTION_OK;
}

static void print_limit(const void *field, FILE *out)
{
    if (*(const int64_t *)field != 0)
        print_seconds(field, out);
}

/* Whether nothing is a value: where the default is nothing. */
static bool may_be_empty(const struct option *option)
{
    return option->fallback && *option->fallback == '\0';
}

static enum option_result set_text(const struct option *option, void *field, const char *value)
{
    char **text = field;

    if (*value ? !option->check(value) : !may_be_empty(option))
        return OPTION_BAD;
    free(*text);
    *text = strdup(value);
    return *text ? OPTION_OK : OPTION_NO_MEMORY;
}

static void print_text(const void *field, FILE *out)
{
    fputs(*(char *const *)field, out);
}

static void free_text(void *field)
{
    char **text = field;

    free(*text);
    *text = NULL;
}

static void free_list(void *field)
{
    struct string_list *list = field;

    for (size_t i = 0; i < list->count; i++)
        free(list->items[i]);
    free(list->items);
    *list = (struct string_list){0};
}

static enum option_result append(struct string_list *list, const char *begin, size_t len,
                                 const struct option *option)
{
    char **items = realloc(list->items, (list->count + 1) * sizeof(*items));

    if (!items)
        return OPTION_NO_MEMORY;
    list->items = items;
    items[list->count] = strndup(begin, len);
    if (!items[list->count])
        return OPTION_NO_MEMORY;
    list->count++;
    return option->check(items[list->count - 1]) ? OPTION_OK : OPTION_BAD;
}

/* Items with commas between them; white space around an item is left out, an empty item is an
 * error. */
static enum option_result set_list(const struct option *option, void *field, const char *value)
{
    enum option_result result = OPTION_OK;

    free_list(field);
    if (*value == '\0')
        return may_be_empty(option) ? OPTION_OK : OPTION_BAD;
    for (const char *begin = value; result == OPTION_OK; begin++) {
        size_t len;

        begin += strspn(begin, " \t");
        len = strcspn(begin, ",");
        value = begin + len;
        while (len > 0 && strchr(" \t", begin[len - 1]))
            len--;
        result = len > 0 ? append(field, begin, len, option) : OPTION_BAD;
        if (*value == '\0')
            break;
        begin = value;
    }
    return result;
}

static void print_list(const void *field, FILE *out)
{
    const struct string_list *list = field;

    for (size_t i = 0; i < list->count; i++)
        fprintf(out, "%s%s", i ? ", " : "", list->items[i]);
}

/* Keys whose value is one of some words, kept as its number. */
#define WORDS(name, type, first, ...)                                                              \
    static const char *const name##_words[] = {__VA_ARGS__, NULL};                                 \
                                                                                                   \
    static enum option_result set_##name(const struct option *option, void *field,                 \
                                         const char *value)                                        \
    {                                                                                              \
        unsigned index = find_word(name##_words, value);                                           \
                                                                                                   \
        (void)option;                                                                              \
        if (!name##_words[index])                                                                  \
            return OPTION_BAD;                                                                     \
        *(type *)field = (type)index;                                                              \
        return OPTION_OK;                                                                          \
    }                                                                                              \
                                                                                                   \
    static void print_##name(const void *field, FILE *out)                                         \
    {                                                                                              \
        fputs(name##_words[*(const type *)field], out);                                            \
    }                                                                                              \
                                                                                                   \
    static void free_##name(void *field)                                                           \
    {                                                                                              \
        *(type *)field = first;                                                                    \
    }

WORDS(revocation, enum revocation_mode, REVOCATION_REQUIRE, [REVOCATION_REQUIRE] = "require",
      [REVOCATION_PREFER] = "prefer", [REVOCATION_OFF] = "off")
WORDS(fetch, enum fetch_mode,
      FETCH_NONE, [FETCH_NONE] = "none", [FETCH_CONFIGURED] = "configured", [FETCH_AIA] = "aia")
WORDS(certificate_trust, enum certificate_trust, CERTIFICATE_TRUST_CHAIN,
      [CERTIFICATE_TRUST_CHAIN] = "chain", [CERTIFICATE_TRUST_PINNED] = "pinned")
WORDS(yes_no, bool, false, [false] = "no", [true] = "yes")

static enum option_result set_fixed(const struct option *option, void *field, const char *value)
{
    (void)field;
    return strcmp(value, option->fallback) == 0 ? OPTION_OK : OPTION_BAD;
}

static const struct option_type type_SECONDS = {set_seconds, print_seconds, free_seconds},
                                type_LIMIT = {set_limit, print_limit, free_seconds},
                                type_TEXT = {set_text, print_text, free_text},
                                type_LIST = {set_list, print_list, free_list},
                                type_REVOCATION = {set_revocation, print_revocation,
                                                   free_revocation},
                                type_FETCH = {set_fetch, print_fetch, free_fetch},
                                type_CERTIFICATE_TRUST = {set_certificate_trust,
                                                          print_certificate_trust,
                                                          free_certificate_trust},
                                type_YES_NO = {set_yes_no, print_yes_no, free_yes_no},
                                type_fixed = {set_fixed, NULL, NULL};

const struct option config_options[] = {
#define GLOBAL(key, type, fallback, check, expected)                                               \
    {SCOPE_GLOBAL, #key, &type_##type, offsetof(struct rules, key), fallback, check, expected},
#define ISSUER(key, type, fallback, check, expected)                                               \
    {SCOPE_ISSUER, #key,  &type_##type, offsetof(struct issuer_rules, key),                        \
     fallback,     check, expected},
#define FIXED(key, fallback)                                                                       \
    {SCOPE_ISSUER,                                                                                 \
     #key,                                                                                         \
     &type_fixed,                                                                                  \
     0,                                                                                            \
     fallback,                                                                                     \
     NULL,                                                                                         \
     "\"" fallback "\": anything else is not supported by this version"},
#include "options.def"
#undef GLOBAL
#undef ISSUER
#undef FIXED
};

const size_t config_option_count = sizeof(config_options) / sizeof(config_options[0]);

size_t option_find(enum option_scope scope, const char *key)
{
    size_t index = 0;

    while (index < config_option_count &&
           (config_options[index].scope != scope || strcmp(config_options[index].key, key) != 0))
        index++;
    return index;
}

enum option_result option_set(const struct option *option, void *base, const char *value)
{
    return option->type->set(option, (char *)base + option->offset, value);
}

void option_print(const struct option *option, const void *base, FILE *out)
{
    fprintf(out, "%s = ", option->key);
    if (option->type->print)
        option->type->print((const char *)base + option->offset, out);
    else
        fputs(option->fallback, out);
    fputc('\n', out);
}

void option_free_all(enum option_scope scope, void *base)
{
    for (size_t i = 0; i < config_option_count; i++)
        if (config_options[i].scope == scope && config_options[i].type->free)
            config_options[i].type->free((char *)base + config_options[i].offset);
}
