# SPDX-License-Identifier: BSD-3-Clause
"""
What a *.vector is: lines of `key: value`: about; expect (a slug or `accepted`); time, service, user, config
(a file of config/ without .conf), each with the default below; last token or token-base64.
"""

import base64

KEYS = {"about", "expect", "time", "service", "user", "config", "token", "token-base64"}
DEFAULTS = {"time": "2026-06-01T00:00:00Z", "service": "sshd", "user": "alice", "config": "default"}


def read_vector(path):
    fields = {}
    for line in path.read_text(encoding="utf-8").rstrip("\n").split("\n"):
        key, found, value = line.partition(": ")
        if not found or key not in KEYS or key in fields:
            raise ValueError(f"{path.name}: bad line: {line[:60]}")
        fields[key] = value
    if "about" not in fields or "expect" not in fields:
        raise ValueError(f"{path.name}: about and expect are needed")
    token = fields.pop("token", "").encode() or base64.b64decode(fields.pop("token-base64"))
    return {**DEFAULTS, **fields, "name": path.stem, "input": token}
