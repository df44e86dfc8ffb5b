#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""pam-jwt check: PAM services, as libpam reads them, and what pam_jwt.so does in their stacks."""

import os
import pathlib

import checkcase
from checkcase import TOKEN
import pamjwt
from pamjwt import fixture

BAD = "auth required pam_jwt.so wrong\n"


class Syntax(checkcase.CheckTest):
    """A line with an argument that does not exist is found where libpam reads it, and nowhere else."""

    def assert_at(self, place, text, name="sshd"):
        self.service(name, text)
        self.assert_found("error", os.path.join(self.pam, place) + ": pam_jwt.so: ", "'wrong'")

    def assert_nowhere(self, text, name="sshd"):
        self.service(name, TOKEN + text)
        self.assert_fine()

    def test_lines(self):
        for text in (BAD, "AUTH Required pam_jwt.so wrong", " \tauth\trequired   pam_jwt.so\twrong \n",
                     "-auth required pam_jwt.so wrong\n", "auth required /a/b/pam_jwt.so wrong\n",
                     "auth [success=ok default=die] pam_jwt.so wrong\n",
                     "auth [success=ok default=die]pam_jwt.so wrong\n",
                     "auth required pam_jwt.so [prompt=a b] wrong\n",
                     r"auth required pam_jwt.so [prompt=a \] b] wrong" + "\n",
                     "auth required pam_jwt.so [wrong]\n", "auth required pam_jwt.so wrong#x\n",
                     "auth \\\n required pam_jwt.so wrong\n",
                     "auth required pam_jwt.so \\ \n  \n # x\n\twrong\n"):
            self.assert_at("sshd:1", text)
        self.assert_at("sshd:4", "# a\n\n # b \\\n" + BAD)
        self.assert_at("sshd:3", "auth requi\\\n red pam_deny.so\n" + BAD)

    def test_lines_that_are_none(self):
        for text in ("#" + BAD, " # " + BAD, "auth required pam_jwt.so # wrong\n",
                     "account required pam_jwt.so wrong\n", "password required pam_jwt.so wrong\n",
                     "auth required pam_jwt.so.old wrong\n",
                     "auth required pam_not_jwt.so wrong\n",
                     "auth required pam_jwt.so # \\\nauth required pam_other.so wrong\n",
                     "auth required pam_echo.so file=pam_jwt.so wrong\n"):
            self.assert_nowhere(text)

    def test_a_comment_ends_a_line_that_would_go_on(self):
        self.service("sshd", "auth required pam_jwt.so \\ # x\n-account required pam_unix.so\n")
        self.assert_found("error", "sshd:1: pam_jwt.so: expected an argument of pam_jwt(8), found '\\'")

    def test_inclusion(self):
        self.service("parts", "account required pam_unix.so\n" + BAD)
        for text in ("@include parts\n", "@INCLUDE parts", "auth include parts\n",
                     "auth SubStack parts\n", f"auth include {self.pam}/parts\n", "@include inner\n"):
            self.service("inner", "auth include parts\n")
            self.assert_at("parts:2", text)
        os.unlink(os.path.join(self.pam, "parts"))
        self.write("parts", BAD)
        os.unlink(os.path.join(self.pam, "inner"))
        self.service("sshd", f"auth include {self.dir}/parts\n")
        self.assert_found("error", self.dir + "/parts:1: ")
        for text in (f"account include {self.dir}/parts\n", f"account substack {self.dir}/parts\n"):
            self.assert_nowhere(text)

    def test_only_the_stack_that_is_included(self):
        self.write("inner", f"@include {self.dir}/parts\n")
        self.write("parts", BAD)
        self.assert_nowhere(f"account include {self.dir}/inner\n")

    def test_files_that_are_no_services(self):
        for name in ("sshd~", "sshd.dpkg-old", "sshd.rpmsave", ".sshd", "Sudo", "a b", "db.bak"):
            self.service(name, BAD)
        os.mkdir(os.path.join(self.pam, "directory"))
        self.assert_fine()
        self.assert_at("x.y:1", BAD, name="x.y")


class Broken(checkcase.CheckTest):
    def assert_broken(self, text, *found):
        self.service("sshd", TOKEN + text)
        self.assert_found("error", self.pam, "libpam cannot use sshd", *found)

    def test_inclusion_of_nothing(self):
        for text in ("@include nothing\n", "auth include nothing\n", "account substack nothing\n"):
            self.assert_broken(text, "sshd:2: expected a file nothing to include")

    def test_inclusion_without_end(self):
        self.assert_broken("@include sshd\n", "expected at most 16 files")
        self.assert_broken("@include sshd\n" * 20, "expected at most 16 files")

    def test_a_chain_of_files(self):
        for number in range(16):
            self.service(f"part{number}", f"@include part{number + 1}\n")
        self.service("part16", "")
        self.service("sshd", TOKEN + "@include part2\n")
        self.assert_fine()
        self.assert_broken("@include part1\n", "part15:1: expected at most 16 files")

    def test_too_many_files(self):
        for number in range(16):
            self.service(f"part{number}", f"@include part{number + 1}\n" * 2)
        self.service("part16", "")
        self.assert_broken("@include part8\n", "expected at most 256 files")

    def test_too_many_lines(self):
        self.assert_broken("auth required pam_deny.so\n" * 4096, "expected at most 4096 lines")

    def test_words(self):
        self.assert_broken("auht required pam_unix.so\n", "sshd:2: expected auth, account", "'auht'")
        self.assert_broken("auth required\n", "sshd:2: expected a control, a module")
        self.assert_broken("auth required pam_unix.so" + " x" * 62, "at most 61 arguments")
        self.service("sshd", TOKEN + "auth required pam_unix.so" + " x" * 61)
        self.assert_fine()

    def test_services_without_pam_jwt_are_no_concern(self):
        self.service("db", "@include nothing\nauht\n")
        self.assert_fine()


class Arguments(checkcase.CheckTest):
    def test_all_that_exist(self):
        self.service("sshd", "auth required pam_jwt.so [prompt=a b] min_uid=1 allow_root timeout=60 "
                             "try_first_pass ignore_unknown_user nodelay debug\n")
        self.assert_fine()

    def test_values(self):
        for argument in ("timeout=61", "min_uid=x", "config=relative", "debug=1", "prompt="):
            self.service("sshd", f"auth required pam_jwt.so {argument}\n")
            self.assert_found("error", f"found '{argument}'", "every login fails here")

    def test_virtual_users(self):
        text = "auth required pam_jwt.so virtual_users\n"
        self.service("db", text)
        self.assert_fine()
        for name in ("sshd", "login", "su", "su-l", "sudo", "sudo-i"):
            self.service(name, text.replace("required", "sufficient"))
            self.assert_found("error", f"no virtual_users in {name}, ")
            os.unlink(os.path.join(self.pam, name))

    def test_nobody_asks(self):
        self.service("sshd", "auth requisite pam_nologin.so\naccount required pam_unix.so\n"
                             "auth required pam_jwt.so use_first_pass\nauth required pam_unix.so\n")
        self.assert_found("warning", "sshd:3: pam_jwt.so: ", "because of use_first_pass")
        for module in ("pam_deny.so", "pam_rootok.so", "pam_selinux.so", "pam_succeed_if.so uid = 0"):
            self.service("su", f"auth sufficient {module}\n"
                               "auth required pam_jwt.so use_first_pass allow_root\n")
            self.service("sshd", TOKEN)
            self.assert_found("warning", "su:2: pam_jwt.so: ", "because of use_first_pass")
        os.unlink(os.path.join(self.pam, "su"))
        self.service("sshd", "auth requisite pam_nologin.so\nauth optional pam_other.so\n"
                             "auth required pam_jwt.so use_first_pass\n")
        self.assert_fine()
        self.service("sshd", "auth required pam_jwt.so try_first_pass\n")
        self.assert_fine()

    def test_no_service_at_all(self):
        self.service("sshd", "auth required pam_unix.so\nsession required pam_jwt.so\n")
        self.assert_found("warning", "expected pam_jwt.so in auth of a PAM service, found it in none")


class Examples(checkcase.CheckTest):
    """Nothing is amiss in what conf/pam.d advises, but that it keeps root out."""

    EXAMPLES = pathlib.Path(fixture("")).resolve().parents[2] / "conf" / "pam.d"

    def test_each(self):
        examples = sorted(self.EXAMPLES.iterdir())
        self.assertGreater(len(examples), 5)
        os.unlink(os.path.join(self.pam, "sshd"))
        for example in examples:
            name = example.name.partition("-")[0]
            self.service(name, example.read_text())
            if example.name == "su-token":
                self.assert_found("warning", "nobody becomes root by it")
            else:
                self.assert_fine()
            os.unlink(os.path.join(self.pam, name))


class Root(checkcase.CheckTest):
    def test_root_is_kept_out(self):
        for name, text in (("login", "nobody logs in as root"), ("su", "nobody becomes root"),
                           ("su-l", "nobody becomes root")):
            for control in ("required", "requisite"):
                self.service(name, f"auth {control} pam_jwt.so\n")
                self.assert_found("warning", f"{name}:1: ", text)
            for line in ("auth required pam_jwt.so allow_root\n",
                         "auth sufficient pam_jwt.so\nauth required pam_unix.so\n",
                         "auth [success=1 default=ignore] pam_jwt.so\nauth requisite pam_unix.so\n"):
                self.service(name, line)
                self.assert_fine()
            os.unlink(os.path.join(self.pam, name))

    def test_other_services_know_root_by_other_means(self):
        for name in ("sudo", "sudo-i", "sshd", "db"):
            self.service(name, TOKEN)
        self.assert_fine()


class Sessions(checkcase.CheckTest):
    LIMIT = "session required pam_jwt.so limit\n"
    SYSTEMD = "session optional pam_systemd.so\n"

    def session(self, *lines):
        self.service("sshd", TOKEN + "".join(lines))

    def test_limit_behind_pam_systemd(self):
        self.session(self.SYSTEMD, self.LIMIT)
        self.assert_found("warning", "sshd:3: pam_jwt.so limit: expected before pam_systemd.so",
                          "above " + os.path.join(self.pam, "sshd:2"))
        self.session(self.SYSTEMD, self.SYSTEMD, self.LIMIT, self.SYSTEMD)
        self.assert_found("warning", "sshd:4: pam_jwt.so limit: expected before pam_systemd.so",
                          "above " + os.path.join(self.pam, "sshd:2"))
        self.session(self.LIMIT, self.SYSTEMD, self.SYSTEMD)
        self.assert_fine()
        self.session(self.SYSTEMD, "session required pam_jwt.so\n")
        self.assert_fine()

    def test_limit_without_pam_systemd(self):
        self.session(self.LIMIT, "account required pam_systemd.so\n")
        self.assert_found("warning", "sshd:2: pam_jwt.so limit: expected pam_systemd.so behind it")

    def test_limit_that_is_not_required(self):
        for control in ("optional", "sufficient", "success=ok default=ignore", "default=ignore",
                        "success=done default=ignore", "default=bad perm_denied=ignore",
                        "default=bad session_err=ok", "default=bad buf_err=1", "default=reset"):
            line = self.LIMIT.replace("required", f"[{control}]")
            self.session(line, self.SYSTEMD)
            self.assert_found("warning", "sshd:2: ", f"expected required, found {control}: ")
        for control in ("requisite", "Required", "[success=ok ignore=ignore default=bad]",
                        "[success=ok session_err=die perm_denied=bad buf_err=die default=ignore]"):
            self.session(self.LIMIT.replace("required", control), self.SYSTEMD)
            self.assert_fine()

    def assert_left_out(self, *lines):
        self.session(*lines)
        number = 2 + lines.index(self.LIMIT)
        self.assert_found("warning", f"sshd:{number}: pam_jwt.so limit: expected to be reached in "
                          "sshd")

    def test_limit_that_is_left_out(self):
        for control in ("sufficient", "[success=1 default=ignore]", "[default=1]",
                        "[success=done]"):
            self.assert_left_out(f"session {control} pam_permit.so\n", self.LIMIT, self.SYSTEMD)
        self.assert_left_out("session [success=2] pam_unix.so\n",
                             "session optional pam_permit.so\n",
                             "account required pam_permit.so\n", self.LIMIT, self.SYSTEMD)
        self.assert_left_out("session required pam_limits.so\n", "session sufficient pam_unix.so\n",
                             self.LIMIT)

    def test_pam_systemd_that_is_left_out(self):
        between = ("session sufficient pam_unix.so\n", "session [default=1] pam_unix.so\n")
        for lines in ([self.LIMIT, between[0], self.SYSTEMD],
                      [self.LIMIT, between[1], self.SYSTEMD],
                      [self.LIMIT.replace("required", "[success=1 default=bad]"), self.SYSTEMD],
                      [self.LIMIT.replace("required", "[success=done default=bad]"), self.SYSTEMD]):
            self.session(*lines)
            self.assert_found("warning", "sshd:2: pam_jwt.so limit: expected pam_systemd.so to be "
                              "reached behind it in sshd",
                              os.path.join(self.pam, f"sshd:{1 + len(lines)}"))
        self.session(self.LIMIT, between[1], self.SYSTEMD, self.SYSTEMD)
        self.assert_fine()

    def test_controls_that_leave_out_nothing_of_it(self):
        for line in ("required pam_unix.so", "optional pam_unix.so", "[default=ok] pam_unix.so",
                     "sufficient pam_succeed_if.so user ingroup x", "sufficient pam_deny.so",
                     "[success=1 default=ignore] pam_succeed_if.so service in cron",
                     "requisite pam_deny.so", "[success=1 session_err=ignore] pam_deny.so"):
            self.session(f"session {line}\n", self.LIMIT, self.SYSTEMD)
            self.assert_fine()
            self.session(self.LIMIT, f"session {line}\n", self.SYSTEMD)
            self.assert_fine()
        self.session("account sufficient pam_permit.so\n", self.LIMIT, self.SYSTEMD)
        self.assert_fine()

    def test_what_substacks_leave_out_is_not_known(self):
        self.service("parts", "session sufficient pam_permit.so\n")
        for lines in (["session substack parts\n", self.LIMIT, self.SYSTEMD],
                      [self.LIMIT, "session substack parts\n", self.SYSTEMD]):
            self.session(*lines)
            self.assert_fine()
        self.assert_left_out("session sufficient pam_permit.so\n", "session substack parts\n",
                             self.LIMIT, self.SYSTEMD)

    def test_debians_sessions(self):
        common = ("session [default=1] pam_permit.so\n", "session requisite pam_deny.so\n",
                  "session required pam_permit.so\n", "session required pam_unix.so\n")
        for lines in ([self.LIMIT, *common, self.SYSTEMD], [*common, self.LIMIT, self.SYSTEMD]):
            self.session(*lines)
            self.assert_fine()

    def test_arguments(self):
        self.session("session required pam_jwt.so limits\n")
        self.assert_found("warning", "sshd:2: ", "found 'limits': it is ignored")
        self.session("session required pam_jwt.so\n")
        self.assert_fine()
        self.service("sshd", "auth required pam_jwt.so limit\n")
        self.assert_found("warning", "sshd:1: ", "found it on an auth line")

    def test_limit_behind_the_users_environment(self):
        for line in ("session required pam_env.so user_readenv=1\n",
                     "session required pam_env.so readenv=1 user_readenv=2\n",
                     "session required pam_env.so user_readenv=0 user_readenv=1\n",
                     "auth required pam_env.so user_readenv=1\n"):
            self.session(line, self.LIMIT, self.SYSTEMD)
            self.assert_found("warning", "sshd:2: pam_env.so: ", "users set the end")
        self.session(self.LIMIT, self.SYSTEMD, "auth required pam_env.so user_readenv=1\n")
        self.assert_found("warning", "sshd:4: pam_env.so: ")
        for lines in (["session required pam_env.so user_readenv=0\n", self.LIMIT, self.SYSTEMD],
                      ["session required pam_env.so readenv=1\n", self.LIMIT, self.SYSTEMD],
                      ["session required pam_env.so user_readenv\n", self.LIMIT, self.SYSTEMD],
                      ["session required pam_env.so user_readenv=1 user_readenv=00\n", self.LIMIT,
                       self.SYSTEMD],
                      [self.LIMIT, "session required pam_env.so user_readenv=1\n", self.SYSTEMD],
                      ["account required pam_env.so user_readenv=1\n", self.LIMIT, self.SYSTEMD],
                      ["session required pam_env.so user_readenv=1\n", self.SYSTEMD]):
            self.session(*lines)
            self.assert_fine()


if __name__ == "__main__":
    pamjwt.main()
