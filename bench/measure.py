#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""
measure.py WORK ROUNDS NODE-FOLDER: the measurements of scripts/bench, run in its private world, where
pam_jwt is installed. Writes WORK/results.json.
"""
import datetime
import json
import os
import pathlib
import platform
import subprocess
import sys

import keys
import logins
import material
import pairs
import peers

EQUAL = 0.05
MEMORY_RUNS = 15
KINDS = ('auth', 'account', 'session', 'password')
SEALED = {'RS256': 1.5, 'ES256': 1.7}
NAMES = {'RS256': 'RSA-2048', 'ES256': 'P-256'}


def row(name, group, found, goal=None, met=None, **more):
    """A line of the table; `met` is None where there is no goal."""
    return {'row': name, 'group': group, **found, 'goal': goal, 'met': met, **more}


def at_most(name, group, found, limit, **more):
    return row(name, group, found, f'<= {limit}', found['found'] <= limit, **more)


def less(name, group, found, limit, **more):
    return row(name, group, found, f'< {limit}', found['found'] < limit, **more)


class Bench:
    def __init__(self, work, rounds, node_folder):
        self.work = pathlib.Path(work)
        self.programs = self.work / 'build' / 'bench'
        self.libraries_only = self.work / 'build/tests/instructions/libraries-only'
        self.rounds = rounds
        self.node_folder = node_folder
        self.progress = pairs.Progress()
        self.rows = []
        self.absent = []
        self.milliseconds = {}
        folder = self.work / 'bench'
        folder.mkdir()
        self.material = {alg: material.Material(folder, alg) for alg in material.ALGORITHMS}

    def command(self, *words):
        return [self.programs / 'bench-run', *words]

    def ask(self, alg, variant=''):
        files = self.material[alg]
        return [self.programs / f'bench-ask{variant}', files.config, files.token]

    def keep(self, prefix, took):
        for name, values in took.items():
            self.milliseconds[f'{prefix}: {name}'] = pairs.spread(values)

    # --- jwt-verify -------------------------------------------------------------------------------

    def openssl_verify(self, alg):
        files = self.material[alg]
        return self.command('/usr/bin/openssl', 'verify', '-CAfile', files.root, '-untrusted',
                            files.intermediate, files.leaf)

    def verifiers(self):
        took = {}
        for alg in material.ALGORITHMS:
            took[alg], peaks = pairs.run_workers({
                'jwt-verify': self.ask(alg), 'unsealed': self.ask(alg, '-unsealed'),
                'libraries': self.command(self.libraries_only),
                'openssl verify': self.openssl_verify(alg)}, self.rounds, self.progress, alg)
            self.keep(alg, took[alg])
            self.rows.append(row(f'jwt-verify, {NAMES[alg]}: peak resident memory', 'memory',
                                 {'found': peaks['jwt-verify']}, unit='KiB'))
        self.rows.append(row('the libraries alone: peak resident memory', 'memory',
                             {'found': peaks['libraries']}, unit='KiB'))
        for alg, name in NAMES.items():
            self.rows.append(at_most(f'{name}, sealed, against its libraries alone', 'verify',
                                     pairs.ratios(took[alg], 'jwt-verify', 'libraries'),
                                     SEALED[alg]))
        for alg, name in NAMES.items():
            self.rows.append(at_most(f'{name}, sealed against unsealed', 'verify',
                                     pairs.ratios(took[alg], 'jwt-verify', 'unsealed'), 1.06))
        for alg, name in NAMES.items():
            self.rows.append(less(f'{name}, against openssl verify of the chain', 'verify',
                                  pairs.ratios(took[alg], 'jwt-verify', 'openssl verify'), 1))

    # --- anchors ----------------------------------------------------------------------------------

    def bundles(self, files):
        """Number of CAs and their text: those of Debian, and many."""
        for count, text in ((146, files.debian_bundle()), (10000, '')):
            text = text or subprocess.run([self.programs / 'bench-anchors', str(count), files.root],
                                          check=True, capture_output=True, text=True).stdout
            yield text.count('-----BEGIN'), text

    def with_anchors(self, files, count, text):
        """Commands with the index that `pam-jwt refresh` makes, of a file and of a directory, and without."""
        for kind in ('index', 'directory', 'search'):
            config, anchors = files.write_anchors(f'{count}-{kind}', text, kind == 'directory')
            if kind != 'search':
                subprocess.run([self.programs / 'bench-index', anchors], check=True)
            yield kind, [self.programs / 'bench-ask', config, files.token]

    def anchors(self):
        os.makedirs('/var/cache/pam_jwt', 0o755, exist_ok=True)
        for alg, name in NAMES.items():
            files = self.material[alg]
            bundles = list(self.bundles(files))
            commands = {'1 CA': self.ask(alg), **{
                f'{count} CAs, {kind}': command for count, text in bundles
                for kind, command in self.with_anchors(files, count, text)}}
            took, peaks = pairs.run_workers(commands, self.rounds, self.progress, f'anchors {alg}')
            self.keep(f'{alg} anchors', took)
            for (count, _), limit in zip(bundles, (1.05, 1.15)):
                self.rows.append(at_most(f'{name}, {count} CAs, against 1', 'anchors',
                                         pairs.ratios(took, f'{count} CAs, index', '1 CA'), limit))
                self.rows.append(row(f'{name}, {count} CAs in a directory, against 1', 'anchors',
                                     pairs.ratios(took, f'{count} CAs, directory', '1 CA')))
                self.rows.append(row(f'{name}, {count} CAs without an index, against 1', 'anchors',
                                     pairs.ratios(took, f'{count} CAs, search', '1 CA')))
            self.rows.append(at_most(f'{name}, {count} CAs, against 1: peak resident memory',
                                     'anchors', {'found': peaks[f'{count} CAs, index'] /
                                                 peaks['1 CA']}, 1.2))

    # --- users ------------------------------------------------------------------------------------

    def user_map(self, files, name, lines):
        config = files.write_map(name, lines)
        if name.endswith('index'):
            subprocess.run(['pam-jwt', 'refresh', '--config', config], check=True)
        return [self.programs / 'bench-ask', config, files.token]

    def users(self):
        """Without an index it is what a user costs who is refused: every line is looked at."""
        for alg, name in NAMES.items():
            files = self.material[alg]
            commands = {title: self.user_map(files, title.replace(' ', '-'), lines)
                        for title, lines in (('10 lines', 10), ('1,000,000 lines index', 1000000),
                                             ('1,000,000 lines search', 1000000))}
            took, peaks = pairs.run_workers(commands, self.rounds, self.progress, f'users {alg}')
            self.keep(f'{alg} users', took)
            self.rows.append(at_most(
                f'{name}, a map of 1,000,000 lines, against 10', 'users',
                pairs.ratios(took, '1,000,000 lines index', '10 lines'), 1.3))
            self.rows.append(row(
                f'{name}, 1,000,000 lines without an index, or refused, against 10', 'users',
                pairs.ratios(took, '1,000,000 lines search', '10 lines')))
            self.rows.append(at_most(
                f'{name}, 1,000,000 lines, against 10: peak resident memory', 'users',
                {'found': peaks['1,000,000 lines index'] / peaks['10 lines']}, 1.2))

    # --- keys that are not in the token -----------------------------------------------------------

    def keys(self):
        for alg, name in NAMES.items():
            made = keys.Keys(self.work / 'bench', alg)
            took, _ = pairs.run_workers(
                {what: [self.programs / 'bench-ask', *files] for what, files in (
                    ('10 keys', made.jwk_set(10)), ('1,000 keys', made.jwk_set(1000)),
                    ('1 certificate', made.deployed(1)),
                    ('10,000 certificates', made.deployed(10000)))},
                self.rounds, self.progress, f'keys {alg}')
            self.keep(f'{alg} keys', took)
            self.rows.append(at_most(f'{name}, a JWK Set of 1,000 keys, against 10', 'keys',
                                     pairs.ratios(took, '1,000 keys', '10 keys'), 1.3))
            self.rows.append(at_most(f'{name}, 10,000 deployed certificates, against 1', 'keys',
                                     pairs.ratios(took, '10,000 certificates', '1 certificate'),
                                     1.05))

    # --- CRL --------------------------------------------------------------------------------------

    def lists(self):
        """A CRL of a million entries, against no more than its hash and its signature."""
        folder = self.work / 'bench' / 'crl'
        folder.mkdir()
        subprocess.run([self.programs / 'bench-crl', 'make', '1000000', folder], check=True)
        took, peaks = pairs.run_workers(
            {work: [self.programs / 'bench-crl', work, folder] for work in ('judge', 'verify')},
            max(20, self.rounds // 8), self.progress, 'CRL')
        self.keep('CRL of 1,000,000 entries', took)
        self.rows.append(at_most('judged, against hashed and verified', 'crl',
                                 pairs.ratios(took, 'judge', 'verify'), 1.3))
        self.rows.append(at_most('peak resident memory, as a multiple of the file', 'crl', {
            'found': peaks['judge'] * 1024 / (folder / 'list.crl').stat().st_size}, 1.2))

    # --- replay -----------------------------------------------------------------------------------

    def replay(self):
        """The store is on the disk where the bench is: what an entry costs is that it is kept."""
        files = self.material['ES256']
        text = files.config.read_text(encoding='ascii')
        commands = {'not spent': self.ask('ES256')}
        for count in (10, 1000000):
            store = files.folder / f'store-{count}'
            (store / '0').mkdir(parents=True)
            (store / '0').chmod(0o700)
            subprocess.run([self.programs / 'bench-spend', 'fill', store / '0', str(count)],
                           check=True)
            config = files.write(f'replay-{count}.conf', f'{text}\n[replay]\nstore = {store}\n')
            commands[str(count)] = [self.programs / 'bench-spend', config, files.token]
        os.sync()
        took, _ = pairs.run_workers(commands, self.rounds, self.progress, 'replay')
        self.keep('replay', took)
        self.rows.append(at_most('judged and spent, 1,000,000 live entries against 10', 'replay',
                                 pairs.ratios(took, '1000000', '10'), 1.1))
        self.rows.append(row('judged and spent, against judged alone', 'replay',
                             pairs.ratios(took, '10', 'not spent')))

    # --- peers ------------------------------------------------------------------------------------

    def peer(self, name, kind, command, version):
        for alg, key_name in NAMES.items():
            files = self.material[alg]
            key = files.key_pem if kind == 'pem' else files.key_jwk
            took, _ = pairs.run_workers({
                'jwt-verify': self.ask(alg), name: self.command(*command, key, files.token)},
                max(20, self.rounds // 8), self.progress, f'{name} {alg}')
            self.keep(alg, {name: took[name]})
            self.rows.append(row(f'{key_name}, against {name} {version}, key given', 'peers',
                                 pairs.ratios(took, 'jwt-verify', name)))

    def peers(self):
        for name, kind, command, version in peers.find_peers(self.work / 'bench', self.node_folder):
            if not command:
                self.absent.append(f'{name}: {version}')
                continue
            try:
                self.peer(name, kind, command, version)
            except pairs.Missing as missing:
                self.absent.append(f'{name}: {missing}')

    # --- the module -------------------------------------------------------------------------------

    def hosts(self):
        for service, module in (('sshd', f"pam_jwt.so config={self.material['RS256'].config}"),
                                ('bench-permit', 'pam_permit.so')):
            pathlib.Path('/etc/pam.d', service).write_text(
                ''.join(f'{kind} required {module}\n' for kind in KINDS), encoding='ascii')
        token = self.material['RS256'].token
        host = self.programs / 'bench-host'
        took, _ = pairs.run_workers({
            '20 MB': [host, 20, token], '200 MB': [host, 200, token],
            'jwt-verify': self.ask('RS256')}, self.rounds, self.progress, 'pam_authenticate')
        self.keep('pam_authenticate', took)
        found = pairs.ratios(took, '200 MB', '20 MB')
        self.rows.append(row('pam_authenticate in a host of 200 MB, against 20 MB', 'module', found,
                             f'equal, +-{EQUAL:.0%}', abs(found['found'] - 1) <= EQUAL))
        self.rows.append(row('pam_authenticate, against jwt-verify asked directly', 'module',
                             pairs.ratios(took, '20 MB', 'jwt-verify')))
        self.host_memory(host, token)

    def host_memory(self, host, token):
        """Of several processes: where their memory lies differs."""
        found = []
        for _ in range(MEMORY_RUNS):
            done = subprocess.run([host, 'memory', token], capture_output=True, text=True,
                                  check=False)
            if done.returncode != 0:
                raise pairs.Missing(f'bench-host memory: {done.stderr}')
            found.append([int(word) for word in done.stdout.split()])
        private, resident = map(pairs.spread, zip(*found))
        self.rows.append(less('memory that the module adds to its host', 'memory', private, 64,
                              unit='KiB'))
        self.rows.append(row('the same with pages that hosts share', 'memory', resident,
                             unit='KiB'))

    # --- instructions and logins ------------------------------------------------------------------

    def instructions(self):
        self.progress.say('instructions')
        os.environ.update({
            'ASK': str(self.work / 'build/tests/instructions/ask'),
            'FAKEPAM_HOST': str(self.work / 'build/tests/fakepam/fakepam-host-real'),
            'JWT_VERIFY': str(self.work / 'build/tests/instructions/jwt-verify-unsealed'),
            'LIBRARIES_ONLY': str(self.libraries_only)})
        folder = self.work / 'bench' / 'instructions'
        folder.mkdir()
        unit, counted = material.count.count(folder)
        self.rows.append(row('its libraries alone', 'instructions', {'found': unit}, unit='Ir'))
        for name, instructions in counted.items():
            self.rows.append(row(name, 'instructions', {'found': instructions}, unit='Ir',
                                 multiple=instructions / unit))

    def logins(self):
        took, size = logins.measure(max(20, self.rounds // 20), self.progress)
        self.keep('ssh', took)
        self.rows.append(less(f'by a token of {size} bytes, against a password (yescrypt)', 'ssh',
                              pairs.ratios(took, 'token', 'password'), 1))
        self.rows.append(row(f'by a token of {size} bytes, against a public key', 'ssh',
                             pairs.ratios(took, 'token', 'key')))

    def run(self):
        """Whether all but the peers could be measured."""
        logins.world.must('useradd', '--create-home', '--shell', '/bin/sh', 'alice')
        complete = True
        for part in (self.verifiers, self.anchors, self.users, self.keys, self.lists, self.replay,
                     self.peers, self.hosts, self.instructions, self.logins):
            try:
                part()
            except (pairs.Missing, AssertionError, OSError, RuntimeError,
                    subprocess.SubprocessError) as error:
                self.absent.append(f'{part.__name__}: {error}')
                complete = False
        self.progress.clear()
        return complete


def describe_machine():
    with open('/proc/cpuinfo', encoding='ascii', errors='replace') as file:
        models = [line.partition(':')[2].strip() for line in file if line.startswith('model name')]
    release = platform.freedesktop_os_release().get('PRETTY_NAME', 'unknown system')
    return f"{release}, Linux {platform.release()}, {len(models)} x {(models or ['unknown'])[0]}"


def main():
    work, rounds, node_folder = sys.argv[1:]
    bench = Bench(work, int(rounds), node_folder)
    complete = bench.run()
    results = {'machine': describe_machine(), 'date': datetime.date.today().isoformat(),
               'rounds': int(rounds), 'rows': bench.rows, 'absent': bench.absent,
               'complete': complete, 'milliseconds': bench.milliseconds}
    (bench.work / 'results.json').write_text(json.dumps(results, indent=1) + '\n',
                                             encoding='ascii')


main()
