/* SPDX-License-Identifier: BSD-3-Clause */
#include "ocsp-form.h"

#include "der.h"
#include "x509-time.h"

static bool malformed(struct evidence *evidence, const char *part)
{
    return evidence_refuse(evidence, "OCSP response: %s is missing or malformed", part);
}

/* --- OCSPResponse ----------------------------------------------------------------------------- */

static const char *status_name(unsigned status)
{
    static const char *const names[] = {
        [0] = "successful", [1] = "malformedRequest", [2] = "internalError",
        [3] = "tryLater",   [5] = "sigRequired",      [6] = "unauthorized",
    };

    return status < sizeof(names) / sizeof(names[0]) && names[status] ? names[status] : "no name";
}

static bool take_response_status(struct span *rest, struct evidence *evidence)
{
    struct span status;

    if (!der_take_tag(rest, X509_ENUMERATED, &status) || status.len != 1)
        return malformed(evidence, "responseStatus");

    /* RFC 6960 section 4.2.1 */
    if (status.ptr[0] != 0)
        return evidence_refuse(evidence, "OCSP response: expected successful, found %s (%u)",
                               status_name(status.ptr[0]), status.ptr[0]);
    return true;
}

/* The bytes of the BasicOCSPResponse. */
static bool unwrap(struct span der, struct span *basic, struct evidence *evidence)
{
    static const unsigned char id_pkix_ocsp_basic[] = {0x2b, 0x06, 0x01, 0x05, 0x05,
                                                       0x07, 0x30, 0x01, 0x01};
    struct span response, tagged, bytes, type;

    if (!x509_take_only(der, DER_SEQUENCE, &response))
        return malformed(evidence, "OCSPResponse");
    if (!take_response_status(&response, evidence))
        return false;
    if (!x509_take_only(response, X509_CHOICE(0), &tagged) ||
        !x509_take_only(tagged, DER_SEQUENCE, &bytes) || !der_take_tag(&bytes, X509_OID, &type))
        return malformed(evidence, "responseBytes");

    /* RFC 6960 section 4.2.1: the type that every client knows */
    if (!span_equal(type, span_of(id_pkix_ocsp_basic, sizeof(id_pkix_ocsp_basic))))
        return evidence_refuse(
            evidence, "OCSP response: expected the type id-pkix-ocsp-basic, found another");
    if (!x509_take_only(bytes, X509_OCTET_STRING, basic))
        return malformed(evidence, "response");
    return true;
}

/* --- ResponseData ----------------------------------------------------------------------------- */

static bool take_version(struct span *rest, struct evidence *evidence)
{
    struct span tagged, version;

    if (!x509_next_is(*rest, X509_CHOICE(0)))
        return true;
    if (!der_take_tag(rest, X509_CHOICE(0), &tagged) ||
        !x509_take_only(tagged, X509_INTEGER, &version))
        return malformed(evidence, "version");

    /* RFC 6960 section 4.2.2.3: there is v1 only, some write it though it is the default */
    if (version.len != 1 || version.ptr[0] != 0)
        return evidence_refuse(evidence, "OCSP response: expected version 1, found another");
    return true;
}

static bool take_responder(struct span *rest, struct ocsp_response *response)
{
    struct span tagged, name;

    if (x509_next_is(*rest, OCSP_BY_KEY)) {
        response->id_kind = OCSP_BY_KEY;
        return der_take_tag(rest, OCSP_BY_KEY, &tagged) &&
               x509_take_only(tagged, X509_OCTET_STRING, &response->id);
    }
    response->id_kind = OCSP_BY_NAME;
    if (!der_take_tag(rest, OCSP_BY_NAME, &response->id))
        return false;
    return x509_take_only(response->id, DER_SEQUENCE, &name);
}

/* `rest` is empty, or Extensions behind [1] and nothing else. */
static bool read_tagged_extensions(struct span rest, bool *critical)
{
    struct span tagged, list;

    return rest.len == 0 || (x509_take_only(rest, X509_CHOICE(1), &tagged) &&
                             x509_take_only(tagged, DER_SEQUENCE, &list) &&
                             x509_extensions_readable(list, critical));
}

static bool read_tbs(struct ocsp_response *response, struct evidence *evidence)
{
    struct span rest;

    if (!x509_take_only(response->tbs, DER_SEQUENCE, &rest))
        return malformed(evidence, "tbsResponseData");
    if (!take_version(&rest, evidence))
        return false;
    if (!take_responder(&rest, response))
        return malformed(evidence, "responderID");
    if (!x509_take_time(&rest, &response->produced_at))
        return malformed(evidence, "producedAt");
    if (!der_take_tag(&rest, DER_SEQUENCE, &response->singles))
        return malformed(evidence, "responses");
    if (!read_tagged_extensions(rest, &response->critical))
        return malformed(evidence, "responseExtensions");
    return true;
}

/* --- BasicOCSPResponse ------------------------------------------------------------------------ */

static bool read_certs(struct span rest, struct ocsp_response *response)
{
    struct span tagged;

    return rest.len == 0 || (x509_take_only(rest, X509_CHOICE(0), &tagged) &&
                             x509_take_only(tagged, DER_SEQUENCE, &response->certs));
}

bool ocsp_form_read(struct span der, struct ocsp_response *response, struct evidence *evidence)
{
    struct span basic, rest;

    *response = (struct ocsp_response){.critical = false};

    /* RFC 5019 section 5: short enough for every client */
    if (der.len > OCSP_RESPONSE_MAX)
        return evidence_refuse(evidence, "OCSP response: expected at most %d bytes, found %zu",
                               OCSP_RESPONSE_MAX, der.len);
    if (!unwrap(der, &basic, evidence))
        return false;
    if (!x509_take_only(basic, DER_SEQUENCE, &rest) ||
        !x509_take_whole(&rest, DER_SEQUENCE, &response->tbs))
        return malformed(evidence, "BasicOCSPResponse");
    if (!x509_take_algorithm(&rest, &response->algorithm) ||
        !x509_take_bits(&rest, &response->signature))
        return malformed(evidence, "the signature");
    if (!read_certs(rest, response))
        return malformed(evidence, "certs");
    return read_tbs(response, evidence);
}

/* --- SingleResponse --------------------------------------------------------------------------- */

static bool take_cert_id(struct span *rest, struct ocsp_single *single)
{
    struct span id;

    return der_take_tag(rest, DER_SEQUENCE, &id) && x509_take_algorithm(&id, &single->hash) &&
           der_take_tag(&id, X509_OCTET_STRING, &single->name_hash) &&
           der_take_tag(&id, X509_OCTET_STRING, &single->key_hash) &&
           x509_take_integer(&id, &single->serial) && id.len == 0;
}

static bool read_revoked(struct span info, struct ocsp_single *single)
{
    struct span tagged, reason;

    single->reason = REASON_UNSPECIFIED;
    if (!x509_take_time(&info, &single->revoked_at))
        return false;
    if (info.len == 0)
        return true;

    /* RFC 5280 section 5.3.1: CRLReason is below 128 */
    if (!x509_take_only(info, X509_CHOICE(0), &tagged) ||
        !x509_take_only(tagged, X509_ENUMERATED, &reason) || reason.len != 1 ||
        reason.ptr[0] >= 0x80)
        return false;
    single->reason = reason.ptr[0];
    return true;
}

static bool take_status(struct span *rest, struct ocsp_single *single)
{
    struct span content;
    unsigned tag;

    if (!der_take(rest, &tag, &content))
        return false;
    switch (tag) {
    case OCSP_GOOD:
    case OCSP_UNKNOWN:
        single->status = (enum ocsp_status)tag;
        return content.len == 0;
    case OCSP_REVOKED:
        single->status = OCSP_REVOKED;
        return read_revoked(content, single);
    default:
        return false;
    }
}

static bool take_next_update(struct span *rest, struct ocsp_single *single)
{
    struct span tagged;

    single->has_next_update = x509_next_is(*rest, X509_CHOICE(0));
    return !single->has_next_update ||
           (der_take_tag(rest, X509_CHOICE(0), &tagged) &&
            x509_take_time(&tagged, &single->next_update) && tagged.len == 0);
}

bool ocsp_form_take_single(struct span *singles, struct ocsp_single *single)
{
    struct span rest;

    *single = (struct ocsp_single){.status = OCSP_UNKNOWN};
    return der_take_tag(singles, DER_SEQUENCE, &rest) && take_cert_id(&rest, single) &&
           take_status(&rest, single) && x509_take_time(&rest, &single->this_update) &&
           take_next_update(&rest, single) && read_tagged_extensions(rest, &single->critical);
}
