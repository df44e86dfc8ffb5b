/* SPDX-License-Identifier: BSD-3-Clause */
#include "pam-outcome.h"

#include <security/pam_modules.h>

#include "pam-control.h"

/* A stack while it is gone through. */
struct state {
    enum { UNDECIDED, POSITIVE, NEGATIVE } impression;
    int result;  /* if POSITIVE; it need not be PAM_SUCCESS */
    size_t skip; /* modules */
    bool ended;
    bool unknown; /* there are substacks */
};

static void take_well(struct state *state, int result)
{
    if (state->impression == UNDECIDED ||
        (state->impression == POSITIVE && state->result == PAM_SUCCESS)) {
        state->impression = POSITIVE;
        state->result = result;
    }
}

static void act(struct state *state, unsigned action, int result)
{
    switch (action) {
    case PAM_ACTION_IGNORE:
        break;
    case PAM_ACTION_OK:
    case PAM_ACTION_DONE:
        take_well(state, result);
        state->ended = action == PAM_ACTION_DONE && state->impression == POSITIVE;
        break;
    case PAM_ACTION_BAD:
    case PAM_ACTION_DIE:
        state->impression = NEGATIVE;
        state->ended = action == PAM_ACTION_DIE;
        break;
    case PAM_ACTION_RESET:
        state->impression = UNDECIDED;
        break;
    default:
        state->skip = action - PAM_ACTION_JUMP;
    }
}

static void ask_gate(struct state *state, const char *control, bool open)
{
    int result = open ? PAM_SUCCESS : PAM_AUTH_ERR;
    unsigned action = pam_control_action(control, result);

    if (open ? action == PAM_ACTION_OK : action == PAM_ACTION_BAD || action == PAM_ACTION_DIE)
        act(state, action, result);
}

static void ask(struct state *state, const struct pam_trial *trial, const struct pam_line *line)
{
    int says = trial->says(line, trial->context);
    const char *control = line->words.items[1];

    if (says == PAM_SAYS_GATE || says == PAM_SAYS_SHUT)
        ask_gate(state, control, says == PAM_SAYS_GATE);
    else
        act(state, pam_control_action(control, says), says);
}

/* Up to the line `end`. */
static struct state go_through(const struct pam_trial *trial, const struct pam_line *end)
{
    struct state state = {.impression = UNDECIDED};

    for (const struct pam_line *line = trial->service->lines; line < end && !state.ended; line++) {
        if (line->stack != trial->stack)
            continue;
        state.unknown = line->substack;
        if (state.unknown)
            break;
        if (state.skip > 0)
            state.skip--;
        else
            ask(&state, trial, line);
    }
    return state;
}

/* To leave out more modules than there are is a refusal. */
bool pam_outcome(const struct pam_trial *trial)
{
    struct state state = go_through(trial, trial->service->lines + trial->service->count);

    return !state.unknown && state.skip == 0 && state.impression == POSITIVE &&
           state.result == PAM_SUCCESS;
}

bool pam_reaches(const struct pam_trial *trial, const struct pam_line *line)
{
    struct state state = go_through(trial, line);

    if (state.unknown || !state.ended)
        return state.unknown || state.skip == 0;
    return state.impression == NEGATIVE;
}
