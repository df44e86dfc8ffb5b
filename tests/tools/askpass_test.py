#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""pam-jwt-askpass as ssh and sudo run it: which prompt, which token, which part."""

import os
import subprocess
import sys
import unittest

from askpasscase import ASKPASS, FIRST, HEAD, UID, Askpass, token_of, token_with

TOKEN = HEAD + "a"


class Parts(Askpass):
    def read_all(self, token):
        answers = []
        while not answers or len(answers[-1]) == 501:
            number = len(answers) + 1
            prompt = FIRST if number == 1 else f"JWT part {number}: "
            answers.append(self.ask(prompt, BEARER_TOKEN=token))
        return answers

    def test_the_parts_make_the_token(self):
        for length in (9, 499, 500, 501, 999, 1000, 1001, 8192, 16383, 16384):
            with self.subTest(length=length):
                token = token_of(length)
                answers = self.read_all(token)
                self.assertEqual(len(answers), length // 500 + 1)
                self.assertTrue(all(a.endswith("\n") for a in answers))
                self.assertEqual("".join(a[:-1] for a in answers), token)

    def test_a_multiple_of_500_ends_with_an_empty_line(self):
        self.assertEqual(self.ask("JWT part 3: ", BEARER_TOKEN=token_of(1000)), "\n")

    def test_beyond_the_end_is_an_empty_line(self):
        self.assertEqual(self.ask("JWT part 33: ", BEARER_TOKEN=token_of(700)), "\n")

    def test_the_prefix_of_ssh(self):
        answer = self.ask("(alice@host.example) JWT part 2: ", BEARER_TOKEN=token_of(700))
        self.assertEqual(answer, token_of(700)[500:] + "\n")

    def test_the_prompt_of_the_environment(self):
        env = {"BEARER_TOKEN": TOKEN, "PAM_JWT_PROMPT": "Corp token: "}
        self.assertEqual(self.ask("(a@b) Corp token: ", **env), TOKEN + "\n")
        self.assertEqual(self.ask(FIRST, **env), TOKEN + "\n")


class Refusals(Askpass):
    def test_other_prompts(self):
        for prompt in ("", "Password: ", "yes/no? ", "JWT part 34: ", "x" + FIRST, FIRST + " "):
            with self.subTest(prompt=prompt):
                done = self.run_askpass(prompt, BEARER_TOKEN=TOKEN)
                self.assert_refused(done)
                self.assertEqual(done.stderr, b"")

    def test_no_prompt_or_two(self):
        self.assert_refused(self.run_askpass(BEARER_TOKEN=TOKEN))
        self.assert_refused(self.run_askpass(FIRST, FIRST, BEARER_TOKEN=TOKEN))

    def test_ssh_askpass_prompt(self):
        for value in ("confirm", "none", ""):
            with self.subTest(value=value):
                env = {"BEARER_TOKEN": TOKEN, "SSH_ASKPASS_PROMPT": value}
                self.assert_refused(self.run_askpass(FIRST, **env))

    def test_too_long(self):
        done = self.run_askpass(FIRST, BEARER_TOKEN=token_of(16385))
        self.assert_refused(done, "16384")
        done = self.run_askpass(FIRST, BEARER_TOKEN=token_of(100000))
        self.assert_refused(done, "too long")
        path = self.write("long", token_of(100000))
        self.assert_refused(self.run_askpass(FIRST, BEARER_TOKEN_FILE=path), "16384")

    def test_no_token_at_all(self):
        for text in ("", " \n"):
            with self.subTest(text=text):
                path = self.write("empty", text)
                done = self.run_askpass(FIRST, BEARER_TOKEN_FILE=path)
                self.assert_refused(done, "nothing")

    def test_what_is_no_token_is_not_sent(self):
        for text in ("-----BEGIN KEY-----\nabc\n", "eyJ.two words.", "eyJ.tab\tinside.",
                     "eyJ..\x7f", "sk_live_0123456789", "sk.live.0", "eyj.e30.",
                     "eyJhdXRocyI6e319", "eyJ.one", "eyJ.an.encrypted.token."):
            with self.subTest(text=text):
                path = self.write("other", text)
                done = self.run_askpass(FIRST, BEARER_TOKEN_FILE=path)
                self.assert_refused(done, "expected a JWT")
                self.assertNotIn(text.encode(), done.stderr)

    def test_stdout_that_cannot_be_written(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([ASKPASS, FIRST], env=self.environment(BEARER_TOKEN=TOKEN),
                                  stdout=full, timeout=60)
        self.assertEqual(done.returncode, 1)

    def test_help(self):
        done = self.run_askpass("--help")
        self.assertEqual(done.returncode, 0)
        self.assertIn(b"SSH_ASKPASS", done.stdout)

    def test_version(self):
        done = self.run_askpass("--version")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout.decode(), r"^pam-jwt-askpass [0-9]+\.[0-9]+\.[0-9]+\n$")


class Claims(Askpass):
    """The rules are in askpass-claims-test.c: here, that nothing of such a token is printed."""

    def test_an_expired_token_is_not_sent(self):
        self.refuse(FIRST, "expired at 2026-01-01T00:00:00Z", "not sent",
                    BEARER_TOKEN=token_with(exp=1767225600))

    def test_one_that_has_not_expired_is_sent(self):
        token = token_with(exp=4070908800, aud="pam://host.example/sshd")
        self.assertEqual(self.ask("(a@host.example) " + FIRST, BEARER_TOKEN=token), token + "\n")

    def test_a_token_for_another_host_is_not_sent(self):
        token = token_with(exp=4070908800, aud="pam://host.example/sshd")
        self.refuse("(a@other.example) " + FIRST, "for host.example (aud), not for other.example",
                    "HostName", BEARER_TOKEN=token)
        self.assertEqual(self.ask("(a@192.0.2.1) " + FIRST, BEARER_TOKEN=token), token + "\n")

    def test_a_later_part_asked_for_alone(self):
        """A server that skips part 1, which all tokens of a signer have in common."""
        for host, more in (("other.example", {}), ("host.example", {"exp": 1767225600})):
            token = token_with(**{"exp": 4102444800, "aud": "pam://host.example/sshd",
                                  "pad": "x" * 500, **more})
            done = self.run_askpass(f"(a@{host}) JWT part 2: ", BEARER_TOKEN=token)
            self.assert_refused(done, "it was not sent")
        token = token_with(exp=4102444800, aud="pam://host.example/sshd", pad="x" * 500)
        answer = self.ask("(a@host.example) JWT part 2: ", BEARER_TOKEN=token)
        self.assertEqual(answer, token[500:1000] + "\n")

    def test_one_that_expires_between_its_parts(self):
        """It has gone already, in part."""
        self.parent = ()
        token = token_with(exp=1767225600, aud="pam://host.example/sshd", pad="x" * 500)
        self.ask(FIRST, BEARER_TOKEN=token_with(exp=4102444800, pad="y" * 500),
                 XDG_RUNTIME_DIR=self.runtime)
        self.ask("JWT part 2: ", BEARER_TOKEN=token, XDG_RUNTIME_DIR=self.runtime)


class Discovery(Askpass):
    def test_order(self):
        self.write(f"bt_u{UID}", HEAD + "runtime", directory=self.runtime)
        file = self.write("file", HEAD + "file")
        env = {"BEARER_TOKEN": HEAD + "variable", "BEARER_TOKEN_FILE": file,
               "XDG_RUNTIME_DIR": self.runtime}
        for expected, variable in (("variable", "BEARER_TOKEN"), ("file", "BEARER_TOKEN_FILE"),
                                   ("runtime", "XDG_RUNTIME_DIR")):
            self.assertEqual(self.ask(FIRST, **env), HEAD + expected + "\n")
            del env[variable]

    def test_an_empty_variable_is_not_set(self):
        path = self.write("file", HEAD + "file")
        self.assertEqual(self.ask(FIRST, BEARER_TOKEN="", BEARER_TOKEN_FILE=path), HEAD + "file\n")

    def test_white_space_is_stripped(self):
        for text in (TOKEN + "\n", f" \t\r\n {TOKEN} \r\n\n", TOKEN + " " * 500, " " * 500 + TOKEN):
            with self.subTest(text=text):
                path = self.write("file", text)
                self.assertEqual(self.ask(FIRST, BEARER_TOKEN_FILE=path), TOKEN + "\n")
        self.assertEqual(self.ask(FIRST, BEARER_TOKEN=f"\n{TOKEN} \n"), TOKEN + "\n")

    def test_a_missing_file_is_not_passed_over(self):
        self.write(f"bt_u{UID}", HEAD + "runtime", directory=self.runtime)
        missing = os.path.join(self.dir, "missing")
        done = self.run_askpass(FIRST, BEARER_TOKEN_FILE=missing, XDG_RUNTIME_DIR=self.runtime)
        self.assert_refused(done, missing)

    def test_a_directory_is_no_token(self):
        self.assert_refused(self.run_askpass(FIRST, BEARER_TOKEN_FILE=self.dir), self.dir)

    def test_runtime_directory_without_token(self):
        done = self.run_askpass(FIRST, XDG_RUNTIME_DIR=self.runtime)
        self.assert_refused(done, f"{self.runtime}/bt_u{UID}")

    @unittest.skipIf(os.path.lexists(f"/tmp/bt_u{UID}"), "there is a token in /tmp")
    def test_tmp_only_without_runtime_directory(self):
        self.refuse(FIRST, f"/tmp/bt_u{UID}", XDG_RUNTIME_DIR=None)

    def test_modes_that_let_others_in(self):
        for mode in (0o640, 0o604, 0o620, 0o602, 0o644):
            with self.subTest(mode=oct(mode)):
                self.write(f"bt_u{UID}", TOKEN, mode=mode, directory=self.runtime)
                done = self.run_askpass(FIRST, XDG_RUNTIME_DIR=self.runtime)
                self.assert_refused(done, "chmod 600")

    def test_mode_400_is_fine(self):
        self.write(f"bt_u{UID}", TOKEN, mode=0o400, directory=self.runtime)
        self.assertEqual(self.ask(FIRST, XDG_RUNTIME_DIR=self.runtime), TOKEN + "\n")

    def test_hard_link(self):
        os.link(self.write("file", TOKEN), os.path.join(self.runtime, f"bt_u{UID}"))
        done = self.run_askpass(FIRST, XDG_RUNTIME_DIR=self.runtime)
        self.assert_refused(done, "one name")

    def test_symbolic_link(self):
        os.symlink(self.write("file", TOKEN), os.path.join(self.runtime, f"bt_u{UID}"))
        done = self.run_askpass(FIRST, XDG_RUNTIME_DIR=self.runtime)
        self.assert_refused(done, "symbolic link")

    def test_fifo_does_not_hang(self):
        os.mkfifo(os.path.join(self.runtime, f"bt_u{UID}"), 0o600)
        done = self.run_askpass(FIRST, XDG_RUNTIME_DIR=self.runtime)
        self.assert_refused(done, "regular file")

    @unittest.skipUnless(UID == 0, "needs root to give a file away")
    def test_file_of_another_user(self):
        path = self.write(f"bt_u{UID}", TOKEN, directory=self.runtime)
        os.chown(path, 1, 1)
        done = self.run_askpass(FIRST, XDG_RUNTIME_DIR=self.runtime)
        self.assert_refused(done, "another user")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
