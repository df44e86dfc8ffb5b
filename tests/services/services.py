#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""services.py [JWT-VERIFY]: pam_jwt as it is installed, with real libpam, sshd, sudo and su. Runs in the private
world of scripts/private-world; prints TAP. With the argument, that program takes the place of the
installed jwt-verify, and only tests run that any helper passes, sandboxed or not."""
import concurrent.futures
import json
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import threading
import time
import traceback

import world
from world import mint, must, pam_service, parts, run, tampered

MODULE = next(pathlib.Path('/usr/lib').glob('**/security/pam_jwt.so'))
HELPER = pathlib.Path('/usr/libexec/pam_jwt/jwt-verify')
TESTS, FOR_ANY_HELPER = [], []


def test(function):
    TESTS.append(function)
    return function


def test_any_helper(function):
    FOR_ANY_HELPER.append(function)
    return test(function)


def authenticate(token, *operations, service='sshd', user='alice', prefix=()):
    return run(*prefix, 'pamtester', service, user, *(operations or ['authenticate']),
               stdin=parts(token))


def explain(token, *arguments):
    done = run('pam-jwt', 'explain', '--user', 'alice', '--json', *arguments, stdin=token)
    return json.loads(done.stdout)


# --- the installation ----------------------------------------------------------------------------


@test
def the_module_needs_libpam_and_libc_alone(_):
    text = must('readelf', '--dynamic', '--wide', str(MODULE))
    assert sorted(re.findall(r'\(NEEDED\).*\[(.*)\]', text)) == ['libc.so.6', 'libpam.so.0'], text


@test
def the_module_exports_pam_sm_alone(_):
    text = must('readelf', '--dyn-syms', '--wide', str(MODULE))
    names = re.findall(r'(?:GLOBAL|WEAK) +DEFAULT +\d+ (\S+)', text)
    assert sorted(names) == ['pam_sm_acct_mgmt', 'pam_sm_authenticate', 'pam_sm_chauthtok',
                             'pam_sm_close_session', 'pam_sm_open_session', 'pam_sm_setcred'], names


@test
def the_unprivileged_user_owns_an_empty_directory_alone(_):
    uid = int(must('id', '-u', '_pam_jwt'))
    assert uid != 0
    owned = must('find', '/etc', '/usr', '/var', '-xdev', '-uid', str(uid)).split()
    assert owned == ['/var/lib/pam_jwt/unprivileged'], owned


# --- pamtester -----------------------------------------------------------------------------------


@test_any_helper
def a_login_by_pamtester(log):
    mark = log.mark()
    for signer, alg in (('signer-es256', 'ES256'), ('signer-rs256', 'RS256')):
        done = authenticate(mint(signer=signer, alg=alg), 'authenticate', 'acct_mgmt', 'setcred',
                            'open_session', 'close_session')
        assert done.returncode == 0, done.stderr
    line = log.wait('token accepted', mark)
    assert re.search(r'pam_jwt\(sshd:auth\): token accepted: user=alice '
                     r'issuer=https://issuer.example subject=alice signer=[0-9a-f]+ '
                     r'revocation=off token=[0-9a-f]{12}(; warning: .*)?$', line), line


@test_any_helper
def explain_and_the_module_give_the_same_reason(log):
    now = int(time.time())
    pam_service('quick', 'nodelay')
    good = mint(aud='pam://host.example/quick')
    tokens = [tampered(good), good[:600], good + '.', 'eyJ' + 'a' * 16382]
    tokens += [mint('quick', **changes) for changes in (
        {'exp': str(now - 3600)}, {'aud': 'pam://other/sshd'}, {'nbf': str(now + 3600)},
        {'iss': 'https://other.example'}, {'sub': 'bob'}, {'cnf': '{"jkt":"x"}'},
        {'signer': 'signer-other-host', 'key': 'signer-es256'},
        {'signer': 'signer-other-root', 'key': 'signer-es256'})]
    reasons = set()
    for token in tokens:
        reason = explain(token, '--service', 'quick')['reason']
        mark = log.mark()
        done = authenticate(token, service='quick')
        assert done.returncode != 0
        assert 'Authentication failure' in done.stderr, done.stderr
        log.wait(f'token refused: {reason}: ', mark)
        reasons.add(reason)
    assert len(reasons) >= 10, reasons


@test_any_helper
def a_failure_has_the_line_that_fail2ban_reads(log):
    mark = log.mark()
    run('pamtester', '-I', 'rhost=192.0.2.1', '-I', 'tty=ssh', 'sshd', 'alice', 'authenticate',
        stdin=parts(tampered(mint())))
    line = log.wait('authentication failure;', mark)
    assert line.endswith('pam_jwt(sshd:auth): authentication failure; logname= uid=0 euid=0 '
                         'tty=ssh ruser= rhost=192.0.2.1  user=alice'), line


@test_any_helper
def a_password_goes_to_the_next_module(log):
    pathlib.Path('/etc/pam.d/mixed').write_text(
        'auth sufficient pam_jwt.so\nauth required pam_unix.so try_first_pass\n'
        'account required pam_permit.so\n', encoding='ascii')
    must('chpasswd', stdin='alice:correct horse\n')
    mark = log.mark()
    assert run('pamtester', 'mixed', 'alice', 'authenticate', stdin='correct horse\n').returncode == 0
    assert run('pamtester', 'mixed', 'alice', 'authenticate', stdin='wrong\n').returncode != 0
    assert not any('token refused' in line for line in log.since(mark))
    assert authenticate(mint('mixed'), service='mixed').returncode == 0


@test
def a_token_never_reaches_the_next_module(log):
    """pam_unix try_first_pass has nothing to try after a refused token: it prompts."""
    mark = log.mark()
    done = run('pamtester', 'mixed', 'alice', 'authenticate',
               stdin=parts(tampered(mint('mixed'))) + 'correct horse\n')
    assert done.returncode == 0, done.stderr
    log.wait('token refused: bad-signature', mark)


@test_any_helper
def a_host_that_is_not_root(_):
    nobody = ('setpriv', '--reuid', 'nobody', '--regid', 'nogroup', '--clear-groups')
    assert authenticate(mint(), prefix=nobody).returncode == 0
    assert authenticate(tampered(mint()), prefix=nobody).returncode != 0


@test
def a_host_that_keeps_its_capabilities(_):
    keep = ('setpriv', '--securebits', '+no_setuid_fixup')
    assert authenticate(mint(), prefix=keep).returncode == 0


@test_any_helper
def the_callers_environment_changes_nothing(_):
    environment = {**os.environ, 'GNUTLS_SYSTEM_PRIORITY_FILE': '/nonexistent',
                   'TZ': ':/nonexistent', 'MALLOC_PERTURB_': '7',
                   'SSL_CERT_FILE': '/dev/null', 'LC_ALL': 'tr_TR.UTF-8'}
    done = run('pamtester', 'sshd', 'alice', 'authenticate', stdin=parts(mint()), env=environment)
    assert done.returncode == 0, done.stderr


# --- refusals that are not the token's -----------------------------------------------------------


def expect_failure(log, text, reason, token=None):
    mark = log.mark()
    done = authenticate(token or mint())
    assert done.returncode != 0
    assert text in done.stderr, done.stderr
    log.wait(reason, mark)


@test
def a_configuration_that_is_not_roots(log):
    os.chown('/etc/pam_jwt/pam_jwt.conf', 1, 1)
    try:
        expect_failure(log, 'Error in service module', 'config-error: /etc/pam_jwt/pam_jwt.conf: '
                       'expected owner root')
    finally:
        os.chown('/etc/pam_jwt/pam_jwt.conf', 0, 0)


@test
def anchors_that_others_may_write(log):
    os.chmod('/etc/pam_jwt/anchors', 0o777)
    try:
        expect_failure(log, 'Error in service module', 'config-error: a directory above '
                       '/etc/pam_jwt/anchors/root.pem')
    finally:
        os.chmod('/etc/pam_jwt/anchors', 0o755)


@test
def no_user_to_become(log):
    os.chown('/var/lib/pam_jwt/unprivileged', 0, 0)
    try:
        expect_failure(log, 'Error in service module', 'expected the owner and the group _pam_jwt')
    finally:
        must('chown', '_pam_jwt:_pam_jwt', '/var/lib/pam_jwt/unprivileged')


@test
def revocation_is_required_by_default(log):
    world.write_configuration(world.CONFIG.replace('revocation = off', ''))
    try:
        expect_failure(log, 'Authentication failure', 'token refused: revocation-unknown')
    finally:
        world.write_configuration(world.CONFIG)


@test
def a_refusal_by_the_systems_own_policy_is_named(log):
    """What /etc/gnutls/config forbids is forbidden, and the reason is not put on the token."""
    os.makedirs('/etc/gnutls', exist_ok=True)
    policy = pathlib.Path('/etc/gnutls/config')
    try:
        policy.write_text('[overrides]\ninsecure-sig = ecdsa-sha256\n', encoding='ascii')
        expect_failure(log, 'Authentication failure', 'token refused: system-policy')
    finally:
        policy.unlink()
    assert authenticate(mint()).returncode == 0


# --- a helper that is killed ---------------------------------------------------------------------


class Killer:
    """Kills every jwt-verify at a random moment of its life."""

    def __init__(self):
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self.work)

    def __enter__(self):
        self.thread.start()

    def __exit__(self, *_):
        self.stopped.set()
        self.thread.join()

    def work(self):
        while not self.stopped.is_set():
            for entry in pathlib.Path('/proc').glob('[0-9]*/comm'):
                try:
                    if entry.read_text(encoding='ascii') == 'jwt-verify\n':
                        self.stopped.wait(random.uniform(0, 0.004))
                        os.kill(int(entry.parent.name), signal.SIGKILL)
                except OSError:
                    pass  # it has ended by itself


@test
def a_killed_helper_is_no_verdict(log):
    token, mark, outcomes = mint('quick'), log.mark(), {}
    pam_service('quick', 'nodelay')
    with Killer():
        for _ in range(150):
            done = authenticate(token, service='quick')
            outcome = done.stderr.strip().rpartition(': ')[2] if done.returncode else 'success'
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
    assert set(outcomes) == {'success', 'Authentication service cannot retrieve authentication '
                             'info'}, outcomes
    log.wait('token not judged: internal-error: /usr/libexec/pam_jwt/jwt-verify: it ended before its verdict was complete',
             mark)


@test
def a_stopped_helper_is_a_timeout(log):
    """Its verdict does not come: the login fails when the time is over, and nothing is left."""
    pam_service('slow', 'nodelay timeout=1')
    kept = HELPER.read_bytes()
    HELPER.unlink()
    try:
        mark = log.mark()
        HELPER.write_text('#!/bin/sh\nwhile :; do read -r x; done\n', encoding='ascii')
        HELPER.chmod(0o755)
        done = authenticate(mint('slow'), service='slow')
        assert 'cannot retrieve authentication info' in done.stderr, done.stderr
        log.wait('token not judged: timeout', mark)
    finally:
        HELPER.unlink()
        HELPER.write_bytes(kept)
        HELPER.chmod(0o755)
    assert run('pgrep', '-f', 'jwt-verify').returncode != 0


# --- sshd ----------------------------------------------------------------------------------------


@test_any_helper
def a_login_by_ssh(log):
    sshd = world.Sshd(log)
    try:
        for signer, alg in (('signer-es256', 'ES256'), ('signer-rs256', 'RS256')):
            token = mint(signer=signer, alg=alg)
            done, prompts, _ = sshd.login('alice', token, 'id -un')
            assert (done.returncode, done.stdout) == (0, 'alice\n'), done.stderr
            count = len(token) // 500 + 1
            assert prompts == ['Password or JWT: '] + [f'JWT part {n}: '
                                                       for n in range(2, count + 1)], prompts
        mark = log.mark()
        done, _, _ = sshd.login('alice', mint(sub='bob'), 'id')
        assert done.returncode != 0
        log.wait('pam_jwt(sshd:auth): token refused: user-mismatch', mark)
    finally:
        sshd.stop()


@test
def known_and_unknown_users_look_alike(log):
    """The same prompts, and times that overlap: for a user whom the token is not for, for one who is not
    there, and with a token that is in order but for the user."""
    sshd = world.Sshd(log)
    token = tampered(mint())
    try:
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            tries = [pool.submit(sshd.login, user, token, 'id')
                     for _ in range(6) for user in ('alice', 'mallory')]
            done = [attempt.result() for attempt in tries]
    finally:
        sshd.stop()
    assert all(finished.returncode != 0 for finished, _, _ in done)
    assert len({tuple(prompts) for _, prompts, _ in done}) == 1, done[0][1]
    known, unknown = ([took for _, _, took in done[at::2]] for at in (0, 1))
    assert min(known) < max(unknown) and min(unknown) < max(known), (known, unknown)
    # libpam makes 2 s a random time around it
    assert min(known + unknown) > 0.9, (known, unknown)


# --- sudo and su ---------------------------------------------------------------------------------


@test_any_helper
def sudo_with_askpass(log):
    pam_service('sudo')
    pathlib.Path('/etc/sudoers.d/alice').write_text('alice ALL=(ALL) ALL\n', encoding='ascii')
    mark = log.mark()
    command = ('setpriv', '--reuid', 'alice', '--regid', 'alice', '--init-groups', 'env',
               'SUDO_ASKPASS=/usr/bin/pam-jwt-askpass')
    done = run(*command, f'BEARER_TOKEN={mint("sudo")}', 'sudo', '-A', 'id', '-u')
    assert (done.returncode, done.stdout) == (0, '0\n'), done.stderr
    log.wait('pam_jwt(sudo:auth): token accepted: user=alice', mark)
    done = run(*command, f'BEARER_TOKEN={mint("sshd")}', 'sudo', '-A', '-k', 'id', '-u')
    assert done.returncode != 0
    log.wait('pam_jwt(sudo:auth): token refused: wrong-audience', mark)


@test
def sudo_with_a_token_at_its_own_prompt(log):
    """More than 511 bytes make sudo's conversation fail; the log says what helps."""
    mark = log.mark()
    done = run('setpriv', '--reuid', 'alice', '--regid', 'alice', '--init-groups', 'sudo', '-S',
               '-k', 'id', '-u', stdin=mint('sudo') + '\n')
    assert done.returncode != 0
    log.wait('sudo passes 511 bytes at most, SUDO_ASKPASS=pam-jwt-askpass sudo -A', mark)


@test_any_helper
def su_with_parts(log):
    pam_service('su')
    mark = log.mark()
    done = run('setpriv', '--reuid', 'nobody', '--regid', 'nogroup', '--clear-groups', 'su',
               'alice', '-c', 'id -un', stdin=parts(mint('su')))
    assert (done.returncode, done.stdout) == (0, 'alice\n'), done.stderr
    log.wait('pam_jwt(su:auth): token accepted: user=alice', mark)


@test_any_helper
def nothing_is_left_running(_):
    assert run('pgrep', 'jwt-verify').returncode != 0


def main():
    log = world.Log()
    world.install_configuration()
    pam_service('sshd')
    tests = TESTS
    if len(sys.argv) > 1:
        HELPER.unlink()
        must('install', '-m', '755', sys.argv[1], str(HELPER))
        tests = FOR_ANY_HELPER
    print(f'1..{len(tests)}', flush=True)
    failed = 0
    for number, function in enumerate(tests, 1):
        name = function.__name__.replace('_', ' ')
        try:
            function(log)
            print(f'ok {number} - {name}', flush=True)
        except (AssertionError, OSError, ValueError, subprocess.SubprocessError):
            failed = 1
            print(f'not ok {number} - {name}', flush=True)
            print('\n'.join(f'# {line}' for line in traceback.format_exc().splitlines()), flush=True)
    return failed


sys.exit(main())
