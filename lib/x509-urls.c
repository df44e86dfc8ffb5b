/* SPDX-License-Identifier: BSD-3-Clause */
#include "x509-urls.h"

#include "der.h"
#include "url.h"
#include "x509-der.h"

/* Tags of GeneralName, DistributionPoint and DistributionPointName. */
enum { URI = 0x86, POINT_NAME = 0xa0, FULL_NAME = 0xa0 };

static void add(struct x509_urls *urls, struct span url)
{
    struct span host;

    if (urls->count == X509_URLS_MAX || url.len >= X509_URL_MAX || !url_host(url, &host))
        return;
    memcpy(urls->items[urls->count], url.ptr, url.len);
    urls->items[urls->count++][url.len] = '\0';
}

/* RFC 5280 section 4.2.1.13: one DistributionPoint, without SEQUENCE around it */
static bool add_point(struct span point, struct x509_urls *urls)
{
    struct span name, names, content;
    unsigned tag;

    /* with reasons or cRLIssuer the list is not complete, or not the issuer's */
    if (!der_take_tag(&point, POINT_NAME, &name) || point.len > 0 ||
        !x509_take_only(name, FULL_NAME, &names))
        return true;
    while (names.len > 0) {
        if (!der_take(&names, &tag, &content))
            return false;
        if (tag == URI)
            add(urls, content);
    }
    return true;
}

/* RFC 5280 section 4.2.2.1: one AccessDescription, without SEQUENCE around it */
static bool add_access(struct span access, struct x509_urls *urls)
{
    static const char ocsp[] = "\x2b\x06\x01\x05\x05\x07\x30\x01"; /* id-ad-ocsp */
    struct span method, content;
    unsigned tag;

    if (!der_take_tag(&access, X509_OID, &method) || !der_take(&access, &tag, &content) ||
        access.len > 0)
        return false;
    if (tag == URI && span_equal(method, span_text(ocsp)))
        add(urls, content);
    return true;
}

static bool add_all(struct span value, bool (*add_one)(struct span, struct x509_urls *),
                    struct x509_urls *urls)
{
    struct span list, one;

    if (!x509_take_only(value, DER_SEQUENCE, &list))
        return false;
    while (list.len > 0)
        if (!der_take_tag(&list, DER_SEQUENCE, &one) || !add_one(one, urls))
            return false;
    return true;
}

static void read_extension(gnutls_x509_crt_t cert, const char *oid,
                           bool (*add_one)(struct span, struct x509_urls *), struct x509_urls *urls)
{
    gnutls_datum_t value = {NULL, 0};

    urls->count = 0;
    if (gnutls_x509_crt_get_extension_by_oid2(cert, oid, 0, &value, NULL) >= 0 &&
        !add_all(span_of(value.data, value.size), add_one, urls))
        urls->count = 0;
    gnutls_free(value.data);
}

void x509_crl_urls(gnutls_x509_crt_t cert, struct x509_urls *urls)
{
    read_extension(cert, "2.5.29.31", add_point, urls);
}

void x509_ocsp_urls(gnutls_x509_crt_t cert, struct x509_urls *urls)
{
    read_extension(cert, "1.3.6.1.5.5.7.1.1", add_access, urls);
}
