/* SPDX-License-Identifier: BSD-3-Clause */
/* A directory of spent tokens, and calls of the system that fail when a test says so. */
#ifndef PAM_JWT_DIRECTORY_WORLD_H
#define PAM_JWT_DIRECTORY_WORLD_H

#include <stdbool.h>

#include "../../helper/replay-directory.h"
#include "../unit/host/scratch.h"

#define NOW 1780272000
#define SHARD "abc" /* that of all entries */

/* Kinds of what was made durable, in order: "f" an entry, "d" a directory. */
extern char store_synced[16];
/* The call that fails, counted down to it; 0: none. */
extern unsigned store_fail_sync, store_fail_unlink, store_fail_read;
/* A descriptor that is written to before a lock is waited for; -1: none. */
extern int store_tell_of_locking;
extern struct report store_report;

/* Set-up of a test; scratch_remove() is its tear-down. */
int store_set_up(void **state);
#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, store_set_up, scratch_remove)

enum status store_try_open(struct scratch *scratch, int *directory);
int store_open(struct scratch *scratch);

struct replay_entry store_entry(unsigned number, int64_t until);
enum status store_spend(int directory, unsigned number, int64_t until);

/* The names in the shard. */
int store_open_shard(int directory);
void store_put_name(int directory, const char *name);
void store_put_id(int directory, unsigned number, const char *end); /* behind the id */
void store_put(int directory, unsigned number, int64_t until);
unsigned store_count_names(int directory);
bool store_has(int directory, unsigned number, int64_t until);

void store_assert_detail(const char *part);

#endif
