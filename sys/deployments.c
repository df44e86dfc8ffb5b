/* SPDX-License-Identifier: BSD-3-Clause */
#include "deployments.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool uses_certificates(const struct issuer_rules *issuer)
{
    return issuer_uses(issuer, "x5t") || issuer_uses(issuer, "x5t#S256") ||
           issuer_uses(issuer, "jwk");
}

/* The index of the path; `count` if there is none. */
static size_t index_of(const struct deployments *deployments, const char *path)
{
    size_t i = 0;

    while (i < deployments->count && strcmp(deployments->items[i].path, path) != 0)
        i++;
    return i;
}

static struct deployment *open_deployment(struct deployments *deployments, const char *path,
                                          uid_t also_trusted, struct safefile_error *error)
{
    size_t index = index_of(deployments, path);
    struct deployment *found;

    if (index < deployments->count)
        return &deployments->items[index];
    if (index == DEPLOYMENTS_MAX) {
        (void)snprintf(error->text, sizeof(error->text),
                       "%s: expected at most 3 directories of certificates", path);
        return NULL;
    }
    found = &deployments->items[index];
    *found =
        (struct deployment){.path = path, .fd = safefile_open_directory(path, also_trusted, error)};
    if (found->fd < 0 && errno != ENOENT)
        return NULL;
    deployments->count++;
    return found;
}

/* However their paths are written. What cannot be told apart is the same. */
static bool are_same(const struct deployment *a, const struct deployment *b)
{
    struct stat one, other;

    if (a == b)
        return true;
    if (a->fd < 0 || b->fd < 0)
        return false;
    return fstat(a->fd, &one) != 0 || fstat(b->fd, &other) != 0 ||
           (one.st_dev == other.st_dev && one.st_ino == other.st_ino);
}

/* A pinned certificate has no other rule about whose tokens it signs than where it lies. */
static bool pin(struct deployments *deployments, struct deployment *deployment,
                const struct issuer_rules *issuer, struct safefile_error *error)
{
    for (size_t i = 0; i < deployments->count; i++) {
        const struct issuer_rules *other = deployments->items[i].pins;

        if (!other || !are_same(&deployments->items[i], deployment))
            continue;
        (void)snprintf(error->text, sizeof(error->text),
                       "%s: expected another directory 'certificates' for [issuer %s]: with "
                       "certificate_trust = pinned, what is in that of [issuer %s] would sign for "
                       "both",
                       deployment->path, issuer->issuer, other->issuer);
        return false;
    }
    deployment->pins = issuer;
    return true;
}

bool deployments_add(struct deployments *deployments, const struct issuer_rules *issuer,
                     uid_t also_trusted, struct safefile_error *error)
{
    struct deployment *deployment;

    if (!uses_certificates(issuer))
        return true;
    deployment = open_deployment(deployments, issuer->certificates, also_trusted, error);
    if (!deployment)
        return false;
    return issuer->certificate_trust != CERTIFICATE_TRUST_PINNED ||
           pin(deployments, deployment, issuer, error);
}

int deployments_find(const struct deployments *deployments, const char *path)
{
    size_t found = index_of(deployments, path);

    return found < deployments->count ? deployments->items[found].fd : -1;
}

void deployments_close(struct deployments *deployments)
{
    for (size_t i = 0; i < deployments->count; i++)
        if (deployments->items[i].fd >= 0)
            close(deployments->items[i].fd);
    deployments->count = 0;
}
