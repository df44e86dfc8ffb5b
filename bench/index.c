/* SPDX-License-Identifier: BSD-3-Clause */
/* bench-index SOURCE: makes the index of a file of anchors, as `pam-jwt refresh` does. */
#include <stdio.h>
#include <unistd.h>

#include "../sys/anchor-index.h"
#include "../sys/paths.h"

int main(int argc, char **argv)
{
    struct safefile_error error = {""};

    if (argc != 2) {
        fprintf(stderr, "usage: bench-index SOURCE\n");
        return 64;
    }
    if (anchor_index_make(argv[1], paths_cache, geteuid(), &error))
        return 0;
    fprintf(stderr, "%s\n", error.text);
    return 1;
}
