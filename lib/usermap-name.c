/* SPDX-License-Identifier: BSD-3-Clause */
#include "usermap-name.h"

#include <string.h>

#define DIGITS "0123456789"
#define FIRST DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"

bool usermap_name_valid(const char *name)
{
    size_t len = strlen(name), taken = strspn(name, FIRST ".-@");

    if (len == 0 || len > USERMAP_NAME_MAX || strspn(name, FIRST) == 0 ||
        strspn(name, DIGITS) == len)
        return false;
    return taken == len || (taken == len - 1 && name[taken] == '$');
}
