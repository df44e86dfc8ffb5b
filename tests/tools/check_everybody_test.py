#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""pam-jwt check: stacks that let in without token and password."""

import checkcase
from checkcase import TOKEN
import pamjwt

PERMITS = ("required pam_permit.so", "required pam_permit.so")


class Everybody(checkcase.CheckTest):
    """Whether a stack without any refusal is told from one that looks like it."""

    def assert_open(self, *lines):
        self.service("sshd", "".join(f"auth {line}\n" for line in lines))
        self.assert_found("error", "everybody logs in without token and password")

    def assert_closed(self, *lines):
        self.service("sshd", "".join(f"auth {line}\n" for line in lines))
        self.assert_fine()

    def test_open(self):
        self.assert_open("sufficient pam_jwt.so", "required pam_permit.so")
        self.assert_open("optional pam_jwt.so", "optional pam_permit.so")
        self.assert_open("required pam_nologin.so", "[success=1 default=ignore] pam_jwt.so",
                         "sufficient pam_permit.so", "required pam_deny.so")
        self.assert_open("[success=1 default=ignore] pam_jwt.so", "[default=1] pam_unix.so",
                         "requisite pam_deny.so", "required pam_permit.so")
        self.assert_open("sufficient pam_permit.so", "required pam_jwt.so")
        self.assert_open("[default=ok auth_err=ignore] pam_jwt.so", "required pam_permit.so")
        self.assert_open("required pam_jwt.so", "[default=reset] pam_unix.so",
                         "required pam_permit.so")

    def test_gates(self):
        """What lets some pass says yes of them. Who makes it sufficient or jumps by it means so."""
        for gate in ("pam_succeed_if.so quiet user != root", "pam_succeed_if.so uid >= 1000",
                     "pam_access.so", "pam_shells.so", "pam_localuser.so",
                     "pam_listfile.so item=user sense=allow file=/etc/ok onerr=fail",
                     "pam_usertype.so isregular", "pam_wheel.so trust"):
            for control in ("required", "requisite", "optional", "[success=ok default=1]"):
                self.assert_open(f"{control} {gate}", "sufficient pam_jwt.so")
            for control in ("sufficient", "[success=1 default=ignore]",
                            "[success=ignore default=1]"):
                self.assert_closed(f"{control} {gate}", "required pam_jwt.so",
                                   "required pam_permit.so")
            self.assert_closed(f"required {gate}", "required pam_jwt.so")

    def test_modules_that_say_yes_of_everybody(self):
        for module in ("pam_cap.so", "pam_echo.so", "pam_faillock.so preauth", "pam_lastlog.so",
                       "pam_faillock.so authsucc", "pam_nologin.so successok", "pam_securetty.so"):
            self.assert_open(f"required {module}", "sufficient pam_jwt.so")
            self.assert_open(f"sufficient {module}", "required pam_jwt.so")

    def test_modules_that_say_nothing(self):
        for module in ("pam_env.so", "pam_faildelay.so", "pam_group.so", "pam_issue.so",
                       "pam_keyinit.so", "pam_mail.so", "pam_nologin.so", "pam_sepermit.so",
                       "pam_warn.so", "pam_wheel.so"):
            self.assert_closed(f"required {module}", "sufficient pam_jwt.so")
            self.assert_open(f"required {module}", "sufficient pam_jwt.so",
                             "required pam_permit.so")

    def test_modules_that_refuse(self):
        for module in ("pam_deny.so", "pam_unix.so", "pam_selinux.so", "pam_limits.so",
                       "pam_other.so"):
            self.assert_closed(f"sufficient {module}", "sufficient pam_jwt.so")
            self.assert_closed(f"required {module}", "sufficient pam_jwt.so",
                               "required pam_permit.so")
        for module in ("pam_limits.so", "pam_loginuid.so", "pam_time.so"):
            self.assert_open(f"[module_unknown=ignore default=bad] {module}",
                             "sufficient pam_jwt.so", "required pam_permit.so")

    def test_root_of_programs_that_are_always_roots(self):
        self.assert_open("sufficient pam_rootok.so", "required pam_jwt.so")
        self.service("sshd", TOKEN)
        self.service("su", "auth sufficient pam_rootok.so\n"
                           "auth required pam_jwt.so allow_root\n")
        self.assert_fine()

    def test_faillock_as_its_manual_says(self):
        self.assert_closed("required pam_faillock.so preauth", "sufficient pam_jwt.so",
                           "[default=die] pam_faillock.so authfail", "required pam_deny.so")
        self.assert_closed("required pam_faillock.so preauth", "sufficient pam_jwt.so",
                           "[default=die] pam_faillock.so authfail")
        self.assert_closed("sufficient pam_jwt.so", "optional pam_faillock.so authfail")
        self.assert_closed("[success=1 default=bad] pam_jwt.so",
                           "[default=die] pam_faillock.so authfail",
                           "sufficient pam_faillock.so authsucc", "required pam_deny.so")

    def test_closed(self):
        self.assert_closed("sufficient pam_jwt.so")
        self.assert_closed("optional pam_jwt.so", "optional pam_env.so")
        self.assert_closed("required pam_jwt.so", "required pam_permit.so")
        self.assert_closed("requisite pam_jwt.so", "sufficient pam_permit.so")
        self.assert_closed("sufficient pam_jwt.so", "required pam_unix.so",
                           "optional pam_permit.so")
        self.assert_closed("[success=2 default=ignore] pam_jwt.so",
                           "[success=1 default=ignore] pam_unix.so", "requisite pam_deny.so",
                           "required pam_permit.so")
        self.assert_closed("optional pam_permit.so", "required pam_jwt.so")
        self.assert_closed("[success=ok] pam_jwt.so", "required pam_permit.so")
        self.assert_closed("[default=die] pam_jwt.so", "[default=reset] pam_unix.so",
                           "required pam_permit.so")
        self.assert_closed("[default=nonsense] pam_jwt.so", "required pam_permit.so")
        self.assert_closed("sufficient pam_succeed_if.so user ingroup x", "required pam_jwt.so")

    def assert_open_if(self, says, who, *lines, advice="make it required"):
        self.service("sshd", "".join(f"auth {line}\n" for line in lines))
        self.assert_found("error", f"refuses in sshd if this one {says}, found none: {who} without "
                          f"token and password; {advice}")

    def test_other_results_than_a_refusal(self):
        """auth_err of pam_jwt.so is refused, another of its results is not."""
        for result in ("authinfo_unavail", "service_err", "conv_err", "buf_err", "system_err"):
            self.assert_open_if(f"says {result}", "everybody logs in",
                                f"[success=done {result}=ignore default=die] pam_jwt.so",
                                "required pam_permit.so")
        self.assert_open_if("says service_err", "everybody logs in", "required pam_permit.so",
                            "[success=ok auth_err=die default=ignore] pam_jwt.so")
        self.assert_open_if("does", "everybody logs in", "[default=ignore] pam_jwt.so",
                            "required pam_permit.so")
        for result in ("module_unknown", "perm_denied"):
            self.assert_closed(f"[success=done {result}=ignore default=die] pam_jwt.so",
                               "required pam_permit.so")

    def test_users_whom_the_host_does_not_know(self):
        unknown = "whoever the host does not know logs in"
        leave_out = "leave out ignore_unknown_user"
        for lines in (["optional pam_permit.so"], ["required pam_succeed_if.so user != root"],
                      ["[success=ok user_unknown=ignore default=die] pam_sss.so",
                       "required pam_permit.so"],
                      ["[auth_err=reset default=ignore] pam_localuser.so",
                       "required pam_permit.so"]):
            for stack in (["required pam_jwt.so ignore_unknown_user", *lines],
                          [*lines, "requisite pam_jwt.so ignore_unknown_user"]):
                self.assert_open_if("says ignore", unknown, *stack, advice=leave_out)
        self.assert_open_if("says user_unknown", unknown, "required pam_permit.so",
                            "[success=ok user_unknown=ignore default=die] pam_jwt.so")
        self.assert_open_if("does", unknown,
                            "[success=done auth_err=ignore default=die] pam_jwt.so",
                            "[success=done user_unknown=ignore default=die] pam_sss.so",
                            "required pam_permit.so")

    def test_users_whom_the_host_does_not_know_are_refused(self):
        ignoring = "required pam_jwt.so ignore_unknown_user"
        for lines in ([], ["required pam_unix.so"],
                      ["required pam_sss.so", "required pam_permit.so"],
                      ["required pam_succeed_if.so uid >= 1000"], ["required pam_access.so"],
                      ["required pam_succeed_if.so user ingroup x"], ["required pam_deny.so"],
                      ["[success=ok user_unknown=ignore default=die] pam_sss.so"]):
            self.assert_closed(ignoring, *lines)
            self.assert_closed(*lines, ignoring)
        for control in ("required", "requisite"):
            for gate in ("pam_access.so", "pam_localuser.so", "pam_shells.so", "pam_usertype.so",
                         "pam_succeed_if.so uid >= 0", "pam_succeed_if.so gid >= 0",
                         "pam_succeed_if.so shell != x", "pam_succeed_if.so home != x",
                         "pam_succeed_if.so user ingroup x", "pam_wheel.so trust"):
                self.assert_closed(f"{control} {gate}", ignoring, "required pam_permit.so")
            for module in ("pam_lastlog.so", "pam_wheel.so"):
                self.assert_closed(f"{control} {module}", ignoring, "required pam_permit.so")
        for module in ("pam_cap.so", "pam_faillock.so preauth"):
            self.assert_closed(f"required {module}", ignoring)
        self.service("db", f"auth {ignoring} virtual_users\nauth optional pam_permit.so\n")
        self.service("sshd", TOKEN)
        self.assert_fine()

    def test_controls_as_libpam_reads_them(self):
        """What it does not understand is bad altogether."""
        for control in ("default = ignore", "auth_err =ignore default= bad", "\tdefault=ignore\t",
                        "success=okdefault=ignore", "default=ignore default=bad",
                        "auth_err=bad default=die auth_err=ignore", "default=1default=bad"):
            self.assert_open(f"[{control}] pam_jwt.so", *PERMITS)
        self.assert_open("SUFFICIENT pam_jwt.so", "Required pam_permit.so")
        for control in ("nonsense=ok default=ignore", "default=ignore success", "default", "",
                        "default=ignore =ok", "default=ignore success=0", "default=ignore success=",
                        "default=IGNORE", "default=ignore success=okay", "default=-1", "success=ok",
                        "default=ignore, success=ok", "default=bad auth_err=die default=ignore"):
            self.assert_closed(f"[{control}] pam_jwt.so", *PERMITS)

    def test_stacks_as_libpam_goes_through_them(self):
        self.assert_closed("optional pam_permit.so", "[default=2] pam_jwt.so",
                           "required pam_permit.so")
        self.assert_closed("[auth_err=done default=die] pam_jwt.so",
                           "[default=reset] pam_unix.so", "required pam_permit.so")
        self.assert_closed("[ignore=ok] pam_env.so", "sufficient pam_jwt.so",
                           "required pam_permit.so")
        self.assert_closed("[auth_err=ok default=die] pam_jwt.so", "required pam_permit.so")
        self.assert_open("optional pam_permit.so", "[default=1] pam_jwt.so",
                         "required pam_deny.so")

    def test_other_stacks_do_not_matter(self):
        self.service("sshd", "auth sufficient pam_jwt.so\naccount required pam_permit.so\n")
        self.assert_fine()

    def test_substacks_are_judged_as_the_services_that_they_are(self):
        self.service("parts", "auth sufficient pam_jwt.so\nauth required pam_deny.so\n")
        self.service("sshd", "auth substack parts\nauth required pam_permit.so\n")
        self.assert_fine()
        self.service("parts", "auth sufficient pam_jwt.so\nauth required pam_permit.so\n")
        self.assert_found("error", "in parts if this one does")


if __name__ == "__main__":
    pamjwt.main()
