# SPDX-License-Identifier: BSD-3-Clause
"""The examples of RFC 7515, 7520 and 8037 in compact serialization."""

import json

from cases import Case


def read(folder):
    for test in json.loads((folder / "jws_compact.json").read_text())["tests"]:
        key = test["keys"][0] if test["keys"] else {}
        yield Case(f"rfc/{test['id'].replace(' ', '-')}", test["alg"],
                   ("jws", json.dumps(key), test["jws"]), test["valid"] and not test["sym"])
