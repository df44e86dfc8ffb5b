#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""pam-jwt explain: verdicts, exit codes, the JSON object, and what reaches the terminal."""

import os
import pty
import subprocess

import pamjwt
from pamjwt import EXP, ISSUER, MYSELF, NOW, PAM_JWT, run

STEPS = ["form", "issuer", "algorithm", "key", "chain", "revocation", "signature", "claims", "user",
         "requirements", "replay", "fetch", "local-user"]


def tampered(token):
    head, claims, signature = token.split(".")
    return ".".join((head, claims, ("B" if signature[0] == "A" else "A") + signature[1:]))


class Verdicts(pamjwt.PamJwtTest):
    def test_accepted(self):
        answer = self.assert_judged(self.mint(), None)
        self.assertEqual(answer["issuer"], ISSUER)
        self.assertEqual(answer["subject"], "alice")
        self.assertEqual(answer["user"], "alice")
        self.assertEqual(answer["expires"], EXP)
        self.assertEqual([s["step"] for s in answer["steps"]], STEPS)
        self.assertTrue(all(s["ok"] is True for s in answer["steps"]))

    def test_the_object_has_these_members_only(self):
        for token in (self.mint(), "garbage", self.mint(exp=IN_2021)):
            _, answer = self.judge(token)
            self.assertEqual(list(answer), ["verdict", "reason", "issuer", "subject", "user",
                                            "expires", "steps"])
            for step in answer["steps"]:
                self.assertEqual(list(step), ["step", "ok", "detail"])
                self.assertIsInstance(step["detail"], str)

    def test_the_first_refusal_is_the_last_step(self):
        answer = self.assert_judged(tampered(self.mint()), "bad-signature")
        self.assertEqual([s["ok"] for s in answer["steps"]], [True] * 6 + [False])
        self.assertEqual(answer["steps"][-1]["step"], "signature")
        self.assertEqual(answer["issuer"], ISSUER)
        self.assertIsNone(answer["subject"])
        self.assertIsNone(answer["user"])
        self.assertIsNone(answer["expires"])

    def test_expired(self):
        answer = self.assert_judged(self.mint(exp=IN_2021), "expired")
        self.assertEqual(answer["subject"], "alice")
        self.assertIsNone(answer["user"])

    def test_another_user(self):
        self.assert_judged(self.mint(), "user-mismatch", user="bob")

    def test_input_that_is_no_token(self):
        for text in ("", "\n", "password", "eyI.eyJ.x", " eyJ", b"\0\xff\n"):
            with self.subTest(text=text):
                answer = self.assert_judged(text, "not-a-jwt")
                self.assertEqual([(s["step"], s["ok"]) for s in answer["steps"]], [("form", False)])

    def test_white_space_behind_the_token(self):
        for space in ("\n", "\r\n", " \t\n\n", "\n" * 1000):
            with self.subTest(space=space):
                self.assert_judged(self.mint() + space, None)

    def test_length_limit(self):
        for length in (16385, 17408, 17409, 100000):
            with self.subTest(length=length):
                self.assert_judged("eyJ" + "a" * (length - 3), "too-long")
        self.assert_judged("eyJ" + "a" * (16384 - 3), "not-a-jwt")

    def test_config_error(self):
        self.write("pam_jwt.conf", "[global]\nwhat = 1\n")
        found, answer = self.judge(self.mint())
        self.assertEqual(found, ("undecided", "config-error", 2))
        self.assertIsNone(answer["issuer"])
        done = self.explain(self.mint())
        self.assertEqual(done.returncode, 2)
        self.assertIn(f"{self.config}:2: ", done.stdout.decode())

    def test_missing_config(self):
        os.unlink(self.config)
        found, _ = self.judge(self.mint())
        self.assertEqual(found, ("undecided", "config-error", 2))

    def test_output_that_cannot_be_written(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([PAM_JWT, "explain", "--user", "alice"], stdin=subprocess.DEVNULL,
                                  stdout=full, timeout=60)
        self.assertEqual(done.returncode, 2)


IN_2021 = 1609459200


class Options(pamjwt.PamJwtTest):
    def test_at(self):
        token = self.mint(exp=IN_2021, iat=IN_2021 - 60)
        self.assert_judged(token, None, "--at", "2020-12-31T23:59:59Z")
        self.assert_judged(token, None, "--at", "1609459199")
        self.assert_judged(token, "expired", "--at", "2021-01-01T00:01:00Z")

    def test_without_at_it_is_now(self):
        args = ("explain", "--config", self.config, "--virtual-users", "--user", "alice")
        self.assertEqual(run(*args, stdin=self.mint()).returncode, 0)
        self.assertEqual(run(*args, stdin=self.mint(exp=IN_2021)).returncode, 1)

    def test_service(self):
        token = self.mint(aud="pam://host.example/sudo")
        self.assert_judged(token, "wrong-audience")
        self.assert_judged(token, None, "--service", "sudo")

    def test_offline(self):
        self.assert_judged(self.mint(), None, "--offline")

    def test_user_is_the_caller_by_default(self):
        token = self.mint(sub=MYSELF)
        args = ["explain", "--config", self.config, "--at", NOW, "--min-uid", "0", "--allow-root"]
        self.assertEqual(run(*args, stdin=token).returncode, 0)

    def test_relative_config(self):
        args = ("explain", "--config", "pam_jwt.conf", "--at", NOW, "--user", "alice",
                "--virtual-users")
        self.assertEqual(run(*args, stdin=self.mint(), cwd=self.dir).returncode, 0)

    def judge_local(self, user, *args):
        answer = run("explain", "--config", self.config, "--at", NOW, "--user", user, *args,
                     stdin=self.mint(sub=user))
        return answer.returncode, answer.stdout.decode()

    def test_root(self):
        code, text = self.judge_local("root")
        self.assertEqual(code, 1)
        self.assertIn("refused: user-not-allowed", text)
        self.assertEqual(self.judge_local("root", "--min-uid", "0")[0], 1)
        self.assertEqual(self.judge_local("root", "--virtual-users")[0], 1)
        self.assertEqual(self.judge_local("root", "--min-uid", "0", "--allow-root")[0], 0)

    def test_min_uid(self):
        self.assertEqual(self.judge_local("daemon")[0], 1)
        self.assertEqual(self.judge_local("daemon", "--virtual-users")[0], 1)
        self.assertEqual(self.judge_local("daemon", "--min-uid", "1")[0], 0)
        self.assertEqual(self.judge_local("daemon", "--min-uid", "2")[0], 1)

    def test_virtual_users(self):
        code, text = self.judge_local("nobody-of-that-name")
        self.assertEqual(code, 1)
        self.assertIn("local-user", text)
        self.assertEqual(self.judge_local("nobody-of-that-name", "--virtual-users")[0], 0)


class Text(pamjwt.PamJwtTest):
    def test_accepted(self):
        done = self.explain(self.mint())
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        text = done.stdout.decode()
        self.assertIn("\naccepted\n", text)
        self.assertIn("2099-01-01T00:00:00Z", text)
        for step in STEPS:
            self.assertRegex(text, rf"\n  {step} +ok")

    def test_exports(self):
        with open(self.config, "a", encoding="utf-8") as file:
            file.write("export_claims = groups, address\n")
        done = self.explain(self.mint(groups=["ops", "on call"], address={}))
        self.assertIn(b"\n  exports     JWT_GROUPS=ops,on\\x20call\n", done.stdout)
        self.assertRegex(done.stdout, rb"\n  warning     .*not exported: address \(wrong type\)\n")
        done = self.explain(self.mint(groups=["ops"], exp=IN_2021))
        self.assertNotIn(b"JWT_GROUPS", done.stdout)

    def test_refused(self):
        done = self.explain(self.mint(exp=IN_2021))
        self.assertEqual((done.returncode, done.stderr), (1, b""))
        text = done.stdout.decode()
        self.assertRegex(text, r"\n  claims +no")
        for expected in ("\nrefused: expired\n", "the token has expired", "RFC 7519 section 4.1.4",
                         "what to do  get a new token"):
            self.assertIn(expected, text)

    def test_the_token_is_never_printed(self):
        for token in (self.mint(), self.mint(exp=IN_2021), tampered(self.mint()), "x" * 100,
                      self.mint()[:700], "eyJ" + "%" * 100):
            for args in ((), ("--json",)):
                done = self.explain(token, *args)
                out = (done.stdout + done.stderr).decode()
                pieces = [token[i:i + 16] for i in range(0, len(token) - 15, 8)]
                self.assertEqual([p for p in pieces if p in out], [])

    def test_bytes_of_the_token_are_escaped(self):
        evil = "a\x1b[2J\u009b\n\x7f\u202e"
        for claims in ({"sub": evil}, {"iss": evil}, {"aud": evil}, {"nbf": evil}):
            with self.subTest(claims=claims):
                for args in ((), ("--json",)):
                    done = self.explain(self.mint(**claims), *args)
                    self.assertEqual(done.returncode, 1)
                    self.assertRegex(done.stdout, rb"\A[\n -~]*\Z")
        self.assertRegex(self.explain(self.mint(), user=evil).stdout, rb"\A[\n -~]*\Z")

    def test_no_colour_in_a_pipe(self):
        done = self.explain(self.mint(), env={"TERM": "xterm"})
        self.assertNotIn(b"\x1b", done.stdout)


class Terminal(pamjwt.PamJwtTest):
    def on_terminal(self, *args, **env):
        master, slave = pty.openpty()
        args = [PAM_JWT, "explain", "--config", self.config, "--at", NOW, "--user", "alice",
                "--virtual-users", *args]
        child = subprocess.Popen(args, stdin=subprocess.PIPE, stdout=slave, env=env)
        os.close(slave)
        child.stdin.write(self.mint().encode())
        child.stdin.close()
        text = b""
        try:
            while chunk := os.read(master, 65536):
                text += chunk
        except OSError:  # how Linux reports the end of a terminal
            pass
        os.close(master)
        self.assertEqual(child.wait(60), 0)
        return text

    def test_colour(self):
        text = self.on_terminal(TERM="xterm")
        self.assertIn(b"\x1b[32mok\x1b[0m", text)
        self.assertIn(b"\x1b[1;32maccepted\x1b[0m", text)

    def test_no_color_is_honoured(self):
        self.assertNotIn(b"\x1b", self.on_terminal(TERM="xterm", NO_COLOR="1"))

    def test_an_empty_no_color_does_not_count(self):
        self.assertIn(b"\x1b", self.on_terminal(TERM="xterm", NO_COLOR=""))

    def test_terminals_without_colour(self):
        self.assertNotIn(b"\x1b", self.on_terminal(TERM="dumb"))
        self.assertNotIn(b"\x1b", self.on_terminal())

    def test_json_has_no_colour(self):
        self.assertNotIn(b"\x1b", self.on_terminal("--json", TERM="xterm"))


if __name__ == "__main__":
    pamjwt.main()
