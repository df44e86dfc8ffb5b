# SPDX-License-Identifier: BSD-3-Clause
"""A jwt-verify that is killed or stopped."""
import os
import pathlib
import random
import signal
import threading

from registry import test
from world import HELPER, authenticate, mint, pam_service, run


class Killer:
    """Kills every jwt-verify at a random moment of its life."""

    latest = 0.02  # seconds after it was seen; a whole judgement takes less

    def __init__(self):
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self.work)

    def __enter__(self):
        self.thread.start()

    def __exit__(self, *_):
        self.stopped.set()
        self.thread.join()

    def work(self):
        while not self.stopped.is_set():
            for name in filter(str.isdigit, os.listdir('/proc')):
                try:
                    if pathlib.Path('/proc', name, 'comm').read_text('ascii') == 'jwt-verify\n':
                        self.stopped.wait(random.uniform(0, self.latest))
                        os.kill(int(name), signal.SIGKILL)
                except OSError:
                    pass  # it has ended by itself


@test
def a_killed_helper_is_no_verdict(log):
    token, mark, outcomes = mint('quick'), log.mark(), {}
    pam_service('quick', 'nodelay')
    with Killer():
        while sum(outcomes.values()) < 150 or (len(outcomes) < 2 and
                                               sum(outcomes.values()) < 1000):
            done = authenticate(token, service='quick')
            outcome = done.stderr.strip().rpartition(': ')[2] if done.returncode else 'success'
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
    assert set(outcomes) == {'success', 'Authentication service cannot retrieve authentication '
                             'info'}, outcomes
    log.wait('token not judged: internal-error: /usr/libexec/pam_jwt/jwt-verify: it ended before its verdict was complete',
             mark)


@test
def a_stopped_helper_is_a_timeout(log):
    """Its verdict does not come: the login fails when the time is over, and nothing is left."""
    pam_service('slow', 'nodelay timeout=1')
    kept = HELPER.read_bytes()
    HELPER.unlink()
    try:
        mark = log.mark()
        HELPER.write_text('#!/bin/sh\nwhile :; do read -r x; done\n', encoding='ascii')
        HELPER.chmod(0o755)
        done = authenticate(mint('slow'), service='slow')
        assert 'cannot retrieve authentication info' in done.stderr, done.stderr
        log.wait('token not judged: timeout', mark)
    finally:
        HELPER.unlink()
        HELPER.write_bytes(kept)
        HELPER.chmod(0o755)
    assert run('pgrep', '-f', 'jwt-verify').returncode != 0
