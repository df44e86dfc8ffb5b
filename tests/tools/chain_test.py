#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""pam-jwt chain: what it reads, what it says, and that nothing is easier than for a login."""

import json
import os
import shutil
import ssl
import subprocess
import tempfile
import time
import unittest

import pamjwt
from pamjwt import NOW, fixture, run

HOUR = 3600


def certificates(path):
    """Of a file in PEM, one text each."""
    end = "-----END CERTIFICATE-----\n"
    with open(path, encoding="ascii") as file:
        return [text + end for text in file.read().split(end)[:-1]]


class ChainTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.dir = directory.name

    def write(self, name, data):
        path = os.path.join(self.dir, name)
        with open(path, "wb") as file:
            file.write(data if isinstance(data, bytes) else data.encode())
        return path

    def judge(self, *args, anchors=None, at=NOW):
        """Verdict, reason and exit code, and the whole answer."""
        done = run("chain", "--anchors", anchors or fixture("root.pem"), "--at", str(at), "--json",
                   *args)
        self.assertEqual(done.stderr, b"")
        answer = json.loads(done.stdout.decode("ascii"))
        return (answer["verdict"], answer["reason"], done.returncode), answer

    def assert_judged(self, reason, *args, **kwargs):
        found, answer = self.judge(*args, **kwargs)
        expected = ("refused", reason, 1) if reason else ("accepted", None, 0)
        self.assertEqual(found, expected, answer)
        return answer

    def assert_undecided(self, reason, *args, **kwargs):
        found, answer = self.judge(*args, **kwargs)
        self.assertEqual(found, ("undecided", reason, 2), answer)
        return answer


CHAIN = fixture("signer-es256.chain.pem")
OFF = ("--revocation", "off")
EKU = "1.3.6.1.4.1.32473.2"  # of signer-eku


class Files(ChainTest):
    def test_one_file_of_pem(self):
        self.assert_judged(None, *OFF, CHAIN)

    def test_a_file_each(self):
        texts = certificates(CHAIN)
        pem = [self.write(f"{i}.pem", text) for i, text in enumerate(texts)]
        der = [self.write(f"{i}.crt", ssl.PEM_cert_to_DER_cert(text))
               for i, text in enumerate(texts)]
        for files in (pem, der, [der[0], *pem[1:]], [pem[0], *der[1:]]):
            self.assert_judged(None, *OFF, *files)
        self.assertGreater(len(texts), 1)
        self.assert_judged("untrusted-chain", *OFF, *reversed(der))
        self.assert_judged("untrusted-chain", *OFF, der[0])

    def test_text_around_pem(self):
        texts = certificates(CHAIN)
        noise = "subject: x\n#-----BEGIN CERTIFICATE-----\nAAAA\n"
        self.assert_judged(None, *OFF, self.write("c", noise + noise.join(texts) + "tail"))
        crlf = "".join(texts).replace("\n", "\r\n")
        self.assert_judged(None, *OFF, self.write("crlf", crlf))

    def test_what_is_no_certificate(self):
        text = certificates(CHAIN)[0]
        der = ssl.PEM_cert_to_DER_cert(text)
        for data in (b"", b"\n", b"garbage", der[:-1], der + b"\0", der + der, text[:-20],
                     text.replace("M", "*"), "-----BEGIN CERTIFICATE-----\n",
                     text.replace("CERTIFICATE", "X509 CRL")):
            with self.subTest(data=data[:30]):
                self.assert_judged("bad-key", *OFF, self.write("c", data))

    def test_what_cannot_be_read(self):
        missing = os.path.join(self.dir, "missing")
        for answer in (self.assert_undecided("system-error", *OFF, missing),
                       self.assert_undecided("system-error", *OFF, self.dir),
                       self.assert_undecided("system-error", *OFF, CHAIN, anchors=missing),
                       self.assert_undecided("system-error", *OFF, "--crl", missing, CHAIN),
                       self.assert_undecided("system-error", *OFF, "--ocsp", missing, CHAIN)):
            self.assertIn(self.dir, answer["steps"][0]["detail"])

    def test_broken_files_of_the_caller(self):
        cut = fixture("cut.pem")
        self.assert_undecided("config-error", *OFF, CHAIN, anchors=cut)
        self.assert_undecided("config-error", *OFF, "--crl", cut, CHAIN)
        self.assert_undecided("config-error", *OFF, "--ocsp", cut, CHAIN)

    def test_pipe(self):
        with open(CHAIN, "rb") as file:
            self.assertEqual(run("chain", "--anchors", fixture("root.pem"), "--at", NOW, *OFF,
                                 "/dev/stdin", stdin=file.read()).returncode, 0)

    def test_eight_certificates(self):
        """More are not even decoded."""
        text = certificates(CHAIN)[0]
        root = certificates(fixture("root.pem"))[0]
        rest = "".join(certificates(CHAIN)[1:])
        padding = 8 - len(certificates(CHAIN))
        self.assert_judged(None, *OFF, self.write("8", text + rest + root * padding))
        self.assert_judged("chain-too-long", *OFF,
                           self.write("9", text + rest + root * (padding + 1)))
        self.assert_judged("chain-too-long", *OFF, *[self.write("bad", b"bad")] * 9)
        self.assert_judged("chain-too-long", *OFF, *[CHAIN] * 200)

    def test_files_of_anybody(self):
        """They are the caller's words, whoever may write to them."""
        anchors = self.write("root.pem", certificates(fixture("root.pem"))[0])
        os.chmod(anchors, 0o666)
        os.chmod(self.dir, 0o777)
        self.assert_judged(None, *OFF, CHAIN, anchors=anchors)


class Anchors(ChainTest):
    def test_der(self):
        text = certificates(fixture("root.pem"))[0]
        der = self.write("root.crt", ssl.PEM_cert_to_DER_cert(text))
        self.assert_judged(None, *OFF, CHAIN, anchors=der)

    def test_several(self):
        both = certificates(fixture("other-root.pem")) + certificates(fixture("root.pem"))
        self.assert_judged(None, *OFF, CHAIN, anchors=self.write("a", "".join(both)))
        self.assert_judged(None, *OFF, CHAIN, anchors=self.write("b", "".join(reversed(both))))
        self.assert_judged("untrusted-chain", *OFF, CHAIN, anchors=fixture("other-root.pem"))

    def test_too_many_of_one_name(self):
        found, answer = self.judge(*OFF, fixture("signer-es256.chain.pem"),
                                   anchors=fixture("seventeen.pem"))
        self.assertIn(found[1], ("untrusted-chain", "config-error"), answer)

    def test_garbage_trusts_nothing(self):
        self.assert_judged("untrusted-chain", *OFF, CHAIN, anchors=self.write("a", b"garbage"))
        self.assert_judged("untrusted-chain", *OFF, CHAIN, anchors=self.write("a", b""))


class Rules(ChainTest):
    """The signers that a login refuses, by the same names."""

    def test_signers(self):
        for name, reason in {
            "signer-other-host": None,  # any signer name
            "signer-no-names": None,
            "signer-expired": "certificate-expired",
            "signer-future": "certificate-not-yet-valid",
            "signer-ca-true": "not-a-signing-certificate",
            "signer-no-signature": "not-a-signing-certificate",
            "signer-policy-constraints": "unsupported-constraint",
            "signer-permitted-directory": "unsupported-constraint",
            "signer-ed25519-identity": "weak-key",
            "signer-rsa-roca": "weak-key",
            "signer-sha1": "weak-key",
            "signer-impostor": "untrusted-chain",
        }.items():
            with self.subTest(name=name):
                self.assert_judged(reason, *OFF, fixture(name + ".chain.pem"))

    def test_at(self):
        chain = fixture("signer-es256.chain.pem")
        self.assert_judged("certificate-not-yet-valid", *OFF, chain, at="1990-01-01T00:00:00Z")
        self.assert_judged("certificate-expired", *OFF, chain, at="9000-01-01T00:00:00Z")

    def test_purpose(self):
        chain = fixture("signer-eku.chain.pem")
        other = fixture("signer-eku-other.chain.pem")
        self.assert_judged(None, *OFF, chain)
        self.assert_judged(None, *OFF, "--eku", EKU, chain)
        for wrong in (other, CHAIN, fixture("signer-eku-any.chain.pem")):
            self.assert_judged("not-a-signing-certificate", *OFF, "--eku", EKU, wrong)

    def test_rsa_bits(self):
        for name, anchors in (("signer-rsa1024", None), ("signer-root-rsa1024", "root-rsa1024.pem"),
                              ("signer-intermediate-rsa1024", None)):
            with self.subTest(name=name):
                chain = fixture(name + ".chain.pem")
                anchor = fixture(anchors) if anchors else None
                self.assert_judged("weak-key", *OFF, chain, anchors=anchor)
                self.assert_judged("weak-key", *OFF, "--min-rsa-bits", "1025", chain,
                                   anchors=anchor)
                self.assert_judged(None, *OFF, "--min-rsa-bits", "1024", chain, anchors=anchor)
        self.assert_judged("weak-key", *OFF, "--min-rsa-bits", "4096",
                           fixture("signer-rs256.chain.pem"))


class Answers(ChainTest):
    def test_no_status(self):
        for mode, reason in (((), "revocation-unknown"),
                             (("--revocation", "require"), "revocation-unknown"),
                             (("--revocation", "prefer"), None), (OFF, None)):
            self.assert_judged(reason, *mode, CHAIN)

    def test_members(self):
        for args in ((CHAIN,), (*OFF, CHAIN), (*OFF, fixture("cut.pem"))):
            _, answer = self.judge(*args)
            self.assertEqual(list(answer), ["verdict", "reason", "steps"])
            for step in answer["steps"]:
                self.assertEqual(list(step), ["step", "ok", "detail"])

    def test_steps(self):
        answer = self.assert_judged(None, *OFF, CHAIN)
        self.assertEqual([(s["step"], s["ok"]) for s in answer["steps"]],
                         [("key", True), ("chain", True), ("revocation", True)])
        answer = self.assert_judged("revocation-unknown", CHAIN)
        self.assertEqual({s["step"] for s in answer["steps"]},
                         {"key", "chain", "status", "revocation"})
        self.assertFalse(answer["steps"][-1]["ok"])

    def test_longest_path(self):
        chain = fixture("signer-deep7.chain.pem")
        answer = self.assert_judged("revocation-unknown", chain)
        self.assertEqual(answer["steps"][-1]["step"], "revocation")
        self.assertEqual(sum(s["step"] == "status" for s in answer["steps"]),
                         len(certificates(chain)))

    def test_text(self):
        done = run("chain", "--anchors", fixture("root.pem"), "--at", NOW, CHAIN)
        self.assertEqual((done.returncode, done.stderr), (1, b""))
        text = done.stdout.decode("ascii")
        self.assertIn("time 2026-06-01T00:00:00Z\n", text)
        self.assertRegex(text, r"\n  chain +ok\n")
        self.assertIn("\nrefused: revocation-unknown\n", text)
        self.assertNotIn("user", text)
        self.assertNotIn("what to do", text)

    def test_names_are_escaped(self):
        path = self.write("\x1b[2J", b"x")
        for args in ((), ("--json",)):
            done = run("chain", "--anchors", fixture("root.pem"), *args, path + "missing")
            self.assertEqual(done.returncode, 2)
            self.assertRegex(done.stdout, rb"\A[\n -~]*\Z")

    def test_output_that_cannot_be_written(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([pamjwt.PAM_JWT, "chain", "--anchors", fixture("root.pem"), *OFF,
                                   "--at", NOW, CHAIN], stdout=full, timeout=60)
        self.assertEqual(done.returncode, 2)


KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
CA_CONFIG = """\
[req]
distinguished_name = name
[name]
[ca]
default_ca = own
[own]
database = index.txt
serial = serial
new_certs_dir = .
certificate = ca.pem
private_key = ca.key
default_md = sha256
default_days = 30
default_crl_days = 7
policy = any
unique_subject = no
[any]
commonName = supplied
[v3_ca]
basicConstraints = critical, CA:TRUE
subjectKeyIdentifier = hash
keyUsage = keyCertSign, cRLSign
[v3_signer]
basicConstraints = CA:FALSE
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
keyUsage = digitalSignature
"""


@unittest.skipUnless(shutil.which("openssl"), "openssl makes the CRLs and OCSP responses")
class Revocation(ChainTest):
    """A CA of openssl, and what it says of two certificates, one of which gets revoked."""

    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        cls.ca = directory.name
        for name, data in (("ca.conf", CA_CONFIG), ("index.txt", ""), ("serial", "1000\n")):
            with open(os.path.join(cls.ca, name), "w", encoding="ascii") as file:
                file.write(data)
        cls.openssl("req", "-x509", *KEY, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=ca",
                    "-days", "30", "-extensions", "v3_ca")
        for name in ("good", "bad"):
            cls.openssl("req", *KEY, "-keyout", name + ".key", "-out", name + ".csr", "-subj",
                        "/CN=" + name)
            cls.openssl("ca", "-batch", "-notext", "-in", name + ".csr", "-out", name + ".pem",
                        "-extensions", "v3_signer")
        cls.answer("before")
        cls.openssl("ca", "-revoke", "bad.pem", "-crl_reason", "keyCompromise")
        cls.answer("after")
        cls.openssl("req", "-x509", *KEY, "-keyout", "ca.key", "-out", "twin.pem", "-subj",
                    "/CN=ca", "-days", "30", "-extensions", "v3_ca")
        cls.openssl("ca", "-gencrl", "-cert", "twin.pem", "-out", "forged.crl")
        cls.now = int(time.time()) + 60

    @classmethod
    def openssl(cls, command, *args):
        config = ["-config", "ca.conf"] if command in ("req", "ca") else []
        subprocess.run(["openssl", command, *config, *args], cwd=cls.ca, check=True,
                       capture_output=True, timeout=60)

    @classmethod
    def answer(cls, when):
        cls.openssl("ca", "-gencrl", "-out", when + ".crl")
        cls.openssl("crl", "-in", when + ".crl", "-outform", "DER", "-out", when + ".crl.der")
        for name in ("good", "bad"):
            cls.openssl("ocsp", "-issuer", "ca.pem", "-cert", name + ".pem", "-no_nonce", "-reqout",
                        "request")
            cls.openssl("ocsp", "-index", "index.txt", "-rsigner", "ca.pem", "-rkey", "ca.key",
                        "-CA", "ca.pem", "-reqin", "request", "-ndays", "7", "-respout",
                        f"{name}-{when}.ocsp")

    def path(self, name):
        return os.path.join(self.ca, name)

    def assert_status(self, reason, name, *args, at=None):
        return self.assert_judged(reason, *[self.path(a) if "." in a else a for a in args],
                                  self.path(name + ".pem"), anchors=self.path("ca.pem"),
                                  at=at or self.now)

    def test_crl(self):
        for form in (".crl", ".crl.der"):
            self.assert_status(None, "good", "--crl", "after" + form)
            self.assert_status("revoked", "bad", "--crl", "after" + form)
            self.assert_status(None, "bad", "--crl", "before" + form)

    def test_crls_in_one_file(self):
        data = b""
        for name in ("before.crl", "after.crl"):
            with open(self.path(name), "rb") as file:
                data += file.read()
        self.assert_judged("revoked", "--crl", self.write("both", data), self.path("bad.pem"),
                           anchors=self.path("ca.pem"), at=self.now)

    def test_ocsp(self):
        self.assert_status(None, "good", "--ocsp", "good-after.ocsp")
        self.assert_status("revoked", "bad", "--ocsp", "bad-after.ocsp")
        self.assert_status(None, "bad", "--ocsp", "bad-before.ocsp")
        self.assert_status("revocation-unknown", "bad", "--ocsp", "good-after.ocsp")

    def test_revoked_wins(self):
        for args in (("--crl", "before.crl", "--crl", "after.crl"),
                     ("--crl", "after.crl", "--crl", "before.crl"),
                     ("--crl", "before.crl", "--ocsp", "bad-after.ocsp"),
                     ("--ocsp", "bad-before.ocsp", "--crl", "after.crl")):
            self.assert_status("revoked", "bad", *args)
            self.assert_status("revoked", "bad", "--revocation", "prefer", *args)
            self.assert_status(None, "bad", "--revocation", "off", *args)

    def test_old(self):
        for args in (("--crl", "after.crl"), ("--ocsp", "good-after.ocsp")):
            self.assert_status("revocation-unknown", "good", *args, at=self.now + 8 * 24 * HOUR)
            self.assert_status(None, "good", "--revocation", "prefer", *args,
                               at=self.now + 8 * 24 * HOUR)
        self.assert_status("revoked", "bad", "--crl", "after.crl", at=self.now + 8 * 24 * HOUR)

    def test_forged(self):
        self.assert_status("revocation-unknown", "good", "--crl", "forged.crl")
        self.assert_status("revocation-unknown", "bad", "--crl", "forged.crl")

    def test_what_is_neither(self):
        garbage = self.write("garbage", b"garbage")
        for option in ("--crl", "--ocsp"):
            self.assert_judged("revocation-unknown", option, garbage, self.path("good.pem"),
                               anchors=self.path("ca.pem"), at=self.now)

    def test_source_and_age(self):
        answer = self.assert_status(None, "good", "--crl", "after.crl", at=self.now + 3 * HOUR)
        detail = next(s["detail"] for s in answer["steps"] if s["step"] == "status")
        self.assertIn(self.path("after.crl"), detail)
        self.assertIn("3 h old", detail)
        self.assertIn("next update", detail)


if __name__ == "__main__":
    pamjwt.main()
