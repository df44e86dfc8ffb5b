# SPDX-License-Identifier: BSD-3-Clause
"""Dovecot, whose mail users are virtual: SASL PLAIN carries a long token in one answer. It limits the
address space of what asks PAM to 256 MB (default_vsz_limit), too little for a sanitized jwt-verify."""
import base64
import collections
import concurrent.futures
import imaplib
import pathlib
import random
import re
import shutil
import subprocess
import tempfile
import time

from registry import test
import world
from world import must, run, tampered, token_id

SERVICE = 'dovecot'
STACK = world.PKI.parents[2] / 'conf' / 'pam.d' / SERVICE
BASE = """\
base_dir = {directory}/base
state_dir = {directory}/state
log_path = syslog
protocols = imap
listen = 127.0.0.1
ssl = no
auth_mechanisms = plain
auth_failure_delay = 0
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
# Nobody waits longer because others from the same address have failed.
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
"""
BEFORE_2_4 = """\
{base}\
disable_plaintext_auth = no
mail_location = maildir:~/Maildir
passdb {{
  driver = passwd-file
  args = {directory}/locked
  deny = yes
}}
passdb {{
  driver = pam
}}
userdb {{
  driver = static
  args = uid=vmail gid=vmail home={directory}/mail/%u
}}
"""
SINCE_2_4 = """\
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
{base}\
auth_allow_cleartext = yes
mail_driver = maildir
mail_path = ~/Maildir
passdb passwd-file {{
  passwd_file_path = {directory}/locked
  deny = yes
}}
passdb pam {{
}}
userdb static {{
  fields {{
    uid = vmail
    gid = vmail
    home = {directory}/mail/%{{user}}
  }}
}}
"""


def configuration(**values):
    """In the words of the Dovecot that is installed."""
    version = re.match(r'(\d+)\.(\d+)\.', must('dovecot', '--version'))
    text = SINCE_2_4 if (int(version[1]), int(version[2])) >= (2, 4) else BEFORE_2_4
    return text.format(base=BASE.format(**values), **values)


class Dovecot:
    """Runs on a free port of loopback. All mail belongs to the user vmail."""

    def __init__(self, log):
        self.log = log
        self.directory = pathlib.Path(tempfile.mkdtemp(dir='/run'))
        self.directory.chmod(0o755)
        if run('getent', 'passwd', 'vmail').returncode != 0:
            must('useradd', '--system', '--no-create-home', '--uid', '800', 'vmail')
        self.mail = self.directory / 'mail'
        self.mail.mkdir()
        shutil.chown(self.mail, 'vmail', 'vmail')
        (self.directory / 'locked').write_text('mallory\n', encoding='ascii')
        shutil.copy(STACK, '/etc/pam.d')
        self.port, self.process = self.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(60)

    def start(self):
        config = self.directory / 'dovecot.conf'
        for _ in range(20):
            port, mark = random.randrange(20000, 60000), self.log.mark()
            config.write_text(configuration(directory=self.directory, port=port), encoding='ascii')
            # pylint: disable-next=consider-using-with
            process = subprocess.Popen(['dovecot', '-F', '-c', str(config)],
                                       stderr=subprocess.DEVNULL)
            if 'starting up' in self.log.wait('master: ', mark):
                return port, process
            process.wait(60)
        raise AssertionError('no free port was found for Dovecot')

    def connect(self):
        return imaplib.IMAP4('127.0.0.1', self.port, timeout=60)

    def plain(self, user, token):
        """Whether SASL PLAIN lets the user in."""
        with self.connect() as imap:
            try:
                imap.authenticate('PLAIN', lambda _: f'\0{user}\0{token}'.encode())
                return True
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error as error:
                assert 'AUTHENTICATIONFAILED' in str(error), error
                return False

    def accepted(self, token, user='carol'):
        mark = self.log.mark()
        assert self.plain(user, token), self.log.since(mark)
        line = self.log.wait(token_id(token), mark)
        assert f'pam_jwt({SERVICE}:auth): token accepted: user={user} issuer=' in line, line
        assert not failures(self.log, mark)

    def refused(self, *cases):
        """Each case is user, token, reason. All at once, since each refusal has its delay."""
        mark = self.log.mark()
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            assert not any(pool.map(lambda case: self.plain(*case[:2]), cases))
        for _, token, reason in cases:
            line = self.log.wait(token_id(token), mark)
            assert f'pam_jwt({SERVICE}:auth): token refused: {reason}: ' in line, line
        users = [line.partition(' user=')[2] for line in failures(self.log, mark)]
        expected = [user for user, _, _ in cases]
        assert collections.Counter(users) == collections.Counter(expected), users


def failures(log, mark):
    """Checked against what pam_unix would write. Dovecot logs no token of its own accord."""
    lines = log.since(mark)
    assert not any('eyJ' in line for line in lines), lines
    lines = [line for line in lines if 'authentication failure;' in line]
    for line in lines:
        user = line.partition(' user=')[2]
        assert line.endswith(f': pam_jwt({SERVICE}:auth): authentication failure; logname= uid=0 '
                             f'euid=0 tty=dovecot ruser={user} rhost=127.0.0.1  user={user}'), line
    return lines


def mint(sub='carol', **claims):
    """No token is another's equal, so that its line in the log is its own."""
    return world.mint(SERVICE, sub=sub, jti=f'x{random.randrange(10 ** 12)}', **claims)


def mint_of_length(length):
    return world.mint_of_length(length, service=SERVICE, sub='carol')


@test
def dovecot_with_long_tokens(log):
    """The whole token is one answer. A multiple of 500 bytes is no more special than any other."""
    assert run('getent', 'passwd', 'carol').returncode == 2
    with Dovecot(log) as dovecot:
        for token in (mint(), *map(mint_of_length, (4000, 4096, 4500, 6000, 6131))):
            dovecot.accepted(token)
        # Dovecot looks users up in lower case.
        mark = log.mark()
        assert dovecot.plain('Carol', token := mint())
        assert ' user=carol ' in log.wait(token_id(token), mark)


def command(imap, line):
    """The answer to it, which begins with its tag."""
    imap.send(f'{line}\r\n'.encode())
    while (answer := imap.readline().decode()).startswith('* '):
        pass
    return answer


@test
def dovecot_gives_the_mail_of_the_user(log):
    """By an initial response, too, which clients that save a round trip send."""
    with Dovecot(log) as dovecot, dovecot.connect() as imap:
        response = base64.b64encode(f'\0carol\0{mint_of_length(4096)}'.encode()).decode()
        assert command(imap, f'a1 AUTHENTICATE PLAIN {response}').startswith('a1 OK ')
        assert command(imap, 'a2 CREATE Letters').startswith('a2 OK ')
        assert (dovecot.mail / 'carol' / 'Maildir' / '.Letters').owner() == 'vmail'


@test
def dovecot_refuses_tokens(log):
    now = int(time.time())
    good = mint_of_length(4096)
    with Dovecot(log) as dovecot:
        dovecot.refused(
            ('carol', mint(exp=str(now - 3600)), 'expired'),
            ('carol', mint(sub='dave'), 'user-mismatch'),
            ('alice', mint(), 'user-mismatch'),
            ('carol', mint(aud=f'pam://{world.HOST}/imap'), 'wrong-audience'),
            ('carol', tampered(mint()), 'bad-signature'),
            ('carol', good[:4095], 'truncated'),
            # one answer of 500 bytes, given to all 33 prompts, is one part
            ('carol', good[:500], 'not-a-jwt'),
            *((name, mint(name), 'user-not-allowed') for name in ('root', 'daemon', 'vmail')))
        dovecot.accepted(good)
        dovecot.accepted(mint('alice'), 'alice')


@test
def dovecot_with_more_than_it_takes(log):
    """LOGIN carries 1024 bytes and no token of 4 KB, SASL PLAIN none of 9 KB: Dovecot hangs up,
    and the module is not asked."""
    good = mint_of_length(9000)
    with Dovecot(log) as dovecot:
        mark = log.mark()
        with dovecot.connect() as imap:
            try:
                imap.login('carol', good[:1024])
                raise AssertionError('a part of a token was accepted')
            except imaplib.IMAP4.error as error:
                assert 'AUTHENTICATIONFAILED' in str(error), error
        assert 'token refused: not-a-jwt: ' in log.wait(token_id(good[:1024]), mark)
        mark = log.mark()
        for attempt in (lambda: dovecot.connect().login('carol', mint_of_length(4096)),
                        lambda: dovecot.plain('carol', good)):
            try:
                attempt()
                raise AssertionError('the connection was not closed')
            except (imaplib.IMAP4.abort, ConnectionError):
                pass
        log.wait('Input buffer full', mark)
        log.wait('Authentication response too large', mark)
        assert not any('pam_jwt' in line for line in log.since(mark)), log.since(mark)


@test
def dovecot_with_a_password(log):
    """It is refused, and is no failure of a token."""
    with Dovecot(log) as dovecot:
        mark = log.mark()
        assert not dovecot.plain('carol', 'correct horse')
        log.wait(f'pam_jwt({SERVICE}:auth): the answer is no token', mark)
        assert not failures(log, mark)


@test
def dovecot_keeps_its_own_locks(log):
    """A token opens neither a host that is closed nor the mail of a user whom Dovecot denies."""
    with Dovecot(log) as dovecot:
        nologin = pathlib.Path('/etc/nologin')
        nologin.touch()
        try:
            token, mark = mint(), log.mark()
            assert not dovecot.plain('carol', token)
            assert 'token accepted' in log.wait(token_id(token), mark)
        finally:
            nologin.unlink()
        dovecot.accepted(mint())
        mark = log.mark()
        assert not dovecot.plain('mallory', mint('mallory'))
        assert not any('pam_jwt' in line for line in log.since(mark))
