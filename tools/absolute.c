/* SPDX-License-Identifier: BSD-3-Clause */
#include "absolute.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

bool absolute_path(const char *path, char out[ABSOLUTE_MAX])
{
    char directory[ABSOLUTE_MAX] = "";
    int length;

    if (path[0] == '/') {
        length = snprintf(out, ABSOLUTE_MAX, "%s", path);
    } else {
        if (!getcwd(directory, sizeof(directory)))
            return false;
        length = snprintf(out, ABSOLUTE_MAX, "%s/%s", directory, path);
    }
    return length > 0 && length < ABSOLUTE_MAX;
}
