# SPDX-License-Identifier: BSD-3-Clause
"""replay = require, with a directory of the host."""
import base64
import concurrent.futures
import contextlib
import fcntl
import hashlib
import json
import os
import pathlib
import signal
import subprocess
import time

from local import AS_NOBODY
from registry import test, test_any_helper
import replay
from replay import (ACCEPTED, AUTH_ERR, AUTHINFO_UNAVAIL, HELPER, REPLAYED, SERVICE, SERVICE_ERR,
                    STORE, SUCCESS, configuration, entries, expect, mint, unavailable)
import world
from world import must, parts, run


@test
def the_directory_of_spent_tokens_as_it_is_installed(_):
    for path, mode in ((STORE, 0o755), (STORE / '0', 0o700)):
        found = path.stat()
        assert (found.st_uid, found.st_gid, found.st_mode & 0o7777) == (0, 0, mode), path
    assert not entries()


@test_any_helper
def a_token_lets_in_once(log):
    with configuration():
        token = mint()
        expect(log, token, SUCCESS, ACCEPTED)
        for _ in range(2):
            expect(log, token, AUTH_ERR, REPLAYED)
        expect(log, mint(), SUCCESS, ACCEPTED)
        mark = log.mark()
        assert replay.login(world.mint(SERVICE)) == AUTH_ERR
        log.wait('token refused: missing-claim: jti: ', mark)
    expect(log, token, SUCCESS, ACCEPTED)  # nobody asks for it any more


@test_any_helper
def a_token_lets_in_once_over_ssh(log):
    with configuration(), world.Sshd(log) as sshd:
        token = mint('sshd')
        done, _, _ = sshd.login('alice', token, 'id -un')
        assert (done.returncode, done.stdout) == (0, 'alice\n'), done.stderr
        mark = log.mark()
        done, _, _ = sshd.login('alice', token, 'id -un')
        assert (done.returncode, done.stdout) == (255, ''), done.stdout
        log.wait(f'pam_jwt(sshd:auth): {REPLAYED}', mark)


@test
def what_is_refused_for_another_reason_spends_nothing(log):
    with configuration():
        token = mint()
        before = entries()
        assert replay.login(world.tampered(token)) == AUTH_ERR
        assert replay.login(mint(sub='bob')) == AUTH_ERR
        assert replay.login(mint(exp=str(int(time.time()) - 3600))) == AUTH_ERR
        assert replay.login(mint('sshd')) == AUTH_ERR
        world.authenticate(mint(sub='root'), service=SERVICE, user='root')
        assert entries() == before
        expect(log, token, SUCCESS, ACCEPTED)
        assert len(entries()) == len(before) + 1


@test
def explaining_a_token_spends_nothing(log):
    """Nor does it look whether it was spent."""
    with configuration():
        token, before = mint(), entries()
        for _ in range(2):
            explain(token)
            assert entries() == before
            replay.login(token)
            before = entries()
            expect(log, token, AUTH_ERR, REPLAYED)


def explain(token):
    done = run('pam-jwt', 'explain', '--service', SERVICE, '--user', 'alice', '--json', stdin=token)
    assert done.returncode == 0, done.stdout
    steps = {step['step']: step['detail'] for step in json.loads(done.stdout)['steps']}
    assert steps['replay'].startswith('a login would spend the token'), steps


@test
def services_of_one_user_share_what_is_spent(log):
    """And a service may ask for it alone."""
    issuer = ('audience = pam://%h/any', )
    text = world.CONFIG.replace('audience = pam://%h/%s', *issuer)
    world.pam_service('also', 'nodelay')
    with configuration():
        world.write_configuration(text + 'replay = require\n')
        token = mint('any')
        expect(log, token, SUCCESS, ACCEPTED)
        expect(log, token, AUTH_ERR, REPLAYED, service='also')
        world.write_configuration(text + f'[service {SERVICE}]\nreplay = require\n')
        token = mint('any')
        for service, returned, said in (('also', SUCCESS, ACCEPTED), (SERVICE, SUCCESS, ACCEPTED),
                                        (SERVICE, AUTH_ERR, REPLAYED), ('also', SUCCESS, ACCEPTED)):
            expect(log, token, returned, said, service=service)


# --- many at once ---------------------------------------------------------------------------------


@test
def fifty_logins_with_one_token(log):
    """Over ssh, all at once: one of them is let in."""
    with configuration(), world.quick_sshd(log) as sshd, \
            concurrent.futures.ThreadPoolExecutor(50) as pool:
        token, mark = mint('sshd'), log.mark()
        tries = [pool.submit(sshd.login, 'alice', token, 'id -un') for _ in range(50)]
        codes = [attempt.result()[0].returncode for attempt in tries]
        assert sorted(codes) == [0] + [255] * 49, codes
        lines = [line for line in log.since(mark) if world.token_id(token) in line]
        assert len([line for line in lines if ACCEPTED in line]) == 1, lines
        assert len([line for line in lines if REPLAYED in line]) == 49, lines


# --- killed ---------------------------------------------------------------------------------------

# In place of jwt-replay: says where it is, and waits there to be killed with its host.
STOPPING = """\
#!/usr/bin/python3 -IB
import os, socket, subprocess
host = socket.socket(fileno=os.dup(3))
ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
def spend():
    for _ in range(2):
        ours.send(host.recv(65536))
    with subprocess.Popen(['{kept}'], preexec_fn=lambda: os.dup2(theirs.fileno(), 3),
                          close_fds=False):
        theirs.close()
        assert ours.recv(65536)
{spend}
with open('{reached}', 'w'):
    pass
while host.recv(1):
    pass
"""


@contextlib.contextmanager
def stopping(spend):
    """A jwt-replay that does not come back: before or after the token is spent."""
    kept, reached = pathlib.Path('/run/jwt-replay.kept'), pathlib.Path('/run/reached')
    kept.write_bytes(HELPER.read_bytes())
    kept.chmod(0o755)
    HELPER.unlink()
    HELPER.write_text(STOPPING.format(kept=kept, reached=reached, spend='spend()' if spend else ''),
                      encoding='ascii')
    HELPER.chmod(0o755)
    try:
        yield reached
    finally:
        HELPER.unlink()
        HELPER.write_bytes(kept.read_bytes())
        HELPER.chmod(0o755)
        reached.unlink(missing_ok=True)


def kill_login(log, token, reached):
    """The host of a login, once jwt-replay is there."""
    with subprocess.Popen(['pamtester', SERVICE, 'alice', 'authenticate'], stdin=subprocess.PIPE,
                          text=True, stderr=subprocess.DEVNULL) as host:
        host.stdin.write(parts(token))
        host.stdin.flush()
        while not reached.exists():
            assert host.poll() is None, log.since(0)[-3:]
            time.sleep(0.01)
        host.send_signal(signal.SIGKILL)
        host.stdin.close()


@test
def a_login_that_is_killed_after_the_token_is_spent(log):
    """Nobody was let in, and nobody will be."""
    with configuration():
        token, other, before = mint(), mint(), entries()
        with stopping(spend=True) as reached:
            kill_login(log, token, reached)
        assert len(entries()) == len(before) + 1
        expect(log, token, AUTH_ERR, REPLAYED)
        with stopping(spend=False) as reached:
            kill_login(log, other, reached)
        assert len(entries()) == len(before) + 1
        expect(log, other, SUCCESS, ACCEPTED)


@test
def a_lock_that_is_never_given_back(log):
    """Whoever has hung with it: logins end in time, and nobody gets in. Only root can do that."""
    with configuration(), contextlib.ExitStack() as stack:
        for shard in (STORE / '0').iterdir():
            held = os.open(shard, os.O_RDONLY)
            stack.callback(os.close, held)
            fcntl.flock(held, fcntl.LOCK_EX)
        world.pam_service(SERVICE, 'nodelay timeout=1')
        token = mint()
        # a shard of its own is nobody's yet
        while not (STORE / '0' / replay_id(token)[:3]).exists():
            token = mint()
        began = time.monotonic()
        expect(log, token, AUTHINFO_UNAVAIL, 'token not judged: timeout: ')
        assert time.monotonic() - began < 10
        assert run(*AS_NOBODY, 'flock', '-n', str(STORE / '0'), 'true').returncode != 0


def replay_id(token):
    """What stands for it: SHA-256 of iss and jti, each behind its length."""
    claims = json.loads(base64.urlsafe_b64decode(token.split('.')[1] + '=='))
    hashed = hashlib.sha256()
    for text in (claims['iss'], claims['jti']):
        hashed.update(len(text).to_bytes(8, 'big') + text.encode())
    return hashed.hexdigest()


# --- stores that cannot be used -------------------------------------------------------------------


@test
def a_store_that_cannot_be_written(log):
    """Its disk is read-only, or has no room: nobody is let in."""
    for options, why in (('ro', 'Read-only file system'),
                         ('nr_inodes=2', 'No space left on device')):
        with configuration():
            must('mount', '-t', 'tmpfs', '-o', f'mode=755,{options}', 'tmpfs', str(STORE))
            try:
                unavailable(log, why)
            finally:
                must('umount', str(STORE))


@test
def stores_that_are_not_roots_alone(log):
    with configuration():
        for path, mode, why in ((STORE, 0o775, 'expected nobody but its owner to write it'),
                                (STORE / '0', 0o750, 'expected uid 0 and mode 0700')):
            before = path.stat().st_mode & 0o7777
            path.chmod(mode)
            try:
                line = expect(log, mint(), SERVICE_ERR, 'token not judged: config-error: ')
                assert why in line, line
            finally:
                path.chmod(before)
        os.chown(STORE / '0', 65534, 65534)
        try:
            expect(log, mint(), SERVICE_ERR, 'token not judged: config-error: ')
        finally:
            os.chown(STORE / '0', 0, 0)
        expect(log, mint(), SUCCESS, ACCEPTED)


@test
def a_store_elsewhere(log):
    with configuration('store = /var/spent'):
        expect(log, mint(), SERVICE_ERR, 'token not judged: config-error: /var/spent: No such file')
        must('install', '-d', '/var/spent')
        token = mint()
        expect(log, token, SUCCESS, ACCEPTED)
        expect(log, token, AUTH_ERR, REPLAYED)
        assert (pathlib.Path('/var/spent/0').stat().st_mode & 0o7777) == 0o700


@test
def a_host_that_does_not_run_as_root(log):
    """It has a directory of its own, or nobody is let in."""
    with configuration():
        line = expect(log, mint(), SERVICE_ERR, 'token not judged: config-error: ', prefix=AS_NOBODY)
        uid = run(*AS_NOBODY, 'id', '-u').stdout.strip()
        gid = run(*AS_NOBODY, 'id', '-g').stdout.strip()
        own = STORE / uid
        assert f'{own}: there is no such directory: install -d -o {uid} -g {gid} -m 700' in line, line
        must('install', '-d', '-o', uid, '-g', gid, '-m', '700', str(own))
        token = mint()
        expect(log, token, SUCCESS, ACCEPTED, prefix=AS_NOBODY)
        expect(log, token, AUTH_ERR, REPLAYED, prefix=AS_NOBODY)
        assert len(entries(uid)) == 1
        # what one user has spent is no other's
        expect(log, token, SUCCESS, ACCEPTED)


@test
def a_helper_that_is_missing(log):
    kept = HELPER.read_bytes()
    HELPER.unlink()
    try:
        with configuration():
            expect(log, mint(), SERVICE_ERR, f'token not judged: config-error: {HELPER}: it is missing')
        expect(log, mint(), SUCCESS, ACCEPTED)
    finally:
        HELPER.write_bytes(kept)
        HELPER.chmod(0o755)
