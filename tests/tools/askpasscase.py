# SPDX-License-Identifier: BSD-3-Clause
"""What the tests of pam-jwt-askpass share: running it as ssh and sudo do, tokens, directories."""

import base64
import json
import os
import subprocess
import tempfile
import unittest

ASKPASS = os.environ["PAM_JWT_ASKPASS"]
FIRST = "Password or JWT: "
UID = os.geteuid()
HEAD = "eyJ.e30."
# The command behind the program keeps the shell from replacing itself by it.
NEW_PARENT = ("/bin/sh", "-c", '"$@"; exit "$?"', "sh")
CAN_MOUNT = UID == 0 and subprocess.run(
    ["/usr/bin/unshare", "--mount", "/bin/true"], capture_output=True, check=False).returncode == 0


def token_of(length):
    """Claims that say nothing; every part differs from every other."""
    numbers = "".join(f"{i:05d}" for i in range(length // 5 + 1))
    return (HEAD + numbers)[:length]


def encode(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def token_with(**claims):
    return f"{encode({'alg': 'ES256'})}.{encode(claims)}.c2k"


class Askpass(unittest.TestCase):
    parent = NEW_PARENT  # of each call; () for this process, as when one ssh asks more than once

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.dir = directory.name
        self.runtime = os.path.join(self.dir, "runtime")
        os.mkdir(self.runtime, 0o700)
        self.config_dir = os.path.join(self.dir, "config", "pam_jwt")
        os.makedirs(self.config_dir)

    def environment(self, **env):
        """Nothing of the user who runs the tests; None leaves a variable out."""
        env = {"XDG_CONFIG_HOME": os.path.join(self.dir, "config"),
               "XDG_RUNTIME_DIR": self.runtime, **env}
        return {name: value for name, value in env.items() if value is not None}

    def run_askpass(self, *args, **env):
        return subprocess.run([*self.parent, ASKPASS, *args], env=self.environment(**env),
                              capture_output=True, timeout=60)

    def ask(self, prompt, **env):
        done = self.run_askpass(prompt, **env)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.decode()

    def assert_refused(self, done, *words):
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout, b"")
        for word in words:
            self.assertIn(word, done.stderr.decode())

    def refuse(self, prompt, *words, **env):
        self.assert_refused(self.run_askpass(prompt, **env), *words)

    def write(self, name, text, mode=0o600, directory=None):
        path = os.path.join(directory or self.dir, name)
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def configure(self, text, mode=0o600):
        return self.write("askpass.conf", text, mode, self.config_dir)

    def kept(self, directory=None):
        names = os.listdir(directory or self.runtime)
        return [n for n in names if n.startswith("pam-jwt-askpass.")]

    def snapshots(self):
        return [n for n in self.kept() if not n.endswith(".sent")]

    def marks(self):
        return [n for n in self.kept() if n.endswith(".sent")]

    def read(self, name):
        with open(os.path.join(self.dir, name), encoding="utf-8") as file:
            return file.read()
