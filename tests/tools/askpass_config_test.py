#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""pam-jwt-askpass: its configuration file and the token command."""

import os
import pathlib
import pwd
import re
import signal
import subprocess
import sys
import unittest

from askpasscase import ASKPASS, CAN_MOUNT, FIRST, HEAD, UID, Askpass, token_of

EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "conf" / "askpass.conf"
PATH = "/usr/bin:/bin"
FROM_FILE, FROM_COMMAND, FROM_ENV = HEAD + "file", HEAD + "command", HEAD + "env"


class Config(Askpass):
    def refuse_config(self, text, *words):
        path = self.configure(text)
        self.refuse(FIRST, path, *words, BEARER_TOKEN=FROM_ENV)

    def test_keys(self):
        path = self.write("token", FROM_FILE)
        for text, expected in (("", FROM_ENV), (f"token_file = {path}\n", FROM_FILE),
                               (f"token_command = echo {FROM_COMMAND}\n", FROM_COMMAND)):
            with self.subTest(text=text):
                self.configure(text)
                self.assertEqual(self.ask(FIRST, BEARER_TOKEN=FROM_ENV), expected + "\n")

    def test_form(self):
        path = self.write("token", FROM_FILE)
        for text in (f"token_file={path}", f"\n# x\n  #y\n\t token_file \t=  {path} \t\n",
                     f"token_file = {path}\r\n", f"prompt = a = b\ntoken_file = {path}\n"):
            with self.subTest(text=text):
                self.configure(text)
                self.assertEqual(self.ask(FIRST), FROM_FILE + "\n")

    def test_prompt(self):
        self.configure("prompt = Token for %h: \n")
        for prompt in ("Token for %h: ", "(a@b) Token for %h: ", FIRST):
            with self.subTest(prompt=prompt):
                self.assertEqual(self.ask(prompt, BEARER_TOKEN=FROM_ENV), FROM_ENV + "\n")
        self.refuse("Token for h: ", BEARER_TOKEN=FROM_ENV)

    def test_prompt_of_the_environment_comes_first(self):
        self.configure("prompt = Theirs: \n")
        env = {"BEARER_TOKEN": FROM_ENV, "PAM_JWT_PROMPT": "Mine: "}
        self.assertEqual(self.ask("Mine: ", **env), FROM_ENV + "\n")
        self.refuse("Theirs: ", **env)
        self.assertEqual(self.ask("Theirs: ", **{**env, "PAM_JWT_PROMPT": ""}), FROM_ENV + "\n")

    def test_what_is_wrong_is_said(self):
        for text, *words in (
                ("tokencommand = x\n", ":1: expected token_command, token_file or prompt, "
                                       "found 'tokencommand'"),
                ("#\n\nPrompt = x\n", ":3: ", "found 'Prompt'"),
                ("[global]\n", ":1: expected KEY = VALUE, found '[global]'"),
                ("prompt\n", "expected KEY = VALUE"), ("prompt =\n", "expected a value"),
                ("= x\n", "found ''"), ("prompt = a\nprompt = a\n", ":2: expected each key once"),
                ("prompt = a\x1b[1m\n", "control character"), ("prompt = a\x7f\n", "control"),
                ("prompt = a\rb\n", "control character"), ("prompt = a\0b\n", "NUL"),
                ("token_file = /x\ntoken_command = y\n", "found both"),
                ("token_file = relative\n", "begins with /"), ("token_file = ~x/y\n", "~x/y"),
                ("# " + "x" * 16383, "at most 16384 bytes")):
            with self.subTest(text=text[:40]):
                self.refuse_config(text, *words)

    def test_the_longest(self):
        path = self.write("token", FROM_FILE)
        text = f"token_file = {path}\n#"
        self.configure(text + "x" * (16384 - len(text)))
        self.assertEqual(self.ask(FIRST), FROM_FILE + "\n")

    def test_who_may_write_it(self):
        for mode in (0o620, 0o602, 0o666):
            with self.subTest(mode=oct(mode)):
                path = self.configure("", mode)
                self.refuse(FIRST, path, "chmod 600", BEARER_TOKEN=FROM_ENV)
        self.configure("", 0o644)
        self.assertEqual(self.ask(FIRST, BEARER_TOKEN=FROM_ENV), FROM_ENV + "\n")

    @unittest.skipUnless(UID == 0, "needs root to give a file away")
    def test_file_of_another_user(self):
        path = self.configure("")
        os.chown(path, 1, 1)
        self.refuse(FIRST, path, "another user", BEARER_TOKEN=FROM_ENV)

    def test_no_regular_file(self):
        path = self.configure("")
        os.unlink(path)
        os.mkfifo(path, 0o600)
        self.refuse(FIRST, path, "regular file", BEARER_TOKEN=FROM_ENV)

    def test_a_link_to_a_file_of_ours_is_followed(self):
        """Programs that keep such files in a repository lay links."""
        target = self.write("elsewhere", "prompt = Mine: \n")
        os.symlink(target, os.path.join(self.config_dir, "askpass.conf"))
        self.assertEqual(self.ask("Mine: ", BEARER_TOKEN=FROM_ENV), FROM_ENV + "\n")
        os.chmod(target, 0o622)
        self.refuse("Mine: ", "chmod 600", BEARER_TOKEN=FROM_ENV)

    def test_none_in_a_home_of_somebody_else(self):
        """As after su, or setpriv, which leave HOME as it was."""
        path = self.configure("")
        if UID == 0:  # root as any other user
            self.parent = ("/usr/bin/setpriv", "--bounding-set=-all")
        os.chmod(path, 0)
        self.refuse(FIRST, path, "Permission denied", BEARER_TOKEN=FROM_ENV)
        os.chmod(self.config_dir, 0)
        self.addCleanup(os.chmod, self.config_dir, 0o700)
        self.assertEqual(self.ask(FIRST, BEARER_TOKEN=FROM_ENV), FROM_ENV + "\n")

    def test_where_it_is(self):
        home = os.path.join(self.dir, "home")
        os.makedirs(os.path.join(home, ".config", "pam_jwt"))
        self.write("askpass.conf", "prompt = Home: \n", 0o600,
                   os.path.join(home, ".config", "pam_jwt"))
        for base in (None, "", "relative/config"):
            with self.subTest(base=base):
                env = {"HOME": home, "XDG_CONFIG_HOME": base, "BEARER_TOKEN": FROM_ENV}
                self.assertEqual(self.ask("Home: ", **env), FROM_ENV + "\n")
        self.refuse("Home: ", HOME=home, BEARER_TOKEN=FROM_ENV)

    @unittest.skipUnless(CAN_MOUNT, "needs root and mount namespaces")
    def test_home_of_the_user_without_a_variable(self):
        users = self.write("passwd", f"root:x:0:0:root:{self.dir}:/bin/sh\n", 0o644)
        os.makedirs(os.path.join(self.dir, ".config", "pam_jwt"))
        self.write("askpass.conf", "prompt = Mine: \n", 0o600, f"{self.dir}/.config/pam_jwt")
        self.parent = ("/usr/bin/unshare", "--mount", "/bin/sh", "-c",
                       'mount --bind "$0" /etc/passwd && "$@"; exit "$?"', users)
        for home in (None, "", "relative"):
            with self.subTest(home=home):
                self.assertEqual(self.ask("Mine: ", HOME=home, XDG_CONFIG_HOME=None, PATH=PATH,
                                          BEARER_TOKEN=FROM_ENV), FROM_ENV + "\n")

    def test_tilde(self):
        self.write("token", FROM_FILE)
        self.configure("token_file = ~/token\n")
        self.assertEqual(self.ask(FIRST, HOME=self.dir), FROM_FILE + "\n")

    def test_other_prompts_get_nothing(self):
        self.configure(f"token_command = echo {FROM_COMMAND} | tee {self.dir}/ran\n")
        for prompt in ("Password: ", "(a@b) Are you sure (yes/no)? "):
            done = self.run_askpass(prompt)
            self.assert_refused(done)
            self.assertEqual(done.stderr, b"")
        self.refuse(FIRST, SSH_ASKPASS_PROMPT="confirm")
        self.assertFalse(os.path.exists(os.path.join(self.dir, "ran")))


class Example(Askpass):
    def test_it_sets_nothing_as_shipped(self):
        self.configure(EXAMPLE.read_text(encoding="utf-8"))
        self.assertEqual(self.ask(FIRST, BEARER_TOKEN=FROM_ENV), FROM_ENV + "\n")

    def test_each_line_is_fine_uncommented(self):
        text = EXAMPLE.read_text(encoding="utf-8")
        lines = re.findall(r"^#(\w+ = .*)$", text, re.MULTILINE)
        self.assertEqual(sorted(line.split()[0] for line in lines),
                         ["prompt", "token_command", "token_file"])
        for line in lines:
            with self.subTest(line=line):
                self.configure(text.replace("#" + line, line))
                done = self.run_askpass("x", HOME=self.dir)
                self.assert_refused(done)
                self.assertEqual(done.stderr, b"")


class Command(Askpass):
    def command(self, script, prompt=FIRST, **env):
        return self.ask(prompt, PAM_JWT_TOKEN_COMMAND=script, PATH=PATH, **env)

    def refuse_command(self, script, *words, prompt=FIRST, **env):
        self.refuse(prompt, *words, PAM_JWT_TOKEN_COMMAND=script, PATH=PATH, **env)

    def test_environment_comes_first(self):
        path = self.write("token", FROM_FILE)
        for text in (f"token_file = {path}\n", f"token_command = echo {FROM_FILE}\n"):
            self.configure(text)
            answer = self.command(f"echo {FROM_COMMAND}", BEARER_TOKEN=FROM_ENV)
            self.assertEqual(answer, FROM_COMMAND + "\n")
            self.assertEqual(self.command("", BEARER_TOKEN=FROM_ENV), FROM_FILE + "\n")

    def test_user_and_host(self):
        script = (f'printf "%s %s" "$PAM_JWT_USER" "$PAM_JWT_HOST" >{self.dir}/names; '
                  f"echo {FROM_ENV}")
        for prompt, names in (("(alice@host.example) ", "alice host.example"),
                              ("(al@corp.example@fe80::1%eth0) ", "al@corp.example fe80::1%eth0"),
                              ("(CORP\\alice@h) ", "CORP\\alice h"),
                              ("(a@[::1]:22) ", "a [::1]:22"),
                              ("", pwd.getpwuid(os.getuid()).pw_name + " ")):
            with self.subTest(prompt=prompt):
                self.command(script, prompt + FIRST, PAM_JWT_USER="mallory", PAM_JWT_HOST="evil")
                self.assertEqual(self.read("names"), names)

    def test_names_that_a_shell_could_mistake(self):
        for name in ("a;id@h", "a@$HOME", "a`id`@h", "a'@h", 'a"@h', "a@h|x", "a@*", "-a@h", "a@-h",
                     "a@h&", "a/b@h", "a@" + "h" * 256):
            with self.subTest(name=name):
                self.refuse_command(f"touch {self.dir}/ran; echo {FROM_ENV}", "not run",
                                    prompt=f"({name}) {FIRST}")
        self.assertFalse(os.path.exists(os.path.join(self.dir, "ran")))

    def test_names_are_no_text_of_the_shell(self):
        self.command(f'echo "$0" "$#" >{self.dir}/names; echo {FROM_ENV}', "(alice@h) " + FIRST)
        self.assertEqual(self.read("names"), "/bin/sh 0\n")

    def test_it_cannot_ask_this_program(self):
        env = {"SSH_ASKPASS": ASKPASS, "SSH_ASKPASS_REQUIRE": "force", "SUDO_ASKPASS": ASKPASS}
        self.command(f"env >{self.dir}/env; echo {FROM_ENV}", **env, MINE="kept")
        self.assertNotIn("ASKPASS", self.read("env"))
        self.assertIn("MINE=kept\n", self.read("env"))

    def test_stdin_is_empty(self):
        done = subprocess.run([ASKPASS, FIRST], input=HEAD.encode() + b"stdin", timeout=60,
                              capture_output=True, env=self.environment(
                                  PATH=PATH, PAM_JWT_TOKEN_COMMAND=f"cat; echo {FROM_ENV}"))
        self.assertEqual(done.stdout.decode(), FROM_ENV + "\n")

    def test_its_errors_are_shown(self):
        self.refuse_command("echo 'log in first' >&2; exit 3", "log in first", "exit status 3")

    def test_it_must_succeed(self):
        self.refuse_command(f"echo {FROM_ENV}; exit 1", "exit status 1")
        self.refuse_command(f"echo {FROM_ENV}; kill -15 $$", "signal 15")
        self.refuse_command("/nonexistent/program", "exit status 127")

    def test_what_it_writes_must_be_a_token(self):
        self.refuse_command("true", "nothing but white space")
        self.refuse_command("echo password", "expected a JWT")
        self.refuse_command(f"echo {token_of(16385)}", "16384")
        self.assertEqual(self.command(f"echo; echo ' {FROM_ENV} '; echo"), FROM_ENV + "\n")
        self.assertEqual(self.command(f"echo {token_of(16384)}"), token_of(500) + "\n")

    def test_it_is_stopped_when_it_writes_too_much(self):
        def ignore():  # as ssh does
            signal.signal(signal.SIGPIPE, signal.SIG_IGN)

        done = subprocess.run([ASKPASS, FIRST], capture_output=True, timeout=60, preexec_fn=ignore,
                              env=self.environment(PATH=PATH, PAM_JWT_TOKEN_COMMAND="exec yes"))
        self.assert_refused(done, "more than a token", f"signal {int(signal.SIGPIPE)}")

    def test_too_much_and_not_a_byte_more_than_is_read(self):
        done = self.run_askpass(FIRST, PATH=PATH,
                                PAM_JWT_TOKEN_COMMAND="head -c 17408 /dev/zero")
        self.assert_refused(done, "more than a token")
        self.assertEqual(done.stderr.count(b"\n"), 1, done.stderr)

    def test_an_asker_that_ignores_its_children(self):
        def ignore():
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)

        done = subprocess.run(
            [ASKPASS, FIRST], capture_output=True, timeout=60, preexec_fn=ignore,
            env=self.environment(PATH=PATH, PAM_JWT_TOKEN_COMMAND=f"echo {FROM_ENV}"))
        self.assertEqual(done.stdout.decode(), FROM_ENV + "\n", done.stderr)

    def test_descriptors_that_are_closed(self):
        env = self.environment(PATH=PATH, PAM_JWT_TOKEN_COMMAND=f"echo {FROM_ENV}")
        for closed in ("<&-", "2>&-", "<&- 2>&-"):
            with self.subTest(closed=closed):
                done = subprocess.run(["/bin/sh", "-c", f'"$0" "$1" {closed}', ASKPASS, FIRST],
                                      env=env, capture_output=True, timeout=60)
                self.assertEqual(done.stdout.decode(), FROM_ENV + "\n")


class CommandOfMoreParts(Askpass):
    parent = ()

    def setUp(self):
        super().setUp()
        self.token = token_of(1100)
        self.write("token", self.token)
        self.env = {"PATH": PATH,
                    "PAM_JWT_TOKEN_COMMAND": f"echo run >>{self.dir}/runs; cat {self.dir}/token"}

    def test_it_runs_once(self):
        answers = [self.ask(prompt, **self.env)[:-1]
                   for prompt in (FIRST, "JWT part 2: ", "JWT part 3: ")]
        self.assertEqual("".join(answers), self.token)
        self.assertEqual(self.read("runs"), "run\n")
        self.assertEqual(self.snapshots(), [])

    def test_not_for_a_later_part(self):
        self.refuse("JWT part 2: ", "not run again", **self.env)
        self.assertFalse(os.path.exists(os.path.join(self.dir, "runs")))

    @unittest.skipIf(os.path.isdir(f"/run/user/{UID}"), f"there is /run/user/{UID}")
    def test_a_long_token_needs_a_directory(self):
        env = {**self.env, "XDG_RUNTIME_DIR": None}
        self.refuse(FIRST, "set XDG_RUNTIME_DIR", **env)
        self.write("token", token_of(500))
        self.refuse(FIRST, "set XDG_RUNTIME_DIR", **env)
        self.write("token", token_of(499))
        self.assertEqual(self.ask(FIRST, **env), token_of(499) + "\n")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
