/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One line of a user map: `subject user`, in the form of PostgreSQL's pg_ident.conf (PostgreSQL
 * documentation, "User Name Maps") without the name of the map.
 */
#ifndef PAM_JWT_USERMAP_LINE_H
#define PAM_JWT_USERMAP_LINE_H

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
    char error[128];                    /* what is wrong with the line, and what to do */
};

/* What a line says of a subject and a user. */
enum usermap_match {
    USERMAP_NO_MEMORY,  /* to compile or match a regular expression */
    USERMAP_BROKEN,     /* its regular expression cannot be used */
    USERMAP_OTHER,      /* it is about other subjects */
    USERMAP_OTHER_USER, /* the subject is another user, or none */
    USERMAP_SAME_USER
};

/*
 * `text`: without the line break. False, with `error` filled, if it is no line of a map. A regular
 * expression is not compiled yet: to glibc one of a few bytes can be as large as memory is, and not
 * everybody who reads lines has a limit.
 */
bool usermap_line_parse(struct span text, struct usermap_line *line);

/*
 * The next line of a map, with its line break taken from `rest`, and parsed to `*parsed`. False:
 * there is none. Without a line break it is no line: it may be a piece of what was to be written.
 */
bool usermap_line_take(struct span *rest, struct usermap_line *line, bool *parsed);

/* `subject`: any bytes; `user`: the one who is at the door. Fills `error` for the first two. */
enum usermap_match usermap_line_match(struct usermap_line *line, struct span subject,
                                      const char *user);

#endif
