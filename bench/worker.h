/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A worker does its piece of work once for each line on stdin and answers with a line: nanoseconds,
 * and the peak resident memory in KiB of its largest child so far. bench/measure.py sends the lines
 * to several workers in turn, so that what else the machine does meets all of them alike.
 */
#ifndef PAM_JWT_BENCH_WORKER_H
#define PAM_JWT_BENCH_WORKER_H

#include <stdbool.h>
#include <stddef.h>

typedef bool worker_function(void *context);

/* The worker's exit status: 1 as soon as `work` returns false. */
int worker_serve(worker_function *work, void *context);

/* A text file; NULL and a message on stderr if it cannot be read. The second reads its first line.
 */
char *worker_read_whole(const char *path);
char *worker_read(const char *path);

#endif
