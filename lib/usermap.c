/* SPDX-License-Identifier: BSD-3-Clause */
#include "usermap.h"

#include "usermap-line.h"

#define SHOWN_MAX 64 /* bytes of a claim in a message */

/* One question, and what has come out so far. */
struct search {
    struct span subject;
    const char *user;
    const char *path;   /* of the map */
    enum status status; /* user-not-allowed until a line says something else */
    bool has_subject;   /* a line has the subject, and makes it somebody else */
    struct usermap_line line;
};

static int shown(struct span subject)
{
    return subject.len < SHOWN_MAX ? (int)subject.len : SHOWN_MAX;
}

/* RFC 7519 section 4.1.2: byte for byte, so that no spelling of a name stands for another */
static enum status check_name(struct span subject, const char *user, struct report *report)
{
    if (user[0] == '\0' || !span_equal(subject, span_text(user)))
        return report_refuse(report, STATUS_USER_MISMATCH, "the token is for %.*s, not for %s",
                             shown(subject), (const char *)subject.ptr, user);
    return STATUS_ACCEPTED;
}

static void judge_line(struct search *search, bool parsed)
{
    enum usermap_match match =
        parsed ? usermap_line_match(&search->line, search->subject, search->user) : USERMAP_BROKEN;

    search->status = STATUS_USER_NOT_ALLOWED;
    switch (match) {
    case USERMAP_SAME_USER:
        search->status = STATUS_ACCEPTED;
        break;
    case USERMAP_OTHER_USER:
        search->has_subject = true;
        break;
    case USERMAP_NO_MEMORY:
        search->status = STATUS_OUT_OF_MEMORY;
        break;
    case USERMAP_BROKEN:
        search->status = STATUS_CONFIG_ERROR;
        break;
    case USERMAP_OTHER:
        break;
    }
}

/* Whatever is wrong with a line, the search of the text will find, and can number. */
static bool look_at_hint(void *context, struct span text)
{
    struct search *search = context;

    judge_line(search, usermap_line_parse(text, &search->line));
    return search->status == STATUS_ACCEPTED;
}

static void search_text(struct search *search, struct span text, struct report *report)
{
    bool parsed;
    size_t number = 0;

    search->status = STATUS_USER_NOT_ALLOWED;
    while (search->status == STATUS_USER_NOT_ALLOWED &&
           usermap_line_take(&text, &search->line, &parsed)) {
        judge_line(search, parsed);
        number++;
    }
    if (search->status == STATUS_USER_NOT_ALLOWED)
        (void)report_refuse(report, STATUS_USER_NOT_ALLOWED, "%s has no line for %.*s%s%s",
                            search->path, shown(search->subject), (const char *)search->subject.ptr,
                            search->has_subject ? " as " : "",
                            search->has_subject ? search->user : "");
    else if (search->status != STATUS_ACCEPTED)
        (void)report_refuse(report, search->status, "%s:%zu: %s", search->path, number,
                            search->line.error);
}

static enum status check_map(struct span subject, const struct issuer_rules *issuer,
                             const struct usermap_source *source, const char *user,
                             struct report *report)
{
    struct search search = {.subject = subject,
                            .user = user,
                            .path = issuer->user_map,
                            .status = STATUS_USER_NOT_ALLOWED};
    struct span text;

    if (source && source->hint)
        source->hint(source->context, issuer, subject, user, look_at_hint, &search);
    if (search.status != STATUS_ACCEPTED) {
        if (!source || !source->text(source->context, issuer, &text))
            return report_refuse(report, STATUS_CONFIG_ERROR, "%s has not been read", search.path);
        search_text(&search, text, report);
    }
    if (search.status == STATUS_ACCEPTED)
        report_note(report, "%s has a line for it", search.path);
    return search.status;
}

enum status usermap_check(const struct identity *identity, const struct issuer_rules *issuer,
                          const struct usermap_source *source, const char *user,
                          struct report *report)
{
    struct span subject = identity_user_claim(identity);

    return issuer->user_map[0] == '/' ? check_map(subject, issuer, source, user, report)
                                      : check_name(subject, user, report);
}
