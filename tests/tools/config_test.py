#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""pam-jwt config: the effective configuration, or the place of the first error."""

import os

import pamjwt
from pamjwt import run


class Config(pamjwt.PamJwtTest):
    def test_every_key_is_shown(self):
        done = run("config", "--config", self.config)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        text = done.stdout.decode()
        self.assertIn("[issuer https://issuer.example]", text)
        self.assertIn("audience = pam://%h/%s", text)
        self.assertIn("leeway = 60", text)
        self.assertIn("signer_names = issuer.example", text)

    def test_the_output_is_a_configuration(self):
        first = run("config", "--config", self.config)
        again = run("config", "--config", self.write("again.conf", first.stdout.decode()))
        self.assertEqual((again.returncode, again.stderr), (0, b""))
        self.assertEqual(again.stdout, first.stdout)

    def test_anchors_that_cannot_be_used(self):
        """Every login would fail; the configuration is in order."""
        os.unlink(self.anchors)
        done = run("config", "--config", self.config)
        self.assertEqual(done.returncode, 0)
        self.assertIn(b"warning: trust_anchors: " + self.anchors.encode(), done.stderr)

    def test_relative_path(self):
        done = run("config", "--config", "pam_jwt.conf", cwd=self.dir)
        self.assertEqual((done.returncode, done.stderr), (0, b""))

    def test_error_names_file_and_line(self):
        path = self.write("bad.conf", "[global]\nleeway = 60\nwhat = 1\n")
        done = run("config", "--config", path)
        self.assertEqual((done.returncode, done.stdout), (1, b""))
        self.assertTrue(done.stderr.decode().startswith(f"{path}:3: "), done.stderr)
        self.assertEqual(done.stderr.count(b"\n"), 1)

    def test_missing_file(self):
        path = os.path.join(self.dir, "missing.conf")
        done = run("config", "--config", path)
        self.assertEqual((done.returncode, done.stdout), (1, b""))
        self.assertIn(path, done.stderr.decode())

    def test_file_that_others_can_write(self):
        os.chmod(self.config, 0o666)
        done = run("config", "--config", self.config)
        self.assertEqual((done.returncode, done.stdout), (1, b""))


if __name__ == "__main__":
    pamjwt.main()
