#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""jwt-fetch against servers that do what it must not put up with."""

import os
import socket
import threading
import unittest

from fetchcase import OCSP_TYPE, FetchTest


class Servers(FetchTest):
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
        self.assertRegex(outcome.failures[0], "bytes (remaining to read|missing)")

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


if __name__ == "__main__":
    unittest.main()
