# SPDX-License-Identifier: BSD-3-Clause
"""PostgreSQL, whose server runs the module as postgres, and gives one answer to every prompt."""
import collections
import concurrent.futures
import functools
import glob
import os
import pathlib
import pwd
import random
import re
import shutil
import signal
import subprocess
import tempfile
import time

from registry import test, test_any_helper
import replay
import world
from world import must, run, tampered, token_id

SERVICE = 'postgresql'
BIN = sorted(glob.glob('/usr/lib/postgresql/*/bin'))
STACK = world.PKI.parents[2] / 'conf' / 'pam.d' / SERVICE
AS_POSTGRES = ('setpriv', '--reuid', 'postgres', '--regid', 'postgres', '--clear-groups')
ROLES = ('carol', 'alice', 'daemon', 'root')


@functools.cache
def cluster_directory():
    """Made once; its data are in memory, as all of this world."""
    directory = tempfile.mkdtemp(dir='/run')
    shutil.chown(directory, 'postgres', 'postgres')
    must(*AS_POSTGRES, f'{BIN[-1]}/initdb', '-D', f'{directory}/data', '-A', 'peer', '-E', 'UTF8',
         '--locale', 'C', '--no-sync', cwd=directory)
    pathlib.Path(directory, 'data', 'pg_hba.conf').write_text(
        f'local all postgres peer\nhost all all 127.0.0.1/32 pam pamservice={SERVICE}\n',
        encoding='ascii')
    shutil.copy(STACK, '/etc/pam.d')
    return directory


class Cluster:
    """Runs on a free port of loopback."""

    def __init__(self, log):
        self.log = log
        self.directory = cluster_directory()
        self.port, self.process = self.start()
        for role in ROLES:
            self.administer(f'DROP ROLE IF EXISTS {role}', f'CREATE ROLE {role} LOGIN')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)

    def start(self):
        for _ in range(20):
            port, mark = random.randrange(20000, 60000), self.log.mark()
            settings = {'listen_addresses': '127.0.0.1', 'port': port, 'fsync': 'off',
                        'unix_socket_directories': self.directory, 'log_destination': 'syslog'}
            given = [f'--{name}={value}' for name, value in settings.items()]
            # pylint: disable-next=consider-using-with
            process = subprocess.Popen([*AS_POSTGRES, f'{BIN[-1]}/postgres', '-D',
                                        f'{self.directory}/data', *given],
                                       cwd=self.directory, stderr=subprocess.DEVNULL)
            if 'listening on' in self.log.wait('IPv4 address "127.0.0.1"', mark):
                self.log.wait('database system is ready to accept connections', mark)
                return port, process
            process.wait(60)
        raise AssertionError('no free port was found for PostgreSQL')

    def administer(self, *statements):
        commands = [word for one in statements for word in ('-c', one)]
        must(*AS_POSTGRES, 'psql', '-X', '-q', '-h', self.directory, '-p', str(self.port),
             '-d', 'postgres', *commands, cwd='/', env={**os.environ, 'PGOPTIONS':
                                                        '-c client_min_messages=warning'})

    def connect(self, role, token):
        """The finished psql, with the token as its password."""
        environment = {'PATH': os.environ['PATH'], 'PGHOST': '127.0.0.1', 'PGUSER': role,
                       'PGPORT': str(self.port), 'PGDATABASE': 'postgres'}
        if token is not None:
            environment['PGPASSWORD'] = token
        return run('psql', '-X', '-w', '-A', '-t', '-c', 'SELECT current_user', env=environment)

    def accepted(self, role, token):
        """The line that says so."""
        mark = self.log.mark()
        done = self.connect(role, token)
        assert (done.returncode, done.stdout) == (0, f'{role}\n'), done.stderr
        assert not failures(self.log, mark)
        return self.log.wait(f'pam_jwt({SERVICE}:auth): token accepted: user={role} ', mark)

    def refused(self, *cases):
        """Each case is role, token, reason. All at once, since each refusal has its delay."""
        mark = self.log.mark()
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            for done in pool.map(lambda case: self.connect(*case[:2]), cases):
                assert (done.returncode, done.stdout) == (2, ''), (done.stdout, done.stderr)
                assert 'FATAL:  PAM authentication failed for user' in done.stderr, done.stderr
        for _, token, reason in cases:
            line = self.log.wait(token_id(token), mark)
            assert f'pam_jwt({SERVICE}:auth): token refused: {reason}: ' in line, line
        users = [line.partition(' user=')[2] for line in failures(self.log, mark)]
        expected = [escaped(role) for role, _, _ in cases]
        assert collections.Counter(users) == collections.Counter(expected), users


def escaped(name):
    return re.sub(r'[^!-\[\]-~]', lambda byte: f'\\x{ord(byte[0]):02x}', name)


def failures(log, mark):
    """Checked against what pam_unix would write, but for the user."""
    uid = pwd.getpwnam('postgres').pw_uid
    lines = [line for line in log.since(mark) if 'authentication failure;' in line]
    for line in lines:
        assert (f': pam_jwt({SERVICE}:auth): authentication failure; logname= uid={uid} euid={uid} '
                'tty= ruser= rhost=127.0.0.1  user=') in line, line
    return lines


def mint(sub='carol', **claims):
    """No token is another's equal, so that its line in the log is its own."""
    return world.mint(SERVICE, sub=sub, jti=f'x{random.randrange(10 ** 12)}', **claims)


def mint_of_length(length):
    return world.mint_of_length(length, service=SERVICE, sub='carol')


@test_any_helper
def postgresql_with_tokens_of_all_lengths(log):
    """4 and 9 KB, multiples of 500, the longest there is; the host does not know the role."""
    assert run('getent', 'passwd', 'carol').returncode == 2
    with Cluster(log) as cluster:
        line = cluster.accepted('carol', mint())
        assert re.search(r' subject=carol signer=[0-9a-f]+ revocation=off token=[0-9a-f]{12}',
                         line), line
        for length in (4000, 4096, 4500, 9000, 9216, 16000, 16384):
            token = mint_of_length(length)
            assert token_id(token) in cluster.accepted('carol', token)
        mark = log.mark()
        assert cluster.connect('carol', mint_of_length(16384) + 'A').returncode == 2
        log.wait('token refused: too-long: ', mark)
        assert len(failures(log, mark)) == 1


@test_any_helper
def postgresql_refuses_tokens(log):
    now = int(time.time())
    good = mint_of_length(9000)
    with Cluster(log) as cluster:
        cluster.refused(
            ('carol', mint(exp=str(now - 3600)), 'expired'),
            ('carol', mint(sub='dave'), 'user-mismatch'),
            ('alice', mint(), 'user-mismatch'),
            ('carol', mint(aud=f'pam://{world.HOST}/sshd'), 'wrong-audience'),
            ('carol', mint(aud=f'pam://other.example/{SERVICE}'), 'wrong-audience'),
            ('carol', tampered(mint()), 'bad-signature'),
            ('carol', good[:4095], 'truncated'),
            ('carol', good[:4000], 'not-a-jwt'),
            # one answer of 500 bytes, given to all 33 prompts, is one part
            ('carol', good[:500], 'not-a-jwt'))
        cluster.accepted('carol', good)


@test_any_helper
def postgresql_refuses_the_users_of_the_system(log):
    """Even with a token for them. alice is a user of the host, too, but an ordinary one."""
    with Cluster(log) as cluster:
        cluster.refused(*((name, mint(name), 'user-not-allowed')
                          for name in ('root', 'daemon', 'postgres')))
        cluster.accepted('alice', mint('alice'))


@test
def postgresql_with_names_made_to_mislead(log):
    """The name is the client's choice, and in the log it stays one field."""
    names = ('rhost=192.0.2.66', 'x rhost=192.0.2.66  user=y', 'x\nrhost=192.0.2.66', 'Carol',
             'carol ', '\\x20')
    with Cluster(log) as cluster:
        cluster.refused(*((name, mint(), 'user-mismatch') for name in names))


@test
def postgresql_with_other_passwords(log):
    """A password that is no token is refused without a failure, and so is a client without one."""
    with Cluster(log) as cluster:
        mark = log.mark()
        done = cluster.connect('carol', 'correct horse')
        assert 'PAM authentication failed for user "carol"' in done.stderr, done.stderr
        log.wait(f'pam_jwt({SERVICE}:auth): the answer is no token', mark)
        done = cluster.connect('carol', None)
        assert 'no password supplied' in done.stderr, done.stderr
        log.wait(f'pam_jwt({SERVICE}:auth): no answer to prompt 1: Conversation error', mark)
        assert not failures(log, mark)


@test
def postgresql_keeps_its_own_locks(log):
    """A token does not open a role that may not log in, nor a host that is closed."""
    with Cluster(log) as cluster:
        cluster.administer('ALTER ROLE carol NOLOGIN')
        done = cluster.connect('carol', mint())
        assert 'role "carol" is not permitted to log in' in done.stderr, done.stderr
        cluster.administer('ALTER ROLE carol LOGIN')
        nologin = pathlib.Path('/etc/nologin')
        nologin.touch()
        try:
            mark = log.mark()
            done = cluster.connect('carol', mint())
            assert 'PAM authentication failed for user "carol"' in done.stderr, done.stderr
            log.wait('pam_acct_mgmt failed', mark)
            log.wait('token accepted', mark)
        finally:
            nologin.unlink()
        cluster.accepted('carol', mint())


@test
def postgresql_with_tokens_that_let_in_once(log):
    """The server is not root, and needs a directory of its own."""
    user = pwd.getpwnam('postgres')
    with Cluster(log) as cluster, replay.configuration():
        mark = log.mark()
        assert cluster.connect('carol', mint()).returncode == 2
        own = replay.STORE / str(user.pw_uid)
        log.wait('token not judged: config-error: '
                 f'{own}: there is no such directory: install -d -o {user.pw_uid} ', mark)
        assert not failures(log, mark)
        must('install', '-d', '-o', 'postgres', '-g', 'postgres', '-m', '700', str(own))
        for _ in range(2):
            token = mint()
            cluster.accepted('carol', token)
            cluster.refused(('carol', token, 'replayed'))
        assert len(replay.entries(user.pw_uid)) == 2


@test
def postgresql_cannot_read_a_private_configuration(log):
    """The module is no more than postgres there, and the log says what is missing."""
    config = pathlib.Path('/etc/pam_jwt/pam_jwt.conf')
    with Cluster(log) as cluster:
        config.chmod(0o600)
        try:
            mark = log.mark()
            assert cluster.connect('carol', mint()).returncode == 2
            log.wait(f'token not judged: config-error: {config}: Permission denied', mark)
        finally:
            config.chmod(0o644)
        cluster.accepted('carol', mint())
