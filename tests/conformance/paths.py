# SPDX-License-Identifier: BSD-3-Clause
"""Tokens whose x5c is a path of PKITS or x509-limbo: a login says what `pam-jwt chain` says."""

import base64
import concurrent.futures
import dataclasses
import hashlib
import json
import os
import pathlib
import ssl
import subprocess
import tempfile

from cases import Answer

CONFIG = """\
[global]
hostname = host.example

[issuer https://issuer.example]
audience = pam-test
algorithms = ES256, RS256
signer_names = *
trust_anchors = {anchors}
signer_eku = {purposes}
revocation = {revocation}
crl_files = {crls}
"""
# The suites' times may be before the tokens were made: the path is good all the same.
LATER = {"not-yet-valid"}
TOKEN_MAX = 16384


def read(tokens):
    """Name of a case to its token; not every case has one."""
    for suite in ("pkits", "limbo"):
        for made in json.loads((tokens / f"{suite}_tokens.json").read_text())["tests"]:
            yield f"{suite}/{made['id'].split()[0]}", made["token"]


def as_der(certificate):
    text = certificate.decode("latin-1")
    return ssl.PEM_cert_to_DER_cert(text) if text.startswith("-----") else certificate


def carries(token, question):
    """Whether x5c is the chain of the question, and not also certificates for its CRLs."""
    head = token.split(".")[0]
    x5c = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))["x5c"]
    return [base64.b64decode(text) for text in x5c] == list(map(as_der, question.certificates))


def expected(token, question, answer):
    """From the answer of `pam-jwt chain`."""
    if len(token) > TOKEN_MAX:
        return "too-long"
    if not carries(token, question):
        return "untrusted-chain"  # RFC 7515 section 4.1.6: one path, the signer first
    return answer.reason


def as_pem(anchors):
    text = anchors.decode("latin-1")
    return text if text.startswith("-----") else ssl.DER_cert_to_PEM_cert(anchors)


def store(path, data):
    """Nobody else may write to it."""
    path.write_bytes(data)
    path.chmod(0o644)
    return path


def write_config(directory, question):
    """One for all questions of the same rules."""
    path = directory / hashlib.sha256(repr(dataclasses.astuple(question)).encode()).hexdigest()
    crls = [store(path.with_suffix(f".{index}.crl"), crl)
            for index, crl in enumerate(question.crls)]
    anchors = store(path.with_suffix(".pem"), as_pem(question.anchors).encode())
    text = CONFIG.format(anchors=anchors, purposes=", ".join(question.purposes),
                         revocation=question.revocation, crls=", ".join(map(str, crls)))
    return store(path.with_suffix(".conf"), text.encode())


def explain(token, question, config):
    command = [os.environ["PAM_JWT"], "explain", "--config", config, "--service", "sshd", "--user",
               "alice", "--at", question.time, "--virtual-users", "--json"]
    done = subprocess.run(command, input=token, capture_output=True, text=True, check=False,
                          timeout=120)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"pam-jwt explain: exit {done.returncode}: {done.stdout}{done.stderr}")
    told = json.loads(done.stdout)
    good = told["verdict"] == "accepted" or told["reason"] in LATER
    return Answer("accepted" if good else told["reason"], told["steps"][-1]["detail"])


def judge(asked):
    """Answers in the order of the pairs of token and question."""
    with tempfile.TemporaryDirectory() as name, \
            concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        directory = pathlib.Path(name).resolve()
        directory.chmod(0o755)
        configs = [write_config(directory, question) for _, question in asked]
        return list(pool.map(explain, *zip(*asked), configs))
