/* SPDX-License-Identifier: BSD-3-Clause */
#include "pam-control.h"

#include <security/pam_modules.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#define BLANK " \t\n\v\f\r"
#define DIGITS "0123456789"
#define SKIP_MAX 100000 /* modules; no stack has so many */

static const char *const action_names[] = {"ignore", "ok", "done", "bad", "die", "reset"};

static const char *const result_names[] = {
    [PAM_SUCCESS] = "success",
    [PAM_OPEN_ERR] = "open_err",
    [PAM_SYMBOL_ERR] = "symbol_err",
    [PAM_SERVICE_ERR] = "service_err",
    [PAM_SYSTEM_ERR] = "system_err",
    [PAM_BUF_ERR] = "buf_err",
    [PAM_PERM_DENIED] = "perm_denied",
    [PAM_AUTH_ERR] = "auth_err",
    [PAM_CRED_INSUFFICIENT] = "cred_insufficient",
    [PAM_AUTHINFO_UNAVAIL] = "authinfo_unavail",
    [PAM_USER_UNKNOWN] = "user_unknown",
    [PAM_MAXTRIES] = "maxtries",
    [PAM_NEW_AUTHTOK_REQD] = "new_authtok_reqd",
    [PAM_ACCT_EXPIRED] = "acct_expired",
    [PAM_SESSION_ERR] = "session_err",
    [PAM_CRED_UNAVAIL] = "cred_unavail",
    [PAM_CRED_EXPIRED] = "cred_expired",
    [PAM_CRED_ERR] = "cred_err",
    [PAM_NO_MODULE_DATA] = "no_module_data",
    [PAM_CONV_ERR] = "conv_err",
    [PAM_AUTHTOK_ERR] = "authtok_err",
    [PAM_AUTHTOK_RECOVERY_ERR] = "authtok_recover_err",
    [PAM_AUTHTOK_LOCK_BUSY] = "authtok_lock_busy",
    [PAM_AUTHTOK_DISABLE_AGING] = "authtok_disable_aging",
    [PAM_TRY_AGAIN] = "try_again",
    [PAM_IGNORE] = "ignore",
    [PAM_ABORT] = "abort",
    [PAM_AUTHTOK_EXPIRED] = "authtok_expired",
    [PAM_MODULE_UNKNOWN] = "module_unknown",
    [PAM_BAD_ITEM] = "bad_item",
    [PAM_CONV_AGAIN] = "conv_again",
    [PAM_INCOMPLETE] = "incomplete",
    "default",
};
#define RESULT_COUNT (sizeof(result_names) / sizeof(result_names[0]))
#define RESULT_DEFAULT ((int)RESULT_COUNT - 1)

/* The words that stand for brackets. */
static const struct {
    const char *word, *control;
} words[] = {
    {"required", "success=ok new_authtok_reqd=ok ignore=ignore default=bad"},
    {"requisite", "success=ok new_authtok_reqd=ok ignore=ignore default=die"},
    {"sufficient", "success=done new_authtok_reqd=done default=ignore"},
    {"optional", "success=ok new_authtok_reqd=ok default=ignore"},
};

const char *pam_result_name(int result)
{
    return result_names[result];
}

/* Its index, the text moved behind it; -1: none of them. What follows may follow at once. */
static int take_name(const char **text, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(names[i]);

        if (strncmp(*text, names[i], len) == 0) {
            *text += len;
            return (int)i;
        }
    }
    return -1;
}

static bool take_action(const char **text, unsigned *action)
{
    int named = take_name(text, action_names, PAM_ACTION_JUMP);
    unsigned skip = 0;

    *action = (unsigned)named;
    if (named >= 0)
        return true;
    for (; **text && strchr(DIGITS, **text); (*text)++)
        if (skip < SKIP_MAX)
            skip = skip * 10 + (unsigned)(**text - '0');
    *action = PAM_ACTION_JUMP + skip;
    return skip > 0;
}

static void skip_blank(const char **text)
{
    *text += strspn(*text, BLANK);
}

/* "success = ok" */
static bool take_pair(const char **text, int *result, unsigned *action)
{
    *result = take_name(text, result_names, RESULT_COUNT);
    skip_blank(text);
    if (*result < 0 || *(*text)++ != '=')
        return false;
    skip_blank(text);
    return take_action(text, action);
}

static const char *brackets_of(const char *control)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcasecmp(control, words[i].word) == 0)
            return words[i].control;
    return control;
}

/* Of several actions for the result the last one counts, of several defaults the first. */
unsigned pam_control_action(const char *control, int result)
{
    const char *text = brackets_of(control);
    unsigned found = PAM_ACTION_BAD, action;
    bool named = false, defaulted = false;
    int name;

    for (skip_blank(&text); *text; skip_blank(&text)) {
        if (!take_pair(&text, &name, &action))
            return PAM_ACTION_BAD;
        if (name == result || (name == RESULT_DEFAULT && !named && !defaulted))
            found = action;
        named = named || name == result;
        defaulted = defaulted || name == RESULT_DEFAULT;
    }
    return found;
}
