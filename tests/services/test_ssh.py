# SPDX-License-Identifier: BSD-3-Clause
"""sshd with the stock ssh, and what runs over ssh."""
import concurrent.futures
import contextlib
import os
import pathlib
import shlex
import statistics
import tempfile
import time

from registry import test, test_any_helper
import world
from world import mint, mint_of_length, must, pam_text, quick_sshd, tampered

ACCEPTED = 'pam_jwt(sshd:auth): token accepted: user=alice '
FAILURE = 'pam_jwt(sshd:auth): authentication failure;'

# A careless askpass: it answers every question with the token, in parts where they are asked for.
BLUNT = """\
case $1 in
*'Password or JWT: ') part=1 ;;
*'JWT part '*) part=${1##*part } part=${part%%:*} ;;
*) exec cat "$BEARER_TOKEN_FILE" ;;
esac
tail -c +$(((part - 1) * 500 + 1)) "$BEARER_TOKEN_FILE" | head -c 500
"""
WHOLE = 'exec cat "$BEARER_TOKEN_FILE"'


def prompts_for(length):
    """An answer of exactly 500 bytes wants another one."""
    return ['Password or JWT: '] + [f'JWT part {part}: ' for part in range(2, length // 500 + 2)]


def failures(log, mark):
    return [line for line in log.since(mark) if FAILURE in line]


def wait_for_the_end(log, mark):
    """The line of sshd that is behind all others of a connection which did not log in."""
    log.wait('Connection closed by authenticating user', mark)


@contextlib.contextmanager
def small_signer():
    """A signer directly under a trust anchor, for tokens of less than 1023 bytes: the folder and
    stem of its files."""
    folder = tempfile.mkdtemp(dir='/run')
    anchors = pathlib.Path('/etc/pam_jwt/anchors/root.pem')
    template = pathlib.Path(folder, 'template')
    dates = 'activation_date = "2020-01-01 00:00:00"\nexpiration_date = "2099-01-01 00:00:00"\n'
    for name in ('root', 'small'):
        must('certtool', '--generate-privkey', '--key-type', 'ecdsa', '--curve', 'secp256r1',
             '--no-text', '--outfile', f'{folder}/{name}.key')
    template.write_text(f'{dates}cn = r\nca\ncert_signing_key\n', encoding='ascii')
    must('certtool', '--generate-self-signed', '--load-privkey', f'{folder}/root.key', '--template',
         str(template), '--no-text', '--outfile', f'{folder}/root.pem')
    template.write_text(f'{dates}dns_name = issuer.example\nsigning_key\nserial = 1\n',
                        encoding='ascii')
    must('certtool', '--generate-certificate', '--load-ca-certificate', f'{folder}/root.pem',
         '--load-ca-privkey', f'{folder}/root.key', '--load-privkey', f'{folder}/small.key',
         '--template', str(template), '--no-text', '--outfile', f'{folder}/small.chain.pem')
    before = anchors.read_bytes()
    anchors.write_bytes(before + pathlib.Path(folder, 'root.pem').read_bytes())
    try:
        yield f'{folder}/small'
    finally:
        anchors.write_bytes(before)


# --- logins ---------------------------------------------------------------------------------------


@test_any_helper
def a_login_by_ssh(log):
    with world.Sshd(log) as sshd:
        for signer, alg in (('signer-es256', 'ES256'), ('signer-rs256', 'RS256')):
            token, mark = mint(signer=signer, alg=alg), log.mark()
            done, prompts, _ = sshd.login('alice', token, 'id -un')
            assert (done.returncode, done.stdout) == (0, 'alice\n'), done.stderr
            assert prompts == prompts_for(len(token)), prompts
            log.wait(ACCEPTED, mark)
        mark = log.mark()
        done, _, _ = sshd.login('alice', mint(sub='bob'), 'id')
        assert (done.returncode, done.stdout) == (255, ''), done.stdout
        log.wait('pam_jwt(sshd:auth): token refused: user-mismatch', mark)


@test
def known_and_unknown_users_look_alike(log):
    """The same prompts, and times that overlap, in 50 tries each: for a user whom the token is not
    for, and for one who is not there."""
    token = tampered(mint())
    with world.Sshd(log) as sshd, concurrent.futures.ThreadPoolExecutor(25) as pool:
        tries = [pool.submit(sshd.login, user, token, 'id')
                 for _ in range(50) for user in ('alice', 'mallory')]
        done = [attempt.result() for attempt in tries]
    assert all(finished.returncode == 255 for finished, _, _ in done)
    for _, prompts, _ in done:
        assert prompts == prompts_for(len(token)), prompts
    known, unknown = (sorted(took for _, _, took in done[at::2]) for at in (0, 1))
    # The middle of each is well within the other: five tries of fifty are beyond these bounds on
    # either side.
    assert known[5] < statistics.median(unknown) < known[-6], (known, unknown)
    assert unknown[5] < statistics.median(known) < unknown[-6], (known, unknown)
    # libpam makes 2 s a random time around it
    assert min(known + unknown) > 0.9, (known, unknown)


# --- lengths --------------------------------------------------------------------------------------


@test
def tokens_of_many_lengths_by_ssh(log):
    """Among them multiples of 500, which end with an empty part, their neighbours, and the longest
    one."""
    with small_signer() as small, quick_sshd(log) as sshd:
        for length in (1000, 1001, 1023, 1024, 1500, 1501):
            expect_length(log, sshd, mint_of_length(length, signer=small))
        for length in (2048, 3999, 4000, 4001, 4095, 9000, 12288, 16000, 16384):
            expect_length(log, sshd, mint_of_length(length))


def expect_length(log, sshd, token):
    """Accepted, after as many prompts as its length wants."""
    mark = log.mark()
    done, prompts, _ = sshd.login('alice', token, 'id -un')
    assert (done.returncode, done.stdout) == (0, 'alice\n'), (len(token), done.stderr)
    assert prompts == prompts_for(len(token)), (len(token), prompts)
    log.wait(ACCEPTED, mark)


@test
def tokens_of_many_lengths_are_refused_by_ssh(log):
    """A refused token of a multiple of 500 bytes is asked for as an accepted one. 500 bytes hold no
    token of this PKI: such a text has the form of one and nothing in it."""
    texts = [(reason, f'eyJ{"A" * (length - 7)}.e.e') for length, reason in (
        (499, 'bad-json'), (500, 'bad-json'), (501, 'bad-base64url'), (1000, 'bad-json'))]
    texts += [('bad-signature', tampered(mint_of_length(length))) for length in (4000, 9000, 16384)]
    with quick_sshd(log) as sshd:
        for reason, text in texts:
            mark = log.mark()
            done, prompts, _ = sshd.login('alice', text, 'id')
            assert (done.returncode, done.stdout) == (255, ''), len(text)
            assert prompts == prompts_for(len(text)), (len(text), prompts)
            log.wait(f'pam_jwt(sshd:auth): token refused: {reason}: ', mark)
            assert len(failures(log, mark)) == 1


@test
def a_token_beyond_the_cap(log):
    """One byte more than 16384: pam-jwt-askpass does not send it; sent by others it is too long,
    though nothing else is wrong with it."""
    token = mint_of_length(16385)
    with quick_sshd(log) as sshd:
        mark = log.mark()
        done, prompts, _ = sshd.login('alice', token, 'id')
        assert (done.returncode, prompts) == (255, ['Password or JWT: ']), prompts
        wait_for_the_end(log, mark)
        assert not failures(log, mark)
        mark = log.mark()
        done, prompts, _ = sshd.login('alice', token, 'id', askpass=sshd.askpass_script(BLUNT))
        assert (done.returncode, prompts) == (255, prompts_for(16385)), prompts
        log.wait('pam_jwt(sshd:auth): token refused: too-long', mark)


# --- what runs over ssh ---------------------------------------------------------------------------


def over_ssh(sshd, mine, name):
    """Copies the file `mine` to alice as `name`: the commands, and what else they read."""
    ssh = shlex.join(['ssh', *sshd.options])
    there = f'alice@127.0.0.1:{name}'
    return {'scp': (['scp', '-q', *sshd.options, mine, there], None),
            'sftp': (['sftp', '-q', '-o', 'BatchMode=no', '-b', '-', *sshd.options,
                      'alice@127.0.0.1'], f'put {mine} {name}\n'),
            'rsync': (['rsync', '-e', ssh, mine, there], None)}


@test
def scp_sftp_and_rsync(log):
    token = mint_of_length(4200)
    with quick_sshd(log) as sshd:
        mine = pathlib.Path(sshd.directory, 'mine')
        mine.write_text('some text\n', encoding='ascii')
        for program in over_ssh(sshd, '', ''):
            for name, given in ((f'{program}-good', token), (f'{program}-bad', tampered(token))):
                command, stdin = over_ssh(sshd, str(mine), name)[program]
                mark, there = log.mark(), pathlib.Path('/home/alice', name)
                done, prompts, _ = sshd.client(*command, token=given, stdin=stdin)
                assert prompts == prompts_for(len(token)), (name, prompts)
                if given == token:
                    assert done.returncode == 0, done.stderr
                    assert there.read_text(encoding='ascii') == 'some text\n'
                    assert there.owner() == 'alice'
                    log.wait(ACCEPTED, mark)
                else:
                    assert done.returncode != 0 and not there.exists()
                    log.wait('pam_jwt(sshd:auth): token refused: bad-signature', mark)


@test
def git_over_ssh(log):
    """A clone of a repository of alice's, and a push to it."""
    must('setpriv', '--reuid', 'alice', '--regid', 'alice', '--init-groups', 'env',
         'HOME=/home/alice', 'git', 'init', '-q', '--bare', '-b', 'main', '/home/alice/repository')
    token = mint_of_length(4200)
    with quick_sshd(log) as sshd:
        git = ['git', '-c', f'core.sshCommand={shlex.join(["ssh", *sshd.options])}', '-c',
               'user.name=a', '-c', 'user.email=a@host.example']
        mine = f'{sshd.directory}/clone'
        for command in (['clone', '-q', 'alice@127.0.0.1:repository', mine],
                        ['-C', mine, 'commit', '-q', '--allow-empty', '-m', 'first'],
                        ['-C', mine, 'push', '-q', 'origin', 'HEAD:main']):
            mark = log.mark()
            done, _, _ = sshd.client(*git, *command, token=token)
            assert done.returncode == 0, done.stderr
            if 'commit' not in command:
                log.wait(ACCEPTED, mark)
        mark = log.mark()
        done, _, _ = sshd.client(*git, 'clone', '-q', 'alice@127.0.0.1:repository', mine + '2',
                                 token=mint(sub='bob'))
        assert done.returncode != 0 and not os.path.exists(mine + '2')
        log.wait('pam_jwt(sshd:auth): token refused: user-mismatch', mark)
    assert must('git', '-c', 'safe.directory=*', '-C', '/home/alice/repository', 'log',
                '--format=%s', 'main') == 'first\n'


# --- one answer -----------------------------------------------------------------------------------


@test
def the_method_password(log):
    """It has one answer and repeats it to every prompt. ssh cuts it after 1023 bytes."""
    with small_signer() as small, quick_sshd(log, 'PasswordAuthentication yes') as sshd:
        for text, said in (
                (mint(signer=small), ACCEPTED),
                (mint_of_length(1023, signer=small), ACCEPTED),
                (mint_of_length(1024, signer=small), 'token refused: truncated: 1023 bytes'),
                (mint(), 'token refused: truncated: 1023 bytes'),
                (tampered(mint(signer=small)), 'token refused: bad-signature'),
                (f'eyJ{"a" * 493}.e.e', 'token refused: bad-json')):
            mark = log.mark()
            done, prompts, _ = sshd.login('alice', text, 'id -un',
                                          options=['PreferredAuthentications=password'],
                                          askpass=sshd.askpass_script(WHOLE))
            assert prompts == ["alice@127.0.0.1's password: "], prompts
            log.wait(said, mark)
            accepted = said == ACCEPTED
            assert (done.returncode, done.stdout) == ((0, 'alice\n') if accepted else (255, ''))
            assert len(failures(log, mark)) == (0 if accepted else 1)


@test
def one_answer_that_ssh_cuts(log):
    with quick_sshd(log) as sshd:
        mark = log.mark()
        done, prompts, _ = sshd.login('alice', mint(), 'id', askpass=sshd.askpass_script(WHOLE))
        assert (done.returncode, prompts) == (255, ['Password or JWT: ']), prompts
        log.wait('pam_jwt(sshd:auth): token refused: truncated: 1023 bytes is the most that ssh',
                 mark)


# --- what a failure leaves ------------------------------------------------------------------------


@test
def one_failure_line_for_each_attempt(log):
    """Whatever the number of parts. pam-jwt-askpass sends no expired token, and a refused one only
    once, though ssh asks three times."""
    now = int(time.time())
    expired = mint_of_length(8000, exp=str(now - 3600))
    with quick_sshd(log) as sshd:
        blunt = sshd.askpass_script(BLUNT)
        for token, askpass, attempts, sent in (
                (expired, blunt, 1, 1), (expired, blunt, 3, 3), (expired, None, 3, 0),
                (tampered(mint()), None, 3, 1)):
            mark = log.mark()
            done, prompts, _ = sshd.login('alice', token, 'id', askpass=askpass,
                                          options=[f'NumberOfPasswordPrompts={attempts}'])
            assert done.returncode == 255
            assert prompts.count('Password or JWT: ') == attempts, prompts
            wait_for_the_end(log, mark)
            assert len(failures(log, mark)) == sent, log.since(mark)
            reasons = [line for line in log.since(mark) if 'token refused: ' in line]
            assert len(reasons) == sent, reasons
            assert all(('expired' if token == expired else 'bad-signature') in line
                       for line in reasons), reasons


# --- questions that are not pam_jwt's -------------------------------------------------------------

CAPTURED = pathlib.Path('/run/captured')


def script(name, body):
    path = pathlib.Path('/run', name)
    path.write_text(f'#!/bin/sh\n{body}\nexit 0\n', encoding='ascii')
    path.chmod(0o755)
    return path


def keep_authtok():
    """A line for an auth stack: it keeps what modules behind it get as PAM_AUTHTOK, and asks for a
    password if there is none."""
    return f'auth optional pam_exec.so expose_authtok {script("keep", f"cat >{CAPTURED}")}\n'


def kept_authtok():
    """What was kept since the last call; it fails if nobody came by."""
    text = CAPTURED.read_bytes().decode('ascii').rstrip('\0')
    CAPTURED.unlink()
    return text


@test
def questions_of_others_get_no_token(log):
    """`Password: ` of another module is answered by nothing; by a careless askpass it would get the
    token."""
    token = mint()
    stack = (f'{keep_authtok()}auth required pam_unix.so try_first_pass\n'
             'account required pam_permit.so\n')
    with pam_text('sshd', stack), world.Sshd(log) as sshd:
        for askpass, arrived in ((None, ''), (sshd.askpass_script(BLUNT), token[:500])):
            mark = log.mark()
            done, prompts, _ = sshd.login('alice', token, 'id', askpass=askpass)
            assert (done.returncode, prompts) == (255, ['Password: ']), prompts
            log.wait('pam_unix(sshd:auth): authentication failure', mark)
            # Some versions of pam_exec stop at 512 bytes.
            assert kept_authtok()[:500] == arrived


@test
def a_question_about_a_host_key_gets_no_token(log):
    """ssh asks once and ends."""
    with quick_sshd(log) as sshd:
        mark = log.mark()
        done, prompts, took = sshd.login('alice', mint(), 'id', options=[
            'UserKnownHostsFile=/dev/null', 'StrictHostKeyChecking=ask'])
        assert done.returncode == 255 and 'Host key verification failed' in done.stderr, done.stderr
        assert len(prompts) == 1 and 'continue connecting' in prompts[0], prompts
        assert took < 10, took
        log.wait('Connection closed by 127.0.0.1', mark)
        assert not any('pam_jwt' in line for line in log.since(mark)), log.since(mark)


# --- sessions -------------------------------------------------------------------------------------


@test
def a_session_holds_no_token(log):
    """Neither its environment nor any process while it opens, and no PAM_AUTHTOK is left to modules
    behind pam_jwt, so that pam_exec has to ask. The stack lets everybody in, to see the same of a
    refused token: behind that nobody has to ask."""
    processes = pathlib.Path('/run/processes')
    look = script('look', f'cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline >{processes} 2>/dev/null')
    stack = (f'auth optional pam_jwt.so\n{keep_authtok()}auth required pam_permit.so\n'
             f'account required pam_permit.so\nsession required pam_exec.so {look}\n')
    good = mint()
    with pam_text('sshd', stack), world.Sshd(log) as sshd:
        for token, said, asked, kept in (
                (good, ACCEPTED, ['Password: '], ''),
                (tampered(good), 'token refused: bad-signature', [], world.NO_PASSWORD)):
            mark = log.mark()
            done, prompts, _ = sshd.login('alice', token, 'env')
            assert done.returncode == 0 and 'USER=alice\n' in done.stdout, done.stderr
            assert prompts == [*prompts_for(len(token)), *asked], prompts
            log.wait(said, mark)
            assert kept_authtok() == kept
            everything = processes.read_bytes().decode(errors='replace')
            assert 'BEARER_TOKEN_FILE' in everything
            for at in range(0, len(token) - 100, 100):
                assert token[at:at + 100] not in done.stdout + everything
        answer = sshd.askpass_script('echo secret')
        done, prompts, _ = sshd.login('alice', 'x', 'id', askpass=answer)
        assert done.returncode == 0 and prompts == ['Password or JWT: '], prompts
        assert kept_authtok() == 'secret'
