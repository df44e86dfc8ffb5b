/* SPDX-License-Identifier: BSD-3-Clause */
#include "status.h"

#include <stddef.h>

struct row {
    enum status status;
    const char *slug, *sentence, *source;
};

static const struct row rows[] = {
    {STATUS_ACCEPTED, "accepted", "the token is accepted", "RFC 7519 section 7.2"},
#define STATUS(name, number, slug, sentence, source, pam) {STATUS_##name, slug, sentence, source},
#include "status.def"
#undef STATUS
};

static const struct row *find(int number)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if ((int)rows[i].status == number)
            return &rows[i];
    return NULL;
}

static const struct row *row_of(enum status status)
{
    const struct row *row = find((int)status);

    return row ? row : find(STATUS_INTERNAL_ERROR);
}

const char *status_slug(enum status status)
{
    return row_of(status)->slug;
}

const char *status_sentence(enum status status)
{
    return row_of(status)->sentence;
}

const char *status_source(enum status status)
{
    return row_of(status)->source;
}

bool status_known(int number)
{
    return find(number) != NULL;
}
