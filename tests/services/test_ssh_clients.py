# SPDX-License-Identifier: BSD-3-Clause
"""sshd with clients other than OpenSSH's: most give a token of any length as one answer. Each logs
in with a good token and fails with a refused one; what it says is its own affair, the log is
ours."""
import asyncio
import base64
import contextlib
import hashlib
import logging
import os
import pathlib
import socket
import warnings

import paramiko

from registry import test
import world
from world import mint_of_length, quick_sshd, run, tampered, token_file

with warnings.catch_warnings():
    # Of python3-cryptography, about ciphers that asyncssh still knows.
    warnings.simplefilter('ignore')
    import asyncssh

ACCEPTED = 'pam_jwt(sshd:auth): token accepted: user=alice '
REFUSED = 'pam_jwt(sshd:auth): token refused: '
FAILURE = 'pam_jwt(sshd:auth): authentication failure;'
LENGTH = 8200


def host_key(sshd):
    """The key of the host as its blob."""
    text = pathlib.Path(sshd.directory, 'key.pub').read_text(encoding='ascii')
    return base64.b64decode(text.split()[1])


def expect(log, login, answers):
    """`login` takes a token and tells what `id -un` has written there, or None if it did not get
    in. The log says so, too, and in how many answers the token came."""
    token = mint_of_length(LENGTH)
    mark = log.mark()
    assert login(token) == 'alice\n'
    log.wait(ACCEPTED, mark)
    log.wait(f'{LENGTH} bytes in {answers} answers', mark)
    for refused, reason in ((tampered(token), 'bad-signature'),
                            (mint_of_length(LENGTH, sub='bob'), 'user-mismatch')):
        mark = log.mark()
        assert login(refused) is None
        log.wait(REFUSED + reason, mark)
        lines = log.since(mark)
        assert sum(FAILURE in line for line in lines) == 1, lines
        assert not any(ACCEPTED in line for line in lines)


# --- paramiko -------------------------------------------------------------------------------------


@contextlib.contextmanager
def paramiko_transport(sshd):
    logging.getLogger('paramiko').setLevel(logging.CRITICAL)
    with contextlib.closing(paramiko.Transport(
            socket.create_connection(('127.0.0.1', sshd.port), timeout=30))) as transport:
        transport.start_client(timeout=30)
        assert transport.get_remote_server_key().asbytes() == host_key(sshd)
        yield transport


def paramiko_login(sshd, authenticate):
    """`authenticate` takes the transport; the output of `id -un`, or None."""
    with paramiko_transport(sshd) as transport:
        try:
            authenticate(transport)
        except paramiko.AuthenticationException:
            return None
        with contextlib.closing(transport.open_session(timeout=30)) as session:
            session.exec_command('id -un')
            return session.makefile().read().decode()


@test
def paramiko_with_a_part_for_each_prompt(log):
    def login(token):
        parts = iter(world.parts(token).split('\n'))
        return paramiko_login(sshd, lambda transport: transport.auth_interactive(
            'alice', lambda title, text, prompts: [next(parts) for _ in prompts]))

    with quick_sshd(log) as sshd:
        expect(log, login, LENGTH // 500 + 1)


@test
def paramiko_with_the_whole_token(log):
    def login(token):
        return paramiko_login(sshd, lambda transport: transport.auth_interactive(
            'alice', lambda title, text, prompts: [token for _ in prompts]))

    with quick_sshd(log) as sshd:
        expect(log, login, 1)


@test
def paramiko_with_a_password(log):
    """Where sshd has no method `password`, paramiko gives its password to keyboard-interactive."""
    def login(token):
        return paramiko_login(sshd, lambda transport: transport.auth_password('alice', token))

    with quick_sshd(log) as sshd:
        expect(log, login, 1)


@test
def the_method_password_ends_at_1024_bytes(log):
    """Longer ones are refused by sshd itself; pam_jwt is not asked."""
    with quick_sshd(log, 'PasswordAuthentication yes') as sshd:
        for length, asked in ((1024, True), (1025, False)):
            mark = log.mark()
            text = f'eyJ{"A" * (length - 7)}.e.e'
            assert paramiko_login(sshd, lambda transport, text=text: transport.auth_password(
                'alice', text, fallback=False)) is None
            log.wait('Failed password for alice', mark)
            assert any(REFUSED in line for line in log.since(mark)) == asked, log.since(mark)


# --- asyncssh -------------------------------------------------------------------------------------


async def asyncssh_id(sshd, token):
    try:
        async with asyncssh.connect('127.0.0.1', sshd.port, username='alice', password=token,
                                    known_hosts=f'{sshd.directory}/known_hosts', config=None,
                                    client_keys=None, agent_path=None) as connection:
            done = await connection.run('id -un', check=True, timeout=30)
            return done.stdout
    except asyncssh.PermissionDenied:
        return None


@test
def asyncssh_with_a_password(log):
    """It answers prompts that have `password` in them, in any case."""
    with quick_sshd(log) as sshd:
        expect(log, lambda token: asyncio.run(asyncssh_id(sshd, token)), 1)


# --- programs -------------------------------------------------------------------------------------


def program_login(sshd, *command, stdin='', **environment):
    """The output of a client, or None if there is none: not every client says by its exit status
    that it did not get in."""
    done = run(*command, stdin=stdin,
               env={**os.environ, 'HOME': sshd.directory, **environment})
    return done.stdout or None


@test
def plink_with_a_file(log):
    def login(token):
        digest = base64.b64encode(hashlib.sha256(host_key(sshd)).digest()).decode().rstrip('=')
        return program_login(sshd, 'plink', '-batch', '-ssh', '-P', str(sshd.port), '-l', 'alice',
                             '-pwfile', token_file(token), '-hostkey', f'SHA256:{digest}',
                             '127.0.0.1', 'id -un')

    with quick_sshd(log) as sshd:
        expect(log, login, 1)


@test
def curl_with_a_password(log):
    """It reads a file there by sftp; the token is in a file of curl's and not among its
    arguments."""
    def login(token):
        config = pathlib.Path(token_file(f'user = "alice:{token}"'))
        digest = base64.b64encode(hashlib.sha256(host_key(sshd)).digest()).decode().rstrip('=')
        return program_login(sshd, 'curl', '-q', '-sS', '-K', str(config), '--hostpubsha256',
                             digest, f'sftp://127.0.0.1:{sshd.port}/home/alice/name')

    pathlib.Path('/home/alice/name').write_text('alice\n', encoding='ascii')
    with quick_sshd(log) as sshd:
        expect(log, login, 1)


@test
def dbclient_with_a_password(log):
    """It gives the password once, and nothing to all questions that follow."""
    def login(token):
        return program_login(sshd, 'dbclient', '-y', '-y', '-p', str(sshd.port), 'alice@127.0.0.1',
                             'id -un', DROPBEAR_PASSWORD=token)

    with quick_sshd(log) as sshd:
        expect(log, login, 1)
