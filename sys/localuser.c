/* SPDX-License-Identifier: BSD-3-Clause */
#include "localuser.h"

#include <errno.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORD_MAX (1024 * 1024) /* bytes of one passwd entry */

__attribute__((format(printf, 4, 5))) static enum local_user
say(char *why, size_t size, enum local_user answer, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(why, size, format, arguments);
    va_end(arguments);
    return answer;
}

/* getpwnam_r with a buffer that grows; 0, or an errno. `*buffer` is owned by the caller. */
static int look_up(const char *user, struct passwd *entry, struct passwd **found, char **buffer)
{
    size_t size = 4096;
    int error = ERANGE;

    for (; error == ERANGE && size <= RECORD_MAX; size *= 4) {
        free(*buffer);
        *buffer = malloc(size);
        if (!*buffer)
            return ENOMEM;
        do
            error = getpwnam_r(user, entry, *buffer, size, found);
        while (error == EINTR);
    }
    return error;
}

static enum local_user check_entry(const char *user, const struct passwd *entry,
                                   const struct local_user_rules *rules, char *why, size_t size)
{
    /* An alias by case or domain would log in somebody whom the token does not name. */
    if (strcmp(entry->pw_name, user) != 0)
        return say(why, size, LOCAL_USER_REFUSED,
                   "expected the user's own name, found an alias of %s", entry->pw_name);
    if (entry->pw_uid == 0 && (!rules->allow_root || rules->virtual_users))
        return say(why, size, LOCAL_USER_REFUSED, "uid 0 needs allow_root, and is no virtual user");
    if (entry->pw_uid != 0 && entry->pw_uid < rules->min_uid)
        return say(why, size, LOCAL_USER_REFUSED, "expected a uid of at least %u, found %u",
                   (unsigned)rules->min_uid, (unsigned)entry->pw_uid);
    return LOCAL_USER_ALLOWED;
}

enum local_user local_user_check(const char *user, const struct local_user_rules *rules, char *why,
                                 size_t why_size)
{
    struct passwd entry, *found = NULL;
    char *buffer = NULL;
    enum local_user answer = LOCAL_USER_REFUSED;
    int error;

    why[0] = '\0';
    error = look_up(user, &entry, &found, &buffer);
    if (found)
        answer = check_entry(user, found, rules, why, why_size);
    else if (error != 0 && error != ENOENT && error != ESRCH)
        answer =
            say(why, why_size, LOCAL_USER_ERROR, "the user cannot be looked up: errno %d", error);
    else if (!rules->virtual_users)
        answer = say(why, why_size, LOCAL_USER_UNKNOWN, "the user is not known here");
    else if (strcmp(user, "root") == 0)
        answer = say(why, why_size, LOCAL_USER_REFUSED, "root is no virtual user");
    else
        answer = LOCAL_USER_ALLOWED;
    free(buffer);
    return answer;
}
