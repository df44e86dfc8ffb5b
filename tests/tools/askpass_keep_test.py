#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""pam-jwt-askpass: what one call keeps for the next, the snapshot and the mark of what was sent."""

import os
import resource
import signal
import stat
import subprocess
import sys
import time
import unittest

from askpasscase import ASKPASS, CAN_MOUNT, FIRST, HEAD, NEW_PARENT, UID, Askpass, token_of

USUAL = f"/run/user/{UID}"
# /run of its own: only root may mount.
OWN_RUN = ("/usr/bin/unshare", "--mount", "/bin/sh", "-c",
                'mount -t tmpfs -o mode=0755 none /run && mkdir "${0%/*}" || exit 99\n'
                '[ "$USUAL_MODE" = none ] || mkdir -m "$USUAL_MODE" "$0" || exit 99\n'
                '"$ASKPASS" "$1"; "$ASKPASS" "$2"; ls "$0" 2>&1', USUAL)


class Keep(Askpass):
    parent = ()

    def setUp(self):
        super().setUp()
        self.old = token_of(1200)
        self.new = HEAD + self.old[:len(HEAD) - 1:-1]
        self.file = self.write("token", self.old)
        self.env = {"BEARER_TOKEN_FILE": self.file}


class Snapshot(Keep):
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
        self.parent = NEW_PARENT
        self.assertEqual(self.ask("JWT part 2: ", **self.env), self.new[500:1000] + "\n")

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
        self.write("token", self.new)
        self.ask(FIRST, **self.env)
        with open(victim, encoding="ascii") as file:
            self.assertEqual(file.read(), "precious")

    @unittest.skipIf(os.path.isdir(USUAL), f"there is {USUAL}")
    def test_none_without_a_directory_of_ours_alone(self):
        for mode in (0o770, 0o707):
            with self.subTest(mode=oct(mode)):
                os.chmod(self.runtime, mode)
                self.ask(FIRST, **self.env)
                self.assertEqual(self.kept(), [])

    @unittest.skipIf(os.path.isdir(USUAL), f"there is {USUAL}")
    def test_none_without_runtime_directory(self):
        env = {**self.env, "XDG_RUNTIME_DIR": None}
        self.ask(FIRST, **env)
        self.write("token", self.new)
        self.assertEqual(self.ask("JWT part 2: ", **env), self.new[500:1000] + "\n")

    def test_a_full_disk_leaves_none(self):
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

        done = subprocess.run([ASKPASS, FIRST], env=self.environment(**self.env),
                              capture_output=True, timeout=60, preexec_fn=limit)
        self.assertEqual(done.stdout.decode(), self.old[:500] + "\n")
        self.assertEqual(self.snapshots(), [])

    def test_old_ones_of_any_asker_are_removed(self):
        for name, age, left in (("1.1", 119, True), ("1.1.sent", 119, True), ("1.2", 300, False),
                                ("1.2.sent", 300, False), ("1.3", -119, True),
                                ("1.4", -300, False)):
            with self.subTest(name=name, age=age):
                path = self.write("pam-jwt-askpass." + name, "old", directory=self.runtime)
                written = time.time() - age
                os.utime(path, (written, written))
                self.parent = NEW_PARENT
                self.ask(FIRST, **self.env)
                self.assertEqual(os.path.exists(path), left)

    def test_files_of_others_are_left(self):
        path = self.write("pam-jwt", "precious", directory=self.runtime)
        os.utime(path, (0, 0))
        self.ask(FIRST, **self.env)
        self.assertTrue(os.path.exists(path))


@unittest.skipUnless(CAN_MOUNT, "needs root and mount namespaces")
class UsualDirectory(Keep):
    """A client that lost its environment has no XDG_RUNTIME_DIR."""

    def run_both(self, mode, **env):
        """What parts 1 and 2 of a token print that is another one each time, and what is kept."""
        command = (f"cat {self.dir}/token; tr 0-9 1-90 <{self.dir}/token >{self.dir}/next; "
                   f"mv {self.dir}/next {self.dir}/token")
        done = subprocess.run(
            [*OWN_RUN, FIRST, "JWT part 2: "], capture_output=True, timeout=60, text=True,
            env=self.environment(ASKPASS=ASKPASS, USUAL_MODE=mode, PAM_JWT_TOKEN_COMMAND=command,
                                 PATH=os.environ["PATH"], **env))
        self.assertNotEqual(done.returncode, 99, done.stderr)
        return done.stdout.splitlines(), done.stderr

    def test_it_keeps_the_snapshot(self):
        for runtime in (None, "", "relative", "/nowhere"):
            with self.subTest(runtime=runtime):
                self.write("token", self.old)
                lines, why = self.run_both("0700", XDG_RUNTIME_DIR=runtime)
                self.assertEqual(lines[:2], [self.old[:500], self.old[500:1000]], why)
                self.assertEqual(len(lines), 4, lines)

    def test_the_one_of_the_environment_comes_first(self):
        lines, why = self.run_both("0700")
        self.assertEqual(lines, [self.old[:500], self.old[500:1000]], why)
        self.assertEqual(len(self.kept()), 2)

    def test_it_must_be_ours_alone(self):
        for mode in ("none", "0770", "0707"):
            with self.subTest(mode=mode):
                lines, why = self.run_both(mode, XDG_RUNTIME_DIR=None)
                self.assertNotIn(self.old[:500], lines)
                self.assertIn("set XDG_RUNTIME_DIR", why)


class Sent(Keep):
    SHORT = HEAD + "short"

    def setUp(self):
        super().setUp()
        self.write("token", self.SHORT)

    def refuse_again(self, prompt=FIRST):
        done = self.run_askpass(prompt, **self.env)
        self.assert_refused(done, "not sent twice")
        self.assertEqual(done.stderr.count(b"\n"), 1)

    def test_a_token_is_sent_once(self):
        self.assertEqual(self.ask(FIRST, **self.env), self.SHORT + "\n")
        self.refuse_again()
        self.refuse_again()

    def test_a_long_one_too(self):
        self.write("token", self.old)
        for prompt in (FIRST, "JWT part 2: ", "JWT part 3: "):
            self.ask(prompt, **self.env)
        self.refuse_again()
        self.assertEqual(self.snapshots(), [])

    def test_a_renewed_one_is_sent(self):
        self.ask(FIRST, **self.env)
        for text in (HEAD + "short2", HEAD + "shor", HEAD + "shors"):
            self.write("token", text)
            self.assertEqual(self.ask(FIRST, **self.env), text + "\n")
        self.refuse_again()

    def test_another_user_or_host_gets_it(self):
        for name in ("", "(a@h) ", "(b@h) ", "(a@g) ", "(ah@g) ", "(a@hg) "):
            with self.subTest(name=name):
                self.assertEqual(self.ask(name + FIRST, **self.env), self.SHORT + "\n")
                self.refuse_again(name + FIRST)

    def test_another_asker_sends_it(self):
        self.ask(FIRST, **self.env)
        self.parent = NEW_PARENT
        self.assertEqual(self.ask(FIRST, **self.env), self.SHORT + "\n")

    def test_it_is_forgotten_after_a_while(self):
        self.ask(FIRST, **self.env)
        (name,) = self.marks()
        written = time.time() - 300
        os.utime(os.path.join(self.runtime, name), (written, written))
        self.assertEqual(self.ask(FIRST, **self.env), self.SHORT + "\n")

    def test_the_mark_tells_nothing(self):
        self.ask(FIRST, **self.env)
        (name,) = self.marks()
        info = os.stat(os.path.join(self.runtime, name))
        self.assertEqual((stat.S_IMODE(info.st_mode), info.st_size), (0o600, 8))

    def test_a_mark_that_is_damaged_does_no_harm(self):
        for text in ("", "1234567", "x" * 8, "x" * 9, "x" * 1000):
            with self.subTest(text=text):
                self.parent = ()
                self.ask("(%s@x) " % ("u" + str(len(text))) + FIRST, **self.env)
                (name,) = self.marks()
                self.write(name, text, directory=self.runtime)
                self.assertEqual(self.ask("(%s@x) " % ("u" + str(len(text))) + FIRST, **self.env),
                                 self.SHORT + "\n")

    def test_a_token_that_was_not_sent_may_be_sent_later(self):
        self.write("token", "no token")
        self.refuse(FIRST, "expected a JWT", **self.env)
        self.assertEqual(self.marks(), [])

    @unittest.skipIf(os.path.isdir(USUAL), f"there is {USUAL}")
    def test_not_remembered_without_a_directory(self):
        self.env["XDG_RUNTIME_DIR"] = None
        for _ in range(2):
            self.assertEqual(self.ask(FIRST, **self.env), self.SHORT + "\n")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
