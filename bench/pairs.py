# SPDX-License-Identifier: BSD-3-Clause
"""Workers that do one piece of work when told, and ratios of what they take."""
import statistics
import subprocess
import sys
import time

WARM_UP = 5


class Missing(Exception):
    """A row cannot be measured here; says why."""


class Progress:
    """A line on a terminal, nothing elsewhere."""

    def __init__(self):
        self.shown = sys.stderr.isatty()
        self.began = time.monotonic()

    def say(self, text):
        if self.shown:
            passed = time.monotonic() - self.began
            print(f'\r\033[K  {passed:4.0f} s  {text}', end='', file=sys.stderr, flush=True)

    def clear(self):
        if self.shown:
            print('\r\033[K', end='', file=sys.stderr, flush=True)


class Worker:
    """A program of worker.h."""

    def __init__(self, *command):
        self.command = command
        self.peak = 0
        # pylint: disable-next=consider-using-with
        self.process = subprocess.Popen([str(word) for word in command], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def once(self):
        """Milliseconds."""
        self.process.stdin.write('\n')
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise Missing(self.process.stderr.read().strip() or f'{self.command[0]} has ended')
        nanoseconds, self.peak = (int(word) for word in line.split())
        return nanoseconds / 1e6

    def stop(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()


def interleave(tasks, rounds, progress, what, warm_up=WARM_UP):
    """Name to milliseconds, one for each round. tasks: name to function. The order changes each round."""
    names = list(tasks)
    took = {name: [] for name in names}
    for turn in range(warm_up + rounds):
        progress.say(f'{what}: {turn + 1} of {warm_up + rounds}')
        for at in range(len(names)):
            name = names[(turn + at) % len(names)]
            one = tasks[name]()
            if turn >= warm_up:
                took[name].append(one)
    return took


def run_workers(commands, rounds, progress, what):
    """The same for programs; also name to peak resident KiB."""
    workers = {name: Worker(*command) for name, command in commands.items()}
    try:
        took = interleave({name: worker.once for name, worker in workers.items()}, rounds, progress,
                          what)
        return took, {name: worker.peak for name, worker in workers.items()}
    finally:
        for worker in workers.values():
            worker.stop()


def spread(values):
    """Median and quartiles."""
    low, middle, high = statistics.quantiles(values, n=4)
    return {'found': middle, 'low': low, 'high': high}


def ratios(took, work, against):
    """Of the two of each round."""
    return spread([one / other for one, other in zip(took[work], took[against])])
