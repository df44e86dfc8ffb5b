# SPDX-License-Identifier: BSD-3-Clause
"""A redis-server of our own: its port, its directory, stopped by its number."""
import contextlib
import pathlib
import signal
import socket
import subprocess
import tempfile
import time

import responders

CONFIG = """\
bind {address}
dir {folder}
save ""
appendonly no
daemonize no
protected-mode no
logfile {folder}/log
"""


class Redis:
    """Runs while it is used. `lines` come behind those of CONFIG; `inside` is a command that runs
    it elsewhere."""

    def __init__(self, *lines, address='127.0.0.1', tls=None, inside=()):
        self.address, self.tls, self.inside = address, tls, inside
        self.folder = pathlib.Path(tempfile.mkdtemp(dir='/run'))
        self.lines = lines
        self.port = None

    def __enter__(self):
        for _ in range(20):
            self.port = responders.free_port()
            if self.start():
                return self
        raise AssertionError(f'redis-server does not start: {self.log()}')

    def __exit__(self, *_):
        self.stop()

    def start(self):
        """On its port; False if that is taken."""
        ports = (f'port 0\ntls-port {self.port}\ntls-cert-file {self.tls.cert}\n'
                 f'tls-key-file {self.tls.key}\ntls-auth-clients no\n' if self.tls else
                 f'port {self.port}\n')
        config = self.folder / 'redis.conf'
        config.write_text(CONFIG.format(address=self.address, folder=self.folder) + ports +
                          ''.join(f'{line}\n' for line in self.lines), encoding='ascii')
        # pylint: disable-next=consider-using-with
        self.process = subprocess.Popen([*self.inside, 'redis-server', str(config)])
        end = time.monotonic() + 30
        while self.process.poll() is None:
            if 'Ready to accept connections' in self.log():
                return True
            if time.monotonic() > end:
                self.stop(signal.SIGKILL)
                raise AssertionError('redis-server does not get ready')
            time.sleep(0.02)
        return False

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(signal.SIGCONT)
        self.process.send_signal(number)
        self.process.wait(60)
        (self.folder / 'log').unlink(missing_ok=True)

    @contextlib.contextmanager
    def halted(self):
        """It takes connections, and does not answer."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def log(self):
        path = self.folder / 'log'
        return path.read_text(encoding='utf-8') if path.exists() else ''

    def url(self, host=None):
        return f'{"rediss" if self.tls else "redis"}://{host or self.address}:{self.port}/0'

    def ask(self, *words):
        """The first line of the reply to a command."""
        with socket.create_connection((self.address, self.port), 30) as connection:
            connection.sendall((' '.join(words) + '\r\n').encode())
            with connection.makefile('rb') as file:
                return file.readline().decode().strip()
