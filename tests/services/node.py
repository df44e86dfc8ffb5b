# SPDX-License-Identifier: BSD-3-Clause
"""Scripts of npm/ as programs that answer: a line of JSON each way (npm/commands.mjs)."""
import json
import os
import pathlib
import subprocess
import threading

import registry

SCRIPTS = pathlib.Path(__file__).resolve().parent / 'npm'
SECONDS = 60  # for an answer, which takes none


def needed():
    """Skips the test if scripts/test could not install what the scripts need."""
    reason = os.environ.get('NPM_SKIPPED')
    if reason:
        raise registry.Skipped(reason)


class Node:
    """A script that runs until the block ends. `ready` is the first that it says."""

    def __init__(self, script, *arguments):
        needed()
        # pylint: disable-next=consider-using-with
        self.process = subprocess.Popen(['node', str(SCRIPTS / script), *map(str, arguments)], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.ready = self.read()

    def read(self):
        watch = threading.Timer(SECONDS, self.process.kill)
        watch.start()
        line = self.process.stdout.readline()
        watch.cancel()
        assert line, f'{self.process.args[1]} has ended, or says nothing'
        return json.loads(line)

    def ask(self, command, **given):
        """What the command of that name returns."""
        print(json.dumps({'do': command, **given}), file=self.process.stdin, flush=True)
        answer = self.read()
        assert not (isinstance(answer, dict) and 'error' in answer), answer['error']
        return answer

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()
