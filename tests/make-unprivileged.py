#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""make-unprivileged.py DIRECTORY STAMP: the directory that tells jwt-verify whom to become."""
import os
import sys

directory, stamp = sys.argv[1:]
os.makedirs(directory, exist_ok=True)
if os.getuid() == 0:
    os.chown(directory, 65534, 65534)
with open(stamp, 'w', encoding='ascii'):
    pass
