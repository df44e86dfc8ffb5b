# SPDX-License-Identifier: BSD-3-Clause
"""One token, and services that ask for more than it has: sshd takes it, sudo and su do not, and say why."""
import contextlib
import json
import time

from local import AS_ALICE, AS_NOBODY, FAILURE, allow_sudo, matching, prompts
from registry import test, test_any_helper
from terminal import Terminal
from world import CONFIG, HOST, Sshd, mint, pam_service, parts, tampered, write_configuration

SUDO = (*AS_ALICE, 'sudo', '-k', 'id', '-u')
SUDO_I = (*AS_ALICE, 'sudo', '-k', '-i', 'id', '-u')
SU = (*AS_NOBODY, 'su', 'alice', '-c', 'id -un')
SU_L = (*AS_NOBODY, 'su', '-l', 'alice', '-c', 'id -un')
SERVICES = (('sudo', SUDO), ('sudo-i', SUDO_I), ('su', SU), ('su-l', SU_L))
MORE = """
[service sudo, sudo-i, su, su-l]
max_age = 300
require_acr = gold
require_amr = mfa
"""
TOLD = 'This token is not enough for '


@contextlib.contextmanager
def asking(sections):
    """For one try a login: sudo would ask again."""
    for service, _ in SERVICES:
        pam_service(service, 'nodelay')
    allow_sudo('passwd_tries=1')
    write_configuration(CONFIG + sections)
    try:
        yield
    finally:
        write_configuration(CONFIG)


def token(**claims):
    """For all services of the host, like its user by now; None leaves a claim out."""
    audience = [f'pam://{HOST}/{name}' for name in ('sshd', 'sudo', 'sudo-i', 'su', 'su-l')]
    claims = {'aud': json.dumps(audience), 'auth_time': str(int(time.time())), 'acr': 'gold',
              'amr': '["pwd","mfa"]', **claims}
    return mint(**{name: value for name, value in claims.items() if value})


def on_terminal(text, *command):
    """The exit status, and all that was seen."""
    with Terminal(*command) as terminal:
        for prompt, part in zip(prompts(text), parts(text).split('\n')):
            terminal.answer(prompt, part)
        return terminal.finish(), terminal.seen


def expect_accepted(log, text, service, command):
    mark = log.mark()
    status, seen = on_terminal(text, *command)
    assert status == 0 and TOLD not in seen, seen
    log.wait(f'pam_jwt({service}:auth): token accepted: user=alice', mark)


def expect_refused(log, text, service, command, reason):
    """What the user has seen. The log has the failure and the reason, once."""
    mark = log.mark()
    status, seen = on_terminal(text, *command)
    assert status != 0, seen
    lines = matching(log.since(mark), f'pam_jwt({service}:auth)')
    assert len(lines) == 2 and FAILURE in lines[0], lines
    assert f'token refused: {reason}: ' in lines[1], lines
    return seen


@test_any_helper
def one_token_for_sshd_and_a_better_one_for_sudo(log):
    """By password yesterday, for sshd; with a second factor just now, for all."""
    weak = token(auth_time=str(int(time.time()) - 86400), acr='silver', amr='["pwd"]')
    with asking(MORE):
        with Sshd(log) as sshd:
            for text in (weak, token()):
                mark = log.mark()
                done, _, _ = sshd.login('alice', text, 'id -un')
                assert (done.returncode, done.stdout) == (0, 'alice\n'), done
                log.wait('pam_jwt(sshd:auth): token accepted: user=alice', mark)
        for service, command in SERVICES:
            seen = expect_refused(log, weak, service, command, 'too-old')
            assert seen.count(TOLD) == 1, seen
            assert f'{TOLD}{service}: expected an authentication at most 300 s ago, found 864' in seen
            expect_accepted(log, token(), service, command)


LACKS = (
    ({'auth_time': None}, 'missing-claim', 'auth_time: expected a number of seconds since 1970'),
    ({'auth_time': '1'}, 'too-old', 'expected an authentication at most 300 s ago, found '),
    ({'acr': None}, 'missing-claim', 'acr: expected a string'),
    ({'acr': 'silver'}, 'claim-not-met', 'acr: expected gold'),
    ({'amr': None}, 'missing-claim', 'amr: expected an array with mfa'),
    ({'amr': '["pwd"]'}, 'claim-not-met', 'amr: expected mfa'),
)


@test
def the_user_is_told_what_is_missing(log):
    """In one sentence, as the log is."""
    with asking(MORE):
        for claims, reason, detail in LACKS:
            seen = expect_refused(log, token(**claims), 'sudo', SUDO, reason)
            assert seen.count(TOLD) == 1 and f'{TOLD}sudo: {detail}' in seen, seen


@test
def nobody_else_is_told(log):
    """Whose the token is not, or who has made it himself."""
    with asking(MORE):
        for text, reason in ((token(amr=None, sub='bob'), 'user-mismatch'),
                             (tampered(token(amr=None)), 'bad-signature'),
                             (token(amr=None, aud=f'pam://{HOST}/sshd'), 'wrong-audience'),
                             (token(amr=None, exp='1'), 'expired')):
            for service, command in SERVICES[:2]:
                seen = expect_refused(log, text, service, command, reason)
                assert TOLD not in seen and 'expected' not in seen, seen


@test
def the_client_of_sshd_is_told(log):
    """If it shows what comes with the last answer, as ssh does unless LogLevel is below INFO."""
    weak = token(amr=None)
    with asking('[service sshd]\nrequire_amr = mfa\n'), Sshd(log) as sshd:
        mark = log.mark()
        done, _, _ = sshd.login('alice', weak, 'id', options=['LogLevel=INFO'])
        assert done.returncode == 255, done
        log.wait('pam_jwt(sshd:auth): token refused: missing-claim: ', mark)
        assert done.stderr.count(f'{TOLD}sshd: amr: expected an array with mfa') == 1, done.stderr
        done, _, _ = sshd.login('alice', tampered(weak), 'id', options=['LogLevel=INFO'])
        assert done.returncode == 255 and TOLD not in done.stderr, done
        done, _, _ = sshd.login('alice', token(), 'id -un')
        assert (done.returncode, done.stdout) == (0, 'alice\n'), done
