/* SPDX-License-Identifier: BSD-3-Clause */
#include "worker.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static int64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int worker_serve(worker_function *work, void *context)
{
    char line[16];

    while (fgets(line, sizeof(line), stdin)) {
        int64_t start = now_ns();
        bool good = work(context);
        int64_t took = now_ns() - start;
        struct rusage usage;

        if (!good)
            return 1;
        getrusage(RUSAGE_CHILDREN, &usage);
        printf("%lld %ld\n", (long long)took, usage.ru_maxrss);
        fflush(stdout);
    }
    return 0;
}

char *worker_read_whole(const char *path)
{
    FILE *file = fopen(path, "re");
    char *text = NULL;
    size_t size = 0;

    if (!file || getdelim(&text, &size, '\0', file) <= 0) {
        perror(path);
        free(text);
        text = NULL;
    }
    if (file)
        fclose(file);
    return text;
}

char *worker_read(const char *path)
{
    char *text = worker_read_whole(path);

    if (text)
        text[strcspn(text, "\n")] = '\0';
    return text;
}
