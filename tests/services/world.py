# SPDX-License-Identifier: BSD-3-Clause
"""What the tests of real services share: the log, users, tokens, a configuration, sshd."""
import contextlib
import hashlib
import os
import pathlib
import random
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time

HOST = 'host.example'
ISSUER = 'https://issuer.example'
PKI = pathlib.Path(__file__).resolve().parent.parent / 'fixtures' / 'pki'
CONFIG = f"""\
[issuer {ISSUER}]
audience = pam://%h/%s
trust_anchors = /etc/pam_jwt/anchors/root.pem
revocation = off
"""
PART = 500
# What is left as PAM_AUTHTOK after a refused token.
NO_PASSWORD = '\b\n\r\x7fINCORRECT'
HELPER = pathlib.Path('/usr/libexec/pam_jwt/jwt-verify')
# PAM modules of tests/services; run-services.py may name another place.
MODULES = pathlib.Path(__file__).resolve().parents[3] / 'build' / 'tests' / 'services'


class Log:
    """/dev/log of this world. It is a queue: a line of ours comes after those of programs that have
    ended."""

    def __init__(self):
        self.lines = []
        self.own = set()
        self.changed = threading.Condition()
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind('/dev/log')
        os.chmod('/dev/log', 0o666)
        threading.Thread(target=self.receive, daemon=True).start()

    def receive(self):
        while True:
            line = self.socket.recv(65536).decode(errors='backslashreplace').rstrip('\0\n')
            with self.changed:
                if line in self.own:
                    self.own.remove(line)
                else:
                    self.lines.append(line)
                self.changed.notify_all()

    def catch_up(self):
        own = f'<87>up to here: {random.randrange(10 ** 18)}'
        with self.changed:
            self.own.add(own)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.sendto(own.encode(), '/dev/log')
        with self.changed:
            assert self.changed.wait_for(lambda: own not in self.own, 30), '/dev/log is not read'

    def mark(self):
        """Where the lines begin of what is started from now on."""
        self.catch_up()
        with self.changed:
            return len(self.lines)

    def since(self, mark):
        """All lines since the mark of programs that have ended."""
        self.catch_up()
        with self.changed:
            return self.lines[mark:]

    def wait(self, text, mark=0, timeout=30):
        """The first line since the mark that has the text."""
        end = time.monotonic() + timeout
        with self.changed:
            while True:
                for line in self.lines[mark:]:
                    if text in line:
                        return line
                left = end - time.monotonic()
                if left <= 0 or not self.changed.wait(left):
                    raise AssertionError(f'no log line has {text!r}: {self.lines[mark:]}')


def run(*command, stdin='', **options):
    return subprocess.run(command, input=stdin, text=True, capture_output=True, timeout=120,
                          check=False, **options)


def must(*command, **options):
    done = run(*command, **options)
    assert done.returncode == 0, f'{command}: {done.stdout}{done.stderr}'
    return done.stdout


def mint(service='sshd', signer='signer-es256', alg='ES256', key=None, header=(), **claims):
    now = int(time.time())
    claims = {'iss': ISSUER, 'sub': 'alice', 'aud': f'pam://{HOST}/{service}', 'iat': str(now),
              'exp': str(now + 600), **claims}
    given = [f'--claim={name}={value}' for name, value in claims.items()]
    given += [f'--header={member}' for member in header]
    return must('pam-jwt', 'mint', '--key', str(PKI / f'{key or signer}.key'), '--chain',
                str(PKI / f'{signer}.chain.pem'), '--alg', alg, *given).strip()


def mint_of_length(length, **changes):
    """A token of exactly that many bytes: a claim `pad` fills it. Base64url never has 4n + 1 bytes,
    so up to two go to the header."""
    for more in range(3):
        header = ['pad="' + 'x' * more + '"']
        short = mint(header=header, pad='""', **changes)
        claims = len(short.split('.')[1])
        room = length - len(short) + claims
        assert room >= claims, f'a token has at least {len(short)} bytes'
        if room % 4 != 1:
            pad = 'x' * (room * 3 // 4 - claims * 3 // 4)
            token = mint(header=header, pad=f'"{pad}"', **changes)
            assert len(token) == length, len(token)
            return token
    raise AssertionError('unreachable: three header lengths cover all remainders')


def tampered(token):
    head, claims, signature = token.split('.')
    return '.'.join((head, claims, ('B' if signature[0] == 'A' else 'A') + signature[1:]))


def token_id(token):
    """How the log names it."""
    return ' token=' + hashlib.sha256(token.encode()).hexdigest()[:12]


def parts(token):
    """A line for each prompt."""
    return ''.join(token[at:at + PART] + '\n' for at in range(0, len(token) + 1, PART))


def pam_service(name, arguments=''):
    pathlib.Path('/etc/pam.d', name).write_text(f"""\
auth     required pam_jwt.so {arguments}
account  required pam_jwt.so
account  required pam_unix.so
session  required pam_jwt.so
session  required pam_permit.so
""", encoding='ascii')


@contextlib.contextmanager
def pam_text(name, text):
    """A PAM service for a while; afterwards it is what it was."""
    file = pathlib.Path('/etc/pam.d', name)
    before = file.read_text(encoding='ascii')
    file.write_text(text, encoding='ascii')
    try:
        yield
    finally:
        file.write_text(before, encoding='ascii')


def authenticate(token, *operations, service='sshd', user='alice', prefix=()):
    return run(*prefix, 'pamtester', service, user, *(operations or ['authenticate']),
               stdin=parts(token))


def install_configuration():
    shutil.copy(PKI / 'root.pem', '/etc/pam_jwt/anchors/root.pem')
    os.chmod('/etc/pam_jwt/anchors/root.pem', 0o644)
    write_configuration(CONFIG)
    must('useradd', '--create-home', '--shell', '/bin/sh', 'alice')
    pam_service('sshd')


def write_configuration(text):
    pathlib.Path('/etc/pam_jwt/pam_jwt.conf').write_text(text, encoding='ascii')
    os.chmod('/etc/pam_jwt/pam_jwt.conf', 0o644)


def token_file(token):
    path = f'/run/token.{random.randrange(10 ** 12)}'
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), 'w',
              encoding='ascii') as file:
        file.write(token + '\n')
    return path


class Sshd:
    """A private sshd on a free port of loopback, and the stock ssh as its client."""

    def __init__(self, log, *lines, inside=()):
        """The lines come first in sshd_config: sshd takes the first value of a keyword. `inside` is
        a command that runs sshd and its clients elsewhere."""
        self.inside = inside
        self.directory = tempfile.mkdtemp(dir='/run')
        must('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', f'{self.directory}/key')
        config = pathlib.Path(self.directory, 'config')
        config.write_text('\n'.join(lines) + f"""
HostKey {self.directory}/key
UsePAM yes
KbdInteractiveAuthentication yes
PasswordAuthentication no
PubkeyAuthentication no
MaxStartups 100
PidFile none
Subsystem sftp internal-sftp
""", encoding='ascii')
        # OpenSSH 9.8 and later stop answering an address after some failures.
        if run('/usr/sbin/sshd', '-t', '-f', str(config), '-o',
               'PerSourcePenalties=no').returncode == 0:
            with config.open('a', encoding='ascii') as file:
                file.write('PerSourcePenalties no\n')
        self.port, self.process = self.start(config, log)
        key = pathlib.Path(self.directory, 'key.pub').read_text(encoding='ascii').split()
        pathlib.Path(self.directory, 'known_hosts').write_text(
            f'[127.0.0.1]:{self.port} {key[0]} {key[1]}\n', encoding='ascii')
        self.options = ['-F', 'none', '-o', f'Port={self.port}', '-o', 'LogLevel=ERROR', '-o',
                        f'UserKnownHostsFile={self.directory}/known_hosts', '-o',
                        'PreferredAuthentications=keyboard-interactive', '-o',
                        'NumberOfPasswordPrompts=1']
        self.askpass = self.askpass_script('exec pam-jwt-askpass "$1"')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self, config, log):
        for _ in range(20):
            port, mark = random.randrange(20000, 60000), log.mark()
            # pylint: disable-next=consider-using-with
            process = subprocess.Popen([*self.inside, '/usr/sbin/sshd', '-D', '-f', str(config), '-o',
                                        f'ListenAddress=127.0.0.1:{port}'])
            line = log.wait(f' port {port}', mark)
            if 'Server listening' in line:
                return port, process
            process.wait()
        raise AssertionError('no free port was found for sshd')

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def askpass_script(self, body):
        """A program that notes its prompt and goes on with the body."""
        path = pathlib.Path(self.directory, f'askpass.{random.randrange(10 ** 12)}')
        path.write_text(f'#!/bin/sh\nprintf "%s\\0" "$1" >>"$PROMPTS"\n{body}\n', encoding='ascii')
        path.chmod(0o755)
        return str(path)

    def client(self, *command, token, askpass=None, stdin=None):
        """The finished client, the prompts that its ssh met, and how long it took in seconds."""
        prompts = pathlib.Path(self.directory, f'prompts.{random.randrange(10 ** 12)}')
        prompts.touch()
        environment = {**os.environ, 'SSH_ASKPASS': askpass or self.askpass,
                       'SSH_ASKPASS_REQUIRE': 'force', 'BEARER_TOKEN_FILE': token_file(token),
                       'XDG_RUNTIME_DIR': self.directory, 'PROMPTS': str(prompts),
                       'HOME': self.directory}
        began = time.monotonic()
        done = run(*self.inside, *command, env=environment, stdin=stdin or '')
        took = time.monotonic() - began
        asked = prompts.read_text(encoding='ascii').split('\0')[:-1]
        return done, [re.sub(r'^\(\S+@\S+\) ', '', prompt) for prompt in asked], took

    def login(self, user, token, *command, options=(), askpass=None):
        """As client(); the options come before those that every login has, and so outdo them."""
        given = [word for option in options for word in ('-o', option)]
        return self.client('ssh', *given, *self.options, f'{user}@127.0.0.1', *command, token=token,
                           askpass=askpass)


@contextlib.contextmanager
def quick_sshd(log, *lines):
    """An sshd whose failures come without libpam's delay; the number of answers is in the log."""
    stack = pathlib.Path('/etc/pam.d/sshd').read_text(encoding='ascii')
    quick = stack.replace('pam_jwt.so', 'pam_jwt.so nodelay debug', 1)
    with pam_text('sshd', quick), Sshd(log, *lines) as sshd:
        yield sshd
