#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""jwt-fetch and servers that say that what is wanted is elsewhere."""

import unittest

from fetchcase import FetchTest


class Redirects(FetchTest):
    def chain(self, count, status=302):
        """/3 leads to /2, /2 to /1, /1 to /0."""
        def behave(handler):
            left = int(handler.path[1:])
            if left == 0:
                handler.say(200, self.bytes("list.crl"))
            else:
                handler.say(status, b"moved", {"Location": f"/{left - 1}"})
        return self.serve(behave).url(f"/{count}")

    def test_as_many_as_may_be(self):
        for status in (301, 302, 303, 307, 308):
            for count in (0, 1, 2):
                with self.subTest(status=status, count=count):
                    self.assert_brought(self.ask(self.crl(self.chain(count, status))), "list.crl")

    def test_one_too_many(self):
        url = self.chain(3)
        self.assert_failed(self.ask(self.crl(url)),
                           url + ": expected at most 2 redirects, found more")

    def redirect(self, location, status=302, wish=None):
        server = self.serve(lambda handler: handler.say(status, b"", {"Location": location}))
        outcome = self.ask((wish or self.crl)(server.url()))
        self.assertEqual((outcome.brought, outcome.answers), (0, []), outcome.text)
        self.assertEqual(len(server.requests), 3 if location == "/" else 1)
        return outcome.failures[0][len(server.url()) + 2:]

    def test_loop(self):
        self.assertEqual(self.redirect("/"), "expected at most 2 redirects, found more")

    def test_elsewhere(self):
        self.assertEqual(self.redirect("http://other.example/"),
                         "it redirects to other.example, which is not in fetch_hosts")
        self.assertEqual(self.redirect("//127.0.0.2/"),
                         "it redirects to 127.0.0.2, which is not in fetch_hosts")
        self.assertEqual(self.redirect("http://127.0.0.1@other.example/"),
                         "expected a URL without user and password")
        for location in ("file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/"):
            with self.subTest(location):
                self.assertIn("http", self.redirect(location))

    def test_to_a_listed_host(self):
        other = self.serve(lambda handler: handler.say(200, self.bytes("list.crl")),
                           address="127.0.0.3")
        server = self.serve(lambda handler: handler.say(302, b"", {"Location": other.url()}))
        self.configure(hosts="127.0.0.1, 127.0.0.3")
        self.assert_brought(self.ask(self.crl(server.url())), "list.crl")

    def test_address_behind_a_listed_name(self):
        other = self.serve(lambda handler: handler.say(200, self.bytes("list.crl")))
        server = self.serve(lambda handler: handler.say(
            302, b"", {"Location": other.url(host="localhost")}), address="127.0.0.3")
        self.configure(hosts="localhost, 127.0.0.3")
        outcome = self.ask(self.crl(server.url()))
        self.assertEqual((outcome.brought, other.requests), (0, []))
        self.assertIn("is special", outcome.failures[0])

    def test_from_https_to_http(self):
        plain = self.serve(lambda handler: handler.say(200, self.bytes("list.crl")))
        server = self.serve(lambda handler: handler.say(
            302, b"", {"Location": plain.url(host="localhost")}), tls=self.path("tls"))
        self.configure("tls_ca = " + self.path("tls-ca.pem"))
        url = server.url(scheme="https", host="localhost")
        self.assert_failed(self.ask(self.crl(url)), url + ": it redirects from https to http")
        self.assertEqual(plain.requests, [])

    def test_post(self):
        def behave(handler):
            if handler.path == "/":
                handler.say(handler.server.status, b"", {"Location": "/there"})
            else:
                handler.say_ocsp(self.bytes("good.ocsp"))
        for status in (301, 302, 303, 307, 308):
            with self.subTest(status):
                self.fresh_cache()
                server = self.serve(behave)
                server.status = status
                outcome = self.ask(self.ocsp(server.url()))
                if status in (307, 308):
                    self.assert_brought(outcome, "good.ocsp")
                    self.assertEqual(server.requests[1].command, "POST")
                    self.assertEqual(server.requests[1].body, self.bytes("request.der"))
                else:
                    self.assert_failed(outcome, server.url() + ": expected a redirect by 307 or "
                                       f"308, found {status}")


if __name__ == "__main__":
    unittest.main()
