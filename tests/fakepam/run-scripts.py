#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Runs scripts/*.script: what a PAM application does, and all that the module must do then.

  # text                  what it shows
  host MODE               which helper is behind the module: real (default), die, half, hang, missing, or one
                          that says yes: to every user, or to an other user than the one it was asked about;
                          wish: one that wishes for something, and jwt-fetch brings it, is missing or hangs;
                          export: one that says yes and exports what follows eyJ in its token; export-no: one
                          that says no and does;
                          greedy: one that always does; wish-yes: one that says yes and does;
                          no-fetch: real, and jwt-fetch is missing; list: real, and
                          jwt-fetch brings nothing and tells what it was asked for;
                          replay-yes, -die, -hang, -half, -long, -odd, -missing: real, and jwt-replay is that
  config KEY = VALUE      a line more in the issuer's section; in place of `revocation = off` if that is the key;
                          @STORE is an empty directory of this script
  token [OPTION]...       the token of this script: CLAIM=JSON, drop=CLAIM, alg=ALG, size=BYTES (exactly, by
                          a filling claim), cut=BYTES (its beginning), flip (its signature changed)
  < LINE                  for fakepam-host (or the command FAKEPAM_WRAPPER with it); @CONFIG is the configuration, `answers [from N]` the token
                          in parts, as pam-jwt-askpass gives it, @TOKEN all of it, @PART its first 500 bytes,
                          TEXT*N[+TEXT] the text N times
  > LINE                  a line of the transcript; * stands for any text, @ID for the token's log name
"""
import base64
import fnmatch
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PKI = HERE.parent / 'fixtures' / 'pki'
CONFIG = """\
[global]
hostname = host.example

[issuer https://issuer.example]
audience = pam://%h/%s
trust_anchors = {anchors}
"""
CLAIMS = {'iss': 'https://issuer.example', 'sub': 'alice', 'aud': 'pam://host.example/sshd',
          'iat': 1767225600, 'exp': 4070908800}
SIGNERS = {'ES256': 'signer-es256', 'RS256': 'signer-rs256'}
PART = 500
WRAPPER = os.environ.get('FAKEPAM_WRAPPER', '').split()


def sign(alg, claims, kid='k'):
    signer = str(PKI / SIGNERS[alg])
    given = [f'--claim={name}={json.dumps(value)}' for name, value in claims.items()]
    return subprocess.run([os.environ['PAM_JWT'], 'mint', '--key', signer + '.key', '--chain',
                           signer + '.chain.pem', '--alg', alg, '--header', f'kid={kid}', *given],
                          check=True, capture_output=True, text=True).stdout.strip()


def sign_to_size(alg, claims, size):
    # No base64url text is one longer than a multiple of four: kid moves the rest.
    for kid in ('k', 'kk', 'kkk'):
        base = len(sign(alg, {**claims, 'pad': ''}, kid))
        about = max(0, (size - base) * 3 // 4)
        for pad in range(max(0, about - 3), about + 4):
            token = sign(alg, {**claims, 'pad': 'x' * pad}, kid)
            if len(token) == size:
                return token
    raise ValueError(f'no token of {size} bytes')


def make_token(options):
    claims, alg, size, cut, flip = dict(CLAIMS), 'ES256', None, None, False
    for option in options:
        name, _, value = option.partition('=')
        if name in ('size', 'cut'):
            size, cut = (int(value), cut) if name == 'size' else (size, int(value))
        elif name == 'alg':
            alg = value
        elif name == 'drop':
            del claims[value]
        elif name == 'flip':
            flip = True
        else:
            claims[name] = json.loads(value)
    token = sign_to_size(alg, claims, size) if size else sign(alg, claims)
    if flip:
        head, _, signature = token.rpartition('.')
        raw = bytearray(base64.urlsafe_b64decode(signature + '=='))
        raw[-1] ^= 1
        token = head + '.' + base64.urlsafe_b64encode(raw).decode().rstrip('=')
    return token[:cut]


class Script:
    def __init__(self, path):
        self.name = path.stem
        self.host, self.config, self.token, self.sent, self.expected = 'real', [], '', [], []
        for line in path.read_text(encoding='utf-8').splitlines():
            self.take(line)

    def take(self, line):
        word, _, rest = line.partition(' ')
        if word == 'token':
            self.token = make_token(rest.split())
        elif word == 'host':
            self.host = rest
        elif word == 'config':
            self.config.append(rest + '\n')
        elif word == '<':
            self.sent.append(rest)
        elif word == '>':
            self.expected.append(rest)
        elif line and word != '#':
            raise ValueError(f'{self.name}: {line}')

    def expand(self, line, config):
        if line.startswith('answers'):
            first = int(line.partition(' from ')[2] or 1)
            cuts = range((first - 1) * PART, len(self.token) + 1, PART)
            return [f'answer {self.token[at:at + PART]}' for at in cuts]
        line = line.replace('@CONFIG', config).replace('@TOKEN', self.token)
        line = line.replace('@PART', self.token[:PART])
        repeated = re.fullmatch(r'(\S+) (.*)\*(\d+)(\+(.*))?', line)
        if repeated:
            return [f'{repeated[1]} {repeated[2] * int(repeated[3])}{repeated[5] or ""}']
        return [line]

    def run(self, directory):
        config = os.path.join(directory, self.name + '.conf')
        store = os.path.join(directory, self.name + '.store')
        with open(config, 'w', encoding='utf-8') as file:
            file.write(CONFIG.format(anchors=os.path.join(directory, 'root.pem')))
            if not any(line.startswith('revocation =') for line in self.config):
                file.write('revocation = off\n')
            file.write(''.join(self.config).replace('@STORE', store))
        os.chmod(config, 0o644)
        os.mkdir(store)
        os.chmod(store, 0o755)
        lines = ['service sshd', 'arg config=@CONFIG'] + self.sent
        stdin = ''.join(out + '\n' for line in lines for out in self.expand(line, config))
        done = subprocess.run([*WRAPPER, os.environ['FAKEPAM_HOST'] + self.host], input=stdin, text=True,
                              errors='backslashreplace', capture_output=True, timeout=240,
                              check=False)
        # valgrind says "--PID--" of system calls that it does not know
        found = [line for line in (done.stdout + done.stderr).splitlines()
                 if not re.match(r'--\d+-- ', line)]
        if done.returncode != 0:
            found.append(f'(exit status {done.returncode})')
        return found

    def matches(self, found):
        name = hashlib.sha256(self.token.encode()).hexdigest()[:12]
        expected = [line.replace('@ID', name).replace('@PART', self.token[:PART])
                    for line in self.expected]
        return len(found) == len(expected) and all(
            fnmatch.fnmatchcase(line, re.sub(r'[\[\]?]', lambda m: f'[{m[0]}]', pattern))
            for line, pattern in zip(found, expected))


def main():
    scripts = [Script(path) for path in sorted((HERE / 'scripts').glob('*.script'))]
    if WRAPPER:  # its own memory grows, and a thousand logins take it minutes
        scripts = [script for script in scripts if script.name != 'thousand-logins']
    failed = 0
    print(f'1..{len(scripts)}')
    with tempfile.TemporaryDirectory() as directory:
        root = os.path.join(directory, 'root.pem')
        pathlib.Path(root).write_bytes((PKI / 'root.pem').read_bytes())
        os.chmod(root, 0o644)
        for number, script in enumerate(scripts, 1):
            found = script.run(os.path.realpath(directory))
            good = script.matches(found)
            print(f"{'ok' if good else 'not ok'} {number} - {script.name}")
            if not good:
                failed = 1
                print('\n'.join(f'# found: {line}' for line in found))
    return failed


sys.exit(main())
