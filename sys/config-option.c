/* SPDX-License-Identifier: BSD-3-Clause */
#include "config-option.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../lib/alg.h"
#include "../lib/base64url.h"
#include "../lib/redis-url.h"

#define SECONDS_MAX 1000000000

struct option_type {
    size_t size; /* of the field */
    enum option_result (*set)(const struct option *option, void *field, const char *value);
    void (*print)(const void *field, FILE *out);
    void (*free)(void *field); /* NULL: it owns nothing */
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

/* RFC 6901 section 3: what follows a tilde. */
static bool has_odd_tilde(const char *value, const char *end)
{
    for (; value < end; value++)
        if (*value == '~' && value[1] != '0' && value[1] != '1')
            return true;
    return false;
}

/* A space beside the sign would be one of the name, or of the value. */
static bool is_claim(const char *value)
{
    const char *equals = strchr(value, '=');

    return equals && equals != value && equals[-1] != ' ' && equals[1] && equals[1] != ' ' &&
           equals - value < CLAIM_NAME_SIZE && (*value != '/' || !has_odd_tilde(value, equals));
}

/* libpam makes the name of a service lower case: another would never be asked for. */
bool is_service(const char *value)
{
    return consists_of(value, "abcdefghijklmnopqrstuvwxyz" DIGITS "-_.@+") && value[0] != '.';
}

static bool is_replay_store(const char *value)
{
    struct redis_place place;

    return is_absolute(value) || redis_url_parse(value, &place);
}

static bool is_user_map(const char *value)
{
    return strcmp(value, "identity") == 0 || is_absolute(value);
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
    free(*(char **)field);
}

void option_list_free(struct string_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i]);
    free(list->items);
    *list = (struct string_list){0};
}

static void free_list(void *field)
{
    option_list_free(field);
}

enum option_result option_list_add(struct string_list *list, const char *item, size_t len)
{
    char **items = realloc(list->items, (list->count + 1) * sizeof(*items));

    if (!items)
        return OPTION_NO_MEMORY;
    list->items = items;
    items[list->count] = strndup(item, len);
    if (!items[list->count])
        return OPTION_NO_MEMORY;
    list->count++;
    return OPTION_OK;
}

enum option_result option_list(const char *text, bool (*check)(const char *),
                               struct string_list *list)
{
    enum option_result result = OPTION_OK;

    for (const char *begin = text; result == OPTION_OK; begin++) {
        size_t len;

        begin += strspn(begin, " \t");
        len = strcspn(begin, ",");
        text = begin + len;
        while (len > 0 && strchr(" \t", begin[len - 1]))
            len--;
        result = len > 0 ? option_list_add(list, begin, len) : OPTION_BAD;
        if (result == OPTION_OK && !check(list->items[list->count - 1]))
            result = OPTION_BAD;
        if (*text == '\0')
            break;
        begin = text;
    }
    return result;
}

static enum option_result set_list(const struct option *option, void *field, const char *value)
{
    free_list(field);
    if (*value == '\0')
        return may_be_empty(option) ? OPTION_OK : OPTION_BAD;
    return option_list(value, option->check, field);
}

static void print_list(const void *field, FILE *out)
{
    const struct string_list *list = field;

    for (size_t i = 0; i < list->count; i++)
        fprintf(out, "%s%s", i ? ", " : "", list->items[i]);
}

/* Keys whose value is one of some words, kept as its number. */
#define WORDS(name, type, ...)                                                                     \
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
    }

WORDS(revocation, enum revocation_mode, [REVOCATION_REQUIRE] = "require",
      [REVOCATION_PREFER] = "prefer", [REVOCATION_OFF] = "off")
WORDS(
    fetch,
    enum fetch_mode, [FETCH_NONE] = "none", [FETCH_CONFIGURED] = "configured", [FETCH_AIA] = "aia")
WORDS(certificate_trust, enum certificate_trust, [CERTIFICATE_TRUST_CHAIN] = "chain",
      [CERTIFICATE_TRUST_PINNED] = "pinned")
WORDS(replay, enum replay_mode, [REPLAY_OFF] = "off", [REPLAY_REQUIRE] = "require")
WORDS(yes_no, bool, [false] = "no", [true] = "yes")

static const struct option_type
    type_SECONDS = {sizeof(int64_t), set_seconds, print_seconds, NULL},
    type_LIMIT = {sizeof(int64_t), set_limit, print_limit, NULL},
    type_TEXT = {sizeof(char *), set_text, print_text, free_text},
    type_LIST = {sizeof(struct string_list), set_list, print_list, free_list},
    type_REVOCATION = {sizeof(enum revocation_mode), set_revocation, print_revocation, NULL},
    type_FETCH = {sizeof(enum fetch_mode), set_fetch, print_fetch, NULL},
    type_CERTIFICATE_TRUST = {sizeof(enum certificate_trust), set_certificate_trust,
                              print_certificate_trust, NULL},
    type_REPLAY = {sizeof(enum replay_mode), set_replay, print_replay, NULL},
    type_YES_NO = {sizeof(bool), set_yes_no, print_yes_no, NULL};

const struct option config_options[] = {
#define ROW(scope, base, key, type, fallback, check, expected, service)                            \
    {scope, #key, &type_##type, offsetof(struct base, key), fallback, check, expected, service},
#define GLOBAL(...) ROW(SCOPE_GLOBAL, rules, __VA_ARGS__, false)
#define ISSUER(...) ROW(SCOPE_ISSUER, issuer_rules, __VA_ARGS__, false)
#define POLICY(...) ROW(SCOPE_ISSUER, issuer_rules, __VA_ARGS__, true)
#define REPLAY(...) ROW(SCOPE_REPLAY, replay_rules, __VA_ARGS__, false)
#include "options.def"
#undef ROW
#undef GLOBAL
#undef ISSUER
#undef POLICY
#undef REPLAY
};

const size_t config_option_count = sizeof(config_options) / sizeof(config_options[0]);

bool option_in(const struct option *option, enum option_scope scope)
{
    return scope == SCOPE_SERVICE ? option->service : option->scope == scope;
}

size_t option_find(enum option_scope scope, const char *key)
{
    size_t index = 0;

    while (index < config_option_count && (!option_in(&config_options[index], scope) ||
                                           strcmp(config_options[index].key, key) != 0))
        index++;
    return index;
}

enum option_result option_set(const struct option *option, void *base, const char *value)
{
    return option->type->set(option, (char *)base + option->offset, value);
}

bool option_is_nothing(const struct option *option, const void *base)
{
    const char *field = (const char *)base + option->offset;

    for (size_t i = 0; i < option->type->size; i++)
        if (field[i] != 0)
            return false;
    return true;
}

void option_print(const struct option *option, const void *base, FILE *out)
{
    fprintf(out, "%s = ", option->key);
    option->type->print((const char *)base + option->offset, out);
    fputc('\n', out);
}

static void free_field(const struct option_type *type, void *field)
{
    if (type->free)
        type->free(field);
    memset(field, 0, type->size);
}

void option_free_all(enum option_scope scope, void *base)
{
    for (size_t i = 0; i < config_option_count; i++)
        if (option_in(&config_options[i], scope))
            free_field(config_options[i].type, (char *)base + config_options[i].offset);
}
