# SPDX-License-Identifier: BSD-3-Clause
"""replay = require, with a real Redis server."""
import concurrent.futures
import contextlib
import functools
import glob
import pathlib
import pwd
import subprocess
import time

import authority
from local import AS_NOBODY
from redis import Redis
from registry import test, test_any_helper
import replay
from replay import (ACCEPTED, AUTH_ERR, REPLAYED, SERVICE, SERVICE_ERR, SUCCESS, configuration,
                    entries, expect, mint, unavailable)
import world
from world import must, parts, run

PASSWORD = 'correct horse battery staple'
USER = 'user pam on >secret ~pam_jwt:* -@all +auth +select +info +set'


def password_file(text=PASSWORD, mode=0o600):
    path = pathlib.Path('/etc/pam_jwt/redis.password')
    path.write_text(f'{text}\n', encoding='ascii')
    path.chmod(mode)
    return f'password_file = {path}'


def once(log, **options):
    """A new token lets in once."""
    token = mint()
    expect(log, token, SUCCESS, ACCEPTED, **options)
    expect(log, token, AUTH_ERR, REPLAYED, **options)


@test_any_helper
def a_token_lets_in_once_by_redis(log):
    with Redis() as redis, configuration(f'store = {redis.url()}'):
        before = entries()
        once(log)
        assert redis.ask('DBSIZE') == ':1'
        once(log)
        assert redis.ask('DBSIZE') == ':2' and entries() == before


@test
def a_key_in_redis_lives_as_long_as_its_token(log):
    with Redis() as redis, configuration(f'store = {redis.url()}'):
        expect(log, mint(exp=str(int(time.time()) + 600)), SUCCESS, ACCEPTED)
        key = redis.ask('RANDOMKEY')
        assert key == '$72', key
        assert redis.ask('EVAL', '"return redis.call(\'PTTL\', redis.call(\'RANDOMKEY\'))"', '0')
        left = int(redis.ask('EVAL', '"return redis.call(\'PTTL\', redis.call(\'RANDOMKEY\'))"',
                             '0')[1:])
        # exp, leeway, and a minute
        assert 690000 < left <= 720000, left


@test
def a_host_that_is_not_root_by_redis(log):
    with Redis() as redis, configuration(f'store = {redis.url()}'):
        once(log, prefix=AS_NOBODY)


@test
def a_clock_that_is_wrong_by_days(log):
    """The server's; a time is told to it as a length. libc comes before the server's own malloc(),
    which would ask libfaketime for the time before it is there."""
    libraries = f'{glob.glob("/usr/lib/*/faketime/libfaketime.so.1")[0]} libc.so.6'
    for offset in ('+2d', '-2d'):
        with Redis(inside=('env', f'FAKETIME={offset}', 'FAKETIME_DONT_FAKE_MONOTONIC=1',
                           f'LD_PRELOAD={libraries}')) as redis, \
                configuration(f'store = {redis.url()}'):
            now = int(must('redis-cli', '-p', str(redis.port), 'TIME').split()[0])
            assert abs(abs(now - time.time()) - 172800) < 600, now
            once(log)


# --- passwords ------------------------------------------------------------------------------------


@test
def passwords_of_redis(log):
    with Redis(f'requirepass "{PASSWORD}"', USER) as redis:
        with configuration(f'store = {redis.url()}', password_file()):
            once(log)
            line = expect(log, mint(), SERVICE_ERR, 'token not judged: config-error: ',
                          prefix=AS_NOBODY)
            assert 'redis.password: Permission denied' in line, line
        with configuration(f'store = {redis.url()}', password_file('secret'), 'username = pam'):
            once(log)
        with configuration(f'store = {redis.url()}', password_file('wrong')):
            unavailable(log, 'AUTH: it refuses with WRONGPASS')
        with configuration(f'store = {redis.url()}', password_file(), 'username = pam'):
            unavailable(log, 'AUTH: it refuses with WRONGPASS')
        with configuration(f'store = {redis.url()}'):
            unavailable(log, 'SELECT: it refuses with NOAUTH')
        with configuration(f'store = {redis.url()}', password_file(mode=0o644)):
            line = expect(log, mint(), SERVICE_ERR, 'token not judged: config-error: ')
            assert 'expected that not everybody can read it' in line, line


# --- servers that must not be relied upon ---------------------------------------------------------


@test
def a_server_without_memory(log):
    """It keeps what it has, and takes nothing more."""
    with Redis('maxmemory-policy noeviction') as redis, configuration(f'store = {redis.url()}'):
        token = mint()
        expect(log, token, SUCCESS, ACCEPTED)
        redis.ask('CONFIG SET maxmemory 1')
        unavailable(log, 'SET: it refuses with OOM')
        assert redis.ask('DBSIZE') == ':1'
        redis.ask('CONFIG SET maxmemory 0')
        expect(log, token, AUTH_ERR, REPLAYED)


@test
def a_server_that_throws_keys_away(log):
    for policy in ('allkeys-lru', 'volatile-ttl'):
        with Redis(f'maxmemory-policy {policy}') as redis, configuration(f'store = {redis.url()}'):
            unavailable(log, f'INFO: expected maxmemory_policy noeviction, found {policy}')
            assert redis.ask('DBSIZE') == ':0'


@test
def a_replica(log):
    """One that can be written even: nobody else hears of it."""
    with Redis() as first, \
            Redis(f'replicaof 127.0.0.1 {first.port}', 'replica-read-only no') as second:
        with configuration(f'store = {second.url()}'):
            unavailable(log, 'INFO: expected role master, found slave')
            assert second.ask('DBSIZE') == ':0'


# --- servers that fail ----------------------------------------------------------------------------


@test
def a_server_that_is_not_there(log):
    with Redis() as redis, configuration(f'store = {redis.url()}'):
        token = mint()
        redis.stop()
        unavailable(log, 'Connection refused', token)
        assert redis.start()
        expect(log, token, SUCCESS, ACCEPTED)
        expect(log, token, AUTH_ERR, REPLAYED)


@test
def a_server_that_does_not_answer(log):
    """Its own refusal comes before the login's time is over."""
    with Redis() as redis, configuration(f'store = {redis.url()}'):
        world.pam_service(SERVICE, 'nodelay timeout=2')
        with redis.halted():
            unavailable(log, 'no answer in time')
        once(log)


def wait_for_client():
    """The process that waits for the server."""
    while True:
        found = run('pgrep', '-x', 'jwt-replay-redi').stdout.split()
        if found:
            return found[0]


@test
def a_server_that_is_killed_while_a_login_waits(log):
    with Redis() as redis, configuration(f'store = {redis.url()}'):
        token, mark = mint(), log.mark()
        with redis.halted(), subprocess.Popen(
                ['pamtester', SERVICE, 'alice', 'authenticate'], stdin=subprocess.PIPE, text=True,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as host:
            host.stdin.write(parts(token))
            host.stdin.flush()
            wait_until_sealed(wait_for_client())
            redis.process.kill()
            assert host.wait(60) != 0
        log.wait('token not judged: replay-unavailable: the Redis server: ', mark)
        redis.process.wait(60)


def wait_until_sealed(process):
    """It speaks to the server as nobody else, without rights."""
    status = pathlib.Path('/proc', process, 'status')
    end = time.monotonic() + 30
    while 'Seccomp:\t2' not in status.read_text(encoding='ascii'):
        assert time.monotonic() < end
    lines = status.read_text(encoding='ascii')
    uid = pwd.getpwnam('_pam_jwt').pw_uid
    assert f'Uid:\t{uid}\t{uid}\t{uid}\t{uid}\n' in lines, lines
    assert 'CapEff:\t0000000000000000\n' in lines and 'NoNewPrivs:\t1\n' in lines, lines


# --- TLS ------------------------------------------------------------------------------------------


@functools.cache
def certificates():
    """A CA's file, that of a stranger, and who has a certificate for localhost."""
    ca = authority.Authority('/run/redis-ca', '/CN=CA')
    stranger = authority.Authority('/run/redis-stranger', '/CN=CA')
    server = ca.issue('server', '/CN=server', 'subjectAltName = DNS:localhost\n')
    files = []
    for name, holder in (('ca', ca), ('stranger', stranger)):
        files.append(pathlib.Path(f'/etc/pam_jwt/redis-{name}.pem'))
        files[-1].write_bytes(holder.cert.read_bytes())
        files[-1].chmod(0o644)
    return *files, server


@test
def redis_by_tls(log):
    ca, stranger, server = certificates()
    with Redis(tls=server) as redis:
        with configuration(f'store = {redis.url("localhost")}', f'server_ca = {ca}'):
            once(log)
            once(log, prefix=AS_NOBODY)
        with configuration(f'store = {redis.url("localhost")}', f'server_ca = {stranger}'):
            unavailable(log, 'The certificate is NOT trusted')
        with configuration(f'store = {redis.url("localhost")}'):
            unavailable(log, 'The certificate is NOT trusted')
        with configuration(f'store = {redis.url("127.0.0.1")}', f'server_ca = {ca}'):
            unavailable(log, 'does not match')
        with configuration(f'store = redis://localhost:{redis.port}/0'):
            unavailable(log, 'the Redis server: ')


# --- several hosts --------------------------------------------------------------------------------

SHARED = '10.117.0.1'


class Namespace:
    """A network of its own, which lives as long as it is used."""

    def __enter__(self):
        # pylint: disable-next=consider-using-with
        self.process = subprocess.Popen(['unshare', '--net', 'sleep', 'infinity'])
        self.inside = ('nsenter', '--net', '--target', str(self.process.pid))
        end = time.monotonic() + 30
        while self.network() == pathlib.Path('/proc/self/ns/net').readlink():
            assert time.monotonic() < end
        self.ip('link', 'set', 'lo', 'up')
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def network(self):
        return pathlib.Path(f'/proc/{self.process.pid}/ns/net').readlink()

    def ip(self, *arguments):
        must(*self.inside, 'ip', *arguments)

    def connect(self, other, number):
        """A cable between the two; the other finds SHARED behind it."""
        self.ip('link', 'add', f'to{number}', 'type', 'veth', 'peer', 'name', 'eth0', 'netns',
                str(other.process.pid))
        self.ip('address', 'add', f'10.117.{number}.1/24', 'dev', f'to{number}')
        self.ip('link', 'set', f'to{number}', 'up')
        other.ip('address', 'add', f'10.117.{number}.2/24', 'dev', 'eth0')
        other.ip('link', 'set', 'eth0', 'up')
        other.ip('route', 'add', SHARED, 'via', f'10.117.{number}.1')


@contextlib.contextmanager
def two_hosts():
    """The namespaces of a server and of two hosts that reach it, and not each other."""
    with Namespace() as server, Namespace() as first, Namespace() as second:
        server.ip('address', 'add', f'{SHARED}/32', 'dev', 'lo')
        for number, host in enumerate((first, second), 1):
            server.connect(host, number)
        yield server, first, second


@test
def fifty_logins_on_two_hosts_with_one_token(log):
    """The token is for both; one login on one of them is let in."""
    with two_hosts() as (server, *hosts), contextlib.ExitStack() as stack:
        redis = stack.enter_context(Redis(address=SHARED, inside=server.inside))
        stack.enter_context(configuration(f'store = {redis.url()}'))
        world.pam_service('sshd', 'nodelay')
        sshds = [stack.enter_context(world.Sshd(log, inside=host.inside)) for host in hosts]
        token, mark = mint('sshd'), log.mark()
        with concurrent.futures.ThreadPoolExecutor(50) as pool:
            tries = [pool.submit(sshds[number % 2].login, 'alice', token, 'id -un')
                     for number in range(50)]
            codes = [attempt.result()[0].returncode for attempt in tries]
        assert sorted(codes) == [0] + [255] * 49, codes
        lines = [line for line in log.since(mark) if world.token_id(token) in line]
        assert len([line for line in lines if ACCEPTED in line]) == 1, lines
        assert len([line for line in lines if REPLAYED in line]) == 49, lines
        # and each of the hosts lets in by itself
        for sshd in sshds:
            done, _, _ = sshd.login('alice', mint('sshd'), 'id -un')
            assert (done.returncode, done.stdout) == (0, 'alice\n'), done.stderr
        world.pam_service('sshd')
