/* SPDX-License-Identifier: BSD-3-Clause */
#include "progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define LINE_MAX_COLUMNS 512

static unsigned shown; /* columns of the line that is there */

/* One less than there are, so that the cursor stays on the line; 0: no terminal. */
static unsigned columns(void)
{
    struct winsize size = {0};

    if (!isatty(STDOUT_FILENO))
        return 0;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 2)
        return 79;
    return size.ws_col < LINE_MAX_COLUMNS ? size.ws_col - 1u : LINE_MAX_COLUMNS - 1u;
}

/* Only printable ASCII: each byte is a column, and none of them moves the cursor. */
static unsigned put_text(const char *text)
{
    unsigned width = columns(), at = 0;

    for (; at < width && text[at]; at++)
        putchar(text[at] < ' ' || text[at] > '~' ? '?' : text[at]);
    return at;
}

void progress_clear(void)
{
    if (shown > 0)
        printf("\r%*s\r", (int)shown, "");
    shown = 0;
    (void)fflush(stdout);
}

void progress_show(size_t done, size_t all, const char *what)
{
    char line[LINE_MAX_COLUMNS];

    if (columns() == 0)
        return;
    progress_clear();
    (void)snprintf(line, sizeof(line), "%zu of %zu: %s", done, all, what);
    shown = put_text(line);
    (void)fflush(stdout);
}

void progress_say(const char *format, ...)
{
    va_list arguments;

    if (columns() == 0)
        return;
    progress_clear();
    va_start(arguments, format);
    (void)vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
}
