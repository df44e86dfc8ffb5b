#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""jwt-fetch against servers that do what it must and must not put up with."""

import base64
import os
import resource
import socket
import threading
import unittest
import urllib.parse

from fetchcase import CACHE, ISSUER, NOBODY, NOW, OCSP_TYPE, FetchTest


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
        self.assertEqual(headers, {"host": server.url("")[len("http://"):], "accept": "*/*",
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


class Bad(FetchTest):
    def test_status(self):
        for status in (201, 203, 204, 206, 304, 403, 404, 500, 503):
            with self.subTest(status):
                server = self.serve(lambda handler, status=status: handler.say(
                    status, b"" if status in (204, 304) else self.bytes("list.crl")))
                self.assert_failed(self.ask(self.crl(server.url())),
                                   server.url() + f": expected HTTP status 200, found {status}")

    def test_type(self):
        for found in ("text/html", "application/ocsp-responses", ""):
            with self.subTest(found):
                self.fresh_cache()
                server = self.serve(lambda handler, found=found: handler.say(
                    200, self.bytes("good.ocsp"), {"Content-Type": found} if found else {}))
                self.assert_failed(self.ask(self.ocsp(server.url())),
                                   f"{server.url()}: expected the content type {OCSP_TYPE}, "
                                   f"found {found or 'none'}")
        self.fresh_cache()
        server = self.serve(lambda handler: handler.say(
            200, self.bytes("good.ocsp"), {"Content-Type": "Application/OCSP-Response; a=b"}))
        self.assert_brought(self.ask(self.ocsp(server.url())), "good.ocsp")

    def test_empty(self):
        server = self.serve(lambda handler: handler.say(200, b""))
        self.assert_failed(self.ask(self.crl(server.url())),
                           server.url() + ": expected an answer, found an empty one")

    def test_half(self):
        def behave(handler):
            handler.send_response(200)
            handler.send_header("Content-Length", "1000")
            handler.end_headers()
            handler.wfile.write(b"x" * 500)
            handler.close_connection = True
        server = self.serve(behave)
        outcome = self.ask(self.crl(server.url()))
        self.assertEqual((outcome.brought, outcome.answers), (0, []))
        self.assertIn("bytes remaining to read", outcome.failures[0])

    def test_said_to_be_too_long(self):
        """1 GB by its own word: nothing of it is read."""
        def behave(handler):
            handler.send_response(200)
            handler.send_header("Content-Type", OCSP_TYPE)
            handler.send_header("Content-Length", str(1 << 30))
            handler.end_headers()
        server = self.serve(behave)
        self.assert_failed(self.ask(self.ocsp(server.url("/1")), self.crl(server.url("/2"), 1)),
                           server.url("/1") + ": expected at most 65536 bytes, found more",
                           server.url("/2") + ": expected at most 67043328 bytes, found more")

    def test_too_long(self):
        """1 GB that does not say so."""
        sent = {"/1": 0, "/2": 0}
        ended = threading.Semaphore(0)

        def behave(handler):
            handler.send_response(200)
            handler.send_header("Content-Type", OCSP_TYPE)
            handler.send_header("Connection", "close")
            handler.end_headers()
            try:
                for _ in range(1 << 14):
                    handler.wfile.write(b"x" * (1 << 16))
                    sent[handler.path] += 1 << 16
            finally:
                ended.release()
        server = self.serve(behave)
        self.assert_failed(self.ask(self.ocsp(server.url("/1")), self.crl(server.url("/2"), 1)),
                           server.url("/1") + ": expected at most 65536 bytes, found more",
                           server.url("/2") + ": expected at most 67043328 bytes, found more")
        for _ in sent:
            self.assertTrue(ended.acquire(timeout=10))  # pylint: disable=consider-using-with
        # What the kernel's buffers hold has been sent, too.
        self.assertLess(sent["/1"], 16 << 20)
        self.assertLess(sent["/2"], 96 << 20)

    def test_headers(self):
        def behave(handler):
            handler.say(200, self.bytes("list.crl"),
                        {f"X-{i}": "x" * 1000 for i in range(int(handler.path[1:]))})
        server = self.serve(behave)
        self.assert_brought(self.ask(self.crl(server.url("/50"))), "list.crl")
        self.assert_failed(self.ask(self.crl(server.url("/70"))), server.url("/70") +
                           ": expected at most 65536 bytes of headers, found more")

    def test_one_byte_a_second(self):
        """It gets its share of the time, and leaves enough for one that needs half a second."""
        hang_up = threading.Event()
        self.addCleanup(hang_up.set)

        def behave(handler):
            body = self.bytes("list.crl") if handler.path == "/good" else b"x" * 1000
            handler.send_response(200)
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            step, pause = (len(body) // 4, 0.1) if handler.path == "/good" else (1, 1)
            for start in range(0, len(body), step):
                if hang_up.wait(pause):
                    break
                handler.wfile.write(body[start:start + step])
        server = self.serve(behave)
        outcome = self.ask(self.crl(server.url("/slow")), self.crl(server.url("/good")), ms=5000)
        self.assertEqual(outcome.brought, 1)
        self.assertEqual(outcome.failures, [server.url("/slow") + ": no complete answer in time"])

    def test_never_answering(self):
        """Not even to the connection: the kernel accepts it, nobody takes it."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            url = f"http://127.0.0.1:{server.getsockname()[1]}/"
            self.assert_failed(self.ask(self.crl(url), ms=500),
                               url + ": no complete answer in time")

    def test_refused(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        self.assert_failed(self.ask(self.crl(url)), url + ": cannot connect: Connection refused")

    def test_tls(self):
        server = self.serve(lambda handler: handler.say(200, self.bytes("list.crl")),
                            tls=self.path("tls"))
        for ca, host in ((None, "localhost"), ("tls-other-ca.pem", "localhost"),
                         ("tls-ca.pem", "127.0.0.1")):
            with self.subTest(ca=ca, host=host):
                self.fresh_cache()
                self.configure(*(["tls_ca = " + self.path(ca)] if ca else []))
                outcome = self.ask(self.crl(server.url(scheme="https", host=host)))
                self.assertEqual((outcome.brought, outcome.answers), (0, []))
                self.assertRegex(outcome.failures[0], "certificate")
        self.assertEqual(server.requests, [])

    def test_tls_ca_that_is_none(self):
        open_to_all = os.path.join(self.dir, "open.pem")
        with open(open_to_all, "w", encoding="ascii"):
            os.chmod(open_to_all, 0o666)
        for path in ("/nonexistent.pem", open_to_all):
            with self.subTest(path):
                self.configure("tls_ca = " + path)
                outcome = self.ask(self.crl("https://127.0.0.1:1/"))
                self.assertEqual((outcome.brought, outcome.answers), (0, []))
                self.assertIn("jwt-fetch: " + path, outcome.failures[0])

    def test_not_http(self):
        def behave(handler):
            handler.wfile.write(b"220 ftp ready\r\n")
            handler.close_connection = True
        server = self.serve(behave)
        outcome = self.ask(self.crl(server.url()))
        self.assertEqual((outcome.brought, outcome.answers), (0, []))


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
