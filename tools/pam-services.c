/* SPDX-License-Identifier: BSD-3-Clause */
#include "pam-services.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../sys/config-option.h"
#include "../sys/safefile.h"

#define FILE_BYTES_MAX ((size_t)1024 * 1024)
#define DEPTH_MAX 16   /* files that include files; libpam gives up there, too */
#define FILES_MAX 256  /* of one service, each as often as it is included */
#define LINES_MAX 4096 /* likewise */

#define ANY_STACK 4 /* one more than the last */

/* One service while it is read. */
struct reading {
    struct pam_services *services;
    struct pam_service *service;
    const char *directories[2];
    bool no_memory;
};

/* One of its files. */
struct place {
    const char *file;
    unsigned line; /* that includes it; 0: none does */
    unsigned depth;
    unsigned only; /* a stack, or ANY_STACK */
    bool substack;
};

static void note(const struct reading *reading, const struct place *place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void note(const struct reading *reading, const struct place *place, const char *format, ...)
{
    char *problem = reading->service->problem;
    size_t size = sizeof(reading->service->problem);
    va_list arguments;
    int len;

    if (*problem)
        return;
    len = snprintf(problem, size, "%s:%u: ", place->file, place->line);
    if (len < 0 || (size_t)len >= size)
        return;
    va_start(arguments, format);
    (void)vsnprintf(problem + len, size - (size_t)len, format, arguments);
    va_end(arguments);
}

/* --- what is kept ----------------------------------------------------------------------------- */

/* Takes `text` over, also if it returns NULL. */
static char *keep(struct reading *reading, char *text)
{
    struct pam_service *service = reading->service;
    char **texts =
        text ? realloc(service->texts, (service->text_count + 1) * sizeof(*texts)) : NULL;

    if (texts) {
        service->texts = texts;
        texts[service->text_count++] = text;
        return text;
    }
    free(text);
    reading->no_memory = true;
    return NULL;
}

static void add_line(struct reading *reading, enum pam_stack stack, const struct place *place,
                     const struct pam_words *words)
{
    struct pam_service *service = reading->service;
    struct pam_line *lines = realloc(service->lines, (service->count + 1) * sizeof(*lines));

    if (!lines) {
        reading->no_memory = true;
        return;
    }
    service->lines = lines;
    lines[service->count++] = (struct pam_line){stack, place->substack, place->file, *words};
}

/* --- files ------------------------------------------------------------------------------------ */

/* The text of a file, and its path; both NULL if it cannot be read. */
static char *read_text(struct reading *reading, const char *path)
{
    struct safefile_error error = {""};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    size_t len = 0;
    char *text = fd < 0 ? NULL : safefile_read(fd, path, FILE_BYTES_MAX, &len, &error);

    if (fd >= 0)
        close(fd);
    return text ? keep(reading, text) : NULL;
}

static char *find_text(struct reading *reading, const char *name, const char **path)
{
    for (size_t i = 0; i < 2; i++) {
        const char *directory = name[0] == '/' ? "" : reading->directories[i];
        char joined[PATH_MAX + NAME_MAX + 2];
        char *text;

        if (!directory)
            continue;
        (void)snprintf(joined, sizeof(joined), "%s%s%s", directory, *directory ? "/" : "", name);
        text = read_text(reading, joined);
        if (!text)
            continue;
        *path = keep(reading, strdup(joined));
        return *path ? text : NULL;
    }
    return NULL;
}

static void read_file(struct reading *reading, const char *name, const struct place *from);

static void include(struct reading *reading, const char *name, const struct place *place)
{
    for (size_t i = 0; i < reading->services->count; i++)
        if (strcmp(reading->services->items[i].name, name) == 0)
            reading->services->items[i].included = true;
    if (place->depth == DEPTH_MAX)
        note(reading, place, "expected at most %d files that include each other, found more",
             DEPTH_MAX);
    else if (reading->service->text_count / 2 >= FILES_MAX)
        note(reading, place, "expected at most %d files, found more", FILES_MAX);
    else
        read_file(reading, name, place);
}

/* --- lines ------------------------------------------------------------------------------------ */

/* ANY_STACK if it is none. A dash before it keeps libpam from logging a module that is missing. */
static unsigned find_stack(const char *word)
{
    static const char *const names[] = {"auth", "account", "password", "session"};
    unsigned stack = 0;

    while (stack < ANY_STACK && strcasecmp(word + (*word == '-'), names[stack]) != 0)
        stack++;
    return stack;
}

static bool is_inclusion(const char *control)
{
    return strcasecmp(control, "include") == 0 || strcasecmp(control, "substack") == 0;
}

static void take_module(struct reading *reading, const struct pam_words *words,
                        const struct place *place)
{
    unsigned stack = find_stack(words->items[0]);
    struct place inner = *place;

    if (stack == ANY_STACK) {
        note(reading, place, "expected auth, account, password, session or @include, found '%s'",
             words->items[0]);
    } else if (words->count < PAM_LINE_ARGUMENTS || words->too_many) {
        note(reading, place, "expected a control, a module and at most %d arguments, found %s",
             PAM_WORDS_MAX - PAM_LINE_ARGUMENTS, words->too_many ? "more" : "less");
    } else if (place->only != ANY_STACK && place->only != stack) {
        return;
    } else if (is_inclusion(words->items[1])) {
        inner.only = stack;
        inner.substack = place->substack || strcasecmp(words->items[1], "substack") == 0;
        include(reading, words->items[2], &inner);
    } else {
        add_line(reading, (enum pam_stack)stack, place, words);
    }
}

static void read_lines(struct reading *reading, char *text, struct place place)
{
    struct pam_reader reader = {.rest = text};
    struct pam_words words;

    while (!reading->no_memory && pam_words_next(&reader, &words)) {
        place.line = words.line;
        if (reading->service->count == LINES_MAX) {
            note(reading, &place, "expected at most %d lines, found more", LINES_MAX);
            return;
        }
        if (strcasecmp(words.items[0], "@include") == 0 && words.count > 1)
            include(reading, words.items[1], &place);
        else
            take_module(reading, &words, &place);
    }
}

/* `from`: what includes it. */
static void read_file(struct reading *reading, const char *name, const struct place *from)
{
    struct place place = {.depth = from->depth + 1, .only = from->only, .substack = from->substack};
    char *text = find_text(reading, name, &place.file);

    if (text)
        read_lines(reading, text, place);
    else
        note(reading, from, "expected a file %s to include, found none that can be read", name);
}

/* --- services --------------------------------------------------------------------------------- */

/* What editors and packages leave beside a file. */
static bool is_leftover(const char *name)
{
    static const char *const ends[] = {
        "~",          ".bak",     ".old",     ".orig",     ".save",    ".dpkg-old", ".dpkg-new",
        ".dpkg-dist", ".ucf-old", ".ucf-new", ".ucf-dist", ".rpmsave", ".rpmnew",   ".pam-old"};
    size_t len = strlen(name);

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
        if (len > strlen(ends[i]) && strcmp(name + len - strlen(ends[i]), ends[i]) == 0)
            return true;
    return false;
}

static bool has_service(const struct pam_services *services, const char *name)
{
    for (size_t i = 0; i < services->count; i++)
        if (strcmp(services->items[i].name, name) == 0)
            return true;
    return false;
}

static bool add_service(struct pam_services *services, const char *name)
{
    struct pam_service *items = realloc(services->items, (services->count + 1) * sizeof(*items));

    if (!items)
        return false;
    services->items = items;
    items[services->count] = (struct pam_service){.name = strdup(name)};
    return items[services->count++].name != NULL;
}

static bool is_file(const char *directory, const char *name)
{
    char path[PATH_MAX + NAME_MAX + 2];
    struct stat st;

    (void)snprintf(path, sizeof(path), "%s/%s", directory, name);
    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static int may_be_service(const struct dirent *entry)
{
    return is_service(entry->d_name) && !is_leftover(entry->d_name);
}

static bool add_directory(const char *path, struct pam_services *services)
{
    struct dirent **entries = NULL;
    int count = scandir(path, &entries, may_be_service, alphasort);
    bool done = count >= 0;

    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;

        if (done && is_file(path, name) && !has_service(services, name))
            done = add_service(services, name);
        free(entries[i]);
    }
    free(entries);
    return done;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct pam_service *)a)->name, ((const struct pam_service *)b)->name);
}

bool pam_services_read(const char *first, const char *last, struct pam_services *services)
{
    struct reading reading = {.services = services, .directories = {first, last}};

    *services = (struct pam_services){NULL, 0};
    if (!add_directory(first, services) ||
        (last && !add_directory(last, services) && errno != ENOENT))
        return false;
    if (services->count > 0)
        qsort(services->items, services->count, sizeof(*services->items), by_name);
    for (size_t i = 0; i < services->count && !reading.no_memory; i++) {
        reading.service = &services->items[i];
        read_file(&reading, services->items[i].name,
                  &(struct place){.file = first, .only = ANY_STACK});
    }
    errno = ENOMEM;
    return !reading.no_memory;
}

static void free_service(struct pam_service *service)
{
    for (size_t i = 0; i < service->text_count; i++)
        free(service->texts[i]);
    free(service->texts);
    free(service->lines);
    free(service->name);
}

void pam_services_free(struct pam_services *services)
{
    for (size_t i = 0; i < services->count; i++)
        free_service(&services->items[i]);
    free(services->items);
    *services = (struct pam_services){NULL, 0};
}

/* --- questions -------------------------------------------------------------------------------- */

bool pam_line_is(const struct pam_line *line, const char *module)
{
    const char *path = line->words.items[2], *slash = strrchr(path, '/');

    return strcmp(slash ? slash + 1 : path, module) == 0;
}

bool pam_line_has(const struct pam_line *line, const char *argument)
{
    for (int i = PAM_LINE_ARGUMENTS; i < line->words.count; i++)
        if (strcmp(line->words.items[i], argument) == 0)
            return true;
    return false;
}
