#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""pam-jwt cert add: what it deploys is what a token may name by thumbprint."""

import base64
import hashlib
import os
import ssl

import pamjwt
from pamjwt import CONFIG, EXP, ISSUER, fixture, run

SIGNER = "signer-es256"


def thumbprint(der, digest):
    return base64.urlsafe_b64encode(hashlib.new(digest, der).digest()).decode().rstrip("=")


class Cert(pamjwt.PamJwtTest):
    def setUp(self):
        super().setUp()
        self.certs = os.path.join(self.dir, "certs")
        os.mkdir(self.certs, 0o755)
        self.configure("key_sources = x5t#S256, x5t")
        with open(fixture(SIGNER + ".chain.pem"), encoding="ascii") as file:
            self.chain = file.read()
        first = self.chain[:self.chain.index("-----END") + len("-----END CERTIFICATE-----")]
        self.der = ssl.PEM_cert_to_DER_cert(first[first.index("-----BEGIN"):])

    def configure(self, *lines):
        text = CONFIG.format(anchors=self.anchors) + "".join(f"{line}\n" for line in lines)
        self.config = self.write("pam_jwt.conf", text + f"certificates = {self.certs}\n")

    def add(self, path, *args):
        return run("cert", "--config", self.config, *args, "add", path)

    def named(self, member, digest):
        """A token that names its signer, and carries no certificate."""
        done = run("mint", "--key", fixture(SIGNER + ".key"), "--alg", "ES256",
                   "--header", f'{member}="{thumbprint(self.der, digest)}"', "--claim", f"iss={ISSUER}",
                   "--claim", "aud=pam://host.example/sshd", "--claim", "sub=alice",
                   "--claim", f"exp={EXP}")
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.decode().strip()

    def test_deployed(self):
        done = self.add(fixture(SIGNER + ".chain.pem"))
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        names = [thumbprint(self.der, digest) for digest in ("sha256", "sha1")]
        self.assertEqual(done.stdout.decode().splitlines(),
                         [f"{self.certs}/{names[0]}.pem", f"x5t#S256 {names[0]}", f"x5t {names[1]}"])
        self.assertEqual(sorted(os.listdir(self.certs)), sorted(name + ".pem" for name in names))
        for name in names:
            path = os.path.join(self.certs, name + ".pem")
            self.assertEqual(os.stat(path).st_mode, 0o100644)
            with open(path, encoding="ascii") as file:
                self.assertEqual(file.read().count("BEGIN CERTIFICATE"),
                                 self.chain.count("BEGIN CERTIFICATE"))

    def test_twice(self):
        for _ in range(2):
            self.assertEqual(self.add(fixture(SIGNER + ".chain.pem")).returncode, 0)
        self.assertEqual(len(os.listdir(self.certs)), 2)

    def test_at_once(self):
        """Whoever deploys another, or the same, at the same time is not in the way."""
        signers = 8 * [SIGNER, "signer-rs256"]
        adding = [pamjwt.start("cert", "--config", self.config, "add",
                               fixture(name + ".chain.pem")) for name in signers]
        for process in adding:
            _, complaint = process.communicate(timeout=60)
            self.assertEqual((process.returncode, complaint), (0, b""))
        names = os.listdir(self.certs)
        self.assertEqual(len(names), 4, names)
        for name in names:
            with open(os.path.join(self.certs, name), encoding="ascii") as file:
                self.assertEqual(file.read().count("END CERTIFICATE"), 2)

    def test_nothing_is_left_of_a_failure(self):
        in_the_way = thumbprint(self.der, "sha1") + ".pem"
        os.mkdir(os.path.join(self.certs, in_the_way))
        done = self.add(fixture(SIGNER + ".chain.pem"))
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"Is a directory", done.stderr)
        self.assertEqual(os.listdir(self.certs), [in_the_way])

    def test_tokens_that_name_it(self):
        tokens = [self.named("x5t#S256", "sha256"), self.named("x5t", "sha1")]
        for token in tokens:
            self.assert_judged(token, "unknown-certificate")
        self.assertEqual(self.add(fixture(SIGNER + ".chain.pem")).returncode, 0)
        for token in tokens:
            self.assert_judged(token, None)

    def test_der(self):
        path = os.path.join(self.dir, "signer.der")
        with open(path, "wb") as file:
            file.write(self.der)
        self.assertEqual(self.add(path).returncode, 0)
        self.assertEqual(len(os.listdir(self.certs)), 2)

    def test_what_no_login_would_accept(self):
        broken = self.chain.replace("MII", "!!!")
        for path in (self.write("none.pem", "text"), self.write("broken.pem", broken),
                     os.path.join(self.dir, "missing.pem"), fixture("signer-rsa1024.chain.pem")):
            with self.subTest(path):
                done = self.add(path)
                self.assertEqual((done.returncode, done.stdout), (1, b""))
                self.assertIn(path.encode(), done.stderr)
        self.assertEqual(os.listdir(self.certs), [])

    def test_issuer(self):
        path = fixture(SIGNER + ".chain.pem")
        self.assertEqual(self.add(path, "--issuer", ISSUER).returncode, 0)
        done = self.add(path, "--issuer", ISSUER + "/")
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"no such [issuer", done.stderr)
        with open(self.config, encoding="ascii") as file:
            text = file.read()
        section = text[text.index("[issuer"):]
        self.config = self.write("two.conf", text + "user_map = identity\n" + section.replace(
            ISSUER, "https://other.example") + "user_map = identity\n")
        done = self.add(path)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"--issuer", done.stderr)
        self.assertEqual(self.add(path, "--issuer", ISSUER).returncode, 0)

    def test_no_directory(self):
        os.rmdir(self.certs)
        done = self.add(fixture(SIGNER + ".chain.pem"))
        self.assertEqual(done.returncode, 1)
        self.assertIn(self.certs.encode(), done.stderr)

    def test_usage(self):
        for words in ((), ("add",), ("add", "a", "b"), ("remove", "a")):
            with self.subTest(words):
                self.assertEqual(run("cert", *words).returncode, 64)


if __name__ == "__main__":
    pamjwt.main()
