#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""pam-jwt-askpass as ssh and sudo run it: which token, which part, which snapshot."""

import os
import resource
import signal
import stat
import subprocess
import sys
import tempfile
import unittest

ASKPASS = os.environ["PAM_JWT_ASKPASS"]
FIRST = "Password or JWT: "
UID = os.geteuid()


def token_of(length):
    """Every part differs from every other."""
    numbers = "".join(f"{i:05d}" for i in range(length // 5 + 1))
    return ("eyJ" + numbers)[:length]


class Askpass(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.dir = directory.name
        self.runtime = os.path.join(self.dir, "runtime")
        os.mkdir(self.runtime, 0o700)

    def run_askpass(self, *args, **env):
        return subprocess.run([ASKPASS, *args], env=env, capture_output=True, timeout=60)

    def ask(self, prompt, **env):
        done = self.run_askpass(prompt, **env)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.decode()

    def assert_refused(self, done, *words):
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout, b"")
        for word in words:
            self.assertIn(word, done.stderr.decode())

    def write(self, name, text, mode=0o600, directory=None):
        path = os.path.join(directory or self.dir, name)
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def snapshots(self):
        return [n for n in os.listdir(self.runtime) if n.startswith("pam-jwt-askpass.")]


class Parts(Askpass):
    def read_all(self, token):
        answers = []
        while not answers or len(answers[-1]) == 501:
            number = len(answers) + 1
            prompt = FIRST if number == 1 else f"JWT part {number}: "
            answers.append(self.ask(prompt, BEARER_TOKEN=token))
        return answers

    def test_the_parts_make_the_token(self):
        for length in (3, 499, 500, 501, 999, 1000, 1001, 8192, 16383, 16384):
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
        env = {"BEARER_TOKEN": "eyJa", "PAM_JWT_PROMPT": "Corp token: "}
        self.assertEqual(self.ask("(a@b) Corp token: ", **env), "eyJa\n")
        self.assertEqual(self.ask(FIRST, **env), "eyJa\n")


class Refusals(Askpass):
    def test_other_prompts(self):
        for prompt in ("", "Password: ", "yes/no? ", "JWT part 34: ", "x" + FIRST, FIRST + " "):
            with self.subTest(prompt=prompt):
                done = self.run_askpass(prompt, BEARER_TOKEN="eyJa")
                self.assert_refused(done)
                self.assertEqual(done.stderr, b"")

    def test_no_prompt_or_two(self):
        self.assert_refused(self.run_askpass(BEARER_TOKEN="eyJa"))
        self.assert_refused(self.run_askpass(FIRST, FIRST, BEARER_TOKEN="eyJa"))

    def test_ssh_askpass_prompt(self):
        for value in ("confirm", "none", ""):
            with self.subTest(value=value):
                env = {"BEARER_TOKEN": "eyJa", "SSH_ASKPASS_PROMPT": value}
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
        for text in ("-----BEGIN KEY-----\nabc\n", "eyJtwo words", "eyJtab\tinside", "eyJ\x7f",
                     "sk_live_0123456789", "eyj"):
            with self.subTest(text=text):
                path = self.write("other", text)
                done = self.run_askpass(FIRST, BEARER_TOKEN_FILE=path)
                self.assert_refused(done, "expected a JWT")
                self.assertNotIn(text.encode(), done.stderr)

    def test_stdout_that_cannot_be_written(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([ASKPASS, FIRST], env={"BEARER_TOKEN": "eyJa"}, stdout=full,
                                  timeout=60)
        self.assertEqual(done.returncode, 1)

    def test_help(self):
        done = self.run_askpass("--help")
        self.assertEqual(done.returncode, 0)
        self.assertIn(b"SSH_ASKPASS", done.stdout)


class Discovery(Askpass):
    def test_order(self):
        self.write(f"bt_u{UID}", "eyJruntime", directory=self.runtime)
        env = {"BEARER_TOKEN": "eyJvariable", "BEARER_TOKEN_FILE": self.write("file", "eyJfile"),
               "XDG_RUNTIME_DIR": self.runtime}
        for expected, variable in (("eyJvariable", "BEARER_TOKEN"), ("eyJfile", "BEARER_TOKEN_FILE"),
                                   ("eyJruntime", "XDG_RUNTIME_DIR")):
            self.assertEqual(self.ask(FIRST, **env), expected + "\n")
            del env[variable]

    def test_an_empty_variable_is_not_set(self):
        path = self.write("file", "eyJfile")
        self.assertEqual(self.ask(FIRST, BEARER_TOKEN="", BEARER_TOKEN_FILE=path), "eyJfile\n")

    def test_white_space_is_stripped(self):
        for text in ("eyJa\n", " \t\r\n eyJa \r\n\n", "eyJa" + " " * 500, " " * 500 + "eyJa"):
            with self.subTest(text=text):
                path = self.write("file", text)
                self.assertEqual(self.ask(FIRST, BEARER_TOKEN_FILE=path), "eyJa\n")
        self.assertEqual(self.ask(FIRST, BEARER_TOKEN="\neyJa \n"), "eyJa\n")

    def test_a_missing_file_is_not_passed_over(self):
        self.write(f"bt_u{UID}", "eyJruntime", directory=self.runtime)
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
        self.assert_refused(self.run_askpass(FIRST), f"/tmp/bt_u{UID}")

    def test_modes_that_let_others_in(self):
        for mode in (0o640, 0o604, 0o620, 0o602, 0o644):
            with self.subTest(mode=oct(mode)):
                self.write(f"bt_u{UID}", "eyJa", mode=mode, directory=self.runtime)
                done = self.run_askpass(FIRST, XDG_RUNTIME_DIR=self.runtime)
                self.assert_refused(done, "chmod 600")

    def test_mode_400_is_fine(self):
        self.write(f"bt_u{UID}", "eyJa", mode=0o400, directory=self.runtime)
        self.assertEqual(self.ask(FIRST, XDG_RUNTIME_DIR=self.runtime), "eyJa\n")

    def test_hard_link(self):
        os.link(self.write("file", "eyJa"), os.path.join(self.runtime, f"bt_u{UID}"))
        done = self.run_askpass(FIRST, XDG_RUNTIME_DIR=self.runtime)
        self.assert_refused(done, "one name")

    def test_symbolic_link(self):
        os.symlink(self.write("file", "eyJa"), os.path.join(self.runtime, f"bt_u{UID}"))
        done = self.run_askpass(FIRST, XDG_RUNTIME_DIR=self.runtime)
        self.assert_refused(done, "symbolic link")

    def test_fifo_does_not_hang(self):
        os.mkfifo(os.path.join(self.runtime, f"bt_u{UID}"), 0o600)
        done = self.run_askpass(FIRST, XDG_RUNTIME_DIR=self.runtime)
        self.assert_refused(done, "regular file")

    @unittest.skipUnless(UID == 0, "needs root to give a file away")
    def test_file_of_another_user(self):
        path = self.write(f"bt_u{UID}", "eyJa", directory=self.runtime)
        os.chown(path, 1, 1)
        done = self.run_askpass(FIRST, XDG_RUNTIME_DIR=self.runtime)
        self.assert_refused(done, "another user")


class Snapshot(Askpass):
    def setUp(self):
        super().setUp()
        self.old = token_of(1200)
        self.new = "eyJ" + self.old[:2:-1]
        self.file = self.write("token", self.old)
        self.env = {"BEARER_TOKEN_FILE": self.file, "XDG_RUNTIME_DIR": self.runtime}

    def test_a_renewed_token_does_not_mix(self):
        self.assertEqual(self.ask(FIRST, **self.env), self.old[:500] + "\n")
        self.write("token", self.new)
        self.assertEqual(self.ask("JWT part 2: ", **self.env), self.old[500:1000] + "\n")
        self.assertEqual(self.ask("JWT part 3: ", **self.env), self.old[1000:] + "\n")

    def test_the_last_part_removes_it(self):
        self.ask(FIRST, **self.env)
        self.ask("JWT part 2: ", **self.env)
        self.assertEqual(len(self.snapshots()), 1)
        self.ask("JWT part 3: ", **self.env)
        self.assertEqual(self.snapshots(), [])

    def test_an_empty_last_part_removes_it(self):
        self.write("token", token_of(500))
        self.ask(FIRST, **self.env)
        self.assertEqual(len(self.snapshots()), 1)
        self.assertEqual(self.ask("JWT part 2: ", **self.env), "\n")
        self.assertEqual(self.snapshots(), [])

    def test_one_part_needs_none(self):
        self.write("token", token_of(499))
        self.ask(FIRST, **self.env)
        self.assertEqual(self.snapshots(), [])

    def test_part_1_begins_anew(self):
        self.ask(FIRST, **self.env)
        self.write("token", self.new)
        self.assertEqual(self.ask(FIRST, **self.env), self.new[:500] + "\n")
        self.assertEqual(self.ask("JWT part 2: ", **self.env), self.new[500:1000] + "\n")
        self.assertEqual(len(self.snapshots()), 1)

    def test_mode_and_name(self):
        old = os.umask(0)
        self.addCleanup(os.umask, old)
        self.ask(FIRST, **self.env)
        (name,) = self.snapshots()
        mode = os.stat(os.path.join(self.runtime, name)).st_mode
        self.assertEqual(stat.S_IMODE(mode), 0o600)
        with open("/proc/self/stat", encoding="ascii") as file:
            start = file.read().rpartition(")")[2].split()[19]
        self.assertEqual(name, f"pam-jwt-askpass.{os.getpid()}.{start}")

    def test_another_asker_has_another(self):
        self.ask(FIRST, **self.env)
        self.write("token", self.new)
        # The command after it keeps the shell from replacing itself by the program.
        done = subprocess.run(["/bin/sh", "-c", '"$0" "$1"; exit "$?"', ASKPASS, "JWT part 2: "],
                              env=self.env, capture_output=True, timeout=60)
        self.assertEqual(done.stdout.decode(), self.new[500:1000] + "\n")

    def test_one_that_others_can_write_is_not_used(self):
        self.ask(FIRST, **self.env)
        (name,) = self.snapshots()
        os.chmod(os.path.join(self.runtime, name), 0o620)
        self.write("token", self.new)
        self.assertEqual(self.ask("JWT part 2: ", **self.env), self.new[500:1000] + "\n")

    def test_a_link_laid_in_its_place_is_not_followed(self):
        self.ask(FIRST, **self.env)
        (name,) = self.snapshots()
        victim = self.write("victim", "precious")
        os.unlink(os.path.join(self.runtime, name))
        os.symlink(victim, os.path.join(self.runtime, name))
        self.ask(FIRST, **self.env)
        with open(victim, encoding="ascii") as file:
            self.assertEqual(file.read(), "precious")

    def test_none_without_a_directory_of_ours_alone(self):
        os.chmod(self.runtime, 0o770)
        self.ask(FIRST, **self.env)
        self.assertEqual(self.snapshots(), [])

    def test_none_without_runtime_directory(self):
        env = {"BEARER_TOKEN_FILE": self.file}
        self.ask(FIRST, **env)
        self.write("token", self.new)
        self.assertEqual(self.ask("JWT part 2: ", **env), self.new[500:1000] + "\n")

    def test_a_full_disk_leaves_none(self):
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

        done = subprocess.run([ASKPASS, FIRST], env=self.env, capture_output=True, timeout=60,
                              preexec_fn=limit)
        self.assertEqual(done.stdout.decode(), self.old[:500] + "\n")
        self.assertEqual(self.snapshots(), [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
