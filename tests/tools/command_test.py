#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The command line of pam-jwt: help, version, and every way to get it wrong."""

import unittest

import pamjwt
from pamjwt import run


class Help(unittest.TestCase):
    def test_help(self):
        done = run("--help")
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        for command in (b"explain", b"chain", b"config", b"mint"):
            self.assertIn(command, done.stdout)

    def test_version(self):
        done = run("--version")
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertRegex(done.stdout, rb"^pam-jwt [0-9]+\.[0-9]+\.[0-9]+\n$")

    def test_help_of_a_command(self):
        options = {
            "explain": "config service user at offline min-uid allow-root virtual-users json",
            "chain": "anchors at revocation crl ocsp eku min-rsa-bits json",
            "config": "config",
            "mint": "key chain alg header claim jwk x5t",
        }
        for command, names in options.items():
            with self.subTest(command=command):
                done = run(command, "--help")
                self.assertEqual((done.returncode, done.stderr), (0, b""))
                self.assertIn(f"usage: pam-jwt {command}", done.stdout.decode())
                for name in names.split():
                    self.assertIn(f"\n  --{name} ", done.stdout.decode())


class Usage(unittest.TestCase):
    def assert_usage(self, *args):
        with self.subTest(args=args):
            done = run(*args)
            self.assertEqual((done.returncode, done.stdout), (64, b""))
            self.assertIn(b"usage: pam-jwt", done.stderr)

    def test_commands(self):
        for args in ((), ("",), ("chains",), ("explain ",), ("--json",), ("-h",)):
            self.assert_usage(*args)

    def test_unknown_options_and_arguments(self):
        for command in ("explain", "config", "mint"):
            for wrong in ("--what", "-x", "-h", "argument", "--help=yes"):
                self.assert_usage(command, wrong)
            self.assert_usage(command, "--", "argument")

    def test_missing_values(self):
        for option in ("--config", "--service", "--user", "--at", "--min-uid"):
            self.assert_usage("explain", option)
        for option in ("--config", "--service", "--user"):
            self.assert_usage("explain", option + "=")
        for option in ("--key", "--chain", "--alg", "--header", "--claim"):
            self.assert_usage("mint", option)

    def test_values_for_flags(self):
        for option in ("--json", "--offline", "--allow-root", "--virtual-users"):
            self.assert_usage("explain", option + "=1")

    def test_times(self):
        for value in ("", "now", "1.5", "2026-01-01", "2026-02-30T00:00:00Z"):
            self.assert_usage("explain", "--at", value)

    def test_user_numbers(self):
        for value in ("", "-1", "+1", "1000x", " 1", "0x10", "4294967295", "99999999999999999999"):
            self.assert_usage("explain", "--min-uid", value)

    def test_paths_that_are_too_long(self):
        self.assert_usage("explain", "--config", "/" + "x" * 5000)
        self.assert_usage("config", "--config", "/" + "x" * 5000)

    def test_mint_needs_key_and_alg(self):
        self.assert_usage("mint")
        self.assert_usage("mint", "--key", "k")
        self.assert_usage("mint", "--alg", "ES256")

    def test_chain(self):
        self.assert_usage("chain")
        self.assert_usage("chain", "c")
        self.assert_usage("chain", "--anchors", "a")
        for wrong in ("--what", "-x", "--json=1", "--at=now", "--revocation", "--revocation=",
                      "--revocation=no", "--revocation=Require", "--crl", "--ocsp",
                      "--eku=", "--anchors=", "--min-rsa-bits"):
            self.assert_usage("chain", "--anchors", "a", "c", wrong)
        self.assert_usage("chain", "--anchors", "a", "c", *["--crl=c"] * 65)

    def test_bits(self):
        for value in ("", "0", "511", "8193", "-1024", "+1024", " 1024", "1024x", "0x400",
                      "99999999999999999999"):
            self.assert_usage("chain", "--anchors", "a", "--min-rsa-bits", value, "c")

    def test_mint_alg(self):
        for alg in ("none", "HS256", "es256", "ES256K", ""):
            self.assert_usage("mint", "--key", "k", "--alg", alg)

    def test_mint_claim_and_thumbprint(self):
        self.assert_usage("mint", "--key", "k", "--alg", "ES256", "--claim", "sub")
        self.assert_usage("mint", "--key", "k", "--alg", "ES256", "--x5t")

    def test_too_many_claims(self):
        self.assert_usage("mint", "--key", "k", "--alg", "ES256", *["--claim=a=1"] * 65)


if __name__ == "__main__":
    pamjwt.main()
