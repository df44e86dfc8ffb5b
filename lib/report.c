/* SPDX-License-Identifier: BSD-3-Clause */
#include "report.h"

#include <stdarg.h>
#include <stdio.h>

__attribute__((format(printf, 2, 0))) static void
write_detail(struct report *report, const char *format, va_list arguments)
{
    if (vsnprintf(report->detail, sizeof(report->detail), format, arguments) < 0)
        report->detail[0] = '\0';
}

enum status report_refuse(struct report *report, enum status status, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    write_detail(report, format, arguments);
    va_end(arguments);
    return status;
}

void report_note(struct report *report, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    write_detail(report, format, arguments);
    va_end(arguments);
}

enum status report_step(struct report *report, const char *step, enum status status)
{
    if (report->step)
        report->step(report->context, step, status, report->detail);
    if (status == STATUS_ACCEPTED)
        report->detail[0] = '\0';
    return status;
}
