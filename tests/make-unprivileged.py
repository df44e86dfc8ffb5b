#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""make-unprivileged.py DIRECTORY CACHE STAMP: the directory that tells jwt-verify whom to become, and
an empty cache."""
import os
import shutil
import sys

directory, cache, stamp = sys.argv[1:]
os.makedirs(directory, exist_ok=True)
if os.getuid() == 0:
    os.chown(directory, 65534, 65534)
shutil.rmtree(cache, ignore_errors=True)
os.mkdir(cache)
os.chmod(cache, 0o755)
with open(stamp, 'w', encoding='ascii'):
    pass
