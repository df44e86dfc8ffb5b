# SPDX-License-Identifier: BSD-3-Clause
"""What the tests of pam-jwt share: running it, a configuration, tokens."""

import base64
import json
import os
import pwd
import shutil
import subprocess
import tempfile
import unittest

PAM_JWT = os.environ["PAM_JWT"]
FIXTURES = os.environ["PAM_JWT_FIXTURES"]
ISSUER = "https://issuer.example"
IAT = 1767225600  # 2026-01-01
EXP = 4070908800  # 2099-01-01
NOW = "2026-06-01T00:00:00Z"
MYSELF = pwd.getpwuid(os.getuid()).pw_name

CONFIG = """\
[global]
hostname = host.example

[issuer https://issuer.example]
audience = pam://%h/%s
algorithms = RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, Ed25519, Ed448
trust_anchors = {anchors}
revocation = off
"""


def decode(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def fixture(name):
    return os.path.join(FIXTURES, name)


def run(*args, stdin=b"", env=None, cwd=None):
    if isinstance(stdin, str):
        stdin = stdin.encode()
    return subprocess.run([PAM_JWT, *args], input=stdin, capture_output=True, timeout=120, env=env,
                          cwd=cwd)


def start(*args):
    return subprocess.Popen([PAM_JWT, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE)


class PamJwtTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        # The parents of a configuration may not be writable by others: tmp is, but sticky.
        self.dir = os.path.realpath(directory.name)
        self.anchors = os.path.join(self.dir, "root.pem")
        shutil.copyfile(fixture("root.pem"), self.anchors)
        os.chmod(self.anchors, 0o644)
        self.config = self.write("pam_jwt.conf", CONFIG.format(anchors=self.anchors))

    def write(self, name, text):
        path = os.path.join(self.dir, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o644)
        return path

    def mint(self, *args, signer="signer-es256", alg="ES256", **claims):
        """A good token but for what is given; None leaves a claim out."""
        all_claims = {"iss": ISSUER, "aud": "pam://host.example/sshd", "sub": "alice", "iat": IAT,
                      "exp": EXP, **claims}
        given = [f"--claim={k}={json.dumps(v)}" for k, v in all_claims.items() if v is not None]
        done = run("mint", "--key", fixture(signer + ".key"), "--chain",
                   fixture(signer + ".chain.pem"), "--alg", alg, *given, *args)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.decode().rstrip("\n")

    def explain(self, token, *args, user="alice", **kwargs):
        args = ["--config", self.config, "--at", NOW, "--virtual-users", *args]
        if user:
            args += ["--user", user]
        return run("explain", *args, stdin=token, **kwargs)

    def judge(self, token, *args, **kwargs):
        """Verdict, reason and exit code, and the whole answer."""
        done = self.explain(token, "--json", *args, **kwargs)
        answer = json.loads(done.stdout.decode("ascii"))
        return (answer["verdict"], answer["reason"], done.returncode), answer

    def assert_judged(self, token, reason, *args, **kwargs):
        found, answer = self.judge(token, *args, **kwargs)
        expected = ("refused", reason, 1) if reason else ("accepted", None, 0)
        self.assertEqual(found, expected, answer)
        return answer


def main():
    unittest.main(argv=["test"])
