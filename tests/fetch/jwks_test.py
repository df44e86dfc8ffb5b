#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""jwt-fetch and the keys of issuers: JWK Sets by URL and by the issuer's metadata, over TLS."""

import hashlib
import json
import os
import socket
import threading
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
        self.assertEqual([(r.command, r.headers["Accept"]) for r in server.requests],
                         [("GET", "application/json, */*;q=0.5")])

    def test_no_set(self):
        for body, why in ((b"[]", "JWK Set"), (b"{}", "one array of objects"), (b"{", "JWK Set"),
                          (b'{"keys":{}}', "one array of objects"), (b'{"keys":null}', "one array"),
                          (b'{"keys":[{},null]}', "one array of objects"),
                          (b'{"keys":[[]]}', "one array"), (b'{"keys":["a"]}', "one array"),
                          (b'{"\\u006beys":[]}', "one array of objects"),
                          (b'{"keys":[],"keys":[]}', "JWK Set"),
                          (b'{"keys":[{"kid":"a","kid":"a"}]}', "JWK Set"),
                          (b"<html></html>", "JWK Set: expected strict JSON")):
            with self.subTest(body):
                self.fresh_cache()
                server, outcome = self.fetch(body)
                self.assertEqual(outcome.brought, 1)
                self.assertIn(why, outcome.failures[0])
                self.assertEqual(self.entries(), [])
                self.assertEqual(len(server.requests), 1)

    @unittest.skipIf(os.getuid() != 0, "only root's process writes the cache")
    def test_good_one_stays(self):
        bodies = [SET, b"<html>", b'{"keys":[null]}', b"{}"]
        server = self.serve_keys(lambda handler: handler.say(200, bodies[len(server.requests) - 1]))
        url = self.url(server)
        self.set_up(server, "jwks_uri = " + url)
        for body in bodies:
            self.assertEqual(self.ask(wish(url), flags="r").failures == [], body == SET)
            (entry,) = self.entries()
            with open(os.path.join(CACHE, entry), "rb") as file:
                self.assertTrue(file.read().endswith(SET))

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


class Servers(Keys):
    def fetch(self, behave, ms=10000):
        server = self.serve_keys(behave)
        url = self.url(server, "/keys")
        self.set_up(server, "jwks_uri = " + url)
        return self.ask(wish(url), ms=ms)

    def test_down(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            url = f"https://127.0.0.1:{server.getsockname()[1]}/keys"
        self.set_up(None, "jwks_uri = " + url)
        self.assert_none(self.ask(wish(url)), "cannot connect: Connection refused")

    def test_slow(self):
        hang_up = threading.Event()
        self.addCleanup(hang_up.set)

        def behave(handler):
            handler.send_response(200)
            handler.send_header("Content-Length", str(len(SET)))
            handler.end_headers()
            for byte in SET:
                handler.wfile.write(bytes([byte]))
                if hang_up.wait(0.1):
                    break
        self.assert_none(self.fetch(behave, ms=1000), "no complete answer in time")

    def test_huge(self):
        self.assert_none(self.fetch(lambda handler: handler.say(200, b" " * (1024 * 1024 + 1))),
                         "expected at most 1048576 bytes, found more")

    def test_huge_without_saying_so(self):
        ended = threading.Semaphore(0)

        def behave(handler):
            handler.send_response(200)
            handler.send_header("Connection", "close")
            handler.end_headers()
            try:
                for _ in range(1 << 14):
                    handler.wfile.write(b" " * (1 << 16))
            except OSError:
                ended.release()
        self.assert_none(self.fetch(behave), "expected at most 1048576 bytes, found more")
        self.assertTrue(ended.acquire(timeout=10))  # pylint: disable=consider-using-with

    def test_redirect_to_http(self):
        plain = self.serve(lambda handler: handler.say(200, SET))
        self.assert_none(self.fetch(lambda handler: handler.say(
            302, b"", {"Location": plain.url("/keys", host="localhost")})),
            "it redirects from https to http")
        self.assertEqual(plain.requests, [])

    def test_status(self):
        for status in (204, 404, 500, 503):
            self.fresh_cache()
            self.assert_none(self.fetch(lambda handler, status=status: handler.say(
                status, b"" if status == 204 else SET)),
                f"expected HTTP status 200, found {status}")


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
                f"{self.url(server)}\n{self.url(server, METADATA)}".encode()).hexdigest() + ".jwks"])

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
        self.assertIn("one array of objects, keys", outcome.failures[0])
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
