#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""jwt-fetch: what it brings, how it asks for it, and what it may not ask for."""

import base64
import os
import unittest
import urllib.parse

from fetchcase import ISSUER, NOW, OCSP_TYPE, FetchTest


class Good(FetchTest):
    def test_ocsp_by_post(self):
        server = self.serve(lambda handler: handler.say_ocsp(self.bytes("good.ocsp")))
        outcome = self.ask(self.ocsp(server.url("/ocsp")))
        self.assert_brought(outcome, "good.ocsp")
        self.assertEqual(outcome.answers[0][:4],
                         ["ocsp", server.url("/ocsp"), ISSUER, str(NOW)])
        (asked,) = server.requests
        self.assertEqual((asked.command, asked.path), ("POST", "/ocsp"))
        self.assertEqual(asked.body, self.bytes("request.der"))
        headers = {name.lower(): value for name, value in asked.headers.items()}
        self.assertEqual(headers, {"host": server.url("")[len("http://"):], "accept": OCSP_TYPE,
                                   "user-agent": "pam_jwt", "content-length": "71",
                                   "content-type": "application/ocsp-request"})

    def test_ocsp_by_get(self):
        encoded = urllib.parse.quote(base64.b64encode(self.bytes("request.der")), safe="")
        for status in (400, 404, 405, 501):
            def behave(handler, status=status):
                if handler.command == "POST":
                    handler.say(status, b"x" * 100)
                else:
                    handler.say_ocsp(self.bytes("good.ocsp"))
            for path, asked in (("", "/"), ("/ocsp", "/ocsp/"), ("/ocsp/", "/ocsp/")):
                with self.subTest(status=status, path=path):
                    self.fresh_cache()
                    server = self.serve(behave)
                    self.assert_brought(self.ask(self.ocsp(server.url(path))), "good.ocsp")
                    self.assertEqual(server.requests[1].path, asked + encoded)

    def test_crl(self):
        server = self.serve(lambda handler: handler.say(200, self.bytes("list.crl")))
        self.assert_brought(self.ask(self.crl(server.url("/ca.crl"))), "list.crl")
        self.assertEqual(server.requests[0].command, "GET")
        self.assertEqual(server.requests[0].headers["Accept"], "application/pkix-crl, */*;q=0.5")
        self.assertNotIn("Content-Type", server.requests[0].headers)

    def test_without_a_file_the_cache_is_filled(self):
        server = self.serve(lambda handler: handler.say(200, self.bytes("list.crl")))
        outcome = self.ask(self.crl(server.url()), flags="n")
        self.assertEqual((outcome.brought, outcome.answers, outcome.failures), (1, [], []))

    def test_a_group_ends_with_its_first_answer(self):
        server = self.serve(lambda handler: handler.say(200, self.bytes("list.crl")))
        outcome = self.ask(*(self.crl(server.url(f"/{i}"), group=group)
                             for i, group in enumerate((0, 1, 0, 1))))
        self.assert_brought(outcome, "list.crl", "list.crl")
        self.assertEqual([r.path for r in server.requests], ["/0", "/1"])

    def test_a_group_goes_on_after_a_failure(self):
        server = self.serve(lambda handler: handler.say(
            *((200, self.bytes("list.crl")) if handler.path == "/1" else (404,))))
        outcome = self.ask(self.crl(server.url("/0")), self.crl(server.url("/1")))
        self.assertEqual(outcome.brought, 1)
        self.assertEqual(outcome.failures,
                         [server.url("/0") + ": expected HTTP status 200, found 404"])

    def test_tls(self):
        server = self.serve(lambda handler: handler.say(200, self.bytes("list.crl")),
                            tls=self.path("tls"))
        self.configure("tls_ca = " + self.path("tls-ca.pem"))
        url = server.url(scheme="https", host="localhost")
        self.assert_brought(self.ask(self.crl(url)), "list.crl")

    def test_proxy(self):
        """It is asked for names that nobody else can resolve, at an address that is special."""
        proxy = self.serve(lambda handler: handler.say(200, self.bytes("list.crl")),
                           address="127.0.0.2")
        self.configure("http_proxy = " + proxy.url(""), hosts="pki.invalid")
        self.assert_brought(self.ask(self.crl("http://pki.invalid/ca.crl")), "list.crl")
        self.assertEqual(proxy.requests[0].path, "http://pki.invalid/ca.crl")

    def test_proxy_of_the_environment(self):
        proxy = self.serve(lambda handler: handler.say(200, self.bytes("list.crl")))
        server = self.serve(lambda handler: handler.say(200, self.bytes("list.crl")))
        os.environ["http_proxy"] = proxy.url("")
        self.addCleanup(os.environ.pop, "http_proxy")
        self.assert_brought(self.ask(self.crl(server.url())), "list.crl")
        self.assertEqual(proxy.requests, [])


class Rules(FetchTest):
    def test_fetch_none(self):
        self.configure(fetch="none")
        self.assert_failed(self.ask(self.crl("http://127.0.0.1/")),
                           "jwt-fetch: the configuration says fetch = none")

    def test_configured(self):
        server = self.serve(lambda handler: handler.say(200, self.bytes("list.crl")))
        self.configure("crl_urls = " + server.url("/configured"), fetch="configured")
        self.assert_brought(self.ask(self.crl(server.url("/configured"))), "list.crl")
        self.assert_failed(self.ask(self.crl(server.url("/other"))),
                           server.url("/other") + ": it is not in crl_urls, and the "
                           "configuration does not say fetch = aia")
        self.assertEqual(len(server.requests), 1)

    def test_hosts(self):
        outcome = self.ask(self.crl("http://other.example/ca.crl"))
        self.assert_failed(outcome, "http://other.example/ca.crl: it is not in crl_urls, and its "
                           "host other.example is not in fetch_hosts")

    def test_schemes(self):
        for url in ("file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1/x"):
            outcome = self.ask(self.crl(url))
            self.assertEqual((outcome.brought, outcome.answers), (0, []))
            self.assertIn("http", outcome.failures[0].split(": ", 1)[1])

    def test_user_in_url(self):
        self.assert_failed(self.ask(self.crl("http://me:secret@127.0.0.1/")),
                           "http://me:secret@127.0.0.1/: expected a URL without user and password")

    def test_special_address(self):
        """localhost is listed, what it stands for is not."""
        server = self.serve(lambda handler: handler.say(200, self.bytes("list.crl")))
        self.configure(hosts="localhost")
        url = server.url(host="localhost")
        outcome = self.ask(self.crl(url))
        self.assertEqual((outcome.brought, outcome.answers, server.requests), (0, [], []))
        self.assertIn(outcome.failures[0], [
            f"{url}: its address {address} is special: if it is meant, list it in fetch_hosts"
            for address in ("127.0.0.1", "::1")])

    def test_other_issuer(self):
        self.assert_failed(self.ask(self.crl("http://127.0.0.1/"), issuer="https://other.example"),
                           "jwt-fetch: the configuration has no section for this issuer")

    def test_broken_configuration(self):
        self.configure("nonsense = 1")
        outcome = self.ask(self.crl("http://127.0.0.1/"))
        self.assertEqual(outcome.brought, 0)
        self.assertIn("has no key 'nonsense'", outcome.failures[0])

    def test_too_many_wishes(self):
        server = self.serve(lambda handler: handler.say(200, self.bytes("list.crl")))
        wishes = [self.crl(server.url(f"/{i}"), group=i) for i in range(5)]
        self.assert_failed(self.ask(*wishes), "jwt-fetch: expected at most 4 whole wishes")
        self.assertEqual(self.ask(*wishes[:4]).brought, 4)

    def test_url_with_control_characters(self):
        outcome = self.ask(self.crl("http://127.0.0.1/\n\x1b[31m"))
        self.assert_failed(outcome, "http://127.0.0.1/??[31m: expected a URL of at most 2047 "
                           "printable characters")


if __name__ == "__main__":
    unittest.main()
