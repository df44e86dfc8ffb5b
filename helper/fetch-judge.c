/* SPDX-License-Identifier: BSD-3-Clause */
#include "fetch-judge.h"

#include <gnutls/crypto.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../lib/answers.h"
#include "../lib/crl-form.h"
#include "../lib/crl.h"
#include "../lib/json-scan.h"
#include "../lib/json.h"
#include "../lib/ocsp.h"
#include "../sys/paths.h"
#include "../sys/sandbox.h"

/* What is compared of an answer and the one that is kept. */
struct edition {
    int64_t this_update; /* seconds since the epoch */
    struct span number;  /* of a CRL, without leading zeros; empty: none */
};

struct judging {
    const struct judge_job *job;
    gnutls_x509_crt_t cert, issuer; /* NULL: not known */
};

static bool refuse(const struct judge_job *job, const char *why)
{
    (void)snprintf(job->report->why, sizeof(job->report->why), "%s", why);
    return false;
}

static bool import(struct span der, gnutls_x509_crt_t *cert)
{
    const gnutls_datum_t bytes = {(unsigned char *)der.ptr, (unsigned)der.len};

    return gnutls_x509_crt_init(cert) == 0 &&
           gnutls_x509_crt_import(*cert, &bytes, GNUTLS_X509_FMT_DER) == 0;
}

/* --- CRL -------------------------------------------------------------------------------------- */

/* RFC 5280 section 5.2.3 */
static struct span crl_number(const struct crl *crl)
{
    static const unsigned char oid[] = {0x55, 0x1d, 0x14};
    struct span extensions = crl->extensions, number;
    struct x509_extension extension;

    while (x509_take_extension(&extensions, &extension))
        if (span_equal(extension.oid, span_of(oid, sizeof(oid))) &&
            x509_take_integer(&extension.value, &number))
            return span_number(number);
    return span_of(NULL, 0);
}

static bool read_crl(struct span der, struct edition *edition, struct evidence *evidence)
{
    struct crl crl;

    if (!crl_form_read(der, &crl, evidence))
        return false;
    *edition = (struct edition){crl.this_update, crl_number(&crl)};
    return true;
}

/* Nobody is known who could have signed it: whoever uses it judges it. */
static bool judge_form(const struct judge_job *job, int64_t now, const struct edition *edition,
                       struct evidence *evidence)
{
    return edition->this_update <= now + job->rules->leeway ||
           evidence_refuse(evidence, "CRL: thisUpdate is in the future");
}

/* --- both ------------------------------------------------------------------------------------- */

static bool judge_status(const struct judging *judging, struct span der, int64_t now,
                         struct evidence *evidence)
{
    const struct judge_job *job = judging->job;
    const struct evidence_question question = {
        .cert = judging->cert,
        .issuer = judging->issuer,
        .now = now,
        .leeway = job->rules->leeway,
        .ocsp_max_age = job->issuer->ocsp_max_age,
    };

    (job->wish->kind == ANSWER_CRL ? crl_look_up : ocsp_look_up)(der, &question, evidence);
    return evidence->status != CERTIFICATE_UNKNOWN;
}

static bool judge(const struct judging *judging, struct span der, int64_t now,
                  struct edition *edition, struct evidence *evidence)
{
    const struct judge_job *job = judging->job;
    bool crl = job->wish->kind == ANSWER_CRL;

    if (crl && !read_crl(der, edition, evidence))
        return false;
    if (crl && !judging->cert)
        return judge_form(job, now, edition, evidence);
    if (!judge_status(judging, der, now, evidence))
        return false;
    edition->this_update = evidence->this_update;
    return true;
}

static bool is_lower(struct span a, struct span b)
{
    return a.len != b.len ? a.len < b.len : a.len > 0 && memcmp(a.ptr, b.ptr, a.len) < 0;
}

/* The number of a list that anybody may have made could be higher than all that ever come; its date
 * is not: it has passed. */
static bool is_numbered_lower(const struct judging *judging, const struct edition *edition,
                              const struct edition *kept)
{
    return judging->cert && edition->number.len > 0 && is_lower(edition->number, kept->number);
}

/* What is kept counts as it did when it was fetched: it may have expired since. */
static bool is_older(const struct judging *judging, const struct edition *edition)
{
    const struct judge_job *job = judging->job;
    struct edition kept = {0};
    struct evidence evidence = {.status = CERTIFICATE_UNKNOWN};

    if (job->kept.len == 0 || !judge(judging, job->kept, job->kept_from, &kept, &evidence))
        return false;
    return edition->this_update < kept.this_update || is_numbered_lower(judging, edition, &kept);
}

/* The request names the entry: an answer for one certificate does not replace that of another. */
static bool is_request_for(const struct judging *judging, struct span request)
{
    unsigned char own[FETCH_REQUEST_MAX];

    return span_equal(request,
                      span_of(own, ocsp_request(judging->cert, judging->issuer, own, sizeof(own))));
}

/* --- keys ------------------------------------------------------------------------------------- */

/* OpenID Connect Discovery section 4.3: the issuer is the one that was asked, byte for byte */
static bool read_metadata(const struct judge_job *job, struct json_object *metadata)
{
    struct span issuer, url;

    if (!json_string(json_member(metadata, "issuer"), &issuer) ||
        !span_equal(issuer, span_text(job->issuer->issuer)))
        return refuse(job, "the issuer in its metadata is another");
    if (!json_string(json_member(metadata, "jwks_uri"), &url) || url.len >= FETCH_URL_MAX ||
        memchr(url.ptr, '\0', url.len))
        return refuse(job, "expected jwks_uri in its metadata");
    memcpy(job->report->url, url.ptr, url.len);
    job->report->url[url.len] = '\0';
    return true;
}

static void look_at_key(void *context, struct span text)
{
    (void)context;
    (void)text;
}

/* RFC 7517 section 5. By the scan of a login, so that no set which a login cannot use replaces one
 * that it can; what a key is, whoever looks for one judges. */
static bool read_set(const struct judge_job *job)
{
    return json_scan_objects(job->der, "keys", look_at_key, NULL) ||
           refuse(job, "expected a JWK Set: an object with one array of objects, keys");
}

static bool decide_keys(const struct judge_job *job)
{
    JSON_CLEANUP struct json_object *object = NULL;
    struct report report = {.detail = ""};

    if (json_parse(job->der, job->discovery ? "metadata" : "JWK Set", &object, &report) !=
        STATUS_ACCEPTED)
        return refuse(job, report.detail);
    return job->discovery ? read_metadata(job, object) : read_set(job);
}

/* --- all -------------------------------------------------------------------------------------- */

static bool decide(struct judging *judging)
{
    const struct judge_job *job = judging->job;
    struct evidence evidence = {.status = CERTIFICATE_UNKNOWN};
    struct edition edition = {0};

    if (job->wish->kind == ANSWER_JWKS)
        return decide_keys(job);
    if (job->wish->cert.len > 0 &&
        (!import(job->wish->cert, &judging->cert) || !import(job->wish->issuer, &judging->issuer)))
        return refuse(job, "the certificate it is about cannot be read");
    if (job->wish->kind == ANSWER_OCSP && !judging->cert)
        return refuse(job, "expected the certificate it is about, found none");
    if (job->wish->kind == ANSWER_OCSP && !is_request_for(judging, job->wish->request))
        return refuse(job, "the request for it is about another certificate");
    if (!judge(judging, job->der, job->now, &edition, &evidence))
        return refuse(job, evidence.detail);
    return !is_older(judging, &edition) ||
           refuse(job, "it is older than what is in the cache, which stays");
}

int judge_run(void *context)
{
    static const struct sandbox_directories none;
    const struct judge_job *job = context;
    struct judging judging = {.job = job};
    struct sandbox_result sandbox;
    unsigned char byte;

    tzset();
    if (gnutls_rnd(GNUTLS_RND_NONCE, &byte, sizeof(byte)) != 0)
        return 0;
    if (!sandbox_enter(paths_unprivileged, job->seconds, &none, &sandbox)) {
        (void)refuse(job, sandbox.error);
        return 0;
    }
    return decide(&judging) ? JUDGE_KEEP : 0;
}
