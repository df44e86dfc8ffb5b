/* SPDX-License-Identifier: BSD-3-Clause */
#include "check.h"

#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../sys/config.h"
#include "../sys/paths.h"
#include "escape.h"

#define FINDING_MAX 2048 /* bytes; a longer one is cut */

/* --- findings --------------------------------------------------------------------------------- */

static bool was_said(const struct check *check, const char *text)
{
    for (size_t i = 0; i < check->said_count; i++)
        if (strcmp(check->said[i], text) == 0)
            return true;
    return false;
}

/* Files that several services include would have everything said several times. */
static bool remember(struct check *check, const char *text)
{
    char **said;

    if (was_said(check, text))
        return false;
    said = realloc(check->said, (check->said_count + 1) * sizeof(*said));
    if (said) {
        check->said = said;
        said[check->said_count] = strdup(text);
        check->said_count += said[check->said_count] != NULL;
    }
    return true;
}

static bool say(struct check *check, const char *kind, const char *format, va_list arguments)
{
    char text[FINDING_MAX];

    if (vsnprintf(text, sizeof(text), format, arguments) < 0 || !remember(check, text))
        return false;
    printf("%s: ", kind);
    escape_text(span_text(text), stdout);
    putchar('\n');
    return true;
}

void check_error(struct check *check, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    check->errors += say(check, "error", format, arguments);
    va_end(arguments);
}

void check_warning(struct check *check, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    check->warnings += say(check, "warning", format, arguments);
    va_end(arguments);
}

/* --- uses ------------------------------------------------------------------------------------- */

static bool add_config(struct check *check, const char *path, size_t *index)
{
    struct check_config *configs;

    for (*index = 0; *index < check->config_count; (*index)++)
        if (strcmp(check->configs[*index].path, path) == 0)
            return true;
    configs = realloc(check->configs, (check->config_count + 1) * sizeof(*configs));
    if (!configs)
        return false;
    check->configs = configs;
    configs[check->config_count++] = (struct check_config){.path = path};
    return true;
}

static bool add_use(struct check *check, const struct pam_service *service,
                    const struct pam_line *line, const char *config)
{
    struct check_use *uses = realloc(check->uses, (check->use_count + 1) * sizeof(*uses)), *use;
    struct pam_words words = line->words;

    if (!uses)
        return false;
    check->uses = uses;
    use = &uses[check->use_count++];
    *use = (struct check_use){.service = service, .line = line};
    use->bad = options_parse(words.count - PAM_LINE_ARGUMENTS, words.items + PAM_LINE_ARGUMENTS,
                             &use->options, &use->expected);
    if (use->options.config == paths_config || use->options.config[0] != '/')
        use->options.config = config;
    return add_config(check, use->options.config, &use->config);
}

void check_find_uses(struct check *check, const char *config)
{
    size_t index;

    for (size_t i = 0; i < check->services.count; i++) {
        const struct pam_service *service = &check->services.items[i];

        for (size_t j = 0; j < service->count; j++)
            if (service->lines[j].stack == PAM_STACK_AUTH &&
                pam_line_is(&service->lines[j], "pam_jwt.so") &&
                !add_use(check, service, &service->lines[j], config))
                check->failed = true;
    }
    if (check->use_count == 0 && !add_config(check, config, &index))
        check->failed = true;
}

void check_free(struct check *check)
{
    for (size_t i = 0; i < check->config_count; i++)
        config_free(&check->configs[i].rules);
    for (size_t i = 0; i < check->said_count; i++)
        free(check->said[i]);
    free(check->said);
    free(check->configs);
    free(check->uses);
    pam_services_free(&check->services);
}

bool check_is_roots(const struct pam_service *service)
{
    static const char *const names[] = {
        "sshd",     "sudo",     "sudo-i", "su",       "su-l",  "doas",        "login",   "remote",
        "runuser*", "polkit-1", "gdm*",   "lightdm*", "sddm*", "xrdp-sesman", "cockpit", "vsftpd"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (fnmatch(names[i], service->name, 0) == 0)
            return true;
    return false;
}
