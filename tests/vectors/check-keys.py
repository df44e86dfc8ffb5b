#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""
Every key of sys/options.def decides something: there are two vectors with the same token, user, service
and time, and configurations that differ in that key of that section and in nothing else; one of them is
accepted and the other refused, by a rule and not for an error of its configuration. Keys that act where
vectors do not go stand in ELSEWHERE with tests of both kinds. Prints TAP.
"""

import collections
import configparser
import itertools
import pathlib
import re
import sys

sys.dont_write_bytecode = True
from vectorfile import read_vector  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
TESTS = HERE.parent
OPTIONS = TESTS.parent / "sys" / "options.def"

# Key: tests in which a login that depends on it succeeds, and tests in which one fails. FILE:FUNCTION below
# tests/, or a file that is a test by itself.
NETWORK = "services/test_network_keys.py:{}_decides"
SESSION = "services/test_session.py:"
REDIS = "replay/redis_test.py:"
ELSEWHERE = {
    **{key: ([NETWORK.format(key)], [NETWORK.format(key)])
       for key in ("ocsp_responder", "crl_urls", "fetch", "fetch_hosts", "http_proxy", "jwks_uri",
                   "discovery", "tls_ca", "jwks_fresh", "jwks_stale")},
    "export_claims": (
        ["fakepam/scripts/exports.script", SESSION + "claims_in_the_environment_of_the_session"],
        ["fakepam/scripts/exports-refused.script", "fakepam/scripts/exports-left-out.script"]),
    "store": (["replay/directory_test.py:test_once", REDIS + "test_what_is_asked"],
              ["replay/directory_test.py:test_stores_that_cannot_be_used", REDIS + "test_nobody_there"]),
    "username": ([REDIS + "test_a_user"], [REDIS + "test_a_user_whom_it_does_not_know"]),
    "password_file": ([REDIS + "test_a_password"], [REDIS + "test_a_wrong_password", REDIS + "test_no_file"]),
    "server_ca": ([REDIS + "test_once"], [REDIS + "test_servers_that_are_not_believed"]),
}

# Which sections may have a row of that kind.
SECTIONS = {"GLOBAL": ["global"], "ISSUER": ["issuer"], "POLICY": ["issuer", "service"],
            "REPLAY": ["replay"]}


def keys():
    """(section, key) for each place of each key."""
    rows = re.findall(r"^([A-Z]+)\((\w+), [A-Z_]+,", OPTIONS.read_text(), re.M)
    return [(section, key) for kind, key in rows for section in SECTIONS[kind]]


def read_config(path):
    """{(section, key): value}; a section with its names."""
    parser = configparser.RawConfigParser(delimiters="=", comment_prefixes="#", strict=False)
    parser.optionxform = str
    parser.read_string(path.read_text())
    return {(section, key): value for section in parser.sections()
            for key, value in parser[section].items()}


def differing(one, other):
    """The places in which two configurations differ: (kind of section, key)."""
    return {(section.split()[0], key) for (section, key), _ in set(one.items()) ^ set(other.items())}


def decided(vectors):
    """Each place that alone divides an accepted vector from a refused one: their names."""
    configs = {path.stem: read_config(path) for path in (HERE / "config").glob("*.conf")}
    alike = collections.defaultdict(list)
    for vector in vectors:
        if vector["expect"] != "config-error":
            alike[tuple(vector[key] for key in ("input", "user", "service", "time"))].append(vector)
    found = {}
    for group in alike.values():
        for one, other in itertools.combinations(group, 2):
            places = differing(configs[one["config"]], configs[other["config"]])
            if "accepted" in (one["expect"], other["expect"]) and one["expect"] != other["expect"] and \
                    len(places) == 1:
                found.setdefault(places.pop(), (one["name"], other["name"]))
    return found


def wrong_test(name):
    """What is wrong with it; None if there is such a test."""
    path, _, function = name.partition(":")
    file = TESTS / path
    if not file.is_file():
        return f"{name}: there is no such file"
    if function and not re.search(rf"^(?:    )?(?:def|static void) {function}\(", file.read_text(), re.M):
        return f"{name}: there is no such function"
    return None


def wrong_elsewhere(tests):
    accepting, refusing = tests
    wrong = [] if accepting and refusing else ["expected tests of both kinds"]
    return wrong + [text for text in map(wrong_test, (*accepting, *refusing)) if text]


def check(place, found):
    """What is wrong, line by line."""
    if place in found:
        return ["it stands in ELSEWHERE, too"] if place[1] in ELSEWHERE else []
    if place[1] in ELSEWHERE:
        return wrong_elsewhere(ELSEWHERE[place[1]])
    return ["no two vectors differ in it alone, one accepted and one refused"]


def main():
    vectors = [read_vector(path) for path in HERE.glob("*.vector")]
    places, found = keys(), decided(vectors)
    unknown = [key for key in ELSEWHERE if key not in {key for _, key in places}]
    print(f"1..{len(places) + 1}")
    results = [(f"{key} of [{section}]", check((section, key), found)) for section, key in places]
    results.append(("the table has no other keys", [f"{key} is no key" for key in unknown]))
    for number, (name, wrong) in enumerate(results, 1):
        print(f"{'not ok' if wrong else 'ok'} {number} - {name}")
        for line in wrong:
            print(f"# {line}")
    return 1 if any(wrong for _, wrong in results) else 0


if __name__ == "__main__":
    sys.exit(main())
