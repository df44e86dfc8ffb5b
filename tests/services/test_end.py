# SPDX-License-Identifier: BSD-3-Clause
"""After all others."""
from registry import test_any_helper
from world import run


@test_any_helper
def nothing_is_left_running(_):
    assert run('pgrep', 'jwt-verify').returncode != 0
