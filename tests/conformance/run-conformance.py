#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""
Lets public suites judge the verifier: their verdict on a case is ours, or disagreements.py says why
not. The suites are in $PAM_JWT_CONFORMANCE, or else ../shared/conformance beside the source tree;
without them all is skipped. Output: TAP.
"""

import dataclasses
import os
import pathlib
import sys

import cases
import chains
import disagreements
import jsonsuite
import paths
import rfc
import wycheproof

SOURCE = pathlib.Path(__file__).resolve().parents[2]


@dataclasses.dataclass(frozen=True)
class Suite:
    name: str
    read: object   # from the folder of all suites
    judge: object  # cases to answers
    least: int     # cases: fewer are not the suite


SUITES = [
    Suite("Wycheproof JOSE",
          lambda data: wycheproof.read_jose(data / "wycheproof"), cases.drive, 476),
    Suite("Wycheproof signatures",
          lambda data: wycheproof.read_raw(data / "wycheproof"), cases.drive, 2216),
    Suite("RFC examples",
          lambda data: rfc.read(data / "rfc"), cases.drive, 10),
    Suite("JSONTestSuite n_",
          lambda data: jsonsuite.read_wrong(data / "jsontestsuite"), cases.drive, 3 * 188),
    Suite("JSONTestSuite y_",
          lambda data: jsonsuite.read_right(data / "jsontestsuite"), cases.drive, 178),
    Suite("JSONTestSuite i_",
          lambda data: jsonsuite.read_either(data / "jsontestsuite"), cases.drive, 35),
    Suite("NIST PKITS",
          lambda data: chains.read_pkits(data / "nist-pkits"), chains.judge, 212),
    Suite("x509-limbo",
          lambda data: chains.read_limbo(data / "x509-limbo"), chains.judge, 80),
]


class Tap:
    def __init__(self):
        self.count = 0
        self.failed = 0

    def report(self, name, problem):
        self.count += 1
        self.failed += bool(problem)
        print(f"{'not ok' if problem else 'ok'} {self.count} - {name.replace('#', '')}")
        if problem:
            print(f"# {problem}")


def problem_of(case, answer, listed):
    """What is wrong with an answer; None if nothing is. `listed`: the disagreement, or None."""
    found = f"found {answer.reason} ({answer.detail})"
    if cases.agrees(case, answer):
        return "agrees with the suite: remove it from disagreements.py" if listed else None
    if listed:
        return None if answer.reason == listed else f"expected {listed} as listed, {found}"
    wanted = "accepted" if case.valid else f"refused {' or '.join(sorted(case.reasons))}".strip()
    return f"{case.about}: expected {wanted}, {found}"


def run_suite(suite, suite_cases, listed, tap):
    answers = suite.judge(suite_cases)
    for case, answer in zip(suite_cases, answers):
        tap.report(case.name, problem_of(case, answer, listed.get(case.name)))
    same = sum(map(cases.agrees, suite_cases, answers))
    lax = sum(answer.accepted and not case.valid for case, answer in zip(suite_cases, answers))
    print(f"# {suite.name}: {same} of {len(suite_cases)} as the suite says, {lax} more accepted")
    tap.report(f"{suite.name} is complete", None if len(suite_cases) >= suite.least else
               f"expected {suite.least} cases or more, found {len(suite_cases)}")
    return zip(suite_cases, answers)


def check_tokens(tokens, judged, tap):
    """What `pam-jwt chain` says of a path is what a login says of a token with that path."""
    chosen = [(tokens[case.name], case.question, answer) for case, answer in judged
              if case.name in tokens]
    found = paths.judge([(token, question) for token, question, _ in chosen])
    names = [case.name for case, _ in judged if case.name in tokens]
    for name, (token, question, answer), told in zip(names, chosen, found):
        wanted = paths.expected(token, question, answer)
        tap.report(f"{name}, as a token", None if told.reason == wanted else
                   f"expected {wanted}, found {told.reason} ({told.detail})")
    print(f"# {len(chosen)} paths in tokens")


def run(data):
    tap = Tap()
    read = [(suite, list(suite.read(data))) for suite in SUITES]
    all_cases = [case for _, suite_cases in read for case in suite_cases]
    known = [case.name for case in all_cases]
    listed = disagreements.table()
    judged = [pair for suite, suite_cases in read
              for pair in run_suite(suite, suite_cases, listed, tap)]
    check_tokens(dict(paths.read(data / "tokens")), judged, tap)
    strangers = sorted(set(listed) - set(known))
    tap.report("every disagreement is about a case",
               f"no such case: {' '.join(strangers)}" if strangers else None)
    tap.report("every name is of one case",
               None if len(known) == len(set(known)) else "a name occurs twice")
    print(f"1..{tap.count}")
    return 1 if tap.failed else 0


def main():
    given = os.environ.get("PAM_JWT_CONFORMANCE")
    data = pathlib.Path(given) if given else SOURCE.parent / "shared" / "conformance"
    if not os.path.isdir(data):
        print("1..0 # SKIP the suites are not there; PAM_JWT_CONFORMANCE tells where they are")
        return 0
    return run(data)


if __name__ == "__main__":
    sys.exit(main())
