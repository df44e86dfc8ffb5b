/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include <ini_configobj.h>
#include <ini_valueobj.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config-files.h"
#include "config-finish.h"
#include "config-option.h"

#define SECTIONS_MAX 64

/* What has been read so far. */
struct section {
    char *name;
    enum option_scope scope;
    size_t issuer; /* index in rules->issuers */
    bool *seen;    /* by index in config_options */
};

struct loader {
    struct rules *rules;
    struct section sections[SECTIONS_MAX];
    size_t section_count;
    struct config_error *error;
    const char *path; /* the file being read */
    const char *text; /* and what is in it */
};

__attribute__((format(printf, 3, 4))) static bool refuse(struct loader *loader, unsigned line,
                                                         const char *format, ...)
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

static bool refuse_no_memory(struct loader *loader)
{
    return refuse(loader, 0, "no memory to read it");
}

/* The line of a section's header, 0 if it has none. */
static unsigned header_line(const struct loader *loader, const char *name)
{
    unsigned line = 1;

    for (const char *at = loader->text; at; line++) {
        const char *inner = at + (*at == '[') + strspn(at + (*at == '['), " \t");

        if (*at == '[' && strncmp(inner, name, strlen(name)) == 0)
            return line;
        at = strchr(at, '\n');
        if (at)
            at++;
    }
    return 0;
}

/* --- sections --------------------------------------------------------------------------------- */

static bool add_issuer(struct loader *loader, const char *url, size_t *index)
{
    struct rules *rules = loader->rules;
    struct issuer_rules *issuers =
        realloc(rules->issuers, (rules->issuer_count + 1) * sizeof(*issuers));

    if (!issuers)
        return refuse_no_memory(loader);
    rules->issuers = issuers;
    *index = rules->issuer_count++;
    issuers[*index] = (struct issuer_rules){.issuer = strdup(url)};
    return issuers[*index].issuer || refuse_no_memory(loader);
}

static bool add_section(struct loader *loader, const char *name, unsigned line,
                        struct section **section)
{
    static const char prefix[] = "issuer ";
    bool issuer = strncmp(name, prefix, sizeof(prefix) - 1) == 0;
    struct section *made = &loader->sections[loader->section_count];

    if (strncmp(name, "service ", 8) == 0 || strcmp(name, "replay") == 0)
        return refuse(loader, line, "[%s] is not supported by this version", name);
    if (!issuer && strcmp(name, "global") != 0)
        return refuse(loader, line, "expected [global] or [issuer URL], found %s%s%s",
                      line ? "[" : "a key before the first section (counts as [", name,
                      line ? "]" : "])");
    if (loader->section_count == SECTIONS_MAX)
        return refuse(loader, line, "expected at most %d sections", SECTIONS_MAX);
    *made = (struct section){.scope = issuer ? SCOPE_ISSUER : SCOPE_GLOBAL,
                             .name = strdup(name),
                             .seen = calloc(config_option_count, sizeof(bool))};
    loader->section_count++;
    if (!made->name || !made->seen)
        return refuse_no_memory(loader);
    *section = made;
    return !issuer || add_issuer(loader, name + sizeof(prefix) - 1, &made->issuer);
}

/* A section may go on in another file, with other keys. */
static bool find_section(struct loader *loader, const char *name, struct section **section)
{
    unsigned line = header_line(loader, name);

    for (size_t i = 0; i < loader->section_count; i++) {
        struct section *known = &loader->sections[i];

        if (strcmp(known->name, name) == 0) {
            *section = known;
            return true;
        }
        if (strcasecmp(known->name, name) == 0)
            return refuse(loader, line, "[%s] differs from [%s] in case only", name, known->name);
    }
    return add_section(loader, name, line, section);
}

/* --- keys ------------------------------------------------------------------------------------- */

static bool check_characters(struct loader *loader, unsigned line, const char *value)
{
    for (; *value; value++)
        if ((unsigned char)*value < ' ' || *value == 0x7f)
            return refuse(loader, line, "expected no control characters, found \\x%02x",
                          (unsigned)(unsigned char)*value);
    return true;
}

static bool set_key(struct loader *loader, struct section *section, const char *key,
                    const char *value, unsigned line)
{
    size_t index = option_find(section->scope, key);
    struct rules *rules = loader->rules;
    void *base = section->scope == SCOPE_GLOBAL ? (void *)rules : &rules->issuers[section->issuer];

    if (index == config_option_count)
        return refuse(loader, line, "[%s] has no key '%s': see pam_jwt.conf(5)", section->name,
                      key);
    if (section->seen[index])
        return refuse(loader, line, "[%s] %s was set before, in another file", section->name, key);
    section->seen[index] = true;
    if (!check_characters(loader, line, value))
        return false;
    switch (option_set(&config_options[index], base, value)) {
    case OPTION_OK:
        return true;
    case OPTION_NO_MEMORY:
        return refuse_no_memory(loader);
    case OPTION_BAD:
        break;
    }
    return refuse(loader, line, "%s: expected %s, found '%s'", key, config_options[index].expected,
                  value);
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
        return refuse(loader, 0, "[%s] %s cannot be read", section->name, key);
    value = ini_get_const_string_config_value(object, &error);
    if (error != 0 || !value)
        return refuse(loader, line, "%s cannot be read", key);
    return set_key(loader, section, key, value, line);
}

static bool load_section(struct loader *loader, struct ini_cfgobj *ini, const char *name)
{
    struct section *section = NULL;
    int count = 0, error = 0;
    char **keys;
    bool done = true;

    if (!find_section(loader, name, &section) || !section)
        return false;
    keys = ini_get_attribute_list(ini, name, &count, &error);
    if (!keys || error != 0)
        done = refuse(loader, 0, "[%s] cannot be read", name);
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
        refuse(loader, 0, "its sections cannot be read");
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
    refuse(loader, line, "%s", text);
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
        return refuse(loader, 0, "expected text, found a NUL byte");
    if (ini_config_create(&ini) != 0 || ini_config_file_from_mem(text, (uint32_t)len, &file) != 0) {
        ini_config_destroy(ini);
        return refuse_no_memory(loader);
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

/* Keys that no file has set. */
static bool set_defaults(struct loader *loader, const struct section *section,
                         enum option_scope scope, void *base)
{
    for (size_t i = 0; i < config_option_count; i++) {
        const struct option *option = &config_options[i];

        if (option->scope != scope || (section && section->seen[i]))
            continue;
        if (!option->fallback)
            return refuse(loader, 0, "[%s] has no %s: expected %s",
                          section ? section->name : "global", option->key, option->expected);
        if (option_set(option, base, option->fallback) != OPTION_OK)
            return refuse_no_memory(loader);
    }
    return true;
}

static bool complete(struct loader *loader)
{
    struct rules *rules = loader->rules;
    const struct section *global = NULL;

    for (size_t i = 0; i < loader->section_count; i++) {
        const struct section *section = &loader->sections[i];

        if (section->scope == SCOPE_GLOBAL)
            global = section;
        else if (!set_defaults(loader, section, SCOPE_ISSUER, &rules->issuers[section->issuer]))
            return false;
    }
    return set_defaults(loader, global, SCOPE_GLOBAL, rules) &&
           config_finish(rules, loader->path, loader->error);
}

struct rules *config_load(const char *path, uid_t also_trusted, struct config_error *error)
{
    CONFIG_CLEANUP struct rules *rules = calloc(1, sizeof(*rules));
    struct loader loader = {.error = error, .rules = rules, .path = path};
    struct rules *result = NULL;

    error->text[0] = '\0';
    if (!rules)
        refuse_no_memory(&loader);
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
    free((*rules)->issuers);
    option_free_all(SCOPE_GLOBAL, *rules);
    free(*rules);
    *rules = NULL;
}
