/* SPDX-License-Identifier: BSD-3-Clause */
#include "redis-link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <limits.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../sys/spawn.h"

struct redis_link {
    int fd;
    int64_t deadline_ms;
    gnutls_session_t session; /* NULL: no TLS */
    gnutls_certificate_credentials_t credentials;
    gnutls_typed_vdata_st wanted[2]; /* of its certificate */
};

static bool fail(struct report *report, const char *why)
{
    (void)report_refuse(report, STATUS_REPLAY_UNAVAILABLE, "the Redis server: %s", why);
    return false;
}

/* False at the deadline. */
static bool wait_for(const struct redis_link *link, short events, struct report *report)
{
    struct pollfd one = {.fd = link->fd, .events = events};
    int ready;

    do {
        uint32_t left = spawn_ms_left(link->deadline_ms);

        if (spawn_now_ms() >= link->deadline_ms)
            return fail(report, "no answer in time");
        ready = poll(&one, 1, left < INT_MAX ? (int)left : INT_MAX);
    } while (ready == 0 || (ready < 0 && (errno == EINTR || errno == EAGAIN)));
    return ready > 0 || fail(report, strerror(errno));
}

/* Whether what was not done is to be tried again; else the report says why not. */
static bool again(const struct redis_link *link, ssize_t result, short events,
                  struct report *report)
{
    if (link->session && result == GNUTLS_E_AGAIN)
        return wait_for(link, gnutls_record_get_direction(link->session) ? POLLOUT : POLLIN,
                        report);
    if (link->session)
        return result == GNUTLS_E_INTERRUPTED || fail(report, gnutls_strerror((int)result));
    if (errno == EAGAIN || errno == EWOULDBLOCK)
        return wait_for(link, events, report);
    return errno == EINTR || fail(report, strerror(errno));
}

/* --- TCP -------------------------------------------------------------------------------------- */

static bool connect_to(struct redis_link *link, const struct addrinfo *address,
                       struct report *report)
{
    socklen_t size = sizeof(int);
    int error = 0;

    link->fd = socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
                      address->ai_protocol);
    if (link->fd < 0)
        return fail(report, strerror(errno));
    if (connect(link->fd, address->ai_addr, address->ai_addrlen) == 0)
        return true;
    if (errno != EINPROGRESS)
        return fail(report, strerror(errno));
    if (!wait_for(link, POLLOUT, report))
        return false;
    if (getsockopt(link->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
        error = errno;
    return error == 0 || fail(report, strerror(error));
}

static void disconnect(struct redis_link *link)
{
    if (link->fd >= 0)
        close(link->fd);
    link->fd = -1;
}

/* The addresses of the name, one after the other. */
static bool connect_to_any(struct redis_link *link, const struct redis_place *place,
                           struct report *report)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    int error = getaddrinfo(place->host, place->port, &hints, &found);
    bool connected = false;

    if (error != 0)
        return fail(report, gai_strerror(error));
    for (const struct addrinfo *one = found; one && !connected; one = one->ai_next) {
        disconnect(link);
        connected = connect_to(link, one, report);
    }
    freeaddrinfo(found);
    return connected;
}

/* --- TLS -------------------------------------------------------------------------------------- */

static bool trust(struct redis_link *link, struct span ca)
{
    const gnutls_datum_t pem = {(unsigned char *)ca.ptr, (unsigned)ca.len};

    if (gnutls_certificate_allocate_credentials(&link->credentials) != 0)
        return false;
    if (ca.len > 0)
        return gnutls_certificate_set_x509_trust_mem(link->credentials, &pem, GNUTLS_X509_FMT_PEM) >
               0;
    return gnutls_certificate_set_x509_system_trust(link->credentials) > 0;
}

static bool is_address(const char *host)
{
    unsigned char address[16];

    return inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;
}

static bool prepare(struct redis_link *link, const char *host)
{
    if (gnutls_init(&link->session, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL) != 0 ||
        gnutls_set_default_priority_append(link->session, "-VERS-TLS1.0:-VERS-TLS1.1", NULL, 0) !=
            0 ||
        gnutls_credentials_set(link->session, GNUTLS_CRD_CERTIFICATE, link->credentials) != 0)
        return false;
    /* RFC 6066 section 3: no addresses */
    if (!is_address(host) &&
        gnutls_server_name_set(link->session, GNUTLS_NAME_DNS, host, strlen(host)) != 0)
        return false;
    link->wanted[0] = (gnutls_typed_vdata_st){GNUTLS_DT_DNS_HOSTNAME, (unsigned char *)host, 0};
    link->wanted[1] = (gnutls_typed_vdata_st){GNUTLS_DT_KEY_PURPOSE_OID,
                                              (unsigned char *)GNUTLS_KP_TLS_WWW_SERVER, 0};
    gnutls_session_set_verify_cert2(link->session, link->wanted, 2, 0);
    gnutls_transport_set_int(link->session, link->fd);
    return true;
}

static bool refuse_certificate(const struct redis_link *link, struct report *report)
{
    gnutls_datum_t text = {NULL, 0};

    if (gnutls_certificate_verification_status_print(
            gnutls_session_get_verify_cert_status(link->session), GNUTLS_CRT_X509, &text, 0) != 0)
        return fail(report, "its certificate is not accepted");
    (void)fail(report, (const char *)text.data);
    gnutls_free(text.data);
    return false;
}

static bool shake_hands(struct redis_link *link, struct report *report)
{
    int result;

    while ((result = gnutls_handshake(link->session)) != 0) {
        if (result == GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR)
            return refuse_certificate(link, report);
        if (!again(link, result, 0, report))
            return false;
    }
    return true;
}

/* --- both ------------------------------------------------------------------------------------- */

struct redis_link *redis_link_open(const struct redis_place *place, struct span ca,
                                   int64_t deadline_ms, struct report *report)
{
    struct redis_link *link = calloc(1, sizeof(*link));
    bool open;

    if (!link) {
        (void)fail(report, strerror(ENOMEM));
        return NULL;
    }
    *link = (struct redis_link){.fd = -1, .deadline_ms = deadline_ms};
    open = connect_to_any(link, place, report);
    if (open && place->tls) {
        if (!trust(link, ca))
            open = fail(report, "its CAs cannot be read: see server_ca");
        else if (!prepare(link, place->host))
            open = fail(report, "TLS cannot be used");
        else
            open = shake_hands(link, report);
    }
    if (!open)
        redis_link_close(&link);
    return link;
}

void redis_link_close(struct redis_link **link)
{
    if (!*link)
        return;
    if ((*link)->session)
        gnutls_deinit((*link)->session);
    if ((*link)->credentials)
        gnutls_certificate_free_credentials((*link)->credentials);
    disconnect(*link);
    free(*link);
    *link = NULL;
}

static ssize_t send_some(const struct redis_link *link, struct span bytes)
{
    return link->session ? gnutls_record_send(link->session, bytes.ptr, bytes.len)
                         : send(link->fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);
}

bool redis_link_send(struct redis_link *link, struct span bytes, struct report *report)
{
    while (bytes.len > 0) {
        ssize_t sent = send_some(link, bytes);

        if (sent >= 0)
            bytes = span_of(bytes.ptr + sent, bytes.len - (size_t)sent);
        else if (!again(link, sent, POLLOUT, report))
            return false;
    }
    return true;
}

static ssize_t receive_some(const struct redis_link *link, unsigned char *out, size_t size)
{
    return link->session ? gnutls_record_recv(link->session, out, size)
                         : recv(link->fd, out, size, 0);
}

size_t redis_link_receive(struct redis_link *link, unsigned char *out, size_t size,
                          struct report *report)
{
    ssize_t got;

    while ((got = receive_some(link, out, size)) < 0)
        if (!again(link, got, POLLIN, report))
            return 0;
    if (got == 0)
        (void)fail(report, "it has closed the connection");
    return (size_t)got;
}
