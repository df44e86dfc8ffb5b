#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""pam-jwt check: what rules of issuers and services let in."""

import os
import shutil

import checkcase
from checkcase import TOKEN
import pamjwt
from pamjwt import fixture

URL = "http://pki.example/list.crl"


class Issuers(checkcase.CheckTest):
    def assert_found_in(self, key, *texts):
        self.assert_found("warning", f"{self.config}: [issuer {pamjwt.ISSUER}] {key}: ", *texts)

    def test_any_signer(self):
        self.configure(signer_names="*")
        self.assert_found_in("signer_names", "found *")
        self.configure(signer_names="signer.example")
        self.assert_fine()

    def test_an_audience_of_all_hosts(self):
        for audience in ("all/%s", "pam://%h/%s, all/%s", "%%h/%s"):
            self.configure(audience=audience)
            self.assert_found_in("audience", "expected %h in each value")
        self.configure(audience="pam://%h/%s, x%%%h%s")
        self.assert_fine()

    def test_no_source_of_a_status(self):
        nothing = ({}, {"fetch": "configured"}, {"crl_urls": URL}, {"fetch": "aia"},
                   {"fetch": "configured", "fetch_hosts": "pki.example"})
        for changes in nothing:
            self.configure(short_lived=None, **changes)
            self.assert_found_in("revocation", "found none")
        something = ({"fetch": "configured", "ocsp_responder": "http://ocsp.example/"},
                     {"fetch": "aia", "fetch_hosts": "pki.example"}, {"short_lived": 60},
                     {"key_sources": "kid", "trust_anchors": None,
                      "jwks_file": self.key_set()})
        for changes in something:
            self.configure(**{"short_lived": None, **changes})
            self.assert_fine()

    def key_set(self):
        path = self.write("keys.json", "")
        shutil.copyfile(fixture("keys/set.json"), path)
        return path

    def test_revocation_that_is_not_required(self):
        for word in ("off", "prefer"):
            self.configure(revocation=word)
            self.assert_found_in("revocation", "expected require, found " + word)
        self.configure(revocation="off", key_sources="kid", trust_anchors=None,
                       jwks_file=self.key_set())
        self.assert_fine()

    def test_short_lives_that_are_long(self):
        self.configure(short_lived=864001)
        self.assert_found_in("short_lived", "at most 864000 seconds")
        self.configure(short_lived=864000)
        self.assert_fine()

    def test_leeway(self):
        self.configure(leeway=301)
        self.assert_found("warning", self.config + ": [global] leeway: ", "found 301")
        self.configure(leeway=300)
        self.assert_fine()

    def test_an_audience_that_roots_services_share_with_others(self):
        self.service("db", TOKEN)
        self.service("sudo", TOKEN)
        for audience in ("pam://%h", "pam://%h/%s, pam://%h", "pam://%h/%%s",
                         "pam://%h, x%h"):
            self.configure(audience=audience)
            self.assert_found_in("audience", "services of root (sshd, sudo) and others (db)")
        self.configure()
        self.assert_fine()

    def test_an_audience_that_only_roots_services_share(self):
        self.configure(audience="pam://%h")
        self.service("common-auth", TOKEN)
        for name in ("sudo", "gdm-password", "sshd"):
            self.service(name, "@include common-auth\n")
        self.service("db", "auth required pam_unix.so\n@include common-account\n")
        self.service("common-account", "account required pam_jwt.so\n")
        self.assert_fine()

    def test_an_audience_that_only_others_share(self):
        self.configure(audience="pam://%h")
        os.unlink(os.path.join(self.pam, "sshd"))
        for name in ("db", "mail"):
            self.service(name, TOKEN)
        self.assert_fine()

    def share(self, own, others, **changes):
        """sshd and db, each with a configuration of its own."""
        other = self.configure(audience=others, name="other.conf", **changes)
        self.configure(audience=own)
        self.service("db", f"auth required pam_jwt.so config={other}\n")

    def test_an_audience_of_two_configurations(self):
        for own, others in (("pam://%h", "pam://%h"), ("pam://%h/%s", "x%h/%s, pam://%h/sshd"),
                            ("a%h/%s, b%h", "c%h/%s, b%h")):
            self.share(own, others)
            self.assert_found_in("audience", "services of root (sshd) and others (db) alike, "
                                 f"found {own.rpartition(' ')[2]}: ")
        self.service("sudo", self.read("db"))
        self.assert_found_in("audience", "services of root (sshd, sudo) and others (db)")

    def read(self, name):
        with open(os.path.join(self.pam, name), encoding="ascii") as file:
            return file.read()

    def test_two_configurations_that_share_nothing(self):
        for own, others in (("pam://%h", "pam://%h/%s"), ("pam://%h/%s", "pam://%h/%s"),
                            ("a%h/%s, b%h", "c%h, d%h/%s")):
            self.share(own, others)
            self.assert_fine()
        self.share("pam://%h", "pam://%h", issuer="https://other.example")
        self.assert_fine()

    def test_doas_is_roots(self):
        self.configure(audience="pam://%h")
        self.service("doas", TOKEN)
        self.assert_fine()
        os.unlink(os.path.join(self.pam, "sshd"))
        self.service("db", TOKEN)
        self.assert_found_in("audience", "services of root (doas) and others (db)")


class Services(checkcase.CheckTest):
    def test_one_name_of_a_pair(self):
        for pair in (("sudo", "sudo-i"), ("su", "su-l")):
            for name, other in (pair, pair[::-1]):
                self.service(name, "auth sufficient pam_jwt.so\n")
                self.configure(f"[service {name}]", "max_age = 300")
                self.assert_found("warning", f"a [service] with {other}, as there is one with {name}")
            for sections in ([f"[service {pair[0]}, {pair[1]}]", "max_age = 300"],
                             [f"[service {pair[0]}]", "max_age = 300", f"[service {pair[1]}]",
                              "max_age = 60"]):
                self.configure(*sections)
                self.assert_fine()

    def test_a_section_for_no_service(self):
        section = ["[service db]", "max_age = 300"]
        self.configure(*section)
        self.assert_found("warning", self.config + ": [service db]: ", "no effect")
        self.service("db", "account required pam_jwt.so\n")
        self.assert_found("warning", "[service db]: ", "no effect")
        other = self.configure(name="other.conf")
        self.configure(*section)
        self.service("db", f"auth required pam_jwt.so config={other}\n")
        self.assert_found("warning", "[service db]: ", "no effect")
        self.service("db", TOKEN)
        self.assert_fine()


if __name__ == "__main__":
    pamjwt.main()
