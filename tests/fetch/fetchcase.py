# SPDX-License-Identifier: BSD-3-Clause
"""What the tests of jwt-fetch share: servers on loopback, a configuration, one order."""

import hashlib
import http.server
import os
import shutil
import ssl
import subprocess
import tempfile
import threading
import unittest

ASK = os.environ["FETCH_ASK"]
CACHE = os.environ["FETCH_CACHE"]
ISSUER = "https://issuer.example"
NOW = 1780272000  # 2026-06-01, what make-answers makes answers for
OCSP_TYPE = "application/ocsp-response"
NOBODY = 65534

CONFIG = """\
[global]
hostname = host.example

[issuer https://issuer.example]
audience = pam://%h/%s
trust_anchors = /nonexistent
fetch_hosts = {hosts}
fetch = {fetch}
"""


class Server(http.server.ThreadingHTTPServer):
    """Gives each request to `behave`, a function of its handler; `requests` has what was asked."""

    daemon_threads = True

    def __init__(self, behave, address="127.0.0.1", tls=None):
        self.requests = []
        self.behave = behave
        super().__init__((address, 0), Handler)
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(tls + ".pem", tls + ".key")
            self.socket = context.wrap_socket(self.socket, server_side=True)
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01},
                         daemon=True).start()

    def url(self, path="/", scheme="http", host=None):
        return f"{scheme}://{host or self.server_address[0]}:{self.server_address[1]}{path}"

    def handle_error(self, request, client_address):
        pass  # a client that hangs up is what some tests are about


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        length = int(self.headers.get("Content-Length", 0))
        self.body = self.rfile.read(length)
        self.server.requests.append(self)
        self.server.behave(self)

    do_GET = do_POST = do_CONNECT = answer

    def log_message(self, format, *args):  # pylint: disable=redefined-builtin
        pass

    def say(self, status, body=b"", headers=()):
        self.send_response(status)
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def say_ocsp(self, body):
        self.say(200, body, {"Content-Type": OCSP_TYPE})


class Outcome:
    def __init__(self, text):
        self.text = text
        lines = text.splitlines()
        self.answers = [line.split()[1:] for line in lines if line.startswith("answer ")]
        self.brought = next((int(line.split()[1]) for line in lines
                             if line.startswith("brought ")), None)
        self.failures = [line for line in lines if not line.startswith(("answer ", "brought "))]


class FetchTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        os.chmod(directory.name, 0o755)
        cls.made = os.path.realpath(directory.name)
        subprocess.run([os.environ["MAKE_ANSWERS"], cls.made], check=True)

    def setUp(self):
        self.fresh_cache()
        self.dir = tempfile.mkdtemp(dir=self.made)
        os.chmod(self.dir, 0o755)
        self.config = os.path.join(self.dir, "pam_jwt.conf")
        self.configure()

    def fresh_cache(self):
        shutil.rmtree(CACHE, ignore_errors=True)
        os.mkdir(CACHE, 0o755)

    def configure(self, *lines, fetch="aia", hosts="127.0.0.1, localhost"):
        with open(self.config, "w", encoding="ascii") as file:
            file.write(CONFIG.format(fetch=fetch, hosts=hosts) + "".join(f"{x}\n" for x in lines))
        os.chmod(self.config, 0o644)

    def path(self, name):
        return os.path.join(self.made, name)

    def bytes(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def serve(self, behave, **options):
        server = Server(behave, **options)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server

    def ocsp(self, url, group=0):
        return ["ocsp", str(group), url, self.path("request.der"), self.path("leaf.der"),
                self.path("ca.der")]

    def crl(self, url, group=0, known=True):
        parties = [self.path("signer.der"), self.path("root.der")] if known else ["-", "-"]
        return ["crl", str(group), url, "-", *parties]

    def ask(self, *wishes, flags="-", at=NOW, ms=10000, issuer=ISSUER, user=None):
        arguments = [ASK, self.config, issuer, str(at), str(ms), flags]
        for wish in wishes:
            arguments += wish
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=60,
                              check=False, user=user, group=user,
                              extra_groups=None if user is None else [])
        return Outcome(done.stdout)

    def assert_brought(self, outcome, *names):
        """These files, and no complaint."""
        self.assertEqual([a[4] for a in outcome.answers],
                         [hashlib.sha256(self.bytes(name)).hexdigest() for name in names],
                         outcome.text)
        self.assertEqual((outcome.brought, outcome.failures), (len(names), []), outcome.text)

    def assert_failed(self, outcome, *whys):
        """Nothing was brought, for these reasons."""
        self.assertEqual((outcome.brought, outcome.answers), (0, []), outcome.text)
        self.assertEqual(outcome.failures, list(whys))
