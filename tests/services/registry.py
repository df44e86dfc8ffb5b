# SPDX-License-Identifier: BSD-3-Clause
"""The tests, in the order of their files. A test takes the world's log."""


class Skipped(Exception):
    """Says why a test cannot be run here."""


TESTS = []
FOR_ANY_HELPER = set()


def test(function):
    TESTS.append(function)
    return function


def test_any_helper(function):
    """Run once more with a sanitized jwt-verify: says nothing about how the sandbox or the installed file is."""
    FOR_ANY_HELPER.add(function)
    return test(function)
