# SPDX-License-Identifier: BSD-3-Clause
"""NIST PKITS and x509-limbo: tokens whose x5c is the suite's path, judged by `pam-jwt explain`."""

import concurrent.futures
import dataclasses
import hashlib
import json
import os
import pathlib
import re
import ssl
import subprocess
import tempfile

from cases import Answer, Case

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
"""
PURPOSES = {"serverAuth": "1.3.6.1.5.5.7.3.1", "clientAuth": "1.3.6.1.5.5.7.3.2"}
# Of a case that names no time: all certificates of the suites that should be valid are.
NOW = "2026-06-01T00:00:00Z"
# The suites' times may be before the tokens were made: the path is good all the same.
LATER = {"not-yet-valid"}


@dataclasses.dataclass(frozen=True)
class Question:
    token: str
    anchors: str  # PEM
    purposes: tuple = ()
    time: str = NOW
    revocation: str = "off"


def read_anchor(path):
    return ssl.DER_cert_to_PEM_cert(path.read_bytes())


def read_pkits(tokens, folder):
    """Not what has inputs that no configuration can give, such as an initial policy set."""
    for test in json.loads((tokens / "pkits_tokens.json").read_text())["tests"]:
        if test["default_policy_inputs"]:
            number, about = test["id"].split()
            anchors = read_anchor(folder / "certs" / test["anchor"])
            yield Case(f"pkits/{number}", about, Question(test["token"], anchors),
                       test["expected"])


def requiring_revocation(case):
    return dataclasses.replace(
        case, question=dataclasses.replace(case.question, revocation="require"))


def whole_seconds(time):
    """2024-04-01T00:00:00.005+00:00 in the words of `explain`, whose clock has seconds."""
    return re.sub(r"\.\d+", "", time)


def read_limbo(tokens, folder):
    """Not what is about names of hosts, or a limit on the path that no configuration can give."""
    tests = {test["id"]: test
             for test in json.loads((folder / "limbo.json").read_text())["testcases"]}
    for made in json.loads((tokens / "limbo_tokens.json").read_text())["tests"]:
        test = tests[made["id"]]
        if made["id"].startswith(("webpki::san::", "webpki::cn::")) or \
                "max-chain-depth" in test["features"]:
            continue
        purposes = tuple(PURPOSES[purpose] for purpose in test["extended_key_usage"])
        yield Case(f"limbo/{made['id']}", " ".join(test["description"].split())[:60],
                   Question(made["token"], "".join(test["trusted_certs"]), purposes,
                            whole_seconds(test["validation_time"] or NOW)),
                   made["expected"])


def write_config(directory, question):
    """One for all questions of the same anchors; nobody else may write to it."""
    text = repr((question.anchors, question.purposes, question.revocation)).encode()
    path = directory / (hashlib.sha256(text).hexdigest() + ".conf")
    anchors = path.with_suffix(".pem")
    anchors.write_text(question.anchors)
    path.write_text(CONFIG.format(anchors=anchors, purposes=", ".join(question.purposes),
                                  revocation=question.revocation))
    anchors.chmod(0o644)
    path.chmod(0o644)
    return path


def explain(question, config):
    command = [os.environ["PAM_JWT"], "explain", "--config", config, "--service", "sshd", "--user",
               "alice", "--at", question.time, "--virtual-users", "--json"]
    done = subprocess.run(command, input=question.token, capture_output=True, text=True,
                          check=False, timeout=120)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"pam-jwt explain: exit {done.returncode}: {done.stdout}{done.stderr}")
    told = json.loads(done.stdout)
    good = told["verdict"] == "accepted" or told["reason"] in LATER
    return Answer("accepted" if good else told["reason"], told["steps"][-1]["detail"])


def judge(cases):
    """Answers in the order of the cases."""
    questions = [case.question for case in cases]
    with tempfile.TemporaryDirectory() as name, \
            concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        directory = pathlib.Path(name).resolve()
        directory.chmod(0o755)
        configs = [write_config(directory, question) for question in questions]
        return list(pool.map(explain, questions, configs))
