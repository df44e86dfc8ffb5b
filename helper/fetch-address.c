/* SPDX-License-Identifier: BSD-3-Clause */
#include "fetch-address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define BYTES(family) ((family) == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr))

struct range {
    unsigned char prefix[16];
    unsigned bits;
};

static const struct range special4[] = {
    {{0}, 8},         /* "this network": Linux takes 0.0.0.0 for this host */
    {{127}, 8},       /* loopback */
    {{169, 254}, 16}, /* link-local: metadata of clouds */
    {{224}, 4},       /* multicast */
    {{240}, 4},       /* reserved, broadcast */
};

static const struct range special6[] = {
    {{0xfe, 0x80}, 10}, /* link-local */
    {{0xff}, 8},        /* multicast */
};

/* What has an IPv4 address in it: where that begins, in bytes. */
static const struct {
    struct range range;
    unsigned at;
} embedding[] = {
    {{{0}, 96}, 12},                                           /* compatible; :: and ::1, too */
    {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96}, 12},    /* mapped */
    {{{0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0}, 96}, 12},    /* translated, RFC 2765 */
    {{{0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0}, 96}, 12}, /* NAT64, RFC 6052 */
    {{{0, 0x64, 0xff, 0x9b, 0, 1}, 48}, 12},                   /* of this network, RFC 8215 */
    {{{0x20, 0x02}, 16}, 2},                                   /* 6to4 */
};

static bool is_within(const unsigned char *address, const struct range *range)
{
    for (unsigned bit = 0; bit < range->bits; bit++)
        if (((address[bit / 8] ^ range->prefix[bit / 8]) >> (7 - bit % 8)) & 1)
            return false;
    return true;
}

static bool is_special4(const unsigned char *address)
{
    for (size_t i = 0; i < sizeof(special4) / sizeof(special4[0]); i++)
        if (is_within(address, &special4[i]))
            return true;
    return false;
}

static bool is_special6(const unsigned char *address)
{
    for (size_t i = 0; i < sizeof(special6) / sizeof(special6[0]); i++)
        if (is_within(address, &special6[i]))
            return true;
    for (size_t i = 0; i < sizeof(embedding) / sizeof(embedding[0]); i++)
        if (is_within(address, &embedding[i].range) && is_special4(address + embedding[i].at))
            return true;
    return false;
}

static bool is_listed(int family, const unsigned char *address, const struct string_list *hosts)
{
    unsigned char listed[16];

    for (size_t i = 0; i < hosts->count; i++)
        if (inet_pton(family, hosts->items[i], listed) == 1 &&
            memcmp(listed, address, BYTES(family)) == 0)
            return true;
    return false;
}

bool fetch_address_allowed(const struct sockaddr *address, const struct string_list *hosts,
                           char text[INET6_ADDRSTRLEN])
{
    unsigned char bytes[16];
    bool special;

    (void)snprintf(text, INET6_ADDRSTRLEN, "no IP address");
    if (address->sa_family == AF_INET)
        memcpy(bytes, &((const struct sockaddr_in *)(const void *)address)->sin_addr, 4);
    else if (address->sa_family == AF_INET6)
        memcpy(bytes, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, 16);
    else
        return false;
    (void)inet_ntop(address->sa_family, bytes, text, INET6_ADDRSTRLEN);
    special = address->sa_family == AF_INET ? is_special4(bytes) : is_special6(bytes);
    return !special || is_listed(address->sa_family, bytes, hosts);
}
