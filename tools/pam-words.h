/* SPDX-License-Identifier: BSD-3-Clause */
/* The lines of a PAM configuration file and their words, as libpam reads them: pam.conf(5). */
#ifndef PAM_JWT_PAM_WORDS_H
#define PAM_JWT_PAM_WORDS_H

#include <stdbool.h>

#define PAM_WORDS_MAX 64 /* of a line; libpam has no such limit */

struct pam_reader {
    char *rest; /* the text from here on, which is changed */
    unsigned line;
};

struct pam_words {
    const char *items[PAM_WORDS_MAX]; /* point into the text */
    int count;                        /* not 0 */
    bool too_many;                    /* there are more, which are left out */
    unsigned line;                    /* of the file, from 1: where the first word is */
};

/* The next line that has words. False: there is none. */
bool pam_words_next(struct pam_reader *reader, struct pam_words *words);

#endif
