# SPDX-License-Identifier: BSD-3-Clause
"""What a case is, and the process that judges cases without certificates."""

import base64
import dataclasses
import os
import subprocess


@dataclasses.dataclass(frozen=True)
class Case:
    name: str       # suite/file/number
    about: str      # the suite's words
    question: tuple  # kind and arguments for the driver, or what paths.py needs
    valid: bool     # the suite's verdict
    reasons: frozenset = frozenset()  # if any: a refusal must be for one of these


@dataclasses.dataclass(frozen=True)
class Answer:
    reason: str  # "accepted" or the slug of a refusal
    detail: str

    @property
    def accepted(self):
        return self.reason == "accepted"


def agrees(case, answer):
    if case.valid or answer.accepted:
        return case.valid == answer.accepted
    return not case.reasons or answer.reason in case.reasons


def word(value):
    data = value.encode() if isinstance(value, str) else value
    return base64.urlsafe_b64encode(data).decode().rstrip("=") or "-"


def drive(cases):
    """The answers of one process to all cases, in their order."""
    lines = [" ".join([case.question[0], *map(word, case.question[1:])]) for case in cases]
    done = subprocess.run([os.environ["CONFORMANCE_DRIVER"]], input="\n".join(lines),
                          capture_output=True, text=True, check=False, timeout=500)
    answers = [Answer(*line.split("\t", 1)) for line in done.stdout.splitlines()]
    if done.returncode != 0 or len(answers) != len(cases):
        raise RuntimeError(f"driver: exit {done.returncode}, {len(answers)} of {len(cases)} "
                           f"answers: {done.stderr}")
    return answers
