/* SPDX-License-Identifier: BSD-3-Clause */
#include "explanation.h"

#include "advice.h"
#include "clock.h"
#include "escape.h"

static bool step_ok(const struct explanation_step *step)
{
    return span_equal(step->slug, span_text(status_slug(STATUS_ACCEPTED)));
}

/* Splits `*rest` at the first `separator`: what is before it goes to `*part`. */
static bool split(struct span *rest, char separator, struct span *part)
{
    const unsigned char *end = rest->len ? memchr(rest->ptr, separator, rest->len) : NULL;

    if (!end)
        return false;

    *part = span_of(rest->ptr, (size_t)(end - rest->ptr));
    *rest = span_of(end + 1, rest->len - part->len - 1);
    return true;
}

void explanation_add_step(struct explanation *explanation, struct explanation_step step)
{
    if (explanation->step_count < EXPLANATION_STEPS_MAX)
        explanation->steps[explanation->step_count++] = step;
}

void explanation_add_steps(struct explanation *explanation, struct span lines)
{
    struct span line;

    while (split(&lines, '\n', &line)) {
        struct explanation_step step;

        if (!split(&line, '\t', &step.name) || !split(&line, '\t', &step.slug))
            return;
        step.detail = line;
        explanation_add_step(explanation, step);
    }
}

static const char *verdict_word(enum status status)
{
    return status == STATUS_ACCEPTED ? "accepted" : status > 0 ? "refused" : "undecided";
}

static bool expires_known(const struct wire_verdict *verdict)
{
    return verdict->status == STATUS_ACCEPTED || verdict->expires != 0;
}

static void print_step(const struct explanation_step *step, bool colour, FILE *out)
{
    const char *word = step_ok(step) ? "ok" : "no";
    const char *start = !colour ? "" : step_ok(step) ? "\033[32m" : "\033[31m";

    fputs("  ", out);
    escape_text(step->name, out);
    fprintf(out, "%*s%s%s%s", step->name.len < 12 ? 12 - (int)step->name.len : 1, "", start, word,
            colour ? "\033[0m" : "");
    if (step->detail.len > 0)
        fputs("  ", out);
    escape_text(step->detail, out);
    fputc('\n', out);
}

static void print_line(const char *label, struct span text, FILE *out)
{
    if (text.len == 0)
        return;

    fprintf(out, "  %-11s ", label);
    escape_text(text, out);
    fputc('\n', out);
}

/* What the session's environment would have. */
static void print_exports(const struct wire_verdict *verdict, FILE *out)
{
    struct span rest = verdict->exports, variable;

    while (verdict->status == STATUS_ACCEPTED && split(&rest, '\n', &variable))
        print_line("exports", variable, out);
}

static void print_identity(const struct wire_verdict *verdict, FILE *out)
{
    char expires[CLOCK_TEXT_MAX];

    clock_format(verdict->expires, expires);
    print_line("issuer", verdict->issuer, out);
    print_line("subject", verdict->subject, out);
    print_line("user", verdict->user, out);
    print_line("expires", expires_known(verdict) ? span_text(expires) : span_text(NULL), out);
    print_line("signer", verdict->signer, out);
    print_line("revocation", verdict->revocation, out);
    print_exports(verdict, out);
    print_line("warning", verdict->warning, out);
}

static void print_reason(const struct explanation *explanation, FILE *out)
{
    const struct wire_verdict *verdict = &explanation->verdict;

    print_line("rule", span_text(status_sentence(verdict->status)), out);
    print_line("source", span_text(status_source(verdict->status)), out);
    print_line("found", verdict->detail, out);
    /* the advice is about the configuration */
    if (explanation->user)
        print_line("what to do", span_text(advice_for(verdict->status)), out);
}

static void print_login(const struct explanation *explanation, FILE *out)
{
    if (!explanation->user)
        return;

    fputs("user ", out);
    escape_text(span_text(explanation->user), out);
    fputs(", service ", out);
    escape_text(span_text(explanation->service), out);
    fputs(", ", out);
}

void explanation_print(const struct explanation *explanation, bool colour, FILE *out)
{
    const struct wire_verdict *verdict = &explanation->verdict;
    const char *start = !colour                              ? ""
                        : verdict->status == STATUS_ACCEPTED ? "\033[1;32m"
                                                             : "\033[1;31m";
    char time[CLOCK_TEXT_MAX];

    clock_format(explanation->time, time);
    print_login(explanation, out);
    fprintf(out, "time %s\n", time);
    for (size_t i = 0; i < explanation->step_count; i++)
        print_step(&explanation->steps[i], colour, out);
    fprintf(out, "%s%s%s", start, verdict_word(verdict->status), colour ? "\033[0m" : "");
    if (verdict->status != STATUS_ACCEPTED)
        fprintf(out, ": %s", status_slug(verdict->status));
    fputc('\n', out);
    if (verdict->status != STATUS_ACCEPTED)
        print_reason(explanation, out);
    if (explanation->user)
        print_identity(verdict, out);
}

static void print_json_text(const char *name, struct span text, FILE *out)
{
    fprintf(out, "\"%s\": ", name);
    if (text.len > 0)
        escape_json(text, out);
    else
        fputs("null", out);
    fputs(", ", out);
}

static void print_json_identity(const struct wire_verdict *verdict, FILE *out)
{
    print_json_text("issuer", verdict->issuer, out);
    print_json_text("subject", verdict->subject, out);
    print_json_text("user", verdict->user, out);
    if (expires_known(verdict))
        fprintf(out, "\"expires\": %lld, ", (long long)verdict->expires);
    else
        fputs("\"expires\": null, ", out);
}

static void print_json_step(const struct explanation_step *step, FILE *out)
{
    fputs("{\"step\": ", out);
    escape_json(step->name, out);
    fprintf(out, ", \"ok\": %s, \"detail\": ", step_ok(step) ? "true" : "false");
    escape_json(step->detail, out);
    fputc('}', out);
}

void explanation_print_json(const struct explanation *explanation, FILE *out)
{
    const struct wire_verdict *verdict = &explanation->verdict;
    bool accepted = verdict->status == STATUS_ACCEPTED;

    fprintf(out, "{\"verdict\": \"%s\", ", verdict_word(verdict->status));
    print_json_text("reason", accepted ? span_text(NULL) : span_text(status_slug(verdict->status)),
                    out);
    if (explanation->user)
        print_json_identity(verdict, out);
    fputs("\"steps\": [", out);
    for (size_t i = 0; i < explanation->step_count; i++) {
        fputs(i > 0 ? ", " : "", out);
        print_json_step(&explanation->steps[i], out);
    }
    fputs("]}\n", out);
}
