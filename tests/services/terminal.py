# SPDX-License-Identifier: BSD-3-Clause
"""A program on a terminal of its own, and somebody who answers its prompts."""
import errno
import os
import pty
import select
import subprocess
import termios
import time

PATIENCE = 60  # seconds that a prompt or an end may take


class Terminal:
    """The program's controlling terminal is a pseudo terminal, so that /dev/tty is it, too."""

    def __init__(self, *command, env=None):
        self.master, slave = pty.openpty()
        self.seen = ''  # all that was printed
        self.read_to = 0  # how much of it wait() has passed
        # pylint: disable-next=consider-using-with
        self.process = subprocess.Popen(['setsid', '--ctty', *command], stdin=slave, stdout=slave,
                                        stderr=slave, env=env)
        os.close(slave)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.master)

    def read(self, end):
        """Whether there was more before the end of the program."""
        ready, _, _ = select.select([self.master], [], [], max(0, end - time.monotonic()))
        assert ready, f'nothing more came after {self.seen!r}'
        try:
            data = os.read(self.master, 65536)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            return not self.ended()
        self.seen += data.decode(errors='backslashreplace')
        return True

    def ended(self):
        """EIO: nobody has the terminal open. This is the end, or login hangs it up to reopen it."""
        try:
            self.process.wait(0.1)
        except subprocess.TimeoutExpired:
            return False
        return True

    def wait(self, *texts):
        """Which of them the program has printed first, after what was waited for before. None
        among them stands for the program's end."""
        end = time.monotonic() + PATIENCE
        while True:
            found = [(self.seen.index(text, self.read_to), text) for text in texts
                     if text and text in self.seen[self.read_to:]]
            if found:
                at, text = min(found)
                self.read_to = at + len(text)
                return text
            if not self.read(end):
                assert None in texts, f'it ended without {texts}: {self.seen!r}'
                return None

    def type(self, line):
        os.write(self.master, line.encode() + b'\n')

    def end_of_input(self):
        """What control-D does at the beginning of a line."""
        os.write(self.master, termios.tcgetattr(self.master)[6][termios.VEOF])

    def answer(self, prompt, line):
        """Prompts come after echo is off and older input is dropped: what is typed now is read."""
        self.wait(prompt)
        self.type(line)

    def finish(self):
        """The exit status, when everything is printed."""
        end = time.monotonic() + PATIENCE
        while self.read(end):
            pass
        return self.process.wait(PATIENCE)
