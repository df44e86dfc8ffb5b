# SPDX-License-Identifier: BSD-3-Clause
"""What is installed, and the module under pamtester."""
import json
import os
import pathlib
import re
import time

from registry import test, test_any_helper
import world
from world import authenticate, mint, must, pam_service, parts, run, tampered

MODULE = next(pathlib.Path('/usr/lib').glob('**/security/pam_jwt.so'))


def explain(token, *arguments):
    done = run('pam-jwt', 'explain', '--user', 'alice', '--json', *arguments, stdin=token)
    return json.loads(done.stdout)


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
    owned = must('find', '/etc', '/usr', '/var', '-ignore_readdir_race', '-xdev', '-uid',
                 str(uid)).split()
    assert owned == ['/var/lib/pam_jwt/unprivileged'], owned


@test
def the_cache_is_root_s_and_everyone_may_read_it(_):
    status = os.stat('/var/cache/pam_jwt')
    assert (status.st_uid, status.st_gid, status.st_mode) == (0, 0, 0o40755), status


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


def mixed_service():
    pathlib.Path('/etc/pam.d/mixed').write_text(
        'auth sufficient pam_jwt.so\nauth required pam_unix.so try_first_pass\n'
        'account required pam_permit.so\n', encoding='ascii')


@test_any_helper
def a_password_goes_to_the_next_module(log):
    mixed_service()
    must('chpasswd', stdin='alice:correct horse\n')
    mark = log.mark()
    assert run('pamtester', 'mixed', 'alice', 'authenticate', stdin='correct horse\n').returncode == 0
    assert run('pamtester', 'mixed', 'alice', 'authenticate', stdin='wrong\n').returncode != 0
    assert authenticate(mint('mixed'), service='mixed').returncode == 0
    log.wait('token accepted', mark)
    assert not any('token refused' in line for line in log.since(mark))


@test
def a_token_never_reaches_the_next_module(log):
    """After a refused token pam_unix finds what is nobody's password, and does not ask for one: it
    would not ask users whom sshd does not let in."""
    mixed_service()
    must('chpasswd', stdin='alice:correct horse\n')
    mark = log.mark()
    done = run('pamtester', 'mixed', 'alice', 'authenticate',
               stdin=parts(tampered(mint('mixed'))) + 'correct horse\n')
    assert done.returncode != 0, done.stderr
    log.wait('token refused: bad-signature', mark)
    log.wait('pam_unix(mixed:auth): authentication failure', mark)


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
