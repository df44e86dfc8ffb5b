/* SPDX-License-Identifier: BSD-3-Clause */
#include "journal.h"

#include <security/pam_ext.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#define LINE_SIZE 4096 /* bytes; a longer line is cut */
#define FIELD_MAX 256  /* bytes, before escaping: no value takes the place of the others */

/* Characters that are escaped besides: all of them in text that a token may have chosen. */
#define TEXT "\\"
#define CLAIMED "\\=;" /* no name=value, no end of the detail */
#define FIELD "\\ "    /* a space ends it */

/* A line being written. */
struct line {
    char text[LINE_SIZE];
    size_t len;
};

static void put(struct line *line, const char *text)
{
    int len = snprintf(line->text + line->len, sizeof(line->text) - line->len, "%s", text);

    if (len > 0)
        line->len += (size_t)len;
    if (line->len >= sizeof(line->text))
        line->len = sizeof(line->text) - 1;
}

/* Anything but printable ASCII, and what is in `special`, as \xNN. */
static void put_escaped(struct line *line, struct span text, const char *special)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = text.ptr[i];
        char out[5];

        if (byte >= ' ' && byte < 0x7f && !strchr(special, byte))
            (void)snprintf(out, sizeof(out), "%c", byte);
        else
            (void)snprintf(out, sizeof(out), "\\x%02x", byte);
        put(line, out);
    }
}

void journal_escape(struct span text, char *out, size_t size)
{
    struct line line = {.len = 0};

    put_escaped(&line, text, TEXT);
    (void)snprintf(out, size, "%s", line.text);
}

static void put_value(struct line *line, struct span value)
{
    put_escaped(line, span_of(value.ptr, value.len < FIELD_MAX ? value.len : FIELD_MAX), FIELD);
    put(line, value.len < FIELD_MAX ? "" : "...");
}

static void put_field(struct line *line, const char *name, struct span value)
{
    if (value.len == 0)
        return;
    put(line, " ");
    put(line, name);
    put(line, "=");
    put_value(line, value);
}

static void put_item(struct line *line, pam_handle_t *pamh, const char *name, int item)
{
    const void *value = NULL;

    put(line, name);
    if (pam_get_item(pamh, item, &value) == PAM_SUCCESS && value)
        put_value(line, span_text(value));
}

void journal_failure(pam_handle_t *pamh, const char *user)
{
    struct line line = {.len = 0};
    char uids[64];

    (void)snprintf(uids, sizeof(uids), "logname= uid=%u euid=%u", (unsigned)getuid(),
                   (unsigned)geteuid());
    put(&line, "authentication failure; ");
    put(&line, uids);
    put_item(&line, pamh, " tty=", PAM_TTY);
    put_item(&line, pamh, " ruser=", PAM_RUSER);
    put_item(&line, pamh, " rhost=", PAM_RHOST);
    put(&line, "  user=");
    put_value(&line, span_text(user));
    pam_syslog(pamh, LOG_NOTICE, "%s", line.text);
}

static void put_identity(struct line *line, const struct wire_verdict *verdict)
{
    put_field(line, "issuer", verdict->issuer);
    put_field(line, "subject", verdict->subject);
    put_field(line, "signer", verdict->signer);
    put_field(line, "revocation", verdict->revocation);
    put_field(line, "token", verdict->token_id);
    if (verdict->warning.len > 0) {
        put(line, "; warning: ");
        put_escaped(line, verdict->warning, TEXT);
    }
}

void journal_reason(pam_handle_t *pamh, const struct wire_verdict *verdict)
{
    bool refused = verdict->status > 0;
    struct line line = {.len = 0};

    put(&line, refused ? "token refused: " : "token not judged: ");
    put(&line, status_slug(verdict->status));
    put(&line, ": ");
    if (verdict->detail.len > 0)
        put_escaped(&line, verdict->detail, refused ? CLAIMED : TEXT);
    else
        put(&line, status_sentence(verdict->status));
    /* a verdict that got as far as the token names it; without that, nothing follows */
    put(&line, verdict->token_id.len > 0 ? ";" : "");
    put_identity(&line, verdict);
    pam_syslog(pamh, refused ? LOG_NOTICE : LOG_ERR, "%s", line.text);
}

void journal_accepted(pam_handle_t *pamh, const struct wire_verdict *verdict)
{
    struct line line = {.len = 0};

    put(&line, "token accepted:");
    put_field(&line, "user", verdict->user);
    put_identity(&line, verdict);
    pam_syslog(pamh, LOG_INFO, "%s", line.text);
}
