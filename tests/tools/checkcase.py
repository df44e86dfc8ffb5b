# SPDX-License-Identifier: BSD-3-Clause
"""What the tests of pam-jwt check share: a host on which nothing is amiss, and what is found on it."""

import os

import pamjwt
from pamjwt import run

# What is said of a build without sandbox, or on a kernel without Landlock.
ABOUT_SANDBOX = f"warning: {os.environ['JWT_VERIFY']}: "
TOKEN = "auth required pam_jwt.so\n"


class CheckTest(pamjwt.PamJwtTest):
    def setUp(self):
        super().setUp()
        self.at = pamjwt.NOW
        self.pam = os.path.join(self.dir, "pam.d")
        os.mkdir(self.pam, 0o755)
        self.service("sshd", TOKEN)
        self.configure()

    def service(self, name, text):
        return self.write(os.path.join("pam.d", name), text)

    def configure(self, *more, leeway=60, name="pam_jwt.conf", issuer=pamjwt.ISSUER, **changes):
        """Keys of the issuer, None leaves one out, and sections behind them. The path."""
        keys = {"audience": "pam://%h/%s", "trust_anchors": self.anchors, "short_lived": 86400,
                **changes}
        lines = ["[global]", "hostname = host.example", f"leeway = {leeway}",
                 f"[issuer {issuer}]"]
        lines += [f"{key} = {value}" for key, value in keys.items() if value is not None]
        return self.write(name, "\n".join([*lines, *more, ""]))

    def check(self):
        """The findings; exit status and kind go together."""
        done = run("check", "--config", self.config, "--pam-dir", self.pam, "--at", self.at)
        found = [line for line in done.stdout.decode("ascii").splitlines()
                 if not line.startswith(ABOUT_SANDBOX)]
        errors = [line for line in found if line.startswith("error: ")]
        warnings = [line for line in found if line.startswith("warning: ")]
        self.assertEqual(done.stderr, b"")
        self.assertEqual(len(errors) + len(warnings), len(found), found)
        self.assertEqual(done.returncode, 1 if errors else 0, found)
        return found

    def assert_fine(self):
        self.assertEqual(self.check(), [])

    def assert_found(self, kind, *texts):
        """One finding, which has all of the texts."""
        found = self.check()
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(kind + ": "), found)
        for text in texts:
            self.assertIn(text, found[0])
