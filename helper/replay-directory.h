/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Spent tokens in a directory of this host: STORE/EUID/XYZ/ID.UNTIL, an empty file each. XYZ are
 * the first digits of ID, so that a login looks at a few of very many. Each euid has a directory of
 * its own, which nobody else can enter: whoever may remove entries can spend a token again.
 */
#ifndef PAM_JWT_REPLAY_DIRECTORY_H
#define PAM_JWT_REPLAY_DIRECTORY_H

#include <sys/types.h>

#include "../lib/replay-id.h"
#include "../lib/report.h"

/*
 * Opens STORE/EUID. STORE and what is above it belong to root or `also_trusted` (see safefile.h). A
 * store of one's own gets the directory if it is missing. STATUS_ACCEPTED, and a descriptor in
 * `*directory`; or why not, in `report`.
 */
enum status replay_directory_open(const char *store, uid_t also_trusted, int *directory,
                                  struct report *report);

/*
 * STATUS_ACCEPTED, once, if there was no entry and one is there that outlasts a power cut;
 * STATUS_REPLAYED; or STATUS_REPLAY_UNAVAILABLE. `now`: seconds since the epoch; entries whose time
 * is over are removed. Waits for others who look at the same part: the process's alarm ends it.
 */
enum status replay_directory_spend(int directory, const struct replay_entry *entry, int64_t now,
                                   struct report *report);

#endif
