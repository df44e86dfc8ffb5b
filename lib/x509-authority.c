/* SPDX-License-Identifier: BSD-3-Clause */
#include "x509-authority.h"

#include "der.h"

#define DIRECTORY_NAME 0xa4u /* of GeneralName */

/* Tags of AuthorityKeyIdentifier. */
enum { KEY_IDENTIFIER = 0x80, CERT_ISSUER = 0xa1, CERT_SERIAL = 0x82 };

static bool has_name(struct span names, struct span wanted)
{
    struct span content;
    unsigned tag;

    while (der_take(&names, &tag, &content))
        if (tag == DIRECTORY_NAME && span_equal(content, wanted))
            return true;
    return false;
}

/* True also if the issuer's certificate says nothing of its own key's identifier. */
static bool key_identifier_is(struct span identifier, gnutls_x509_crt_t issuer)
{
    gnutls_datum_t value = {NULL, 0};
    struct span own;
    bool same;
    int found = gnutls_x509_crt_get_extension_by_oid2(issuer, "2.5.29.14", 0, &value, NULL);

    same =
        found == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE ||
        (found >= 0 && x509_take_only(span_of(value.data, value.size), X509_OCTET_STRING, &own) &&
         span_equal(own, identifier));
    gnutls_free(value.data);
    return same;
}

/* RFC 5280 sections 5.2.1 and 4.2.1.1: whatever it names is the issuer's */
bool x509_authority_is(struct span value, const struct x509_party *issuer)
{
    struct span rest, content;

    if (!x509_take_only(value, DER_SEQUENCE, &rest))
        return false;
    if (der_take_tag(&rest, KEY_IDENTIFIER, &content) && !key_identifier_is(content, issuer->crt))
        return false;
    if (der_take_tag(&rest, CERT_ISSUER, &content) && !has_name(content, issuer->cert.issuer))
        return false;
    if (der_take_tag(&rest, CERT_SERIAL, &content) &&
        !span_equal(span_number(content), span_number(issuer->cert.serial)))
        return false;
    return rest.len == 0;
}
