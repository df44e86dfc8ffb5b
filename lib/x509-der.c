/* SPDX-License-Identifier: BSD-3-Clause */
#include "x509-der.h"

#include "der.h"

#define DER_BOOLEAN 0x01u
#define EXTENSIONS_MAX 32

bool x509_next_is(struct span rest, unsigned tag)
{
    return rest.len > 0 && rest.ptr[0] == tag;
}

bool x509_take_whole(struct span *rest, unsigned tag, struct span *whole)
{
    const unsigned char *begin = rest->ptr;
    struct span content;

    if (!der_take_tag(rest, tag, &content))
        return false;
    *whole = span_of(begin, (size_t)(rest->ptr - begin));
    return true;
}

bool x509_take_only(struct span rest, unsigned tag, struct span *content)
{
    return der_take_tag(&rest, tag, content) && rest.len == 0;
}

/* X.690 section 8.3.2: the first nine bits are not all the same */
static bool is_integer(struct span content)
{
    if (content.len == 0)
        return false;
    if (content.len == 1)
        return true;
    return !(content.ptr[0] == 0x00 && content.ptr[1] < 0x80) &&
           !(content.ptr[0] == 0xff && content.ptr[1] >= 0x80);
}

bool x509_take_integer(struct span *rest, struct span *content)
{
    return der_take_tag(rest, X509_INTEGER, content) && is_integer(*content);
}

bool x509_take_bits(struct span *rest, struct span *bits)
{
    struct span content;

    /* X.690 section 8.6.2.2: the first byte is the number of unused bits */
    if (!der_take_tag(rest, X509_BIT_STRING, &content) || content.len < 1 || content.ptr[0] != 0)
        return false;
    *bits = span_of(content.ptr + 1, content.len - 1);
    return true;
}

bool x509_take_algorithm(struct span *rest, struct x509_algorithm *algorithm)
{
    struct span content, inner;
    unsigned tag;

    if (!der_take_tag(rest, DER_SEQUENCE, &content) ||
        !der_take_tag(&content, X509_OID, &algorithm->oid) || algorithm->oid.len == 0)
        return false;
    algorithm->parameters = content;
    return content.len == 0 || (der_take(&content, &tag, &inner) && content.len == 0);
}

bool x509_no_parameters(const struct x509_algorithm *algorithm)
{
    return algorithm->parameters.len == 0 ||
           span_equal(algorithm->parameters, span_of("\x05\x00", 2));
}

/* --- Extensions ------------------------------------------------------------------------------- */

/* RFC 5280 section 4.1: critical is TRUE or, being the default, absent */
bool x509_take_extension(struct span *list, struct x509_extension *extension)
{
    struct span content, flag;

    if (!der_take_tag(list, DER_SEQUENCE, &content) ||
        !der_take_tag(&content, X509_OID, &extension->oid) || extension->oid.len == 0)
        return false;
    extension->critical = x509_next_is(content, DER_BOOLEAN);
    if (extension->critical &&
        (!der_take_tag(&content, DER_BOOLEAN, &flag) || flag.len != 1 || flag.ptr[0] != 0xff))
        return false;
    return x509_take_only(content, X509_OCTET_STRING, &extension->value);
}

/* Whether one of the first `count` has that OID. */
static bool occurs(struct span list, unsigned count, struct span oid)
{
    struct x509_extension extension;

    while (count-- > 0)
        if (x509_take_extension(&list, &extension) && span_equal(extension.oid, oid))
            return true;
    return false;
}

bool x509_extensions_readable(struct span list, bool *critical)
{
    struct span rest = list;
    struct x509_extension extension;
    unsigned count = 0;

    do {
        /* RFC 5280 section 4.2: an extension occurs once */
        if (count == EXTENSIONS_MAX || !x509_take_extension(&rest, &extension) ||
            occurs(list, count++, extension.oid))
            return false;
        if (critical && extension.critical)
            *critical = true;
    } while (rest.len > 0);
    return true;
}
