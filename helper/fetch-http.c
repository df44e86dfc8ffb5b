/* SPDX-License-Identifier: BSD-3-Clause */
#include "fetch-http.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../sys/spawn.h"
#include "../sys/write-whole.h"
#include "fetch-address.h"

#define HEADERS_MAX 65536 /* bytes */
#define ACCEPT_MAX 128    /* characters of that header */
#define SLOW_LIMIT 64     /* bytes a second, */
#define SLOW_TIME 10      /* for so many seconds: given up */

struct transfer {
    CURL *curl;
    const struct http_request *request;
    size_t headers, body; /* bytes so far */
    bool too_long, not_written;
    char refused[INET6_ADDRSTRLEN]; /* the address that may not be connected to; "": none */
    char error[CURL_ERROR_SIZE];
};

__attribute__((format(printf, 2, 3))) static bool refuse(struct http_reply *reply,
                                                         const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(reply->why, sizeof(reply->why), format, arguments);
    va_end(arguments);
    return false;
}

/* --- what libcurl calls ----------------------------------------------------------------------- */

static size_t take_header(char *bytes, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;

    (void)bytes;
    transfer->headers += size * count;
    transfer->too_long |= transfer->headers > HEADERS_MAX;
    return transfer->too_long ? 0 : size * count;
}

/* The body of any other status than 200 is read and forgotten. */
static size_t take_body(char *bytes, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    long status = 0;

    transfer->body += size * count;
    transfer->too_long |= transfer->body > transfer->request->max;
    if (transfer->too_long ||
        curl_easy_getinfo(transfer->curl, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK)
        return 0;
    if (status == 200 && !write_whole(transfer->request->file, span_of(bytes, size * count))) {
        transfer->not_written = true;
        return 0;
    }
    return size * count;
}

/* Sees the address that is really connected to. A proxy is the administrator's choice. */
static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct transfer *transfer = context;
    const struct issuer_rules *rules = transfer->request->rules;
    char text[INET6_ADDRSTRLEN];

    if (purpose != CURLSOCKTYPE_IPCXN)
        return CURL_SOCKET_BAD;
    if (!fetch_address_allowed(&address->addr, &rules->fetch_hosts, text) &&
        !rules->http_proxy[0]) {
        memcpy(transfer->refused, text, sizeof(text));
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* --- options ---------------------------------------------------------------------------------- */

static const struct {
    CURLoption option;
    long value;
} numbers[] = {
    {CURLOPT_NOSIGNAL, 1},
    {CURLOPT_QUICK_EXIT, 1}, /* does not wait for the name server when time is over */
    {CURLOPT_FOLLOWLOCATION, 0},
    {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
    {CURLOPT_NETRC, CURL_NETRC_IGNORED},
    {CURLOPT_LOW_SPEED_LIMIT, SLOW_LIMIT},
    {CURLOPT_LOW_SPEED_TIME, SLOW_TIME},
    {CURLOPT_SSL_VERIFYPEER, 1},
    {CURLOPT_SSL_VERIFYHOST, 2},
    {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
    {CURLOPT_PROXY_SSL_VERIFYPEER, 1},
    {CURLOPT_PROXY_SSL_VERIFYHOST, 2},
    {CURLOPT_PROXY_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
};

static bool set_numbers(CURL *curl)
{
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        if (curl_easy_setopt(curl, numbers[i].option, numbers[i].value) != CURLE_OK)
            return false;
    return true;
}

#define SET(option, value) (curl_easy_setopt(curl, (option), (value)) == CURLE_OK)

static bool set_callbacks(CURL *curl, struct transfer *transfer)
{
    return SET(CURLOPT_ERRORBUFFER, transfer->error) && SET(CURLOPT_HEADERFUNCTION, take_header) &&
           SET(CURLOPT_HEADERDATA, transfer) && SET(CURLOPT_WRITEFUNCTION, take_body) &&
           SET(CURLOPT_WRITEDATA, transfer) && SET(CURLOPT_OPENSOCKETFUNCTION, open_socket) &&
           SET(CURLOPT_OPENSOCKETDATA, transfer);
}

static bool set_trust(CURL *curl, const struct issuer_rules *rules)
{
    /* "" is no proxy, not even one that an environment would name */
    if (!SET(CURLOPT_PROXY, rules->http_proxy))
        return false;
    return !rules->tls_ca[0] ||
           (SET(CURLOPT_CAINFO, rules->tls_ca) && SET(CURLOPT_CAPATH, NULL) &&
            SET(CURLOPT_PROXY_CAINFO, rules->tls_ca) && SET(CURLOPT_PROXY_CAPATH, NULL));
}

static bool set_request(CURL *curl, const struct http_request *request, struct curl_slist *headers)
{
    int64_t left = request->deadline_ms - spawn_now_ms();

    return SET(CURLOPT_URL, request->url) && SET(CURLOPT_PROTOCOLS_STR, "http,https") &&
           SET(CURLOPT_USERAGENT, "pam_jwt") && SET(CURLOPT_HTTPHEADER, headers) &&
           SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)request->max) &&
           SET(CURLOPT_TIMEOUT_MS, (long)(left < 1 ? 1 : left)) &&
           (request->body.len > 0 ? SET(CURLOPT_POSTFIELDSIZE, (long)request->body.len) &&
                                        SET(CURLOPT_COPYPOSTFIELDS, (const char *)request->body.ptr)
                                  : SET(CURLOPT_HTTPGET, 1L));
}

/* NULL: no memory. */
static struct curl_slist *make_headers(const struct http_request *request)
{
    char accept[ACCEPT_MAX];
    const char *const lines[] = {accept, "Content-Type: application/ocsp-request", "Expect:"};
    struct curl_slist *list = NULL;

    (void)snprintf(accept, sizeof(accept), "Accept: %s", request->accept);
    for (size_t i = 0; i < (request->body.len == 0 ? 1 : 3); i++) {
        struct curl_slist *longer = curl_slist_append(list, lines[i]);

        if (!longer) {
            curl_slist_free_all(list);
            return NULL;
        }
        list = longer;
    }
    return list;
}

/* --- the reply -------------------------------------------------------------------------------- */

static bool is_redirect(long status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* Without what may follow a type: "; charset=...". */
static bool is_type(const char *found, const char *expected)
{
    size_t len = strlen(expected);

    return found && strncasecmp(found, expected, len) == 0 &&
           (found[len] == '\0' || found[len] == ';' || found[len] == ' ');
}

static bool explain_error(const struct transfer *transfer, CURLcode code, struct http_reply *reply)
{
    long error = 0;

    if (transfer->headers > HEADERS_MAX)
        return refuse(reply, "expected at most %d bytes of headers, found more", HEADERS_MAX);
    if (transfer->too_long || code == CURLE_FILESIZE_EXCEEDED)
        return refuse(reply, "expected at most %zu bytes, found more", transfer->request->max);
    if (transfer->not_written)
        return refuse(reply, "no place for its answer");
    if (transfer->refused[0] && code == CURLE_COULDNT_CONNECT)
        return refuse(reply, "its address %s is special: if it is meant, list it in fetch_hosts",
                      transfer->refused);
    if (code == CURLE_OPERATION_TIMEDOUT)
        return refuse(reply, "no complete answer in time");
    if (code == CURLE_COULDNT_CONNECT &&
        curl_easy_getinfo(transfer->curl, CURLINFO_OS_ERRNO, &error) == CURLE_OK && error != 0)
        return refuse(reply, "cannot connect: %s", strerror((int)error));
    return refuse(reply, "%s", transfer->error[0] ? transfer->error : curl_easy_strerror(code));
}

static void read_redirect(CURL *curl, struct http_reply *reply)
{
    const char *url = NULL;

    if (curl_easy_getinfo(curl, CURLINFO_REDIRECT_URL, &url) != CURLE_OK || !url)
        return;
    if (strlen(url) < sizeof(reply->redirect))
        memcpy(reply->redirect, url, strlen(url) + 1);
    else
        (void)refuse(reply, "it redirects to a URL of more than %d characters", FETCH_URL_MAX - 1);
}

static bool judge(const struct transfer *transfer, CURLcode code, struct http_reply *reply)
{
    const char *type = NULL;

    (void)curl_easy_getinfo(transfer->curl, CURLINFO_RESPONSE_CODE, &reply->status);
    (void)curl_easy_getinfo(transfer->curl, CURLINFO_CONTENT_TYPE, &type);
    if (reply->status != 0 && reply->status != 200) {
        (void)refuse(reply, "expected HTTP status 200, found %ld", reply->status);
        if (code == CURLE_OK && is_redirect(reply->status))
            read_redirect(transfer->curl, reply);
        return false;
    }
    if (code != CURLE_OK)
        return explain_error(transfer, code, reply);
    if (transfer->request->type && !is_type(type, transfer->request->type))
        return refuse(reply, "expected the content type %s, found %.100s", transfer->request->type,
                      type ? type : "none");
    return transfer->body > 0 || refuse(reply, "expected an answer, found an empty one");
}

void http_ask(CURL *curl, const struct http_request *request, struct http_reply *reply)
{
    struct transfer transfer = {.curl = curl, .request = request};
    struct curl_slist *headers = make_headers(request);

    *reply = (struct http_reply){.complete = false};
    curl_easy_reset(curl);
    if (!headers || !set_numbers(curl) || !set_callbacks(curl, &transfer) ||
        !set_trust(curl, request->rules) || !set_request(curl, request, headers))
        (void)refuse(reply, "libcurl cannot be set up for it");
    else
        reply->complete = judge(&transfer, curl_easy_perform(curl), reply);
    curl_slist_free_all(headers);
}
