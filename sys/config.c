/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include <ini_configobj.h>
#include <ini_valueobj.h>
#include <stdlib.h>
#include <string.h>

#include "config-files.h"
#include "config-finish.h"
#include "config-section.h"
#include "config-service.h"

/* --- keys ------------------------------------------------------------------------------------- */

static bool check_characters(struct loader *loader, unsigned line, const char *value)
{
    for (; *value; value++)
        if ((unsigned char)*value < ' ' || *value == 0x7f)
            return config_refuse(loader, line, "expected no control characters, found \\x%02x",
                                 (unsigned)(unsigned char)*value);
    return true;
}

static bool set_key(struct loader *loader, struct section *section, const char *key,
                    const char *value, unsigned line)
{
    size_t index = option_find(section->scope, key);

    if (index == config_option_count)
        return config_refuse(loader, line, "[%s] has no key '%s': see pam_jwt.conf(5)",
                             section->name, key);
    if (section->seen[index])
        return config_refuse(loader, line, "[%s] %s was set before, in another file", section->name,
                             key);
    section->seen[index] = true;
    if (!check_characters(loader, line, value))
        return false;
    if (section->scope == SCOPE_SERVICE && strcmp(value, config_options[index].fallback) == 0)
        return config_refuse(loader, line,
                             "%s: expected more than the default: a service may only tighten", key);
    switch (option_set(&config_options[index], section_base(loader, section), value)) {
    case OPTION_OK:
        return true;
    case OPTION_NO_MEMORY:
        return config_refuse_no_memory(loader);
    case OPTION_BAD:
        break;
    }
    return config_refuse(loader, line, "%s: expected %s, found '%s'", key,
                         config_options[index].expected, value);
}

static bool load_key(struct loader *loader, struct ini_cfgobj *ini, struct section *section,
                     const char *key)
{
    struct value_obj *object = NULL;
    const char *value;
    uint32_t line = 0;
    int error = 0;

    if (ini_get_config_valueobj(section->name, key, ini, INI_GET_FIRST_VALUE, &object) != 0 ||
        !object || value_get_line(object, &line) != 0)
        return config_refuse(loader, 0, "[%s] %s cannot be read", section->name, key);
    value = ini_get_const_string_config_value(object, &error);
    if (error != 0 || !value)
        return config_refuse(loader, line, "%s cannot be read", key);
    return set_key(loader, section, key, value, line);
}

static bool load_section(struct loader *loader, struct ini_cfgobj *ini, const char *name)
{
    struct section *section = NULL;
    int count = 0, error = 0;
    char **keys;
    bool done = true;

    if (!section_find(loader, name, &section) || !section)
        return false;
    keys = ini_get_attribute_list(ini, name, &count, &error);
    if (!keys || error != 0)
        done = config_refuse(loader, 0, "[%s] cannot be read", name);
    for (int i = 0; keys && done && i < count; i++)
        done = load_key(loader, ini, section, keys[i]);
    ini_free_attribute_list(keys);
    return done;
}

static bool load_sections(struct loader *loader, struct ini_cfgobj *ini)
{
    int count = 0, error = 0;
    char **names = ini_get_section_list(ini, &count, &error);
    bool done = names && error == 0;

    if (!done)
        config_refuse(loader, 0, "its sections cannot be read");
    for (int i = 0; done && i < count; i++)
        done = load_section(loader, ini, names[i]);
    ini_free_section_list(names);
    return done;
}

/* --- text ------------------------------------------------------------------------------------- */

/* libini_config says "Error (9) on line 3: text": only its first error is told. */
static bool refuse_syntax(struct loader *loader, struct ini_cfgobj *ini)
{
    char **errors = NULL;
    const char *text = "it is no INI file";
    unsigned line = 0;
    int skip = 0;

    if (ini_config_get_errors(ini, &errors) == 0 && errors && errors[0]) {
        text = errors[0];
        if (sscanf(text, "Error (%*d) on line %u: %n", &line, &skip) == 1)
            text += skip;
    }
    config_refuse(loader, line, "%s", text);
    if (errors)
        ini_config_free_errors(errors);
    return false;
}

static bool parse(struct loader *loader, char *text, size_t len)
{
    const uint32_t strict =
        INI_PARSE_NOWRAP | INI_PARSE_NOSPACE | INI_PARSE_NOTAB | INI_PARSE_NO_C_COMMENTS;
    struct ini_cfgfile *file = NULL;
    struct ini_cfgobj *ini = NULL;
    bool done;

    if (len == 0)
        return true;
    if (memchr(text, '\0', len))
        return config_refuse(loader, 0, "expected text, found a NUL byte");
    if (ini_config_create(&ini) != 0 || ini_config_file_from_mem(text, (uint32_t)len, &file) != 0) {
        ini_config_destroy(ini);
        return config_refuse_no_memory(loader);
    }
    done = ini_config_parse(file, INI_STOP_ON_ANY, INI_MV1S_ERROR | INI_MS_ERROR, strict, ini) == 0
               ? load_sections(loader, ini)
               : refuse_syntax(loader, ini);
    ini_config_file_destroy(file);
    ini_config_destroy(ini);
    return done;
}

static bool load_file(void *context, const char *path, char *text, size_t len)
{
    struct loader *loader = context;

    loader->path = path;
    loader->text = text;
    return parse(loader, text, len);
}

/* Keys that no file has set. `section`: NULL if there is none. */
static bool set_defaults(struct loader *loader, const struct section *section,
                         enum option_scope scope, void *base)
{
    for (size_t i = 0; i < config_option_count; i++) {
        const struct option *option = &config_options[i];

        if (!option_in(option, scope) || (section && section->seen[i]))
            continue;
        if (!option->fallback)
            return config_refuse(loader, 0, "[%s] has no %s: expected %s",
                                 section ? section->name : "global", option->key, option->expected);
        if (option_set(option, base, option->fallback) != OPTION_OK)
            return config_refuse_no_memory(loader);
    }
    return true;
}

/* A section that there is once, or not at all. */
static bool set_defaults_of(struct loader *loader, const char *name, enum option_scope scope)
{
    const struct section absent = {.scope = scope};
    const struct section *section = NULL;

    for (size_t i = 0; i < loader->section_count; i++)
        if (strcmp(loader->sections[i].name, name) == 0)
            section = &loader->sections[i];
    return set_defaults(loader, section, scope, section_base(loader, &absent));
}

static bool complete(struct loader *loader)
{
    for (size_t i = 0; i < loader->section_count; i++) {
        const struct section *section = &loader->sections[i];

        if ((section->scope == SCOPE_ISSUER || section->scope == SCOPE_SERVICE) &&
            !set_defaults(loader, section, section->scope, section_base(loader, section)))
            return false;
    }
    return set_defaults_of(loader, "global", SCOPE_GLOBAL) &&
           set_defaults_of(loader, "replay", SCOPE_REPLAY) &&
           config_finish(loader->rules, loader->path, loader->error) &&
           config_service_check(loader->rules, loader->path, loader->error);
}

struct rules *config_load(const char *path, uid_t also_trusted, struct config_error *error)
{
    CONFIG_CLEANUP struct rules *rules = calloc(1, sizeof(*rules));
    struct loader loader = {.error = error, .rules = rules, .path = path};
    struct rules *result = NULL;

    error->text[0] = '\0';
    if (!rules)
        config_refuse_no_memory(&loader);
    else if (config_files_each(path, also_trusted, error, load_file, &loader)) {
        loader.path = path;
        if (complete(&loader)) {
            result = rules;
            rules = NULL; /* transferred */
        }
    }
    for (size_t i = 0; i < loader.section_count; i++) {
        free(loader.sections[i].name);
        free(loader.sections[i].seen);
    }
    return result;
}

void config_free(struct rules **rules)
{
    if (!*rules)
        return;
    for (size_t i = 0; i < (*rules)->issuer_count; i++) {
        option_free_all(SCOPE_ISSUER, &(*rules)->issuers[i]);
        free((*rules)->issuers[i].issuer);
    }
    for (size_t i = 0; i < (*rules)->service_count; i++) {
        option_free_all(SCOPE_SERVICE, &(*rules)->services[i].demands);
        option_list_free(&(*rules)->services[i].services);
    }
    free((*rules)->issuers);
    free((*rules)->services);
    option_free_all(SCOPE_REPLAY, &(*rules)->replay);
    option_free_all(SCOPE_GLOBAL, *rules);
    free(*rules);
    *rules = NULL;
}
