/* SPDX-License-Identifier: BSD-3-Clause */
#include "anchor-pem.h"

#include <limits.h>
#include <string.h>

#include "pem.h"

static const char begin_mark[] = "-----BEGIN CERTIFICATE-----";
static const char end_mark[] = "-----END CERTIFICATE-----";
#define LENGTH(mark) (sizeof(mark) - 1)

static bool has_mark(struct span text, size_t at, const char *mark, size_t length)
{
    return text.len - at >= length && memcmp(text.ptr + at, mark, length) == 0;
}

bool anchor_pem_next(struct anchor_pem *pem)
{
    struct pem_reader reader = {pem->text, pem->at};
    bool first = pem->at == 0;

    pem->error = NULL;
    switch (pem_next(&reader, "CERTIFICATE", &pem->block)) {
    case PEM_BLOCK:
        pem->at = reader.next;
        return true;
    case PEM_NO_END:
        pem->error = "a certificate in it has no end line";
        return false;
    case PEM_NONE:
        break;
    }
    if (first)
        pem->error = "expected a PEM certificate, found none";
    else if (memchr(pem->text.ptr, '\0', pem->text.len))
        pem->error = "expected PEM, found a NUL byte";
    return false;
}

/* Whether the last mark before `offset`, the beginning of a line, leaves no block open. The first
 * line of a text that was cut may be half a line. */
static bool is_outside(struct span text, size_t offset, bool cut)
{
    while (offset > 0) {
        const unsigned char *line = memrchr(text.ptr, '\n', offset - 1);

        if (!line && cut)
            return false;
        offset = line ? (size_t)(line - text.ptr) + 1 : 0;
        if (has_mark(text, offset, end_mark, LENGTH(end_mark)))
            return true;
        if (has_mark(text, offset, begin_mark, LENGTH(begin_mark)))
            return false;
    }
    return !cut;
}

bool anchor_pem_at(struct anchor_pem *pem, size_t offset, bool cut)
{
    const struct span text = pem->text;

    pem->error = NULL;
    if (offset >= text.len || !has_mark(text, offset, begin_mark, LENGTH(begin_mark)))
        return false;
    if (offset > 0 && text.ptr[offset - 1] != '\n')
        return false;
    pem->at = offset;
    return is_outside(text, offset, cut) && anchor_pem_next(pem);
}

bool anchor_pem_decode(struct span block, gnutls_datum_t *der)
{
    gnutls_datum_t pem = {(unsigned char *)block.ptr, (unsigned)block.len};

    return block.len <= UINT_MAX && gnutls_pem_base64_decode2("CERTIFICATE", &pem, der) == 0;
}
