#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""pam-jwt refresh without root and without network: what it plans, removes and says."""

import os
import socket

import cachecase
from cachecase import CACHE, CRL, OCSP, certificate, entry
import pamjwt
from pamjwt import run


def unused_url():
    """Nobody listens there: the port is taken, and given back."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{one.getsockname()[1]}/list.crl"


class Refresh(pamjwt.PamJwtTest):
    def setUp(self):
        super().setUp()
        cachecase.empty()
        self.addCleanup(cachecase.empty)

    def configure(self, *lines):
        with open(self.config, "a", encoding="ascii") as file:
            file.writelines(line + "\n" for line in lines)

    def refresh(self):
        return run("refresh", "--config", self.config)

    def expect_quiet(self):
        done = self.refresh()
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"", b""))

    def expect_failure(self, url):
        """One line, which names it."""
        done = self.refresh()
        self.assertEqual((done.returncode, done.stdout), (1, b""), done.stderr)
        self.assertTrue(done.stderr.startswith(f"pam-jwt refresh: {url}: ".encode()), done.stderr)
        self.assertEqual(done.stderr.count(b"\n"), 1, done.stderr)

    def test_nothing_to_do(self):
        self.expect_quiet()

    def test_a_configured_list(self):
        url = unused_url()
        self.configure("fetch = configured", f"crl_urls = {url}", "fetch_hosts = 127.0.0.1")
        self.expect_failure(url)

    def test_nothing_is_fetched_unless_the_configuration_says_so(self):
        self.configure(f"crl_urls = {unused_url()}", "fetch_hosts = 127.0.0.1")
        chain = "signer-es256.chain.pem"
        name = entry(OCSP, unused_url(), certificate(chain), certificate(chain, 1))
        self.expect_quiet()
        self.assertIn(name, os.listdir(CACHE))

    def test_an_entry_that_is_a_configured_list_is_fetched_once(self):
        url = unused_url()
        self.configure("fetch = configured", f"crl_urls = {url}", "fetch_hosts = 127.0.0.1")
        name = entry(CRL, url, b"", b"")
        self.expect_failure(url)
        self.assertIn(name, os.listdir(CACHE))

    def test_entries_of_living_certificates_are_fetched_and_stay(self):
        self.configure("fetch = aia", "fetch_hosts = 127.0.0.1")
        chain = "signer-es256.chain.pem"
        for kind in (OCSP, CRL):
            cachecase.empty()
            url = unused_url()
            name = entry(kind, url, certificate(chain), certificate(chain, 1))
            self.expect_failure(url)
            self.assertIn(name, os.listdir(CACHE))

    def test_entries_of_expired_certificates_are_removed(self):
        """A response with its certificate, a list with the certificate of its issuer."""
        self.configure("fetch = aia", "fetch_hosts = 127.0.0.1")
        alive, over = certificate("signer-es256.chain.pem", 1), certificate("root-expired.pem")
        for kind, cert, issuer in ((OCSP, over, alive), (CRL, alive, over)):
            name = entry(kind, unused_url(), cert, issuer)
            self.expect_quiet()
            self.assertNotIn(name, os.listdir(CACHE))

    def test_a_list_outlives_the_certificate_that_it_was_fetched_for(self):
        self.configure("fetch = aia", "fetch_hosts = 127.0.0.1")
        url = unused_url()
        name = entry(CRL, url, certificate("root-expired.pem"),
                          certificate("signer-es256.chain.pem", 1))
        self.expect_failure(url)
        self.assertIn(name, os.listdir(CACHE))

    def test_a_certificate_that_cannot_be_read_has_not_expired(self):
        self.configure("fetch = aia", "fetch_hosts = 127.0.0.1")
        over = certificate("root-expired.pem")
        for cert in (b"", b"\x30", over[:40], b"\0" * 40, over[:1] + b"\x84\xff\xff\xff\xff" + over):
            cachecase.empty()
            name = entry(OCSP, unused_url(), cert, b"")
            self.assertEqual(self.refresh().returncode, 1)
            self.assertIn(name, os.listdir(CACHE))

    def test_entries_of_others_stay(self):
        """Of an issuer that this configuration does not have."""
        self.configure("fetch = aia", "fetch_hosts = 127.0.0.1")
        chain = "signer-es256.chain.pem"
        name = entry(OCSP, unused_url(), certificate(chain), certificate(chain, 1),
                          section="https://elsewhere.example")
        self.expect_quiet()
        self.assertIn(name, os.listdir(CACHE))

    def test_files_that_are_no_entries_are_left_alone(self):
        self.configure("fetch = aia", "fetch_hosts = 127.0.0.1")
        with open(os.path.join(CACHE, "0" * 64 + ".crl"), "wb") as file:
            file.write(b"something else")
        self.expect_quiet()

    def test_a_configuration_with_an_error(self):
        self.configure("what = 1")
        done = self.refresh()
        self.assertEqual((done.returncode, done.stdout), (1, b""))
        self.assertIn(self.config.encode(), done.stderr)

    def test_usage(self):
        for arguments in (["--what"], ["more"], ["--config"]):
            done = run("refresh", *arguments)
            self.assertEqual((done.returncode, done.stdout), (64, b""))
            self.assertIn(b"usage: pam-jwt refresh", done.stderr)


if __name__ == "__main__":
    pamjwt.main()
