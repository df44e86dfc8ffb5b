# SPDX-License-Identifier: BSD-3-Clause
"""Tokens whose x5c is a path of PKITS or x509-limbo: a login says what `pam-jwt chain` says."""

import base64
import concurrent.futures
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
revocation = off
"""
# The suites' times may be before the tokens were made: the path is good all the same.
LATER = {"not-yet-valid"}
TOKEN_MAX = 16384
BY_REVOCATION = {"revoked", "revocation-unknown"}


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
    """From the answer of `pam-jwt chain`: the reason with revocation off."""
    if len(token) > TOKEN_MAX:
        return "too-long"
    if not carries(token, question):
        return "untrusted-chain"  # RFC 7515 section 4.1.6: one path, the signer first
    return "accepted" if answer.reason in BY_REVOCATION else answer.reason


def as_pem(anchors):
    text = anchors.decode("latin-1")
    return text if text.startswith("-----") else ssl.DER_cert_to_PEM_cert(anchors)


def write_config(directory, question):
    """One for all questions of the same anchors; nobody else may write to it."""
    text = CONFIG.format(anchors="{anchors}", purposes=", ".join(question.purposes))
    anchors = as_pem(question.anchors)
    path = directory / (hashlib.sha256((text + anchors).encode()).hexdigest() + ".conf")
    path.with_suffix(".pem").write_text(anchors)
    path.write_text(text.format(anchors=path.with_suffix(".pem")))
    path.with_suffix(".pem").chmod(0o644)
    path.chmod(0o644)
    return path


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
