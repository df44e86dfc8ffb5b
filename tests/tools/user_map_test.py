#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""User maps, small and with an index, read by a jwt-verify that is sealed; pam-jwt refresh makes the index."""

import hashlib
import os

import pamjwt
from pamjwt import run

CACHE = os.environ["PAM_JWT_CACHE"]
HEADER = 64  # bytes; the numbers of entries and of expressions are its last two
MANY = "".join(f"name{n} user{n}\n" for n in range(2000))


class UserMap(pamjwt.PamJwtTest):
    def setUp(self):
        super().setUp()
        self.map = self.write("users", "")
        self.configure(f"user_map = {self.map}")
        self.index = os.path.join(CACHE, hashlib.sha256(self.map.encode()).hexdigest() + ".usermap")
        self.addCleanup(lambda: os.path.exists(self.index) and os.unlink(self.index))

    def configure(self, *lines):
        with open(self.config, "a", encoding="ascii") as file:
            file.writelines(line + "\n" for line in lines)

    def refresh(self):
        return run("refresh", "--config", self.config)

    def use_index(self, text):
        self.write("users", text)
        done = self.refresh()
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, b""))
        self.assertTrue(os.path.getsize(self.index) > HEADER)

    def undecided(self, token, detail):
        found, answer = self.judge(token)
        self.assertEqual(found, ("undecided", "config-error", 2), answer)
        self.assertIn(detail, self.explain(token).stdout.decode())

    def test_lines(self):
        self.write("users", "# staff\n7f3c alice\n7f3c deploy\n/(.*)@example\\.org \\1\n")
        token, address = self.mint(sub="7f3c"), self.mint(sub="bob@example.org")
        self.assert_judged(token, None)
        self.assert_judged(token, None, user="deploy")
        self.assert_judged(token, "user-not-allowed", user="bob")
        self.assert_judged(address, None, user="bob")
        self.assert_judged(address, "user-not-allowed")
        self.assert_judged(self.mint(sub="alice"), "user-not-allowed")
        self.assertIn("has a line for it", self.explain(token).stdout.decode())

    def test_an_index(self):
        self.use_index(MANY + "7f3c alice\n/(.*)@example\\.org \\1\n" + MANY)
        token, address = self.mint(sub="7f3c"), self.mint(sub="bob@example.org")
        for _ in range(2):
            self.assert_judged(token, None)
            self.assert_judged(address, None, user="bob")
            self.assert_judged(self.mint(sub="name7"), None, user="user7")
            self.assert_judged(token, "user-not-allowed", user="bob")
            self.assert_judged(self.mint(sub="alice"), "user-not-allowed")
            with open(self.index, "r+b") as file:  # nothing but what it is of
                file.seek(HEADER - 16)
                file.write(bytes(16))
                file.truncate(HEADER)

    def test_a_stale_index(self):
        """What the map says counts at once."""
        self.use_index(MANY + "7f3c alice\n")
        token = self.mint(sub="7f3c")
        self.assert_judged(token, None)
        self.write("users", MANY + "7f3c bob\n")
        self.assert_judged(token, "user-not-allowed")
        self.assert_judged(token, None, user="bob")
        self.use_index(MANY + "7f3c bob\n")
        self.assert_judged(token, None, user="bob")

    def test_an_index_of_another_map(self):
        """Though it says that it is of this one, and leads to a line that was one for alice."""
        self.use_index(MANY + "7f3c alice\n")
        self.write("users", MANY + "7f3d alice\n")
        token = self.mint(sub="7f3c")
        with open(self.index, "rb") as file:
            forged = file.read()
        self.refresh()
        with open(self.index, "r+b") as file:
            genuine = file.read()
            file.seek(0)
            file.write(genuine[:HEADER] + forged[HEADER:])
        self.assert_judged(token, "user-not-allowed")
        self.assert_judged(self.mint(sub="7f3d"), None)
        self.assert_judged(self.mint(sub="name7"), None, user="user7")

    def test_broken_maps(self):
        token = self.mint()
        for text, detail in (("bob\nalice alice\n", "users:1: expected a subject"),
                             ("#\nbob \\1\n", "users:2: "), ("/( bob\n", "users:1: "),
                             ("x y\r\nalice alice\n", "users:1: "),
                             ("alice alice", "users:1: expected a line feed")):
            self.write("users", text)
            self.undecided(token, detail)
            if text != "/( bob\n":  # compiled by what is sealed only
                done = self.refresh()
                self.assertEqual((done.returncode, done.stdout), (1, b""))
                self.assertIn(f"pam-jwt refresh: {self.map}:", done.stderr.decode())
            self.assertFalse(os.path.exists(self.index))
        self.write("users", "alice alice\nbob\n")
        self.assert_judged(token, None)

    def test_a_map_that_cannot_be_used(self):
        token = self.mint()
        self.write("users", "alice alice\n")
        self.assert_judged(token, None)
        os.chmod(self.map, 0o666)
        self.undecided(token, "chmod go-w")
        os.unlink(self.map)
        self.undecided(token, "No such file")
        os.mkdir(self.map, 0o755)
        self.undecided(token, "regular file")

    def test_two_issuers(self):
        """Each has a map of its own: alice of one is not alice of the other."""
        other = self.write("others", "alice bob\n")
        self.write("users", "alice alice\n")
        self.configure("[issuer https://other.example]", "audience = pam://%h/%s",
                       f"trust_anchors = {self.anchors}", "signer_names = *", "revocation = off",
                       f"user_map = {other}")
        for issuer, user, stranger in ((pamjwt.ISSUER, "alice", "bob"),
                                       ("https://other.example", "bob", "alice")):
            self.assert_judged(self.mint(iss=issuer), None, user=user)
            self.assert_judged(self.mint(iss=issuer), "user-not-allowed", user=stranger)

    def test_a_claim_of_several(self):
        self.configure("user_claim = upn, email, sub")
        self.write("users", "alice alice\nup alice\na@b alice\n")
        self.assert_judged(self.mint(), None)
        self.assert_judged(self.mint(upn="up", sub="x"), None)
        self.assert_judged(self.mint(upn="x"), "user-not-allowed")
        self.assert_judged(self.mint(upn="", email="a@b"), "missing-claim")
        self.assert_judged(self.mint(email="a@b", email_verified=True, sub=None), None)
        self.assert_judged(self.mint(email="a@b"), "claim-not-met")


if __name__ == "__main__":
    pamjwt.main()
