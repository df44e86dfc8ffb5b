#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""pam-jwt check: configurations and what they name. Each check has a host on which it finds something, and
one like it on which it does not."""

import contextlib
import os
import shutil
import socket

import cachecase
from cachecase import CACHE, CRL, JWKS, entry
import checkcase
from checkcase import TOKEN
import pamjwt
from pamjwt import fixture, run

URL = "http://pki.example/list.crl"
KEYS = "https://issuer.example/keys"


@contextlib.contextmanager
def mode(path, bits):
    before = os.stat(path).st_mode
    os.chmod(path, bits)
    try:
        yield
    finally:
        os.chmod(path, before)


@contextlib.contextmanager
def away(path):
    os.rename(path, path + ".away")
    try:
        yield
    finally:
        os.rename(path + ".away", path)


class Commands(checkcase.CheckTest):
    def test_nothing_is_amiss(self):
        self.assert_fine()

    def test_usage(self):
        for arguments in (["--what"], ["more"], ["--config"], ["--pam-dir"], ["--pam-dir="]):
            done = run("check", *arguments)
            self.assertEqual((done.returncode, done.stdout), (64, b""))
            self.assertIn(b"usage: pam-jwt check", done.stderr)

    def test_services_that_cannot_be_read(self):
        missing = os.path.join(self.dir, "missing")
        done = run("check", "--config", self.config, "--pam-dir", missing)
        self.assertEqual((done.returncode, done.stdout), (2, b""))
        self.assertEqual(done.stderr.decode(), f"pam-jwt check: {missing}: No such file or directory\n")

    def test_findings_are_escaped(self):
        self.service("sshd", "auth required pam_jwt.so \x1b[31m\n")
        self.assert_found("error", r"found '\x1b[31m'")


class Configurations(checkcase.CheckTest):
    def assert_refused(self, *texts):
        """An error that says which configuration is concerned."""
        self.assert_found("error", "; no token is accepted with " + self.config, *texts)

    def test_an_error_in_the_configuration(self):
        self.configure(what=1)
        self.assert_refused(self.config + ":8: ", "'what'")

    def test_a_configuration_that_others_can_write(self):
        with mode(self.config, 0o666):
            self.assert_refused(self.config + ": ")

    def test_a_configuration_that_is_missing(self):
        os.unlink(self.config)
        self.assert_refused("No such file")

    def test_each_line_has_its_own_configuration(self):
        other = os.path.join(self.dir, "other.conf")
        self.service("db", f"auth required pam_jwt.so config={other}\n")
        self.assert_found("error", other + ": No such file", "no token is accepted with " + other)
        self.configure(name="other.conf")
        self.assert_fine()

    def test_the_given_configuration_is_for_lines_that_name_none(self):
        """It is not looked at if there is no such line."""
        other = self.configure(name="other.conf")
        self.configure(what=1)
        self.service("sshd", f"auth required pam_jwt.so config={other}\n")
        self.assert_fine()
        self.service("db", TOKEN)
        self.assert_refused("'what'")

    def test_a_configuration_that_no_service_names_yet(self):
        os.unlink(os.path.join(self.pam, "sshd"))
        self.configure(what=1)
        error, warning = self.check()
        self.assertIn("'what'", error)
        self.assertIn("expected pam_jwt.so in auth of a PAM service", warning)

    def test_anchors_that_are_missing(self):
        os.unlink(self.anchors)
        self.assert_refused(self.anchors + ": No such file")

    def test_anchors_that_others_can_write(self):
        with mode(self.anchors, 0o664):
            self.assert_refused(self.anchors)

    def test_anchors_without_a_certificate(self):
        for text in ("nothing\n", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
                     "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"):
            self.write("root.pem", text)
            self.assert_refused(self.anchors)

    def test_lists_that_are_missing(self):
        path = os.path.join(self.dir, "list.crl")
        for key in ("crl_files", "ocsp_files"):
            self.configure(**{key: path})
            self.assert_refused(path + ": No such file")

    def test_a_key_set(self):
        path = os.path.join(self.dir, "keys.json")
        self.configure(key_sources="kid", jwks_file=path, trust_anchors=None, short_lived=None)
        self.assert_refused(path + ": No such file")
        for text in ("{}", '{"keys":[1]}', '{"keys":[{}],"keys":[]}', '{"keys":[{}]', ""):
            self.write("keys.json", text)
            self.assert_found("error", path + ": expected a JWK Set", self.config)
        shutil.copyfile(fixture("keys/set.json"), path)
        self.assert_fine()

    def test_a_user_map(self):
        path = os.path.join(self.dir, "users")
        self.configure(user_map=path)
        self.assert_refused(path + ": No such file")
        self.write("users", "# who\n\nx alice\none\ny bob\nz\n")
        self.assert_found("error", path + ":4: ", self.config)
        self.write("users", "x alice\ny bob")
        self.assert_found("error", path + ":2: ")
        self.write("users", "x alice\n/(.*)@example \\1\n")
        self.assert_fine()
        os.chmod(path, 0o666)
        self.assert_refused(path)

    def test_certificates_that_others_can_write(self):
        certs = os.path.join(self.dir, "certs")
        self.configure(key_sources="x5c, x5t", certificates=certs)
        self.assert_found("warning", certs + ": expected a directory", "cert add")
        os.mkdir(certs, 0o755)
        self.assert_fine()
        os.chmod(certs, 0o777)
        self.assert_refused(certs)

    def test_a_verifier_that_others_can_write(self):
        with mode(os.environ["JWT_VERIFY"], 0o777):
            self.assert_refused(os.environ["JWT_VERIFY"], "install pam_jwt again")

    def test_a_fetcher_that_others_can_write(self):
        with mode(os.environ["JWT_FETCH"], 0o777):
            self.assert_fine()
            self.configure(fetch="configured", ocsp_responder="http://ocsp.example/")
            self.assert_found("error", os.environ["JWT_FETCH"], "install pam_jwt again")
        self.assert_fine()

    def test_a_cache_that_is_missing(self):
        with away(CACHE):
            self.assert_fine()
            self.configure(fetch="configured", ocsp_responder="http://ocsp.example/")
            self.assert_found("warning", CACHE + ": expected a directory, found none")
        self.assert_fine()

    def test_a_cache_that_others_can_write(self):
        with mode(CACHE, 0o777):
            self.assert_refused(CACHE)


class Replay(checkcase.CheckTest):
    def setUp(self):
        super().setUp()
        self.store = os.path.join(self.dir, "spent")
        os.mkdir(self.store, 0o755)

    def require(self, *more, store=None, **changes):
        self.configure("[replay]", f"store = {store or self.store}", *more,
                       **{"replay": "require", "max_lifetime": 600, **changes})

    def test_a_store(self):
        self.require()
        self.assert_fine()
        os.chmod(self.store, 0o777)
        self.assert_found("error", f"{self.config}: [replay] ", "found config-error: ", self.store)
        os.chmod(self.store, 0o755)
        shutil.rmtree(self.store)
        self.assert_found("error", f"{self.config}: [replay] ", "found config-error: ", self.store)
        self.require(replay="off")
        self.assert_fine()
        self.require("[service sshd]", "replay = require", replay=None)
        self.assert_found("error", f"{self.config}: [replay] ", "found config-error: ", self.store)

    def test_a_server_that_is_not_there(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        self.require(store=f"redis://127.0.0.1:{port}")
        self.assert_found("error", "[replay] ", "found replay-unavailable: ")

    def test_a_program_that_others_can_write(self):
        self.require()
        with mode(os.environ["JWT_REPLAY"], 0o777):
            self.assert_found("error", os.environ["JWT_REPLAY"], "install pam_jwt again")

    def test_spent_tokens_that_are_remembered_for_long(self):
        text = f"{self.config}: [issuer {pamjwt.ISSUER}] max_lifetime: expected a limit"
        self.require(max_lifetime=None)
        self.assert_found("warning", text)
        service = ("[service sshd]", "replay = require")
        self.require(*service, replay=None, max_lifetime=None)
        self.assert_found("warning", text)
        self.require("[service sshd]", "max_lifetime = 60", max_lifetime=None)
        self.assert_found("warning", text)
        self.require(*service, "max_lifetime = 60", replay=None, max_lifetime=None)
        self.assert_fine()
        self.require(*service, replay=None)
        self.assert_fine()


class Answers(checkcase.CheckTest):
    def setUp(self):
        super().setUp()
        cachecase.empty()
        self.addCleanup(cachecase.empty)

    def file(self, name):
        path = os.path.join(self.dir, name)
        shutil.copyfile(fixture("revocation/" + name), path)
        return path

    @staticmethod
    def bytes(name):
        with open(fixture("revocation/" + name), "rb") as file:
            return file.read()

    def at_the_end(self, *texts):
        """nextUpdate is 2026-07-01, leeway a minute."""
        self.at = "2026-07-01T00:00:59Z"
        self.assert_fine()
        self.at = "2026-07-01T00:01:00Z"
        self.assert_found("warning", "ended at 2026-07-01T00:00:00Z", *texts)

    def test_a_list_of_a_file(self):
        for name in ("root.crl", "both.pem"):
            self.configure(crl_files=self.file(name))
            self.at_the_end(os.path.join(self.dir, name))

    def test_a_response_of_a_file(self):
        self.configure(ocsp_files=self.file("signer.ocsp"))
        self.at_the_end("signer.ocsp")

    def test_what_has_ended_does_not_matter_where_nobody_asks(self):
        self.at = "2027-01-01T00:00:00Z"
        for keys in ({"crl_files": self.file("root.crl")}, {"fetch": "configured", "crl_urls": URL}):
            self.configure(revocation="off", **keys)
            self.assert_found("warning", "expected require, found off")

    def test_files_that_hold_something_else(self):
        for key, name, kind in (("crl_files", "signer.ocsp", "a CRL"),
                                ("ocsp_files", "root.crl", "an OCSP response")):
            self.configure(**{key: self.file(name)})
            self.assert_found("warning", f"{name}: expected {kind}")

    def test_a_list_that_is_fetched(self):
        self.configure(crl_urls=URL)
        self.assert_fine()
        self.configure(crl_urls=URL, fetch="configured", crl_files=self.file("root.crl"))
        self.assert_found("warning", URL + ": expected its answer in the cache", "pam-jwt refresh")
        entry(CRL, URL, answer=self.bytes("intermediate.crl"))
        self.assert_fine()
        self.configure(crl_urls=URL, fetch="configured")
        self.at_the_end(URL + " (cache)")

    def test_keys_that_are_fetched(self):
        self.configure(key_sources="kid", jwks_uri=KEYS, trust_anchors=None)
        self.assert_found("warning", KEYS + ": expected its answer in the cache")
        entry(JWKS, KEYS, answer=b"{}", at=pamjwt.IAT)
        self.at = str(pamjwt.IAT + 86400)
        self.assert_fine()
        self.at = str(pamjwt.IAT + 86401)
        self.assert_found("warning", KEYS + ": expected keys that are at most 86400 s old")

    def test_metadata_that_is_fetched(self):
        url = pamjwt.ISSUER + "/.well-known/openid-configuration"
        self.configure(key_sources="kid", discovery="yes", trust_anchors=None)
        self.assert_found("warning", url + ": expected its answer in the cache")


if __name__ == "__main__":
    pamjwt.main()
