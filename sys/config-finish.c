/* SPDX-License-Identifier: BSD-3-Clause */
#include "config-finish.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/answers.h"
#include "../lib/x509-urls.h"
#include "config-option.h"

/* A list that is never looked at would be a hole: those of a certificate come behind them. */
#define CRL_URLS_MAX (ANSWER_URLS_MAX - X509_URLS_MAX)

static bool refuse(struct config_error *error, const char *path, const char *text,
                   const char *issuer)
{
    (void)snprintf(error->text, sizeof(error->text), "%s: %s%s%s%s", path, issuer ? "[issuer " : "",
                   issuer ? issuer : "", issuer ? "] " : "", text);
    return false;
}

static bool fill_hostname(struct rules *rules, const char *path, struct config_error *error)
{
    char name[HOST_NAME_MAX + 1] = "";

    if (rules->hostname[0])
        return true;
    if (gethostname(name, sizeof(name)) != 0 || name[HOST_NAME_MAX] || !is_hostname(name))
        return refuse(error, path,
                      "this host's name is no name for %h in audience: set hostname in [global]",
                      NULL);
    free(rules->hostname);
    rules->hostname = strdup(name);
    return rules->hostname || refuse(error, path, "no memory to read it", NULL);
}

/* The host of an https URL; false if it is none. */
static bool url_host(const char *url, char **host)
{
    static const char scheme[] = "https://";
    size_t len;

    if (strncmp(url, scheme, sizeof(scheme) - 1) != 0)
        return false;
    url += sizeof(scheme) - 1;
    len = strcspn(url, "/:?#");
    *host = strndup(url, len);
    return *host && is_hostname(*host);
}

static bool fill_signer_names(struct issuer_rules *issuer, const char *path,
                              struct config_error *error)
{
    char *host = NULL, **items = NULL;

    if (issuer->signer_names.count > 0)
        return true;
    if (!url_host(issuer->issuer, &host)) {
        free(host);
        return refuse(
            error, path,
            "is no https URL with a host name: set signer_names to the names of its signer",
            issuer->issuer);
    }
    items = malloc(sizeof(*items));
    if (!items) {
        free(host);
        return refuse(error, path, "no memory to read it", NULL);
    }
    items[0] = host;
    issuer->signer_names = (struct string_list){items, 1};
    return true;
}

bool config_finish(struct rules *rules, const char *path, struct config_error *error)
{
    if (rules->issuer_count == 0)
        return refuse(error, path, "expected at least one section [issuer URL]", NULL);
    for (size_t i = 0; i < rules->issuer_count; i++) {
        struct issuer_rules *issuer = &rules->issuers[i];

        /* Else the users of one issuer could pass for those of another. */
        if (rules->issuer_count > 1 && !issuer->user_map[0])
            return refuse(error, path,
                          "needs user_map = identity, as there is more than one issuer",
                          issuer->issuer);
        if (issuer->crl_urls.count > CRL_URLS_MAX)
            return refuse(error, path, "expected at most 12 crl_urls", issuer->issuer);
        if (!fill_signer_names(issuer, path, error))
            return false;
    }
    return fill_hostname(rules, path, error);
}
