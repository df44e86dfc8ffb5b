# SPDX-License-Identifier: BSD-3-Clause
"""What the tests of jwt-replay share: a configuration, one question, a Redis server that is none."""
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import unittest

ASK = os.environ["REPLAY_ASK"]
NOBODY = 65534
CONFIG = """\
[global]
hostname = host.example

[issuer https://issuer.example]
audience = pam://%h/%s
trust_anchors = /nonexistent
replay = require

[replay]
"""
INFO = (b"# Memory\r\nused_memory:1\r\nmaxmemory_policy:noeviction\r\nmem_allocator:x\r\n"
        b"# Replication\r\nrole:master\r\nconnected_slaves:0\r\n")


def text(value):
    """A bulk string."""
    return b"$%d\r\n%b\r\n" % (len(value), value)


class Server:
    """Answers each command with what `replies` has for its name: bytes, a list of them, one a
    command, or a function of the connection. `commands` has what was asked."""

    def __init__(self, replies=None, address="127.0.0.1", tls=None):
        self.replies = {"SELECT": b"+OK\r\n", "INFO": text(INFO), "SET": b"+OK\r\n",
                        "AUTH": b"+OK\r\n", **(replies or {})}
        self.commands = []
        self.tls = tls
        self.socket = socket.create_server((address, 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            with self.wrap(connection) as wrapped, wrapped.makefile("rb") as file:
                while self.answer(wrapped, file):
                    pass
        except OSError:
            pass  # a client that hangs up is what some tests are about

    def wrap(self, connection):
        try:
            return self.tls.wrap_socket(connection, server_side=True) if self.tls else connection
        except OSError:
            connection.close()
            raise

    def answer(self, connection, file):
        """As Redis reads it: *COUNT, then $LENGTH and the word for each."""
        head = file.readline()
        if not head.startswith(b"*"):
            return False
        words = []
        for _ in range(int(head[1:])):
            length = int(file.readline()[1:])
            words.append(file.read(length + 2)[:-2])
        self.commands.append(words)
        reply = self.replies[words[0].decode()]
        if callable(reply):
            reply(connection)
        else:
            connection.sendall(reply)
        return True

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


class ReplayTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        directory = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, directory)
        os.chmod(directory, 0o755)
        self.directory = pathlib.Path(directory).resolve()
        self.config = self.directory / "pam_jwt.conf"

    def write(self, name, content, mode=0o644):
        path = self.directory / name
        path.write_bytes(content)
        path.chmod(mode)
        return path

    def configure(self, *lines):
        self.write(self.config.name, (CONFIG + "".join(f"{line}\n" for line in lines)).encode())

    def serve(self, replies=None, **options):
        server = Server(replies, **options)
        self.addCleanup(server.close)
        return server

    def command(self, number=0, seconds=60, ms=10000):
        return [ASK, str(self.config), f"{number:064x}", str(int(time.time()) + seconds), str(ms)]

    def ask(self, number=0, seconds=60, ms=10000, user=None, prefix=()):
        """Slug and detail."""
        done = subprocess.run([*prefix, *self.command(number, seconds, ms)], capture_output=True,
                              text=True, timeout=60, check=False, user=user, group=user,
                              extra_groups=None if user is None else [])
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        slug, detail, _ = done.stdout.split("\n", 2)
        return slug, detail

    def assert_unavailable(self, *parts, **question):
        slug, detail = self.ask(**question)
        self.assertEqual(slug, "replay-unavailable", detail)
        for part in parts:
            self.assertIn(part, detail)
        return detail
