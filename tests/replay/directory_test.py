#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""jwt-replay, as the module runs it, with a store that is a directory."""
import concurrent.futures
import fcntl
import os
import pathlib
import select
import shutil
import subprocess
import unittest

from replaycase import NOBODY, ReplayTest


class DirectoryTest(ReplayTest):
    def setUp(self):
        super().setUp()
        self.store = self.directory / "store"
        self.store.mkdir(mode=0o755)
        self.store.chmod(0o755)
        self.own = self.store / str(os.geteuid())
        self.configure(f"store = {self.store}")

    def entries(self):
        return sorted(path.name for path in self.own.glob("*/*"))


class Once(DirectoryTest):
    def test_once(self):
        self.assertEqual(self.ask(1), ("accepted", ""))
        self.assertEqual(self.ask(1), ("replayed", ""))
        self.assertEqual(self.ask(2), ("accepted", ""))
        self.assertEqual([name[:64] for name in self.entries()], [f"{n:064x}" for n in (1, 2)])
        self.assertEqual([path.name for path in self.own.iterdir()], ["000"])

    def test_many_at_once(self):
        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            slugs = [slug for slug, _ in pool.map(lambda n: self.ask(n % 5), range(50))]
        self.assertEqual((slugs.count("accepted"), slugs.count("replayed")), (5, 45))

    def test_whose_time_is_over(self):
        self.assertEqual(self.ask(seconds=-1)[0], "expired")
        self.assertEqual(self.entries(), [])

    def test_a_host_with_another_mask(self):
        for mask in (0, 0o777):
            os.umask(mask)
            try:
                self.assertEqual(self.ask(), ("accepted", ""))
            finally:
                os.umask(0o022)
            made = [self.own, *self.own.rglob("*")]
            self.assertEqual([path.stat().st_mode & 0o777 for path in made],
                             [0o700, 0o700, 0o600])
            shutil.rmtree(self.own)

    def test_nothing_to_spend(self):
        done = subprocess.run([*self.command()[:2], "A" * 64, *self.command()[3:]],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.stdout.split("\n")[0], "internal-error")
        self.assertEqual(self.entries(), [])


class Late(DirectoryTest):
    def test_a_lock_that_is_held(self):
        """By somebody who has hung: it ends when the login does, and nothing is spent."""
        self.assertEqual(self.ask(1), ("accepted", ""))
        shard = os.open(self.own / "000", os.O_RDONLY)
        try:
            fcntl.flock(shard, fcntl.LOCK_EX)
            slug, detail = self.ask(2, ms=300)
            self.assertEqual(slug, "timeout")
            self.assertIn("jwt-replay-test: it gave no answer in time and was stopped", detail)
        finally:
            os.close(shard)
        self.assertEqual(len(self.entries()), 1)
        self.assertEqual(self.ask(2), ("accepted", ""))

    def test_no_time(self):
        self.assertEqual(self.ask(ms=0)[0], "timeout")
        self.assertEqual(self.entries(), [])

    def test_a_host_that_is_killed(self):
        """What waits for a lock ends by itself, by its alarm, and leaves nothing."""
        self.assertEqual(self.ask(1), ("accepted", ""))
        shard = os.open(self.own / "000", os.O_RDONLY)
        try:
            fcntl.flock(shard, fcntl.LOCK_EX)
            with subprocess.Popen(self.command(2, ms=600), stdout=subprocess.DEVNULL) as host:
                child = self.child_of(host.pid)
                ended = os.pidfd_open(child)
                self.wait_for_lock(child)
                host.kill()
            ready, _, _ = select.select([ended], [], [], 60)
            self.assertTrue(ready)
        finally:
            os.close(shard)
        self.assertEqual(len(self.entries()), 1)

    @staticmethod
    def wait_for_lock(pid):
        """Until that process waits for one."""
        waiting = f"-> FLOCK  ADVISORY  WRITE {pid} "
        while waiting not in pathlib.Path("/proc/locks").read_text(encoding="ascii"):
            pass

    @staticmethod
    def child_of(pid):
        """The first, as soon as there is one."""
        while True:
            with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
                children = file.read().split()
            if children:
                return int(children[0])


class Stores(DirectoryTest):
    def test_stores_that_cannot_be_used(self):
        for mode, why in ((0o775, "expected nobody but its owner to write it"),
                          (0o777, "expected nobody but its owner to write it")):
            with self.subTest(mode=mode):
                self.store.chmod(mode)
                slug, detail = self.ask()
                self.assertEqual(slug, "config-error")
                self.assertIn(why, detail)
        self.configure("store = /nonexistent/store")
        self.assertEqual(self.ask()[0], "config-error")

    def test_a_configuration_that_cannot_be_read(self):
        self.configure("store = relative")
        slug, detail = self.ask()
        self.assertEqual(slug, "config-error")
        self.assertIn("store: expected an absolute path", detail)

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_a_host_that_is_not_root(self):
        slug, detail = self.ask(user=NOBODY)
        self.assertEqual(slug, "config-error")
        self.assertIn(f"{self.store}/{NOBODY}: there is no such directory", detail)
        (self.store / str(NOBODY)).mkdir(mode=0o700)
        os.chown(self.store / str(NOBODY), NOBODY, NOBODY)
        self.assertEqual(self.ask(user=NOBODY), ("accepted", ""))
        self.assertEqual(self.ask(user=NOBODY), ("replayed", ""))
        self.assertEqual(self.ask(), ("accepted", ""))


if __name__ == "__main__":
    unittest.main(verbosity=0)
