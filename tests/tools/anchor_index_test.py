#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Trust anchors with an index, judged by a jwt-verify that is sealed: files, and directories of them."""

import hashlib
import os
import shutil
import subprocess

import pamjwt
from pamjwt import fixture

MAKE_INDEX = os.environ["MAKE_ANCHOR_INDEX"]
CACHE = os.environ["PAM_JWT_CACHE"]
HEADER = 64  # bytes; the number of entries, and that of the bytes of names, are its last two
OTHERS = ("other-root", "root-rsa", "root-sha1", "root-v1", "root-permitted", "root-pathlen0")


class AnchorIndex(pamjwt.PamJwtTest):
    def setUp(self):
        super().setUp()
        os.makedirs(CACHE, 0o755, exist_ok=True)

    def add(self, directory, name):
        path = os.path.join(directory, f"{name}.pem")
        shutil.copyfile(fixture(f"{name}.pem"), path)
        os.chmod(path, 0o644)
        return path

    def use(self, anchors):
        """Makes the index of what the configuration shall name; the file that it is in."""
        self.write("pam_jwt.conf", pamjwt.CONFIG.format(anchors=anchors))
        subprocess.run([MAKE_INDEX, anchors], check=True)
        index = os.path.join(CACHE, hashlib.sha256(anchors.encode()).hexdigest() + ".anchors")
        self.addCleanup(os.unlink, index)
        self.assertTrue(os.path.getsize(index) > HEADER)
        return index

    def make_directory(self):
        directory = os.path.join(self.dir, "anchors")
        os.mkdir(directory)
        os.chmod(directory, 0o755)
        for name in OTHERS:
            self.add(directory, name)
        return directory, self.add(directory, "root")

    @staticmethod
    def empty(index):
        """Leaves nothing in it but what it is of."""
        with open(index, "r+b") as file:
            file.seek(HEADER - 16)
            file.write(bytes(16))
            file.truncate(HEADER)

    def test_a_file(self):
        texts = []
        for name in ("root", *OTHERS):
            with open(fixture(f"{name}.pem"), encoding="ascii") as file:
                texts.append(file.read())
        index = self.use(self.write("many.pem", "".join(texts)))
        self.assert_judged(self.mint(), None)
        self.empty(index)
        self.assert_judged(self.mint(), None)
        self.use(self.write("others.pem", "".join(texts[1:] * 2)))
        self.assert_judged(self.mint(), "untrusted-chain")

    def test_a_directory(self):
        directory, root = self.make_directory()
        index = self.use(directory)
        self.assert_judged(self.mint(), None)
        self.empty(index)
        self.assert_judged(self.mint(), None)
        shutil.copyfile(fixture("other-root.pem"), root)
        self.assert_judged(self.mint(), "untrusted-chain")
        os.chmod(root, 0o666)
        self.assertEqual(self.judge(self.mint())[0], ("undecided", "config-error", 2))


if __name__ == "__main__":
    pamjwt.main()
