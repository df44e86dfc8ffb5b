/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * judge() of any text, by the rules of tests/vectors/config/default.conf: only tokens of the
 * vectors, byte for byte, may be accepted, and of those none that a vector with the same rules
 * refuses.
 */
#include "../lib/verify.h"

#include <dirent.h>

#include "../lib/base64url.h"
#include "fixture.h"
#include "fuzz.h"

#define GOOD_MAX 2048

static struct span good[GOOD_MAX];
static size_t good_count;

/* The value of `key` in a vector; false if it has none. */
static bool field(struct span vector, const char *key, struct span *value)
{
    size_t key_len = strlen(key);

    for (const char *at = (const char *)vector.ptr; *at; at += strcspn(at, "\n")) {
        at += *at == '\n';
        if (strncmp(at, key, key_len) != 0 || strncmp(at + key_len, ": ", 2) != 0)
            continue;
        at += key_len + 2;
        *value = span_of(at, strcspn(at, "\n"));
        return true;
    }
    return false;
}

/* Whether it is judged by other rules, at another time or for another user than here. */
static bool is_other_case(struct span vector)
{
    static const char *const keys[] = {"config", "time", "service", "user"};
    struct span value;

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (field(vector, keys[i], &value))
            return true;
    return false;
}

static void read_vector(const char *name)
{
    char path[512];
    struct span vector, expect, token;
    unsigned char *bytes;

    (void)snprintf(path, sizeof(path), "vectors/%s", name);
    vector = fixture_read(path);
    REQUIRE(field(vector, "expect", &expect));
    if (is_other_case(vector) || span_equal(expect, span_text("accepted"))) {
        REQUIRE(good_count < GOOD_MAX);
        if (field(vector, "token-base64", &token)) {
            size_t len = 0;

            bytes = malloc(BASE64_DECODED_MAX(token.len));
            REQUIRE(bytes && base64_decode(token, bytes, &len));
            good[good_count++] = span_of(bytes, len);
        } else {
            REQUIRE(field(vector, "token", &token));
            bytes = malloc(token.len + 1);
            REQUIRE(bytes);
            memcpy(bytes, token.ptr, token.len);
            good[good_count++] = span_of(bytes, token.len);
        }
    }
    free((void *)vector.ptr);
}

static int is_vector(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);

    return len > 7 && strcmp(entry->d_name + len - 7, ".vector") == 0;
}

static void read_vectors(void)
{
    struct dirent **entries = NULL;
    int count = scandir(TESTS "/vectors", &entries, is_vector, alphasort);

    for (int i = 0; i < count; i++) {
        read_vector(entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    REQUIRE(good_count > 0);
}

static bool is_good(struct span token)
{
    for (size_t i = 0; i < good_count; i++)
        if (span_equal(good[i], token))
            return true;
    return false;
}

/* Steps come in order, and only the last may refuse. */
struct steps {
    enum status last;
    unsigned count;
};

static void take_step(void *context, const char *step, enum status status, const char *detail)
{
    struct steps *steps = context;

    REQUIRE(steps->last == STATUS_ACCEPTED && step[0] && detail);
    REQUIRE(status == STATUS_ACCEPTED || detail[0]);
    steps->last = status;
    steps->count++;
}

static void check(struct span token, const struct verdict *verdict, const struct steps *steps)
{
    REQUIRE(verdict->status >= STATUS_ACCEPTED);
    REQUIRE(steps->last == verdict->status && steps->count > 0);
    if (verdict->status == STATUS_ACCEPTED) {
        REQUIRE(is_good(token));
        REQUIRE(steps->count == 12);
        REQUIRE(strcmp(verdict->user, "alice") == 0);
        REQUIRE(strcmp(verdict->issuer, FIXTURE_ISSUER) == 0);
    } else {
        REQUIRE(!verdict->user && verdict->expires == 0 && verdict->valid_until == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct anchors anchors;
    struct issuer_rules issuer = {FIXTURE_RULES};
    const struct rules rules = {
        .leeway = 60, .hostname = TEXT("host.example"), .issuers = &issuer, .issuer_count = 1};
    const struct judge_request request = {
        .token = span_of(data, size), .user = "alice", .service = "sshd", .now = FIXTURE_NOW};
    const struct anchor_source source = {fixture_find, &anchors};
    const struct judge_sources sources = {.anchors = &source};
    struct steps steps = {STATUS_ACCEPTED, 0};
    struct report report = {.step = take_step, .context = &steps};
    VERDICT_CLEANUP struct verdict verdict = {0};

    if (good_count == 0) {
        read_vectors();
        anchors.count = fixture_certs("root.pem", anchors.certs);
        REQUIRE(anchors.count == 1);
    }
    (void)judge(&rules, &request, &sources, &report, &verdict);
    check(request.token, &verdict, &steps);
    return 0;
}
