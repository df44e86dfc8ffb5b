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

/* Of a number that is no status: the row of internal-error. */
static const struct row *row_of(int number)
{
    const struct row *row = &rows[1];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if ((int)rows[i].status == number)
            return &rows[i];
        if (rows[i].status == STATUS_INTERNAL_ERROR)
            row = &rows[i];
    }
    return row;
}

const char *status_slug(enum status status)
{
    return row_of((int)status)->slug;
}

const char *status_sentence(enum status status)
{
    return row_of((int)status)->sentence;
}

const char *status_source(enum status status)
{
    return row_of((int)status)->source;
}

bool status_known(int number)
{
    return (int)row_of(number)->status == number;
}
