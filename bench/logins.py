# SPDX-License-Identifier: BSD-3-Clause
"""Logins over ssh in the private world: by a token of 8 KB, by password (yescrypt) and by public key."""
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

import material
import pairs

sys.path.insert(0, str(material.TOP / 'tests' / 'services'))

import world  # noqa: E402  pylint: disable=wrong-import-position

TOKEN_BYTES = 8192
PASSWORD = 'correct horse battery staple'
PAM = """\
auth     required {module}
account  required pam_unix.so
session  required pam_permit.so
"""
CONFIG = """\
HostKey {folder}/host_key
UsePAM yes
KbdInteractiveAuthentication yes
PasswordAuthentication no
PubkeyAuthentication yes
AuthorizedKeysFile {folder}/key.pub
StrictModes no
MaxStartups 100
PidFile none
LogLevel ERROR
"""


def make_token():
    """About, and at most, TOKEN_BYTES."""
    empty = len(world.mint(signer='signer-rs256', alg='RS256', pad='""'))
    filling = 'x' * ((TOKEN_BYTES - empty) * 3 // 4)
    return world.mint(signer='signer-rs256', alg='RS256', pad=f'"{filling}"')


class Logins:
    def __init__(self):
        self.folder = tempfile.mkdtemp(dir='/run')
        os.chmod(self.folder, 0o755)
        for name in ('host_key', 'key'):
            world.must('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', f'{self.folder}/{name}')
        self.port, self.process = self.start()
        key = pathlib.Path(self.folder, 'host_key.pub').read_text(encoding='ascii')
        self.write('known_hosts', f'[127.0.0.1]:{self.port} {key}')
        world.must('chpasswd', stdin=f'alice:{PASSWORD}\n')
        self.askpass = self.write('askpass', f"#!/bin/sh\necho '{PASSWORD}'\n", 0o755)
        self.token = make_token()
        self.token_path = world.token_file(self.token)

    def write(self, name, text, mode=0o644):
        path = pathlib.Path(self.folder, name)
        path.write_text(text, encoding='ascii')
        path.chmod(mode)
        return str(path)

    def start(self):
        """On a port that is free: whoever is asked for none gets one."""
        with socket.socket() as probe:
            probe.bind(('127.0.0.1', 0))
            port = probe.getsockname()[1]
        config = self.write('config', CONFIG.format(folder=self.folder))
        # pylint: disable-next=consider-using-with
        process = subprocess.Popen(['/usr/sbin/sshd', '-D', '-f', config, '-o',
                                    f'ListenAddress=127.0.0.1:{port}'],
                                   stderr=subprocess.DEVNULL)
        end = time.monotonic() + 10
        while time.monotonic() < end and process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(('127.0.0.1', port)) == 0:
                    return port, process
        raise pairs.Missing('sshd does not start')

    def login(self, method, environment=(), *options):
        began = time.monotonic()
        done = world.run('ssh', '-F', 'none', '-p', str(self.port), '-o', 'LogLevel=ERROR', '-o',
                         f'UserKnownHostsFile={self.folder}/known_hosts', '-o',
                         f'PreferredAuthentications={method}', '-o', 'NumberOfPasswordPrompts=1',
                         *options, 'alice@127.0.0.1', 'true',
                         env={**os.environ, 'SSH_ASKPASS_REQUIRE': 'force', **dict(environment)})
        took = (time.monotonic() - began) * 1000
        if done.returncode != 0:
            raise pairs.Missing(f'ssh by {method}: {done.stdout}{done.stderr}'.strip())
        return took

    @staticmethod
    def pam(module):
        pathlib.Path('/etc/pam.d/sshd').write_text(PAM.format(module=module), encoding='ascii')

    def by_token(self):
        self.pam('pam_jwt.so')
        return self.login('keyboard-interactive', {
            'SSH_ASKPASS': '/usr/bin/pam-jwt-askpass', 'BEARER_TOKEN_FILE': self.token_path,
            'XDG_RUNTIME_DIR': self.folder})

    def by_password(self):
        self.pam('pam_unix.so')
        return self.login('keyboard-interactive', {'SSH_ASKPASS': self.askpass})

    def by_key(self):
        self.pam('pam_unix.so')
        return self.login('publickey', {}, '-i', f'{self.folder}/key')

    def stop(self):
        self.process.terminate()
        self.process.wait()


def check_hash():
    shadow = pathlib.Path('/etc/shadow').read_text(encoding='ascii')
    line = next(line for line in shadow.splitlines() if line.startswith('alice:'))
    if not line.startswith('alice:$y$'):
        raise pairs.Missing("alice's password is not hashed by yescrypt")


def measure(rounds, progress):
    """Milliseconds of each way, and the length of the token."""
    shutil.copy(world.PKI / 'root.pem', '/etc/pam_jwt/anchors/root.pem')
    os.chmod('/etc/pam_jwt/anchors/root.pem', 0o644)
    world.write_configuration(world.CONFIG)
    logins = Logins()
    try:
        check_hash()
        tasks = {'token': logins.by_token, 'password': logins.by_password, 'key': logins.by_key}
        return (pairs.interleave(tasks, rounds, progress, 'ssh', warm_up=2), len(logins.token))
    finally:
        logins.stop()
