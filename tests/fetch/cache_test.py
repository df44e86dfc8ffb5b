#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""What jwt-fetch keeps of what it brings, and what it does not."""

import os
import resource
import unittest

from fetchcase import CACHE, NOBODY, NOW, OCSP_TYPE, FetchTest


@unittest.skipIf(os.getuid() != 0, "only root's process writes the cache")
class Cache(FetchTest):
    def serve_files(self):
        """Serves the file that `server.name` says."""
        server = self.serve(lambda handler: handler.say(
            200, self.bytes(handler.server.name), {"Content-Type": OCSP_TYPE}))
        return server

    def assert_cached(self, name, count=1):
        entries = [e for e in os.listdir(CACHE) if e.endswith((".crl", ".ocsp"))]
        self.assertEqual(len(entries), count, entries)
        for entry in entries:
            with open(os.path.join(CACHE, entry), "rb") as file:
                self.assertTrue(file.read().endswith(self.bytes(name)), name)
            status = os.stat(os.path.join(CACHE, entry))
            self.assertEqual((status.st_uid, status.st_mode & 0o777), (0, 0o644))

    def ask_in_turn(self, wish, *turns):
        """Each turn is what is served, and what is in the cache afterwards."""
        for number, (served, cached) in enumerate(turns):
            with self.subTest(number=number, served=served):
                self.server.name = served
                outcome = self.ask(wish, flags="r")
                self.assertEqual(outcome.brought, 1, outcome.text)
                self.assertEqual(bool(outcome.failures), served != cached, outcome.text)
                if cached:
                    self.assert_cached(cached)
                else:
                    self.assert_cached(served, 0)

    def test_crls(self):
        self.server = self.serve_files()
        self.ask_in_turn(self.crl(self.server.url()), ("future.crl", None), ("forged.crl", None),
                         ("leaf.der", None), ("list.crl", "list.crl"), ("older.crl", "list.crl"),
                         ("lower.crl", "list.crl"), ("forged.crl", "list.crl"),
                         ("newer.crl", "newer.crl"), ("list.crl", "newer.crl"))

    def test_crls_of_nobody(self):
        """Without a certificate only form and date count."""
        self.server = self.serve_files()
        self.ask_in_turn(self.crl(self.server.url(), known=False), ("future.crl", None),
                         ("leaf.der", None), ("list.crl", "list.crl"), ("older.crl", "list.crl"),
                         ("forged.crl", "forged.crl"), ("list.crl", "forged.crl"))

    def test_forged_number_of_nobody(self):
        """Whoever forged one list does not keep out all that come after it."""
        self.server = self.serve_files()
        self.ask_in_turn(self.crl(self.server.url(), known=False), ("highest.crl", "highest.crl"),
                         ("newer.crl", "newer.crl"))

    def test_ocsp_of_another(self):
        """A request is about the certificate that the answer is judged for."""
        server = self.serve_files()
        server.name = "good.ocsp"
        wish = self.ocsp(server.url())
        wish[3] = self.path("ca.der")
        self.assertIn("another certificate", self.ask(wish).text)
        self.assert_cached("good.ocsp", 0)

    def test_crls_of_nobody_any_more(self):
        """A refresh judges by the certificate that the entry was fetched for."""
        self.server = self.serve_files()
        url = self.server.url()
        self.ask_in_turn(self.crl(url), ("list.crl", "list.crl"))
        self.ask_in_turn(self.crl(url, known=False), ("forged.crl", "list.crl"),
                         ("newer.crl", "newer.crl"), ("forged.crl", "newer.crl"))

    def test_ocsp(self):
        self.server = self.serve_files()
        self.ask_in_turn(self.ocsp(self.server.url()), ("foreign.ocsp", None),
                         ("unknown.ocsp", None), ("list.crl", None), ("older.ocsp", "older.ocsp"),
                         ("good.ocsp", "good.ocsp"), ("older.ocsp", "good.ocsp"),
                         ("foreign.ocsp", "good.ocsp"))

    def test_what_settles_nothing_is_handed_back(self):
        server = self.serve_files()
        server.name = "foreign.ocsp"
        outcome = self.ask(self.ocsp(server.url("/1")), self.ocsp(server.url("/2")))
        self.assertEqual((outcome.brought, len(outcome.answers)), (2, 2))

    def test_expired_is_compared_as_it_was(self):
        """What has expired meanwhile is no reason to go back to what is older still."""
        self.server = self.serve_files()
        self.ask_in_turn(self.crl(self.server.url()), ("short.crl", "short.crl"))
        self.server.name = "list.crl"
        outcome = self.ask(self.crl(self.server.url()), at=NOW + 7200)
        self.assertIn("older than what is in the cache", outcome.failures[0])
        self.assert_cached("short.crl")

    def test_fresh(self):
        server = self.serve_files()
        server.name = "list.crl"
        wish = self.crl(server.url())
        for at, requests in ((NOW, 1), (NOW, 1), (NOW + 59, 1), (NOW + 60, 2), (NOW + 61, 2),
                             (NOW - 1, 3)):
            with self.subTest(at=at):
                self.assert_brought(self.ask(wish, at=at), "list.crl")
                self.assertEqual(len(server.requests), requests)
        self.assert_brought(self.ask(wish, at=NOW, flags="r"), "list.crl")
        self.assertEqual(len(server.requests), 4)

    def test_failed_lately(self):
        server = self.serve(lambda handler: handler.say(404))
        wish, other = self.crl(server.url("/1")), self.crl(server.url("/2"))
        fails = server.url("/1") + ": expected HTTP status 200, found 404"
        waits = server.url("/1") + ": it failed less than a minute ago, and is not asked again yet"
        for at, said, requests in ((NOW, fails, 1), (NOW, waits, 1), (NOW + 59, waits, 1),
                                   (NOW + 60, fails, 2)):
            with self.subTest(at=at):
                self.assert_failed(self.ask(wish, at=at), said)
                self.assertEqual(len(server.requests), requests)
        self.assert_failed(self.ask(wish, at=NOW + 60, flags="r"), fails)
        self.assert_failed(self.ask(other, at=NOW + 60), fails.replace("/1:", "/2:"))
        self.assertEqual(len(server.requests), 4)

    def test_not_asked_is_no_failure(self):
        """What the configuration forbade may be asked as soon as it allows it."""
        server = self.serve_files()
        server.name = "list.crl"
        self.configure(hosts="other.example")
        self.assertEqual(self.ask(self.crl(server.url())).brought, 0)
        self.assertEqual(os.listdir(CACHE), [])
        self.configure()
        self.assert_brought(self.ask(self.crl(server.url())), "list.crl")

    def test_limit_of_the_host(self):
        """A limit on files is an error of the cache, not the end of the login."""
        server = self.serve_files()
        server.name = "list.crl"
        limit = resource.getrlimit(resource.RLIMIT_FSIZE)
        self.addCleanup(resource.setrlimit, resource.RLIMIT_FSIZE, limit)
        resource.setrlimit(resource.RLIMIT_FSIZE, (300, limit[1]))
        outcome = self.ask(self.crl(server.url()), flags="n")
        self.assertEqual(outcome.brought, 1, outcome.text)
        self.assertIn("the cache cannot be written", outcome.failures[0])

    def test_not_root(self):
        """It fetches, and leaves the cache alone; of failures it knows what root noted."""
        server = self.serve_files()
        server.name = "list.crl"
        wish = self.crl(server.url())
        for _ in range(2):
            self.assert_brought(self.ask(wish, user=NOBODY), "list.crl")
        self.assertEqual(len(server.requests), 2)
        self.assertEqual(os.listdir(CACHE), [])
        self.assert_brought(self.ask(wish), "list.crl")
        self.assert_brought(self.ask(wish, user=NOBODY), "list.crl")
        self.assertEqual(len(server.requests), 3)

    def test_without_a_cache(self):
        server = self.serve_files()
        server.name = "list.crl"
        os.rmdir(CACHE)
        self.assert_brought(self.ask(self.crl(server.url())), "list.crl")

    def test_cache_of_everybody(self):
        server = self.serve_files()
        server.name = "list.crl"
        os.chmod(CACHE, 0o777)
        outcome = self.ask(self.crl(server.url()))
        self.assertEqual((outcome.brought, len(outcome.answers)), (1, 1))
        self.assertIn(CACHE, outcome.failures[0])
        self.assertEqual(os.listdir(CACHE), [])


if __name__ == "__main__":
    unittest.main()
