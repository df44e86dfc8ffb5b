/* SPDX-License-Identifier: BSD-3-Clause */
#include "config-section.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool config_refuse(struct loader *loader, unsigned line, const char *format, ...)
{
    struct config_error *error = loader->error;
    int len = line ? snprintf(error->text, sizeof(error->text), "%s:%u: ", loader->path, line)
                   : snprintf(error->text, sizeof(error->text), "%s: ", loader->path);
    va_list arguments;

    if (len < 0 || (size_t)len >= sizeof(error->text))
        return false;
    va_start(arguments, format);
    (void)vsnprintf(error->text + len, sizeof(error->text) - (size_t)len, format, arguments);
    va_end(arguments);
    return false;
}

bool config_refuse_no_memory(struct loader *loader)
{
    return config_refuse(loader, 0, "no memory to read it");
}

/* The line of a section's header, 0 if it has none. */
static unsigned header_line(const struct loader *loader, const char *name)
{
    unsigned line = 1;

    for (const char *at = loader->text; at; line++) {
        const char *inner = at + (*at == '[') + strspn(at + (*at == '['), " \t");

        if (*at == '[' && strncmp(inner, name, strlen(name)) == 0 &&
            strchr(" \t]", inner[strlen(name)]) && inner[strlen(name)])
            return line;
        at = strchr(at, '\n');
        if (at)
            at++;
    }
    return 0;
}

void *section_base(const struct loader *loader, const struct section *section)
{
    struct rules *rules = loader->rules;

    switch (section->scope) {
    case SCOPE_ISSUER:
        return &rules->issuers[section->index];
    case SCOPE_SERVICE:
        return &rules->services[section->index].demands;
    case SCOPE_REPLAY:
        return &rules->replay;
    case SCOPE_GLOBAL:
        break;
    }
    return rules;
}

static bool add_issuer(struct loader *loader, const char *url, unsigned line, size_t *index)
{
    struct rules *rules = loader->rules;
    struct issuer_rules *issuers =
        realloc(rules->issuers, (rules->issuer_count + 1) * sizeof(*issuers));

    (void)line;
    if (!issuers)
        return config_refuse_no_memory(loader);
    rules->issuers = issuers;
    *index = rules->issuer_count++;
    issuers[*index] = (struct issuer_rules){.issuer = strdup(url)};
    return issuers[*index].issuer || config_refuse_no_memory(loader);
}

static bool add_service(struct loader *loader, const char *names, unsigned line, size_t *index)
{
    struct rules *rules = loader->rules;
    struct service_rules *services =
        realloc(rules->services, (rules->service_count + 1) * sizeof(*services));

    if (!services)
        return config_refuse_no_memory(loader);
    rules->services = services;
    *index = rules->service_count++;
    services[*index] = (struct service_rules){.services = {NULL, 0}};
    switch (option_list(names, is_service, &services[*index].services)) {
    case OPTION_OK:
        return true;
    case OPTION_NO_MEMORY:
        return config_refuse_no_memory(loader);
    case OPTION_BAD:
        break;
    }
    return config_refuse(
        loader, line,
        "expected [service NAME, NAME] with names of PAM services, which are in lower "
        "case, found [service %s]",
        names);
}

static bool add_nothing(struct loader *loader, const char *name, unsigned line, size_t *index)
{
    (void)loader;
    (void)line;
    *index = 0;
    return *name == '\0';
}

static const struct section_kind {
    const char *prefix; /* the name of the section, up to what add() is given */
    enum option_scope scope;
    bool (*add)(struct loader *loader, const char *rest, unsigned line, size_t *index);
} section_kinds[] = {
    {"global", SCOPE_GLOBAL, add_nothing},
    {"issuer ", SCOPE_ISSUER, add_issuer},
    {"service ", SCOPE_SERVICE, add_service},
    {"replay", SCOPE_REPLAY, add_nothing},
};

/* NULL if there is no such section. */
static const struct section_kind *find_kind(const char *name)
{
    for (size_t i = 0; i < sizeof(section_kinds) / sizeof(section_kinds[0]); i++) {
        const struct section_kind *kind = &section_kinds[i];
        size_t len = strlen(kind->prefix);

        if (strncmp(name, kind->prefix, len) == 0 &&
            (kind->add == add_nothing) == (name[len] == '\0'))
            return kind;
    }
    return NULL;
}

static bool add_section(struct loader *loader, const char *name, unsigned line,
                        struct section **section)
{
    const struct section_kind *kind = find_kind(name);
    struct section *made = &loader->sections[loader->section_count];

    if (!kind)
        return config_refuse(
            loader, line,
            "expected [global], [issuer URL], [service NAME, NAME] or [replay], found "
            "%s%s%s",
            line ? "[" : "a key before the first section (counts as [", name, line ? "]" : "])");
    if (loader->section_count == SECTIONS_MAX)
        return config_refuse(loader, line, "expected at most %d sections", SECTIONS_MAX);
    *made = (struct section){.scope = kind->scope,
                             .name = strdup(name),
                             .seen = calloc(config_option_count, sizeof(bool))};
    loader->section_count++;
    if (!made->name || !made->seen)
        return config_refuse_no_memory(loader);
    *section = made;
    return kind->add(loader, name + strlen(kind->prefix), line, &made->index);
}

/* A section may go on in another file, with other keys. */
bool section_find(struct loader *loader, const char *name, struct section **section)
{
    unsigned line = header_line(loader, name);

    for (size_t i = 0; i < loader->section_count; i++) {
        struct section *known = &loader->sections[i];

        if (strcmp(known->name, name) == 0) {
            *section = known;
            return true;
        }
        if (strcasecmp(known->name, name) == 0)
            return config_refuse(loader, line, "[%s] differs from [%s] in case only", name,
                                 known->name);
    }
    return add_section(loader, name, line, section);
}
