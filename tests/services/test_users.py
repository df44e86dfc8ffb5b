# SPDX-License-Identifier: BSD-3-Clause
"""Who a token's claim is on this host: maps of users, over real ssh and sudo, and at other hosts of the module."""
import contextlib
import os
import pathlib
import random

from local import AS_NOBODY, allow_sudo, matching, runtime_directory, sudo
from registry import test, test_any_helper
import world
from world import CONFIG, authenticate, mint, must, pam_service, quick_sshd, run

MAP = pathlib.Path('/etc/pam_jwt/users')
CACHE = pathlib.Path('/var/cache/pam_jwt')
OTHER = 'https://other.example'
STAFF = r"""# who is who
7f3c alice
7f3c deploy
"Alice Smith" alice
/(.*)@example\.org \1
/[^@]*@guests\.example\.org deploy
"""
MANY = ''.join(f'name{number} user{number}\n' for number in range(100000))


def write_map(text, path=MAP):
    """As `install` does it: whoever reads has the old one or the new one."""
    new = path.with_suffix('.new')
    new.write_text(text, encoding='ascii')
    new.chmod(0o644)
    new.rename(path)


@contextlib.contextmanager
def users(text, *lines):
    """The map is there, and the lines are in the issuer's section; afterwards all is as it was."""
    if run('id', 'deploy').returncode != 0:
        must('useradd', '--create-home', '--shell', '/bin/sh', 'deploy')
    pam_service('quick', 'nodelay')
    write_map(text)
    world.write_configuration('\n'.join([CONFIG + f'user_map = {MAP}', *lines]) + '\n')
    try:
        yield
    finally:
        world.write_configuration(CONFIG)
        MAP.unlink(missing_ok=True)
        for index in CACHE.glob('*.usermap'):
            index.unlink()


def expect(log, claims, user, slug=None, why='', prefix=()):
    """One login through libpam: accepted, or the slug and a text of the log line."""
    mark = log.mark()
    done = authenticate(mint('quick', **claims), service='quick', user=user, prefix=prefix)
    line = log.wait('pam_jwt(quick:auth): token ', mark)
    if slug:
        assert done.returncode != 0 and f': {slug}: ' in line and why in line, (done, line)
    else:
        assert done.returncode == 0 and f'token accepted: user={user} ' in line, (done, line)


# --- ssh and sudo ---------------------------------------------------------------------------------


@test_any_helper
def logins_by_a_map(log):
    """One subject is two users, an expression makes many."""
    with users(STAFF), quick_sshd(log) as sshd:
        for sub, user in (('7f3c', 'alice'), ('7f3c', 'deploy'), ('"Alice Smith"', 'alice'),
                          ('alice@example.org', 'alice'), ('eve@guests.example.org', 'deploy')):
            mark = log.mark()
            done, _, _ = sshd.login(user, mint(sub=sub), 'id -un')
            assert (done.returncode, done.stdout) == (0, user + '\n'), done
            log.wait(f'pam_jwt(sshd:auth): token accepted: user={user} ', mark)
        for sub, user in (('7f3d', 'alice'), ('alice', 'alice'), ('alice@example.org', 'deploy'),
                          ('eve@guests.example.org', 'alice'), ('deploy', 'deploy'),
                          ('alice@example.org.evil.example', 'alice')):
            mark = log.mark()
            done, _, _ = sshd.login(user, mint(sub=sub), 'id -un')
            assert done.returncode == 255 and done.stdout == '', done
            log.wait(f'pam_jwt(sshd:auth): token refused: user-not-allowed: {MAP} has no line for ',
                     mark)


@test_any_helper
def sudo_by_a_map(log):
    """It asks who runs it, not who becomes what."""
    with users(STAFF):
        pam_service('sudo', 'nodelay')
        allow_sudo()
        environment = {'XDG_RUNTIME_DIR': runtime_directory()}
        for sub in ('7f3c', 'alice@example.org'):
            done = sudo('-A', 'id', '-u', token=mint('sudo', sub=sub), **environment)
            assert (done.returncode, done.stdout) == (0, '0\n'), done
        for sub in ('root', 'alice', 'root@example.org', 'deploy@example.org'):
            mark = log.mark()
            done = sudo('-A', 'id', '-u', token=mint('sudo', sub=sub), **environment)
            assert done.returncode != 0 and done.stdout == '', done
            assert matching(log.since(mark), 'token refused: user-not-allowed: ')


@test_any_helper
def a_map_makes_nobody_root(log):
    with users('alice root\nalice daemon\n'):
        for user in ('root', 'daemon'):
            expect(log, {}, user, 'user-not-allowed', 'uid')


# --- issuers and claims ---------------------------------------------------------------------------


@test_any_helper
def several_issuers_with_maps_of_their_own(log):
    others = MAP.with_name('others')
    write_map('alice deploy\n', others)
    section = (f'[issuer {OTHER}]', 'audience = pam://%h/%s', 'signer_names = issuer.example',
               'trust_anchors = /etc/pam_jwt/anchors/root.pem', 'revocation = off')
    with users('alice alice\n', *section, f'user_map = {others}'):
        expect(log, {}, 'alice')
        expect(log, {}, 'deploy', 'user-not-allowed', str(MAP))
        expect(log, {'iss': OTHER}, 'deploy')
        expect(log, {'iss': OTHER}, 'alice', 'user-not-allowed', str(others))
    with users('alice deploy\n', *section, 'user_map = identity'):
        expect(log, {}, 'deploy')
        expect(log, {}, 'alice', 'user-not-allowed')
        expect(log, {'iss': OTHER}, 'alice')
        expect(log, {'iss': OTHER}, 'deploy', 'user-mismatch')
    with users('alice alice\n', *section):
        expect(log, {}, 'alice', 'config-error', 'needs a user_map')
    others.unlink()


@test_any_helper
def the_first_claim_that_is_there(log):
    with users('alice alice\nmail alice\nup deploy\n', 'user_claim = upn, email, sub'):
        expect(log, {}, 'alice')
        expect(log, {'upn': 'up'}, 'deploy')
        expect(log, {'upn': 'up'}, 'alice', 'user-not-allowed')
        expect(log, {'upn': '""'}, 'alice', 'missing-claim', 'upn')
        expect(log, {'email': 'mail', 'email_verified': 'true'}, 'alice')
        expect(log, {'email': 'mail'}, 'alice', 'claim-not-met')


# --- indexes --------------------------------------------------------------------------------------


def refresh():
    done = run('pam-jwt', 'refresh')
    assert (done.returncode, done.stdout, done.stderr) == (0, '', ''), done


@test_any_helper
def a_large_map_has_an_index(log):
    """It is used if it is there, and without it the map is searched."""
    with users(MANY + STAFF + MANY):
        for _ in range(2):
            expect(log, {'sub': '7f3c'}, 'alice')
            expect(log, {'sub': 'alice@example.org'}, 'alice')
            expect(log, {'sub': 'name7'}, 'alice', 'user-not-allowed', 'no line for name7 as alice')
            refresh()
            [index] = CACHE.glob('*.usermap')
            assert index.stat().st_size > 16 * 200000 and index.stat().st_mode & 0o777 == 0o644


@test_any_helper
def a_changed_map_counts_at_once(log):
    """Without a refresh, whether it was replaced or written to."""
    with users(MANY + '7f3c alice\n'):
        refresh()
        expect(log, {'sub': '7f3c'}, 'alice')
        write_map(MANY + '7f3d alice\n')
        expect(log, {'sub': '7f3c'}, 'alice', 'user-not-allowed')
        expect(log, {'sub': '7f3d'}, 'alice')
        refresh()
        expect(log, {'sub': '7f3d'}, 'alice')
        with MAP.open('a', encoding='ascii') as file:
            file.write('7f3e alice\n')
        expect(log, {'sub': '7f3e'}, 'alice')
        refresh()
        with MAP.open('r+', encoding='ascii') as file:
            file.seek(len(MANY))
            file.write('7f3f')
        expect(log, {'sub': '7f3d'}, 'alice', 'user-not-allowed')
        expect(log, {'sub': '7f3f'}, 'alice')


@test_any_helper
def hosts_that_do_not_run_as_root(log):
    """They read what everybody may read. An index tells nobody more than its map."""
    with users(MANY + '7f3c alice\n'):
        refresh()
        expect(log, {'sub': '7f3c'}, 'alice', prefix=AS_NOBODY)
        expect(log, {'sub': '7f3d'}, 'alice', 'user-not-allowed', prefix=AS_NOBODY)
        MAP.chmod(0o640)
        refresh()
        [index] = CACHE.glob('*.usermap')
        assert index.stat().st_mode & 0o777 == 0o600
        expect(log, {'sub': '7f3c'}, 'alice')
        expect(log, {'sub': '7f3c'}, 'alice', 'config-error', 'Permission denied', prefix=AS_NOBODY)
        os.chown(MAP, 0, int(must('id', '-g', 'nobody').strip()))
        expect(log, {'sub': '7f3c'}, 'alice', prefix=AS_NOBODY)


# --- maps that cannot be used ---------------------------------------------------------------------


@test_any_helper
def a_map_is_roots(log):
    """And nobody else can write it, or put another in its place."""
    with users('alice alice\n'):
        expect(log, {}, 'alice')
        MAP.chmod(0o646)
        expect(log, {}, 'alice', 'config-error', 'chmod go-w it')
        MAP.chmod(0o664)
        expect(log, {}, 'alice', 'config-error', 'chmod go-w it')
        MAP.chmod(0o644)
        must('chown', 'alice', str(MAP))
        expect(log, {}, 'alice', 'config-error', 'chown root it')
        must('chown', 'root', str(MAP))
        folder = pathlib.Path(f'/run/maps.{random.randrange(10 ** 12)}')
        folder.mkdir()
        MAP.unlink()
        write_map('alice alice\n', folder / 'users')
        MAP.symlink_to(folder / 'users')
        expect(log, {}, 'alice')
        folder.chmod(0o777)
        expect(log, {}, 'alice', 'config-error', 'chmod go-w it')
        folder.chmod(0o755)
        (folder / 'users').unlink()
        expect(log, {}, 'alice', 'config-error', 'No such file')


@test_any_helper
def a_broken_line_stops_logins(log):
    """It is named; nobody behind it gets in, and nothing is taken for identity."""
    with users('x y\nalice\nalice alice\n'):
        expect(log, {}, 'alice', 'config-error', f'{MAP}:2: expected a subject and a user')
        done = run('pam-jwt', 'refresh')
        assert done.returncode == 1 and f'{MAP}:2: expected' in done.stderr, done
        write_map('')
        expect(log, {}, 'alice', 'user-not-allowed')
        write_map('alice alice')
        expect(log, {}, 'alice', 'config-error', f'{MAP}:1: expected a line feed')


# --- expressions that cost too much ---------------------------------------------------------------


@test
def an_expression_that_takes_too_long(log):
    """Nobody gets in by it, nor by what stands behind it, and the host does not wait."""
    slow = ''.join(f'/(a|b)*a(a|b){{{number}}}c alice\n' for number in range(400, 410))
    sub = ''.join(random.Random(7).choices('ab', k=1024))
    with users(slow + f'{sub} alice\n'):
        pam_service('quick', 'nodelay timeout=1')
        expect(log, {'sub': sub}, 'alice', 'timeout')


@test
def an_expression_that_is_larger_than_memory(log):
    """Where it is compiled there is a limit; a refresh, which has none, does not compile it."""
    with users('/a' + '+' * 60 + ' deploy\nalice alice\n'):
        expect(log, {}, 'alice', 'out-of-memory', f'{MAP}:1: ')
        refresh()
