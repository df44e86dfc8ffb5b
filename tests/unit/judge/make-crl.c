/* SPDX-License-Identifier: BSD-3-Clause */
#include "make-crl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define MADE_MAX 16384
#define HEAD_MAX 6

static unsigned char *made[MADE_MAX];
static size_t made_count;

static unsigned char *allocate(size_t len)
{
    assert_true(made_count < MADE_MAX);
    made[made_count] = malloc(len);
    assert_non_null(made[made_count]);
    return made[made_count++];
}

static size_t put_head(unsigned char *out, unsigned tag, size_t len)
{
    unsigned count = 1;

    out[0] = (unsigned char)tag;
    if (len < 0x80) {
        out[1] = (unsigned char)len;
        return 2;
    }
    while (count < sizeof(len) && len >> 8 * count)
        count++;
    out[1] = (unsigned char)(0x80 | count);
    for (unsigned i = 0; i < count; i++)
        out[2 + i] = (unsigned char)(len >> 8 * (count - 1 - i));
    return 2 + count;
}

struct span make_der(unsigned tag, const struct span *content)
{
    size_t len = 0, used;
    unsigned char *out;

    for (size_t i = 0; content[i].ptr; i++)
        len += content[i].len;
    out = allocate(len + HEAD_MAX);
    used = put_head(out, tag, len);
    for (size_t i = 0; content[i].ptr; i++) {
        memcpy(out + used, content[i].ptr, content[i].len);
        used += content[i].len;
    }
    return span_of(out, used);
}

struct span make_extension(struct span oid, bool critical, struct span value)
{
    return DER(0x30, DER(0x06, oid), critical ? BYTES("\x01\x01\xff") : NONE, DER(0x04, value));
}

struct span make_time(const char *text)
{
    return DER(strlen(text) == 13 ? 0x17 : 0x18, span_text(text));
}

struct span make_entry(struct span serial, struct span extensions)
{
    return DER(0x30, DER(0x02, serial), make_time("260401000000Z"),
               extensions.len > 0 ? DER(0x30, extensions) : NONE);
}

struct span make_entry_for(struct span serial, unsigned char reason)
{
    struct span value = DER(0x0a, span_of(&reason, 1));

    return make_entry(serial, make_extension(BYTES("\x55\x1d\x15"), false, value));
}

static struct span or_usual(struct span piece, struct span usual)
{
    return piece.ptr ? piece : usual;
}

static struct span algorithm_of(gnutls_sign_algorithm_t sign)
{
    switch (sign) {
    case GNUTLS_SIGN_UNKNOWN:
    case GNUTLS_SIGN_ECDSA_SHA256:
        return BYTES("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02");
    case GNUTLS_SIGN_ECDSA_SHA384:
        return BYTES("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03");
    case GNUTLS_SIGN_ECDSA_SHA512:
        return BYTES("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x04");
    case GNUTLS_SIGN_ECDSA_SHA1:
        return BYTES("\x30\x09\x06\x07\x2a\x86\x48\xce\x3d\x04\x01");
    case GNUTLS_SIGN_RSA_SHA256:
        return BYTES("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00");
    case GNUTLS_SIGN_RSA_SHA1:
        return BYTES("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05\x05\x00");
    case GNUTLS_SIGN_RSA_MD5:
        return BYTES("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04\x05\x00");
    case GNUTLS_SIGN_RSA_PSS_SHA256:
    case GNUTLS_SIGN_RSA_PSS_RSAE_SHA256:
        return BYTES("\x30\x41\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a\x30\x34\xa0\x0f\x30\x0d"
                     "\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\xa1\x1c\x30\x1a\x06\x09"
                     "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03"
                     "\x04\x02\x01\x05\x00\xa2\x03\x02\x01\x20");
    case GNUTLS_SIGN_EDDSA_ED25519:
        return BYTES("\x30\x05\x06\x03\x2b\x65\x70");
    case GNUTLS_SIGN_EDDSA_ED448:
        return BYTES("\x30\x05\x06\x03\x2b\x65\x71");
    default:
        fail_msg("%s has no AlgorithmIdentifier here", gnutls_sign_get_name(sign));
        return NONE;
    }
}

static struct span name_of(gnutls_x509_crt_t issuer)
{
    gnutls_datum_t name;
    unsigned char *copy;

    assert_int_equal(gnutls_x509_crt_get_raw_dn(issuer, &name), 0);
    copy = allocate(name.size);
    memcpy(copy, name.data, name.size);
    gnutls_free(name.data);
    return span_of(copy, name.size);
}

static struct span sign(const struct crl_plan *plan, struct span tbs)
{
    gnutls_sign_algorithm_t algorithm = plan->sign ? plan->sign : GNUTLS_SIGN_ECDSA_SHA256;
    gnutls_datum_t data = {(unsigned char *)tbs.ptr, (unsigned)tbs.len}, signature;
    gnutls_privkey_t key;
    struct span result;

    assert_int_equal(gnutls_privkey_init(&key), 0);
    assert_int_equal(gnutls_privkey_import_x509(key, plan->key, 0), 0);
    assert_int_equal(gnutls_privkey_sign_data2(key, algorithm, 0, &data, &signature), 0);
    result = DER(0x03, BYTES("\x00"), span_of(signature.data, signature.size));
    gnutls_free(signature.data);
    gnutls_privkey_deinit(key);
    return result;
}

static struct span make_tbs(const struct crl_plan *plan)
{
    struct span tagged = plan->tagged;

    if (!tagged.ptr)
        tagged = plan->extensions.len > 0 ? DER(0xa0, DER(0x30, plan->extensions)) : NONE;
    return DER(0x30, or_usual(plan->version, BYTES("\x02\x01\x01")),
               or_usual(plan->inner, algorithm_of(plan->sign)),
               plan->name.ptr ? plan->name : name_of(plan->issuer),
               or_usual(plan->this_update, make_time(CRL_THIS)),
               or_usual(plan->next_update, make_time(CRL_NEXT)),
               plan->entries.len > 0 ? DER(0x30, plan->entries) : NONE, tagged,
               or_usual(plan->inside, NONE));
}

static struct span join(struct span first, struct span second)
{
    unsigned char *out = allocate(first.len + second.len);

    memcpy(out, first.ptr, first.len);
    memcpy(out + first.len, second.ptr, second.len);
    return span_of(out, first.len + second.len);
}

struct span make_crl(const struct crl_plan *plan)
{
    struct span tbs = make_tbs(plan), list;

    list = DER(0x30, tbs, or_usual(plan->outer, algorithm_of(plan->sign)), sign(plan, tbs),
               or_usual(plan->after, NONE));
    return join(list, or_usual(plan->behind, NONE));
}

void make_crl_free_all(void)
{
    while (made_count > 0)
        free(made[--made_count]);
}
