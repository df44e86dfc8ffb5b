/* SPDX-License-Identifier: BSD-3-Clause */
#include "pam-outcome.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* pam.conf(5); JUMP and a number: so many modules are left out. */
enum action { IGNORE, OK, DONE, BAD, DIE, RESET, JUMP };

static const char *const action_names[] = {"ignore", "ok", "done", "bad", "die", "reset"};
static const char *const result_names[] = {"success", "ignore", "auth_err"};

static const struct {
    const char *name;
    enum action actions[3]; /* for each enum pam_says */
} controls[] = {
    {"required", {OK, IGNORE, BAD}},
    {"requisite", {OK, IGNORE, DIE}},
    {"sufficient", {DONE, IGNORE, IGNORE}},
    {"optional", {OK, IGNORE, IGNORE}},
};

static unsigned read_action(const char *text, size_t len)
{
    for (unsigned i = 0; i < JUMP; i++)
        if (strlen(action_names[i]) == len && strncmp(text, action_names[i], len) == 0)
            return i;
    return len > 0 && len < 4 && strspn(text, "0123456789") >= len
               ? JUMP + (unsigned)strtoul(text, NULL, 10)
               : BAD;
}

/* False: the control, "success=ok default=die", does not say. */
static bool find_action(const char *control, const char *result, unsigned *action)
{
    for (const char *pair = control; *pair; pair += strspn(pair, " \t")) {
        size_t len = strcspn(pair, " \t"), name = strcspn(pair, "=");

        if (name < len && strlen(result) == name && strncmp(pair, result, name) == 0) {
            *action = read_action(pair + name + 1, len - name - 1);
            return true;
        }
        pair += len;
    }
    return false;
}

static unsigned action_of(const struct pam_line *line, enum pam_says says)
{
    const char *control = line->words.items[1];
    unsigned action;

    for (size_t i = 0; i < sizeof(controls) / sizeof(controls[0]); i++)
        if (strcasecmp(control, controls[i].name) == 0)
            return controls[i].actions[says];
    if (find_action(control, result_names[says], &action) ||
        find_action(control, "default", &action))
        return action;
    return BAD;
}

/* A stack while it is gone through. */
struct state {
    bool decided, yes;
    size_t skip; /* modules */
    bool ended;
};

static void act(struct state *state, unsigned action, enum pam_says says)
{
    switch (action) {
    case IGNORE:
        break;
    case OK:
    case DONE:
        if (says != PAM_SAYS_NOTHING && (!state->decided || state->yes)) {
            state->decided = true;
            state->yes = says == PAM_SAYS_YES;
        }
        state->ended = action == DONE && state->decided && state->yes;
        break;
    case BAD:
    case DIE:
        state->decided = true;
        state->yes = false;
        state->ended = action == DIE;
        break;
    case RESET:
        state->decided = false;
        break;
    default:
        state->skip = action - JUMP;
    }
}

bool pam_outcome(const struct pam_service *service, enum pam_stack stack,
                 enum pam_says (*says)(const struct pam_line *line))
{
    struct state state = {.decided = false};

    for (size_t i = 0; i < service->count && !state.ended; i++) {
        const struct pam_line *line = &service->lines[i];

        if (line->stack != stack)
            continue;
        if (line->substack)
            return false;
        if (state.skip > 0)
            state.skip--;
        else
            act(&state, action_of(line, says(line)), says(line));
    }
    return state.decided && state.yes;
}
