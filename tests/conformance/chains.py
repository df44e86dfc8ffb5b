# SPDX-License-Identifier: BSD-3-Clause
"""NIST PKITS and x509-limbo: the suites' certificates and CRLs, judged by `pam-jwt chain`."""

import concurrent.futures
import dataclasses
import hashlib
import json
import os
import pathlib
import re
import subprocess
import tempfile

from cases import Answer, Case

# Inputs of path validation (RFC 5280 section 6.1.1) that nobody can give: a case with one is left
# out. What comes of them, user_constrained_policy_set, is no input.
POLICY_INPUTS = {"initial_explicit_policy", "initial_policy_mapping_inhibit",
                 "initial_inhibit_any_policy", "initial_policy_set"}
PURPOSES = {"serverAuth": "1.3.6.1.5.5.7.3.1", "clientAuth": "1.3.6.1.5.5.7.3.2"}
# Of a case that names no time: all certificates and CRLs of the suites that should be valid are.
NOW = "2026-06-01T00:00:00Z"


@dataclasses.dataclass(frozen=True)
class Question:
    """Files as bytes, DER or PEM."""
    anchors: bytes
    certificates: tuple  # the signer first
    crls: tuple = ()
    purposes: tuple = ()
    time: str = NOW
    revocation: str = "require"


# --- PKITS ---------------------------------------------------------------------------------------

SUBJECT_KEY = re.compile(rb"\x06\x03\x55\x1d\x0e\x04\x16\x04\x14(.{20})", re.S)
AUTHORITY_KEY = re.compile(rb"\x06\x03\x55\x1d\x23\x04\x18\x30\x16\x80\x14(.{20})", re.S)


def key_of(pattern, certificate):
    found = pattern.search(certificate)
    return found and found[1]


def path_of(certificates):
    """Anchor first as in the suite, without the certificates that sign but CRLs."""
    issuers = {key_of(AUTHORITY_KEY, cert) for cert in certificates}
    own = [key_of(SUBJECT_KEY, cert) for cert in certificates]
    return [cert for cert, key in zip(certificates, own)
            if key is None or key in issuers or cert == certificates[-1]]


def read_pkits(folder):
    """Revocation is required."""
    for test in json.loads((folder / "pkits.json").read_text())["tests"]:
        if POLICY_INPUTS & set(test):
            continue
        anchor, *others = [(folder / "certs" / f"{name}.crt").read_bytes()
                           for name in test["certs"]]
        crls = tuple((folder / "crls" / f"{name}.crl").read_bytes() for name in test["crls"])
        yield Case(f"pkits/{test['id']}", test["title"],
                   Question(anchor, tuple(reversed(path_of(others))), crls),
                   test["should_validate"])


# --- x509-limbo ----------------------------------------------------------------------------------

def whole_seconds(time):
    """2024-04-01T00:00:00.005+00:00 for a clock that has seconds."""
    return re.sub(r"\.\d+", "", time)


def pem(certificates):
    return tuple(certificate.encode() for certificate in certificates)


def is_about_paths(test):
    """Not what is about names of hosts, or a limit on the path that nobody can give."""
    return not test["id"].startswith(("webpki::san::", "webpki::cn::")) and \
        "max-chain-depth" not in test["features"]


def read_limbo(folder):
    """Revocation is required of those with CRLs."""
    for test in json.loads((folder / "limbo.json").read_text())["testcases"]:
        if not is_about_paths(test):
            continue
        yield Case(f"limbo/{test['id']}", " ".join(test["description"].split())[:60],
                   Question(b"".join(pem(test["trusted_certs"])),
                            pem([test["peer_certificate"], *test["untrusted_intermediates"]]),
                            pem(test["crls"]),
                            tuple(PURPOSES[name] for name in test["extended_key_usage"]),
                            whole_seconds(test["validation_time"] or NOW),
                            "require" if test["crls"] else "off"),
                   test["expected_result"] == "SUCCESS")


# --- judging -------------------------------------------------------------------------------------

def store(directory, data):
    path = directory / hashlib.sha256(data).hexdigest()
    if not path.exists():
        path.write_bytes(data)
    return path


def command_line(directory, question):
    command = [os.environ["PAM_JWT"], "chain", "--json", "--at", question.time, "--revocation",
               question.revocation, "--anchors", store(directory, question.anchors)]
    for crl in question.crls:
        command += ["--crl", store(directory, crl)]
    for purpose in question.purposes:
        command += ["--eku", purpose]
    return command + [store(directory, certificate) for certificate in question.certificates]


def ask(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"pam-jwt chain: exit {done.returncode}: {done.stdout}{done.stderr}")
    told = json.loads(done.stdout)
    if (told["verdict"] == "accepted") != (done.returncode == 0):
        raise RuntimeError(f"pam-jwt chain: exit {done.returncode}: {done.stdout}")
    return Answer(told["reason"] or "accepted", told["steps"][-1]["detail"])


def judge(cases):
    """Answers in the order of the cases."""
    with tempfile.TemporaryDirectory() as name, \
            concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        directory = pathlib.Path(name)
        return list(pool.map(ask, [command_line(directory, case.question) for case in cases]))
