/* SPDX-License-Identifier: BSD-3-Clause */
/* Gives every file of the directories named as arguments to a target. At least one is needed. */
#include "fuzz.h"

#include <dirent.h>
#include <limits.h>
#include <sys/stat.h>

static void replay_file(const char *path, size_t size)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(size ? size : 1);

    REQUIRE(file && data);
    REQUIRE(fread(data, 1, size, file) == size);
    fclose(file);
    (void)LLVMFuzzerTestOneInput(data, size);
    free(data);
}

/* The name stands on stderr before its input runs, so that it is the last word of a crash. */
static unsigned replay_directory(const char *directory)
{
    struct dirent **entries = NULL;
    int count = scandir(directory, &entries, NULL, alphasort);
    unsigned replayed = 0;

    for (int i = 0; i < count; i++) {
        char path[PATH_MAX];
        struct stat st;

        (void)snprintf(path, sizeof(path), "%s/%s", directory, entries[i]->d_name);
        free(entries[i]);
        if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
            continue;
        fprintf(stderr, "%s\n", path);
        replay_file(path, (size_t)st.st_size);
        replayed++;
    }
    free(entries);
    return replayed;
}

int main(int argc, char **argv)
{
    unsigned replayed = 0;

    for (int i = 1; i < argc; i++)
        replayed += replay_directory(argv[i]);
    printf("%u inputs\n", replayed);
    return replayed > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
