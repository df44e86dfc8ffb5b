#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""
Gives every *.vector of this folder to `$PAM_JWT explain`; compares verdict, reason and exit code.
Then sees to it that every status of lib/status.def has a vector. Prints TAP. Arguments: names of
vectors, to run only those.

What a vector is stands in vectorfile.py; {anchors} in a configuration stands for a copy of
tests/fixtures/pki.
"""

import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from vectorfile import read_vector  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
PKI = HERE.parent / "fixtures" / "pki"
STATUS_DEF = HERE.parent.parent / "lib" / "status.def"
PAM_JWT = os.environ["PAM_JWT"]

UNREACHABLE = {
    "system-policy": "needs a GnuTLS configuration that forbids more than the default",
    "replayed": "needs a login, which alone spends a token",
    "replay-unavailable": "needs a login, likewise",
    "timeout": "needs a helper that hangs",
    "internal-error": "needs a helper that dies",
    "out-of-memory": "needs memory to run out",
    "system-error": "needs a system call to fail",
}


def read_statuses():
    """Slug to number."""
    rows = re.findall(r'^STATUS\(\w+, (-?\d+), "([a-z0-9-]+)"', STATUS_DEF.read_text(), re.M)
    return {slug: int(number) for number, slug in rows}


def write_configs(directory):
    """With copies of the PKI: its files and their parents must be writable by their owner only."""
    directory.chmod(0o755)
    anchors = directory / "pki"
    shutil.copytree(PKI, anchors, copy_function=shutil.copyfile)
    for path in (HERE / "config").glob("*.conf"):
        text = path.read_text().replace("{anchors}", str(anchors))
        (directory / path.name).write_text(text)
    for path in directory.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)


def expected(slug, statuses):
    """Verdict, reason, exit code."""
    if slug == "accepted":
        return "accepted", None, 0
    return ("undecided", slug, 2) if statuses[slug] < 0 else ("refused", slug, 1)


def explain(vector, directory):
    config = directory / (vector["config"] + ".conf")
    command = [PAM_JWT, "explain", "--config", config, "--service", vector["service"], "--user",
               vector["user"].encode(), "--at", vector["time"], "--virtual-users", "--json"]
    return subprocess.run(command, input=vector["input"], capture_output=True, timeout=120)


def judge(vector, directory, statuses):
    """An empty list, or lines that say what is wrong."""
    wanted = expected(vector["expect"], statuses)
    done = explain(vector, directory)
    output = (done.stdout + done.stderr).decode(errors="backslashreplace").strip()
    try:
        answer = json.loads(done.stdout)
        found = answer["verdict"], answer["reason"], done.returncode
    except (ValueError, KeyError, TypeError):
        found = None, None, done.returncode
    if found == wanted:
        return []
    return [vector["about"], f"expected {wanted}", f"found    {found}", *output.split("\n")]


def check_reached(vectors, statuses):
    """Every status has a vector or a reason why not, and never both."""
    reached = {vector["expect"] for vector in vectors}
    missing = statuses.keys() - reached - UNREACHABLE.keys()
    wrong = [f"no vector expects {slug}" for slug in sorted(missing)]
    wrong += [f"{slug} is reached after all" for slug in UNREACHABLE if slug in reached]
    wrong += [f"{slug} is no status" for slug in UNREACHABLE if slug not in statuses]
    return wrong


def report(number, name, problems):
    print(f"{'not ok' if problems else 'ok'} {number} - {name}")
    for line in problems:
        print(f"# {line}")
    return not problems


def main(names):
    statuses = read_statuses()
    paths = [HERE / f"{name}.vector" for name in names] or sorted(HERE.glob("*.vector"))
    vectors = [read_vector(path) for path in paths]
    print(f"1..{len(vectors) + (not names)}")
    with tempfile.TemporaryDirectory() as name, \
            concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        directory = pathlib.Path(name).resolve()
        write_configs(directory)
        results = pool.map(lambda vector: judge(vector, directory, statuses), vectors)
        good = [report(number, vector["name"], problems)
                for number, (vector, problems) in enumerate(zip(vectors, results), 1)]
    if not names:
        good.append(report(len(vectors) + 1, "every status has a vector",
                           check_reached(vectors, statuses)))
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
