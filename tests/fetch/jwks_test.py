#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""jwt-fetch and the keys of issuers: JWK Sets by URL and by the issuer's metadata, over TLS."""

import hashlib
import json
import os
import unittest

from fetchcase import CACHE, ISSUER, NOW, FetchTest

SET = json.dumps({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "AA", "kid": "1"}]}).encode()
METADATA = "/.well-known/openid-configuration"


def wish(url):
    return ["jwks", "0", url, "-", "-", "-"]


class Keys(FetchTest):
    def serve_keys(self, behave):
        return self.serve(behave, tls=self.path("tls"))

    def url(self, server, path=""):
        return server.url(path, scheme="https", host="localhost")

    def set_up(self, server, *lines, issuer=ISSUER, ca="tls-ca.pem", hosts="127.0.0.1"):
        self.configure("key_sources = kid", "signer_names = localhost", "tls_ca = " + self.path(ca), *lines, fetch="none", hosts=hosts)
        with open(self.config, encoding="ascii") as file:
            text = file.read().replace(ISSUER, issuer)
        with open(self.config, "w", encoding="ascii") as file:
            file.write(text)
        return server

    def entries(self):
        return [name for name in os.listdir(CACHE) if name.endswith(".jwks")]

    def assert_set(self, outcome, text=SET):
        self.assertEqual([answer[4] for answer in outcome.answers],
                         [hashlib.sha256(text).hexdigest()], outcome.text)
        self.assertEqual((outcome.brought, outcome.failures), (1, []), outcome.text)

    def assert_none(self, outcome, why):
        self.assertEqual((outcome.brought, outcome.answers), (0, []), outcome.text)
        self.assertEqual(len(outcome.failures), 1, outcome.text)
        self.assertIn(why, outcome.failures[0])
        self.assertEqual(self.entries(), [])


class Uri(Keys):
    def fetch(self, body, ca="tls-ca.pem", hosts="127.0.0.1"):
        server = self.serve_keys(lambda handler: handler.say(200, body))
        url = self.url(server, "/keys")
        self.set_up(server, "jwks_uri = " + url, ca=ca, hosts=hosts)
        return server, self.ask(wish(url))

    def test_good(self):
        server, outcome = self.fetch(SET)
        self.assert_set(outcome)
        self.assertEqual([r.command for r in server.requests], ["GET"])

    def test_no_set(self):
        for body, why in ((b"[]", "JWK Set"), (b"{}", "no array of keys"), (b"{", "JWK Set"),
                          (b'{"keys":{}}', "no array of keys"), (b'{"keys":null}', "no array"),
                          (b'{"keys":[],"keys":[]}', "JWK Set")):
            with self.subTest(body):
                self.fresh_cache()
                server, outcome = self.fetch(body)
                self.assertEqual(outcome.brought, 1)
                self.assertIn(why, outcome.failures[0])
                self.assertEqual(self.entries(), [])
                self.assertEqual(len(server.requests), 1)

    def test_too_long(self):
        _, outcome = self.fetch(b" " * (1024 * 1024 + 1))
        self.assert_none(outcome, "expected at most 1048576 bytes")

    def test_other_ca(self):
        server, outcome = self.fetch(SET, ca="tls-other-ca.pem")
        self.assert_none(outcome, "certificate")
        self.assertEqual(server.requests, [])

    def test_special_address(self):
        server, outcome = self.fetch(SET, hosts="192.0.2.1")
        self.assert_none(outcome, "list it in fetch_hosts")
        self.assertEqual(server.requests, [])

    def test_another_url(self):
        server = self.serve_keys(lambda handler: handler.say(200, SET))
        self.set_up(server, "jwks_uri = " + self.url(server, "/keys"))
        self.assert_none(self.ask(wish(self.url(server, "/other"))), "neither jwks_uri nor")
        self.assertEqual(server.requests, [])

    @unittest.skipIf(os.getuid() != 0, "only root's process writes the cache")
    def test_once_a_minute(self):
        server = self.serve_keys(lambda handler: handler.say(200, SET))
        url = self.url(server, "/keys")
        self.set_up(server, "jwks_uri = " + url)
        for at, flags, requests in ((0, "-", 1), (59, "-", 1), (59, "r", 2), (119, "-", 3)):
            self.assert_set(self.ask(wish(url), at=NOW + at, flags=flags))
            self.assertEqual(len(server.requests), requests, (at, flags))
        self.assertEqual(len(self.entries()), 1)


class Discovery(Keys):
    def fetch(self, metadata, body=SET):
        """metadata(server, issuer): the document; what is not asked of it is the set."""
        server = self.serve_keys(lambda handler: handler.say(
            200, metadata(server, self.url(server)) if handler.path == METADATA else body))
        issuer = self.url(server)
        self.set_up(server, "discovery = yes", issuer=issuer)
        return server, self.ask(wish(issuer + METADATA), issuer=issuer)

    @staticmethod
    def document(**members):
        return json.dumps(members).encode()

    def good(self, server, issuer):
        return self.document(issuer=issuer, jwks_uri=self.url(server, "/keys"))

    def test_good(self):
        server, outcome = self.fetch(self.good)
        self.assert_set(outcome)
        self.assertEqual([r.path for r in server.requests], [METADATA, "/keys"])
        if os.getuid() == 0:
            self.assertEqual(self.entries(), [hashlib.sha256(
                self.url(server, METADATA).encode()).hexdigest() + ".jwks"])

    def test_bad_metadata(self):
        keys = self.url
        for metadata, why in (
                (lambda s, i: self.document(issuer=i + "/", jwks_uri=keys(s)), "is another"),
                (lambda s, i: self.document(jwks_uri=keys(s)), "is another"),
                (lambda s, i: self.document(issuer=[i], jwks_uri=keys(s)), "is another"),
                (lambda s, i: self.document(issuer=i), "expected jwks_uri"),
                (lambda s, i: self.document(issuer=i, jwks_uri=7), "expected jwks_uri"),
                (lambda s, i: self.document(issuer=i, jwks_uri=keys(s) + "/\0"),
                 "expected jwks_uri"),
                (lambda s, i: self.document(issuer=i, jwks_uri=keys(s, "/" + "a" * 2048)),
                 "expected jwks_uri"),
                (lambda s, i: self.document(issuer=i, jwks_uri=s.url("/keys")), "https"),
                (lambda s, i: self.document(issuer=i, jwks_uri="file:///etc/passwd"), "http"),
                (lambda s, i: b"<html>", "metadata")):
            self.fresh_cache()
            server, outcome = self.fetch(metadata)
            self.assert_none(outcome, why)
            self.assertEqual([r.path for r in server.requests], [METADATA])

    def test_set_is_none(self):
        server, outcome = self.fetch(self.good, b"{}")
        self.assertEqual((outcome.brought, self.entries()), (1, []))
        self.assertIn("no array of keys", outcome.failures[0])
        self.assertEqual(len(server.requests), 2)

    @unittest.skipIf(os.getuid() != 0, "only root's process writes the cache")
    def test_failed_lately(self):
        server, outcome = self.fetch(lambda s, i: b"no")
        self.assert_none(outcome, "metadata")
        issuer = self.url(server)
        outcome = self.ask(wish(issuer + METADATA), issuer=issuer, at=NOW + 59)
        self.assert_none(outcome, "less than a minute ago")
        self.assertEqual(len(server.requests), 1)


unittest.main()
