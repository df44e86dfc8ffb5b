#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""pam-jwt mint: what is in the token, and that explain accepts what it signs."""

import base64
import hashlib
import json
import os

import pamjwt
from pamjwt import decode, fixture, run

SIGNERS = {
    "signer-es256": ("ES256",),
    "signer-es384": ("ES384",),
    "signer-es512": ("ES512",),
    "signer-rs256": ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    "signer-ed25519": ("EdDSA", "Ed25519"),
    "signer-ed448": ("EdDSA", "Ed448"),
}


def header_of(token):
    return json.loads(decode(token.split(".")[0]))


def claims_of(token):
    return json.loads(decode(token.split(".")[1]))


def certificates(path):
    """The base64 text of every certificate in a PEM file."""
    with open(path, encoding="ascii") as file:
        parts = file.read().split("-----BEGIN CERTIFICATE-----")[1:]
    return ["".join(p.split("-----END")[0].split()) for p in parts]


class RoundTrip(pamjwt.PamJwtTest):
    def test_every_algorithm(self):
        for signer, algs in SIGNERS.items():
            for alg in algs:
                with self.subTest(signer=signer, alg=alg):
                    self.assert_judged(self.mint(signer=signer, alg=alg), None)

    def test_thumbprints_agree(self):
        self.assert_judged(self.mint("--x5t"), None)

    def test_another_key_warns_and_does_not_verify(self):
        done = run("mint", "--key", fixture("signer-es256.key"), "--alg", "ES256", "--chain",
                   fixture("root.pem"), "--claim", "a=1")
        self.assertEqual(done.returncode, 0)
        self.assertIn(b"warning", done.stderr)


class Contents(pamjwt.PamJwtTest):
    def run_mint(self, *args):
        done = run("mint", "--key", fixture("signer-es256.key"), "--alg", "ES256", *args)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertRegex(done.stdout, rb"\A[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\n\Z")
        return done.stdout.decode().rstrip("\n")

    def test_nothing_is_invented(self):
        token = self.run_mint()
        self.assertEqual(list(header_of(token).items()), [("alg", "ES256"), ("typ", "JWT")])
        self.assertEqual(claims_of(token), {})

    def test_values(self):
        rows = {"1": 1, "-0.5": -0.5, "true": True, "null": None, "[1, 2]": [1, 2],
                '{"a":"b"}': {"a": "b"}, '"x"': "x", " 7 ": 7, "plain": "plain", "": "", "a=b": "a=b",
                "01": "01", "NaN": "NaN", "'x'": "'x'", '1,"b":2': '1,"b":2', "1}": "1}",
                "\u00e9": "\u00e9", "\n": "\n"}
        for text, value in rows.items():
            with self.subTest(text=text):
                self.assertEqual(claims_of(self.run_mint("--claim", "c=" + text)), {"c": value})
                self.assertEqual(header_of(self.run_mint("--header", "c=" + text))["c"], value)

    def test_numbers_are_not_rewritten(self):
        for text in ("9223372036854775807", "1.50", "1E2"):
            token = self.run_mint("--claim", "n=" + text)
            self.assertEqual(decode(token.split(".")[1]).decode(), '{"n":%s}' % text)

    def test_order_and_repetition(self):
        token = self.run_mint("--claim", "a=1", "--claim", "b=2", "--claim", "a=3")
        self.assertEqual(list(claims_of(token).items()), [("a", 3), ("b", 2)])

    def test_headers_by_hand(self):
        token = self.run_mint("--header", "typ=at+jwt", "--header", "kid=\"5\"")
        self.assertEqual(header_of(token), {"alg": "ES256", "typ": "at+jwt", "kid": "5"})
        self.assertEqual(header_of(self.run_mint("--header", "typ")), {"alg": "ES256"})
        self.assertEqual(header_of(self.run_mint("--header", "alg=none"))["alg"], "none")
        self.assertEqual(header_of(self.run_mint("--header", "absent"))["typ"], "JWT")

    def test_chain(self):
        path = fixture("signer-es256.chain.pem")
        self.assertEqual(header_of(self.run_mint("--chain", path))["x5c"], certificates(path))

    def test_thumbprints(self):
        path = fixture("signer-es256.chain.pem")
        header = header_of(self.run_mint("--chain", path, "--x5t"))
        der = base64.b64decode(certificates(path)[0])
        self.assertEqual(decode(header["x5t"]), hashlib.sha1(der).digest())
        self.assertEqual(decode(header["x5t#S256"]), hashlib.sha256(der).digest())
        self.assertIn("x5c", header)

    def test_jwk_takes_the_chain(self):
        path = fixture("signer-es256.chain.pem")
        header = header_of(self.run_mint("--chain", path, "--jwk"))
        self.assertEqual(sorted(header["jwk"]), ["crv", "kty", "x", "x5c", "y"])
        self.assertEqual(header["jwk"]["x5c"], certificates(path))
        self.assertNotIn("x5c", header)

    def test_jwk_of_every_key(self):
        sizes = {"ES256": 32, "ES384": 48, "ES512": 66, "Ed25519": 32, "Ed448": 57}
        for signer, algs in SIGNERS.items():
            with self.subTest(signer=signer):
                alg = algs[-1]
                token = self.mint("--jwk", signer=signer, alg=alg)
                jwk = header_of(token)["jwk"]
                der = base64.b64decode(certificates(fixture(signer + ".chain.pem"))[0])
                if jwk["kty"] == "RSA":
                    self.assertIn(decode(jwk["n"]), der)
                    self.assertEqual(int.from_bytes(decode(jwk["e"]), "big"), 65537)
                    self.assertNotEqual(decode(jwk["n"])[0], 0)
                else:
                    coordinates = decode(jwk["x"]) + decode(jwk.get("y", ""))
                    self.assertIn(coordinates, der)
                    self.assertEqual(len(decode(jwk["x"])), sizes[alg])

    def test_signature_lengths(self):
        for signer, alg, size in (("signer-es256", "ES256", 64), ("signer-es384", "ES384", 96),
                                  ("signer-es512", "ES512", 132), ("signer-ed25519", "EdDSA", 64),
                                  ("signer-ed448", "EdDSA", 114)):
            for number in range(20):
                token = self.mint(signer=signer, alg=alg, number=number)
                self.assertEqual(len(decode(token.split(".")[2])), size)


class Failures(pamjwt.PamJwtTest):
    def assert_fails(self, *args):
        with self.subTest(args=args):
            done = run("mint", *args)
            self.assertEqual((done.returncode, done.stdout), (1, b""))
            self.assertNotEqual(done.stderr, b"")
            return done.stderr.decode()

    def test_files(self):
        missing = os.path.join(self.dir, "missing")
        key = fixture("signer-es256.key")
        empty = self.write("empty", "")
        for path in (missing, empty, self.dir, fixture("root.pem")):
            self.assertIn(path, self.assert_fails("--key", path, "--alg", "ES256"))
        for path in (missing, empty, self.dir, key):
            text = self.assert_fails("--key", key, "--alg", "ES256", "--chain", path)
            self.assertIn(path, text)

    def test_key_of_another_algorithm(self):
        for signer, alg in (("signer-es256", "ES384"), ("signer-es256", "RS256"),
                            ("signer-es256", "EdDSA"), ("signer-rs256", "ES256"),
                            ("signer-ed25519", "Ed448"), ("signer-ed448", "Ed25519")):
            text = self.assert_fails("--key", fixture(signer + ".key"), "--alg", alg)
            self.assertIn("--alg", text)


if __name__ == "__main__":
    pamjwt.main()
