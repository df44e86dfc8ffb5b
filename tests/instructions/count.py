#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""
Counts the instructions of jwt-verify and of the module, and compares them with the file `figures`: a row
that has grown by more than a tenth fails. Prints TAP.

A figure is a multiple of the instructions of a program that is linked with the same libraries and does
nothing, so that little depends on the machine. Figures are of one release and one kind of processor;
elsewhere the rows are counted and not compared.
"""
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
FIGURES = HERE / 'figures'
GROWTH = 1.10
PART = 500
CONFIG = """\
[global]
hostname = host.example

[issuer https://issuer.example]
audience = pam://%h/%s
trust_anchors = {anchors}
revocation = off
"""
# The plain code of the libraries for all: what else there is depends on the processor.
SETTINGS = {'PATH': '/usr/bin:/bin', 'LC_ALL': 'C', 'GNUTLS_CPUID_OVERRIDE': '0x1',
            'NETTLE_FAT_OVERRIDE': 'none'}


def system():
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        release = {}
    return (f"{release.get('ID', 'unknown')}-{release.get('VERSION_ID', 'unknown')} "
            f'{platform.machine()}')


def read_figures():
    """Row to figure, of this system."""
    figures = {}
    for line in FIGURES.read_text(encoding='ascii').splitlines():
        if line and not line.startswith('#'):
            release, machine, row, figure = line.split()
            if f'{release} {machine}' == system():
                figures[row] = float(figure)
    return figures


class Counter:
    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.out = self.directory / 'callgrind.out'

    def valgrind(self):
        return [shutil.which('valgrind'), '--tool=callgrind', '--quiet',
                f'--callgrind-out-file={self.out}']

    def run(self, *command, stdin=''):
        done = subprocess.run(command, input=stdin, text=True, capture_output=True, timeout=120,
                              check=False, env=SETTINGS)
        if done.returncode != 0:
            raise RuntimeError(f'{command}: {done.stdout}{done.stderr}')
        for line in self.out.read_text(encoding='utf-8').splitlines():
            if line.startswith(('summary:', 'totals:')):
                self.out.unlink()
                return int(line.split()[1]), done.stdout
        raise RuntimeError('callgrind has counted nothing')

    def configure(self, alg):
        """With a copy of the anchor: its file and parents must be writable by their owner only."""
        anchors = self.directory / f'{alg}.root.pem'
        anchors.write_bytes((HERE / anchors.name).read_bytes())
        config = self.directory / f'{alg}.conf'
        config.write_text(CONFIG.format(anchors=anchors), encoding='ascii')
        for path in (anchors, config):
            path.chmod(0o644)
        return str(config)

    def libraries(self):
        return self.run(*self.valgrind(), os.environ['LIBRARIES_ONLY'])[0]

    def verify(self, alg):
        return self.run(os.environ['ASK'], self.configure(alg), str(HERE / f'{alg}.jwt'),
                        *self.valgrind(), os.environ['JWT_VERIFY'])[0]

    def module(self):
        """pam_sm_authenticate in its host, without jwt-verify, which is a process of its own."""
        token = (HERE / 'RS256.jwt').read_text(encoding='ascii').strip()
        script = [f"arg config={self.configure('RS256')}", 'service sshd', 'user alice']
        script += [f'answer {token[at:at + PART]}' for at in range(0, len(token) + 1, PART)]
        host = [*self.valgrind(), os.environ['FAKEPAM_HOST']]
        idle, _ = self.run(*host, stdin='\n'.join(script) + '\n')
        busy, said = self.run(*host, stdin='\n'.join(script + ['auth']) + '\n')
        if 'auth: PAM_SUCCESS\n' not in said:
            raise RuntimeError(f'expected a login, found: {said}')
        return busy - idle


def count(directory):
    counter = Counter(directory)
    rows = {'jwt-verify-ES256': counter.verify('ES256'), 'jwt-verify-RS256': counter.verify('RS256'),
            'module': counter.module()}
    return counter.libraries(), rows


def compare(number, row, counted, unit, figures):
    """Prints a line of TAP; whether the row is good."""
    found = counted / unit
    text = f'{number} - {row}: {counted} instructions, {found:.4f} of its libraries alone'
    if not figures:
        print(f'ok {text} # SKIP no figures for {system()}')
        return True
    expected = figures.get(row)
    if expected is None:
        print(f'not ok {text}; expected a figure for it')
        return False
    good = found <= expected * GROWTH
    print(f"{'ok' if good else 'not ok'} {text}; the figure is {expected}")
    if found < expected / GROWTH:
        print(f'# {row} costs less than it did: lower its figure')
    return good


def main():
    if not shutil.which('valgrind'):
        print('1..0 # SKIP valgrind is not installed')
        return 0
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        unit, rows = count(os.path.realpath(directory))
    figures = read_figures()
    print(f'1..{len(rows)}')
    print(f'# libraries alone: {unit} instructions')
    results = [compare(number, row, counted, unit, figures)
               for number, (row, counted) in enumerate(rows.items(), 1)]
    return 0 if all(results) else 1


if __name__ == '__main__':
    sys.exit(main())
