/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sealing this process for good, before it reads the first byte of a token: no new file but beneath
 * given directories, no process, program or connection, no capability, no privileged uid. sandbox.c
 * or, for sanitizers, sandbox-off.c.
 */
#ifndef PAM_JWT_SANDBOX_H
#define PAM_JWT_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>

struct sandbox_result {
    char error[256];   /* why sealing failed; "" else */
    char warning[256]; /* what of it is missing, for the log; "" if nothing */
};

#define SANDBOX_DIRECTORIES_MAX 20

/* Descriptors of directories beneath which files may still be opened for reading, or of files. */
struct sandbox_directories {
    int fds[SANDBOX_DIRECTORIES_MAX];
    size_t count; /* 0: nothing can be opened at all */
};

/*
 * `unprivileged`: the directory whose owner a process of root becomes. `seconds` of processor time
 * are left. False, and `error` filled: the process must not go on. Needs a single thread.
 */
bool sandbox_enter(const char *unprivileged, unsigned seconds,
                   const struct sandbox_directories *readable, struct sandbox_result *result);

struct sandbox_network {
    const char *unprivileged; /* as above */
    unsigned seconds;         /* likewise */
    rlim_t file_max;          /* bytes that a file which is open already may get */
    const char *readable;     /* a file, besides what names and TLS need; "": none */
};

/*
 * The same for a process that speaks with the network: it can connect, and read what name
 * resolution and TLS need. It can open no file for writing, wait for no connection, start no
 * process and no program, and it ends with its parent.
 */
bool sandbox_enter_network(const struct sandbox_network *network, struct sandbox_result *result);

/*
 * The same for a process that makes and removes empty files beneath `directory`, and directories,
 * as the effective user that it has. It can write nothing into a file, reach no network, start no
 * process and no program; without Landlock only its user's rights say where the files may be.
 */
bool sandbox_enter_store(int directory, unsigned seconds, struct sandbox_result *result);

/* Parts of them: 0, or an errno. */
/* Files beneath `readable` only; ENOSYS or EOPNOTSUPP: the kernel has no Landlock. */
int sandbox_landlock(const struct sandbox_directories *readable);
/* Nothing but names beneath `directory`, and those of empty files. */
int sandbox_landlock_store(int directory);
/* The filter that sandbox-filter.c made at build time; opening is a refusal unless `may_read`. */
int sandbox_seccomp(bool may_read);
int sandbox_seccomp_network(void);
int sandbox_seccomp_store(void);

#endif
