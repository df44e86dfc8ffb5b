/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One line of a user map: `subject user`, in the form of PostgreSQL's pg_ident.conf (PostgreSQL
 * documentation, "User Name Maps") without the name of the map.
 */
#ifndef PAM_JWT_USERMAP_LINE_H
#define PAM_JWT_USERMAP_LINE_H

#include <regex.h>

#include "span.h"
#include "status.h"

#define USERMAP_LINE_MAX 4096    /* bytes, without the line break */
#define USERMAP_SUBJECT_MAX 1024 /* bytes of a claim: a longer one has no line */

enum usermap_kind {
    USERMAP_NOTHING, /* white space, or a comment */
    USERMAP_LITERAL,
    USERMAP_REGEX
};

struct usermap_line {
    enum usermap_kind kind;
    char subject[USERMAP_LINE_MAX + 1]; /* without quotes; of a regex: behind its slash */
    char user[USERMAP_LINE_MAX + 1];    /* without quotes */
    regex_t regex;                      /* owned, if it is one */
    char error[128];                    /* what is wrong with the line, and what to do */
};

/* What a line says of a subject and a user. */
enum usermap_match {
    USERMAP_NO_MEMORY,
    USERMAP_OTHER,      /* it is about other subjects */
    USERMAP_OTHER_USER, /* the subject is another user, or none */
    USERMAP_SAME_USER
};

/*
 * `text`: without the line break. Else than STATUS_ACCEPTED, with `error` filled and nothing owned:
 * STATUS_CONFIG_ERROR, STATUS_OUT_OF_MEMORY.
 */
enum status usermap_line_parse(struct span text, struct usermap_line *line);

/*
 * The next line of a map, with its line break taken from `rest` and parsed as above. False: there
 * is none. Without a line break it is an error: it may be a piece of what was to be written.
 */
bool usermap_line_take(struct span *rest, struct usermap_line *line, enum status *parsed);

/* `subject`: any bytes; `user`: the one who is at the door. */
enum usermap_match usermap_line_match(const struct usermap_line *line, struct span subject,
                                      const char *user);

void usermap_line_free(struct usermap_line *line);

#endif
