#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""jwt-replay-redis against servers on loopback that answer as Redis does, and as it never should."""
import os
import socket
import ssl
import subprocess
import tempfile
import time
import unittest
import warnings

from replaycase import INFO, NOBODY, ReplayTest, Server, text

PASSWORD = b"correct horse battery staple"


class RedisTest(ReplayTest):
    def redis(self, replies=None, *lines, host="127.0.0.1", scheme="redis", path="", **options):
        server = self.serve(replies, **options)
        self.configure(f"store = {scheme}://{host}:{server.port}{path}", *lines)
        return server

    def password(self, content=PASSWORD + b"\n", mode=0o600):
        return "password_file = " + str(self.write("password", content, mode))


class Talk(RedisTest):
    def test_what_is_asked(self):
        server = self.redis()
        began = time.time()
        self.assertEqual(self.ask(7, seconds=60), ("accepted", ""))
        *before, last = server.commands
        self.assertEqual(before, [[b"SELECT", b"0"], [b"INFO", b"memory"], [b"INFO", b"replication"]])
        self.assertEqual(last[:5], [b"SET", b"pam_jwt:%064x" % 7, b"1", b"NX", b"PX"])
        milliseconds = int(last[5])
        self.assertTrue(60000 - (time.time() - began + 1) * 1000 <= milliseconds <= 60000)
        self.assertEqual(len(last), 6)

    def test_a_database(self):
        server = self.redis(path="/15")
        self.assertEqual(self.ask(), ("accepted", ""))
        self.assertEqual(server.commands[0], [b"SELECT", b"15"])

    def test_replayed(self):
        self.redis({"SET": b"$-1\r\n"})
        self.assertEqual(self.ask(), ("replayed", ""))

    def test_whose_time_is_over(self):
        server = self.redis()
        self.assertEqual(self.ask(seconds=-1)[0], "expired")
        self.assertEqual(server.commands, [])

    def test_whose_time_is_over_when_it_is_kept(self):
        """The key before it may have gone, too."""
        def late(connection):
            time.sleep(3)
            connection.sendall(b"+OK\r\n")

        server = self.redis({"SET": late})
        self.assertEqual(self.ask(seconds=2), (
            "expired", "it has expired since it was judged: has the clock been set?"))
        self.assertEqual(server.commands[-1][0], b"SET")

    def test_replies_in_pieces(self):
        def slowly(connection):
            for byte in b"+OK\r\n":
                connection.sendall(bytes([byte]))
                time.sleep(0.01)

        self.redis({"SET": slowly, "SELECT": slowly})
        self.assertEqual(self.ask(), ("accepted", ""))

    def test_ipv6(self):
        server = Server(address="::1") if has_ipv6() else self.skipTest("no IPv6 here")
        self.addCleanup(server.close)
        self.configure(f"store = redis://[::1]:{server.port}")
        self.assertEqual(self.ask(), ("accepted", ""))


def has_ipv6():
    try:
        Server(address="::1").close()
    except OSError:
        return False
    return True


class Replies(RedisTest):
    """No reply but OK is a yes, and none but nothing is a no."""

    def test_replies_of_set(self):
        for reply, why in (
                (b"+QUEUED\r\n", "SET: expected OK or nothing"),
                (b"+ok\r\n", "SET: expected OK or nothing"),
                (b"+OK \r\n", "SET: expected OK or nothing"),
                (b"+OKOK\r\n", "SET: expected OK or nothing"),
                (b"+\r\n", "SET: expected OK or nothing"),
                (b"$2\r\nOK\r\n", "SET: expected OK or nothing"),
                (b"$0\r\n\r\n", "SET: expected OK or nothing"),
                (b":1\r\n", "SET: expected one reply"),
                (b":0\r\n", "SET: expected one reply"),
                (b"*0\r\n", "SET: expected one reply"),
                (b"*-1\r\n", "SET: expected one reply"),
                (b"*1\r\n+OK\r\n", "SET: expected one reply"),
                (b"_\r\n", "SET: expected one reply"),
                (b"#t\r\n", "SET: expected one reply"),
                (b">1\r\n+OK\r\n", "SET: expected one reply"),
                (b"%0\r\n", "SET: expected one reply"),
                (b"\r\n+OK\r\n", "SET: expected one reply"),
                (b"OK\r\n", "SET: expected one reply"),
                (b"\0", "SET: expected one reply"),
                (b"HTTP/1.1 400 Bad Request\r\n\r\n", "SET: expected one reply"),
                (b"+OK\r\n+OK\r\n", "SET: expected one reply"),
                (b"+OK\r\n\0", "SET: expected one reply"),
                (b"$-1\r\n+OK\r\n", "SET: expected one reply"),
                (b"$x\r\n\r\n", "SET: expected one reply"),
                (b"-OOM command not allowed when used memory > 'maxmemory'.\r\n",
                 "SET: it refuses with OOM"),
                (b"-READONLY You can't write against a read only replica.\r\n", "with READONLY"),
                (b"-MISCONF Redis is configured to save RDB snapshots\r\n", "with MISCONF"),
                (b"-LOADING Redis is loading the dataset in memory\r\n", "with LOADING"),
                (b"-MOVED 3999 127.0.0.1:6381\r\n", "with MOVED"),
                (b"-NOPERM this user has no permissions\r\n", "with NOPERM"),
                (b"-ERR invalid expire time in 'set' command\r\n", "with ERR"),
                (b"-no word in capitals\r\n", "SET: it refuses with ?"),
                (b"-\r\n", "SET: it refuses with ?"),
                (b"-" + b"A" * 40 + b"\r\n", "with " + "A" * 32)):
            with self.subTest(reply=reply):
                self.redis({"SET": reply})
                self.assert_unavailable(why)

    def test_replies_that_do_not_end(self):
        """It hangs up in the middle of one."""
        for reply in (b"+OK", b"+OK\r", b"$-1", b"$2\r\nOK", b"$2\r\nOK\r", b""):
            with self.subTest(reply=reply):
                self.redis({"SET": lambda connection, reply=reply: hang_up(connection, reply)})
                self.assert_unavailable("it has closed the connection")

    def test_a_reply_without_end(self):
        def endless(connection):
            while True:
                connection.sendall(b"+" + b"x" * 10000)

        for command in ("SELECT", "INFO", "SET"):
            with self.subTest(command=command):
                self.redis({command: endless})
                self.assert_unavailable(f"{command}: expected one reply")

    def test_a_text_that_is_too_long(self):
        for head in (b"$1000000\r\n", b"$9223372036854775807\r\n", b"$99999999999999999999\r\n"):
            with self.subTest(head=head):
                self.redis({"INFO": head + b"x" * 70000})
                self.assert_unavailable("INFO: expected one reply")

    def test_no_select(self):
        self.redis({"SELECT": b"-ERR DB index is out of range\r\n"}, path="/99")
        self.assert_unavailable("SELECT: it refuses with ERR")
        self.redis({"SELECT": b"$2\r\nOK\r\n"})
        self.assert_unavailable("SELECT: expected OK")


def hang_up(connection, reply):
    connection.sendall(reply)
    connection.close()
    raise OSError


class Policy(RedisTest):
    """A server that throws keys away to make room is not asked to keep one."""

    def test_policies(self):
        for info, found in (
                (INFO.replace(b"noeviction", b"allkeys-lru"), "found allkeys-lru"),
                (INFO.replace(b"noeviction", b"volatile-ttl"), "found volatile-ttl"),
                (INFO.replace(b"noeviction", b""), "found"),
                (INFO.replace(b"noeviction", b"noeviction "), "found noeviction"),
                (INFO.replace(b"noeviction", b"noevictionx"), "found noevictionx"),
                (INFO.replace(b"maxmemory_policy", b"xmaxmemory_policy"), "nothing about it"),
                (INFO.replace(b"\r\n", b"\n"), "nothing about it"),
                (INFO + b"maxmemory_policy:allkeys-lru\r\n", "found allkeys-lru"),
                (b"maxmemory_policy:allkeys-lru\r\n" + INFO, "found noeviction"),
                (INFO + INFO, "found noeviction"),
                (b"", "nothing about it")):
            with self.subTest(info=info):
                server = self.redis({"INFO": text(info)})
                self.assert_unavailable("INFO: expected maxmemory_policy noeviction, ", found)
                self.assertEqual([words[0] for words in server.commands], [b"SELECT", b"INFO"])

    def test_no_info(self):
        for reply, why in ((b"-NOPERM no\r\n", "INFO: it refuses with NOPERM"),
                           (b"+maxmemory_policy:noeviction\r\n", "INFO: expected a text"),
                           (b"$-1\r\n", "INFO: expected a text")):
            with self.subTest(reply=reply):
                self.redis({"INFO": reply})
                self.assert_unavailable(why)

    def test_the_last_line(self):
        self.redis({"INFO": text(b"role:master\r\nmaxmemory_policy:noeviction")})
        self.assertEqual(self.ask(), ("accepted", ""))

    def test_roles(self):
        """What a replica is told the others never hear of."""
        for info, found in (
                (INFO.replace(b"role:master", b"role:slave"), "found slave"),
                (INFO.replace(b"role:master", b"role:active-replica"), "found active-replica"),
                (INFO.replace(b"role:master", b"roles:master"), "nothing about it"),
                (INFO.replace(b"role:master", b"role"), "nothing about it"),
                (INFO + b"role:slave\r\n", "found slave"),
                (INFO + b"role:master\r\n", "found master")):
            with self.subTest(info=info):
                server = self.redis({"INFO": text(info)})
                self.assert_unavailable("INFO: expected role master, ", found)
                self.assertNotIn(b"SET", [words[0] for words in server.commands])


class Passwords(RedisTest):
    def test_a_password(self):
        server = self.redis(None, self.password())
        self.assertEqual(self.ask(), ("accepted", ""))
        self.assertEqual(server.commands[0], [b"AUTH", PASSWORD])

    def test_a_user(self):
        server = self.redis(None, self.password(), "username = pam")
        self.assertEqual(self.ask(), ("accepted", ""))
        self.assertEqual(server.commands[0], [b"AUTH", b"pam", PASSWORD])

    def test_a_user_whom_it_does_not_know(self):
        server = self.redis({"AUTH": b"-WRONGPASS invalid username-password pair\r\n"},
                            self.password(), "username = stranger")
        self.assert_unavailable("AUTH: it refuses with WRONGPASS")
        self.assertEqual(server.commands, [[b"AUTH", b"stranger", PASSWORD]])

    def test_odd_passwords(self):
        for password in (b" ", b"\r", b"\xff\xfe", b"$1\r", b"x" * 1024):
            with self.subTest(password=password):
                server = self.redis(None, self.password(password))
                self.assertEqual(self.ask(), ("accepted", ""))
                self.assertEqual(server.commands[0], [b"AUTH", password])

    def test_a_wrong_password(self):
        """What the server says may be what it was told."""
        for reply, why in ((b"-WRONGPASS invalid username-password pair\r\n", "WRONGPASS"),
                           (b"-ERR unknown command `AUTH`, with args beginning with: `" + PASSWORD +
                            b"`\r\n", "ERR"), (b"-" + PASSWORD + b"\r\n", "?")):
            with self.subTest(reply=reply):
                server = self.redis({"AUTH": reply}, self.password())
                detail = self.assert_unavailable(f"AUTH: it refuses with {why}")
                self.assertNotIn("horse", detail)
                self.assertEqual(len(server.commands), 1)

    def test_files_that_are_no_passwords(self):
        for content, mode, why in ((b"", 0o600, "expected one line"),
                                   (b"\n", 0o600, "expected one line"),
                                   (b"a\nb\n", 0o600, "expected one line"),
                                   (b"x" * 1025, 0o600, "expected at most 1024 bytes"),
                                   (b"x\n", 0o604, "expected that not everybody can read it"),
                                   (b"x\n", 0o620, "expected nobody but its owner to write it")):
            with self.subTest(content=content, mode=mode):
                server = self.redis(None, self.password(content, mode))
                slug, detail = self.ask()
                self.assertEqual(slug, "config-error")
                self.assertIn(why, detail)
                self.assertEqual(server.commands, [])

    def test_no_file(self):
        self.redis(None, "password_file = /nonexistent/password")
        self.assertEqual(self.ask()[0], "config-error")

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_a_file_of_roots_for_a_host_that_is_not_root(self):
        self.redis(None, self.password())
        slug, detail = self.ask(user=NOBODY)
        self.assertEqual(slug, "config-error", detail)
        self.assertIn("Permission denied", detail)


class Places(RedisTest):
    def test_nobody_there(self):
        server = Server()
        server.close()
        self.configure(f"store = redis://127.0.0.1:{server.port}")
        self.assert_unavailable("Connection refused")

    def test_no_such_name(self):
        self.configure("store = redis://host.invalid")
        self.assert_unavailable("the Redis server: ")

    def test_no_answer(self):
        """It ends before nobody waits for it any more, and says why."""
        for command in ("SELECT", "INFO", "SET"):
            with self.subTest(command=command):
                self.redis({command: lambda _: None})
                self.assert_unavailable("no answer in time", ms=1000)

    def test_hangs_up_at_once(self):
        self.redis({"SELECT": lambda connection: hang_up(connection, b"")})
        self.assert_unavailable("the Redis server: ")

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_a_host_that_is_not_root(self):
        self.redis()
        self.assertEqual(self.ask(user=NOBODY), ("accepted", ""))


class Tls(RedisTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.made = cls.enterClassContext(tempfile.TemporaryDirectory())
        os.chmod(cls.made, 0o755)
        subprocess.run([os.environ["MAKE_ANSWERS"], cls.made], check=True)

    def context(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{self.made}/tls.pem", f"{self.made}/tls.key")
        return context

    def redis_by_tls(self, ca="tls-ca", host="localhost", context=None, replies=None):
        return self.redis(replies, *([f"server_ca = {self.made}/{ca}.pem"] if ca else []), host=host,
                          scheme="rediss", tls=context or self.context())

    def test_once(self):
        server = self.redis_by_tls()
        self.assertEqual(self.ask(), ("accepted", ""))
        server.replies["SET"] = b"$-1\r\n"
        self.assertEqual(self.ask(), ("replayed", ""))
        self.assertEqual([words[0] for words in server.commands].count(b"SET"), 2)

    def test_a_password_by_tls(self):
        server = self.redis(None, self.password(), f"server_ca = {self.made}/tls-ca.pem",
                            host="localhost", scheme="rediss", tls=self.context())
        self.assertEqual(self.ask(), ("accepted", ""))
        self.assertEqual(server.commands[0], [b"AUTH", PASSWORD])

    def test_servers_that_are_not_believed(self):
        """None of them hears a command."""
        for ca, host, why in (("tls-other-ca", "localhost", "The certificate is NOT trusted"),
                              (None, "localhost", "The certificate is NOT trusted"),
                              ("tls-ca", "127.0.0.1", "does not match")):
            with self.subTest(ca=ca, host=host):
                server = self.redis_by_tls(ca, host)
                self.assert_unavailable(why)
                self.assertEqual(server.commands, [])

    @unittest.skipUnless(ssl.HAS_TLSv1_1, "needs TLS 1.1")
    def test_an_old_tls(self):
        context = self.context()
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
        server = self.redis_by_tls(context=context)
        self.assert_unavailable("the Redis server: ")
        self.assertEqual(server.commands, [])

    def test_no_tls(self):
        """The server does not speak it, or it alone does."""
        server = self.redis(None, f"server_ca = {self.made}/tls-ca.pem", host="localhost",
                            scheme="rediss")
        self.assert_unavailable("the Redis server: ")
        server = self.redis(host="localhost", tls=self.context())
        self.assert_unavailable("the Redis server: ")
        self.assertEqual(server.commands, [])

    def test_no_answer_by_tls(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            self.configure(f"store = rediss://localhost:{silent.getsockname()[1]}",
                           f"server_ca = {self.made}/tls-ca.pem")
            self.assert_unavailable("no answer in time", ms=1000)
        self.redis_by_tls(replies={"SET": lambda _: None})
        self.assert_unavailable("no answer in time", ms=1000)

    def test_a_reply_in_pieces_by_tls(self):
        def slowly(connection):
            for byte in b"+OK\r\n":
                connection.sendall(bytes([byte]))

        self.redis_by_tls(replies={"SET": slowly, "INFO": text(INFO + b"x" * 60000)})
        self.assertEqual(self.ask(), ("accepted", ""))

    def test_hangs_up_by_tls(self):
        """Without saying so, as somebody in between would do it."""
        self.redis_by_tls(replies={"SET": lambda connection: hang_up(connection, b"+O")})
        self.assert_unavailable("the Redis server: ")

    def test_files_that_are_no_cas(self):
        server = self.redis(None, f"server_ca = {self.write('empty.pem', b'none')}",
                            host="localhost", scheme="rediss", tls=self.context())
        self.assert_unavailable("its CAs cannot be read: see server_ca")
        self.redis(None, "server_ca = /nonexistent.pem", scheme="rediss")
        self.assertEqual(self.ask()[0], "config-error")
        self.redis(None, f"server_ca = {self.write('open.pem', b'none', 0o666)}", scheme="rediss")
        self.assertEqual(self.ask()[0], "config-error")
        self.assertEqual(server.commands, [])


if __name__ == "__main__":
    unittest.main(verbosity=0)
