# SPDX-License-Identifier: BSD-3-Clause
"""The examples for /etc/pam.d/sshd, put into the package's own file as they say themselves."""
import contextlib
import pathlib
import shutil

from registry import test
import world
from world import mint, must, pam_text, tampered

# As the machine has it: this file is read before the world writes its own.
PACKAGE = pathlib.Path('/etc/pam.d/sshd').read_text(encoding='ascii')
EXAMPLES = pathlib.Path('/usr/share/doc/pam_jwt/examples')
TOKEN, MIXED, SECOND = 'sshd-token', 'sshd-token-or-password', 'sshd-publickey-and-token'
ACCEPTED = 'pam_jwt(sshd:auth): token accepted: user=alice '
FAILURE = 'pam_jwt(sshd:auth): authentication failure;'
REFUSED = 'pam_jwt(sshd:auth): token refused: '


@contextlib.contextmanager
def example(log, name, old='', new=''):
    """An sshd with that example. Its indented comments say which line of /etc/pam.d/sshd it
    replaces, and what sshd_config needs. `old` is a further line to be replaced."""
    text = pathlib.Path(EXAMPLES, name).read_text(encoding='ascii').splitlines()
    replaced, *sshd_config = [line[1:].strip() for line in text if line.startswith('#     ')]
    rules = '\n'.join(line for line in text if not line.startswith('#'))
    assert 'UsePAM yes' in sshd_config
    stack = PACKAGE
    for line, by in ((replaced, rules), (old, new)):
        assert not line or line in stack.splitlines(), f'no line {line!r} in /etc/pam.d/sshd'
        stack = stack.replace(f'{line}\n', f'{by}\n') if line else stack
    with pam_text('sshd', stack), world.Sshd(log, *sshd_config) as sshd, alices_key(sshd):
        yield sshd


@contextlib.contextmanager
def alices_key(sshd):
    """A key pair; its public half lets alice in."""
    folder = pathlib.Path('/home/alice/.ssh')
    must('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', f'{sshd.directory}/alice')
    folder.mkdir()
    shutil.copy(f'{sshd.directory}/alice.pub', folder / 'authorized_keys')
    must('chown', '-R', 'alice:alice', str(folder))
    try:
        yield
    finally:
        shutil.rmtree(folder)


def login(sshd, name, token, askpass=None):
    """By the methods that the example is for; the finished ssh and its prompts."""
    options = ['LogLevel=INFO']
    if name == SECOND:
        options += ['PreferredAuthentications=publickey,keyboard-interactive', *identity(sshd)]
    return sshd.login('alice', token, 'id -un', options=options, askpass=askpass)[:2]


def identity(sshd):
    return [f'IdentityFile={sshd.directory}/alice', 'IdentitiesOnly=yes']


def expect_login(log, sshd, name, **given):
    mark = log.mark()
    done, _ = login(sshd, name, mint(), **given)
    assert done.returncode == 0 and done.stdout.endswith('alice\n'), done.stderr
    log.wait(ACCEPTED, mark)
    log.wait('pam_unix(sshd:session): session opened for user alice', mark)


# --- what the examples are for --------------------------------------------------------------------


@test
def the_examples_let_good_tokens_in_alone(log):
    for name in (TOKEN, MIXED, SECOND):
        with example(log, name) as sshd:
            expect_login(log, sshd, name)
            mark = log.mark()
            done, prompts = login(sshd, name, tampered(mint()))
            assert (done.returncode, done.stdout) == (255, ''), name
            log.wait(f'{REFUSED}bad-signature', mark)
            assert 'Password: ' not in prompts, prompts
            assert not any('session opened' in line for line in log.since(mark))


@test
def nobody_learns_who_exists(log):
    """What is no token, what begins like one, one that is refused, and what is too long for either: the
    same prompts for alice, for a user of the host who may not log in by token, and for one who is not
    there."""
    scripts = [PASSWORD.format(answer[:500]) for answer in ('wrong', 'eyJ', tampered(mint()))]
    scripts += [TOO_LONG.format('eyJ', 499), TOO_LONG.format('pwd', 500)]
    with example(log, MIXED) as sshd:
        for script in scripts:
            askpass = sshd.askpass_script(script)
            met = {tuple(sshd.login(user, 'x', 'id', askpass=askpass)[1])
                   for user in ('alice', 'daemon', 'mallory')}
            assert len(met) == 1, (script, met)


@test
def a_token_behind_a_public_key(log):
    """Neither of them is enough; without the key there is not even a prompt."""
    with example(log, SECOND) as sshd:
        mark = log.mark()
        done, prompts, _ = sshd.login('alice', mint(), 'id')
        assert (done.returncode, prompts) == (255, []), prompts
        assert 'Permission denied (publickey)' in done.stderr, done.stderr
        log.wait('Connection closed by authenticating user alice', mark)
        assert not any('pam_jwt' in line for line in log.since(mark)), log.since(mark)
        mark = log.mark()
        done, prompts, _ = sshd.login('alice', mint(), 'id', options=[
            'PreferredAuthentications=publickey', *identity(sshd)])
        assert (done.returncode, prompts) == (255, []), prompts
        assert 'Permission denied (keyboard-interactive)' in done.stderr, done.stderr
        log.wait('Connection closed by authenticating user alice', mark)
        assert not any('Accepted' in line for line in log.since(mark)), log.since(mark)
        mark = log.mark()
        expect_login(log, sshd, SECOND)
        log.wait('Accepted keyboard-interactive/pam for alice', mark)


# Answers each prompt by a part of its own, of 500 bytes, and the last one by {1}.
TOO_LONG = """\
case $1 in *'JWT: ') n=1 ;; *'JWT part '*) n=${{1##*part }} n=${{n%:*}} ;; *) exit 1 ;; esac
[ $n = 33 ] && size={1} || size=500
printf "{0}%0$((size - 3))d\\n" $n
"""
# Answers the first prompt by the password and every other by nothing.
PASSWORD = "case $1 in *'Password or JWT: ') printf '%s\\n' '{}' ;; *) echo ;; esac"


@test
def passwords_beside_tokens(log):
    """One of exactly 500 bytes could be the first part of a token: one more prompt follows, and it
    is answered by nothing."""
    long, other = 'p' * 499 + 'q', 'p' * 500
    with example(log, MIXED) as sshd:
        for password, wrong in (('horse staple', 'horse-staple'), (long, other)):
            must('chpasswd', stdin=f'alice:{password}\n')
            prompts_wanted = ['Password or JWT: '] + ['JWT part 2: '] * (len(password) == 500)
            for answer, accepted in ((password, True), (wrong, False)):
                mark = log.mark()
                askpass = sshd.askpass_script(PASSWORD.format(answer))
                done, prompts = login(sshd, MIXED, 'x', askpass)
                assert prompts == prompts_wanted, prompts
                assert (done.returncode == 0) == accepted, done.stderr
                log.wait('pam_unix(sshd:session): session opened for user alice' if accepted else
                         'pam_unix(sshd:auth): authentication failure', mark)
                assert not any('token ' in line.replace('no token', '') or FAILURE in line
                               for line in log.since(mark)), log.since(mark)
            expect_login(log, sshd, MIXED)


# --- what other modules forbid --------------------------------------------------------------------


def expect_refusal_by_others(log, sshd, name, said):
    """The token is in order, and alice does not get in. Why, the log or the client says."""
    mark = log.mark()
    done, _ = login(sshd, name, mint())
    assert (done.returncode, done.stdout) == (255, ''), (name, done.stdout)
    log.wait(ACCEPTED, mark)
    log.wait('Connection closed by authenticating user alice', mark)
    assert said in '\n'.join([done.stderr, *log.since(mark)]), (name, done.stderr, log.since(mark))
    assert not any('session opened' in line for line in log.since(mark)), log.since(mark)


@test
def nologin_refuses_good_tokens(log):
    nologin = pathlib.Path('/etc/nologin')
    for name in (TOKEN, MIXED, SECOND):
        with example(log, name) as sshd:
            nologin.write_text('Closed today.\n', encoding='ascii')
            try:
                expect_refusal_by_others(log, sshd, name, 'Closed today.')
            finally:
                nologin.unlink()
            expect_login(log, sshd, name)


@test
def pam_access_refuses_good_tokens(log):
    """Its line in the package's file, switched on."""
    line = '# account  required     pam_access.so'
    rules = pathlib.Path('/etc/security/access.conf')
    before = rules.read_text(encoding='ascii')
    for name in (TOKEN, MIXED, SECOND):
        with example(log, name, line, line.removeprefix('# ')) as sshd:
            rules.write_text('-:alice:ALL\n', encoding='ascii')
            try:
                expect_refusal_by_others(log, sshd, name, 'pam_access(sshd:account): access denied')
            finally:
                rules.write_text(before, encoding='ascii')
            expect_login(log, sshd, name)


@test
def an_expired_account_refuses_good_tokens(log):
    for name in (TOKEN, MIXED, SECOND):
        with example(log, name) as sshd:
            must('usermod', '--expiredate', '1', 'alice')
            try:
                expect_refusal_by_others(log, sshd, name,
                                         'pam_unix(sshd:account): account alice has expired')
            finally:
                must('usermod', '--expiredate', '', 'alice')
            expect_login(log, sshd, name)


@test
def a_locked_password_is_no_locked_account(log):
    """`usermod -L` makes no password fit. A token needs none: pam_unix lets the account pass, as it
    does after a public key. The password itself is refused."""
    with example(log, MIXED) as sshd:
        must('chpasswd', stdin='alice:horse staple\n')
        must('usermod', '-L', 'alice')
        try:
            expect_login(log, sshd, MIXED)
            mark = log.mark()
            done, _ = login(sshd, MIXED, 'x', sshd.askpass_script(PASSWORD.format('horse staple')))
            assert done.returncode == 255
            log.wait('pam_unix(sshd:auth): authentication failure', mark)
        finally:
            must('usermod', '-U', 'alice')
