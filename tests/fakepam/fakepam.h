/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A libpam for tests, linked in place of the real one: it answers the module from a script, and
 * writes what the module does to stdout, a line each.
 */
#ifndef PAM_JWT_FAKEPAM_H
#define PAM_JWT_FAKEPAM_H

#include <stdbool.h>
#include <stdint.h>

#define FAKEPAM_ANSWERS_MAX 64
#define FAKEPAM_DATA_MAX 8
#define FAKEPAM_VARIABLES_MAX 64

enum fakepam_answer_kind { ANSWER_TEXT, ANSWER_NULL, ANSWER_ERROR };

struct fakepam_answer {
    enum fakepam_answer_kind kind;
    char *text;
};

struct pam_handle;

struct fakepam_data {
    char *name; /* NULL: free */
    void *data;
    void (*cleanup)(struct pam_handle *, void *, int);
};

struct pam_handle {
    char *items[16]; /* by PAM_* number; NULL: not set */
    struct fakepam_answer answers[FAKEPAM_ANSWERS_MAX];
    unsigned answer_count, answered;
    struct fakepam_data data[FAKEPAM_DATA_MAX];
    char *variables[FAKEPAM_VARIABLES_MAX]; /* NAME=value; NULL: free */
    unsigned putenv_fails;                  /* the how-many-eth time from now on; 0: never */
    char *renamed; /* PAM_USER is that after the next prompt; NULL: as before */
    bool quiet;    /* writes nothing */
};

/* Added to the clock that the module sees, in seconds; or what it shows, if that is not 0. */
extern int64_t fakepam_clock_offset, fakepam_clock;

/* The how-many-eth buffer for secrets, and all after it, cannot be had; 0: all can. */
extern unsigned fakepam_secrets;

void fakepam_clear(struct pam_handle *pamh);

#endif
