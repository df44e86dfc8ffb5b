# SPDX-License-Identifier: BSD-3-Clause
"""The tokens of tests/instructions, and what other programs need to verify them: certificates, keys."""
import base64
import json
import pathlib
import shutil
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
TOKENS = TOP / 'tests' / 'instructions'
ALGORITHMS = ('RS256', 'ES256')
BUNDLE = pathlib.Path('/etc/ssl/certs/ca-certificates.crt')

sys.path.insert(0, str(TOKENS))

import count  # noqa: E402  pylint: disable=wrong-import-position


def pem(kind, der):
    text = base64.encodebytes(der).decode('ascii')
    return f'-----BEGIN {kind}-----\n{text}-----END {kind}-----\n'


def url_text(number):
    return base64.urlsafe_b64encode(number).decode('ascii').rstrip('=')


def openssl(*arguments):
    return subprocess.run(['openssl', *map(str, arguments)], check=True, capture_output=True,
                          text=True).stdout


def make_jwk(alg, key_pem):
    """Of a public key in a file."""
    if alg == 'RS256':
        modulus = openssl('rsa', '-pubin', '-in', key_pem, '-modulus', '-noout')
        number = bytes.fromhex(modulus.strip().partition('=')[2])
        return {'kty': 'RSA', 'alg': alg, 'n': url_text(number), 'e': 'AQAB'}
    lines = key_pem.read_text(encoding='ascii').splitlines()[1:-1]
    point = base64.b64decode(''.join(lines))[-64:]
    return {'kty': 'EC', 'alg': alg, 'crv': 'P-256', 'x': url_text(point[:32]),
            'y': url_text(point[32:])}


class Material:
    """Files of one algorithm, in a folder."""

    def __init__(self, folder, alg):
        self.alg = alg
        self.folder = pathlib.Path(folder) / alg
        self.folder.mkdir()
        self.token = self.copy(f'{alg}.jwt', 'token')
        self.root = self.copy(f'{alg}.root.pem', 'root.pem')
        self.config = self.write('pam_jwt.conf', count.CONFIG.format(anchors=self.root))
        self.leaf, self.intermediate = self.write_chain()
        self.key_pem = self.write('key.pem',
                                  openssl('x509', '-in', self.leaf, '-pubkey', '-noout'))
        self.key_jwk = self.write('key.jwk', json.dumps(make_jwk(alg, self.key_pem)))

    def copy(self, name, new_name):
        path = self.folder / new_name
        shutil.copyfile(TOKENS / name, path)
        path.chmod(0o644)
        return path

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding='ascii')
        path.chmod(0o644)
        return path

    def write_chain(self):
        header = self.token.read_text(encoding='ascii').partition('.')[0]
        chain = json.loads(base64.urlsafe_b64decode(header + '=='))['x5c']
        return [self.write(f'{name}.pem', pem('CERTIFICATE', base64.b64decode(text)))
                for name, text in zip(('leaf', 'intermediate'), chain)]

    def debian_bundle(self):
        """The CAs of ca-certificates with the root in their middle; '' if there are none."""
        marker = '-----BEGIN'
        if not BUNDLE.exists():
            return ''
        blocks = BUNDLE.read_text(encoding='ascii').split(marker)
        middle = len(blocks) // 2
        root = self.root.read_text(encoding='ascii')
        return (marker.join(blocks[:middle]) + root + marker + marker.join(blocks[middle:]))

    def write_anchors(self, name, text, directory=False):
        """Those anchors, in a file or each in one of its own, and a configuration with them."""
        anchors = self.folder / (name if directory else f'{name}.pem')
        if directory:
            anchors.mkdir()
            anchors.chmod(0o755)
            for number, block in enumerate(text.split('-----BEGIN')[1:]):
                self.write(f'{name}/{number}.pem', f'-----BEGIN{block}')
        else:
            self.write(anchors.name, text)
        return self.write(f'{name}.conf', count.CONFIG.format(anchors=anchors)), anchors

    def write_map(self, name, lines):
        """A user map of so many lines, alice's the last, and a configuration with it."""
        users = ''.join(f'{number:08x}-0000-4000-8000-000000000000 user{number}\n'
                        for number in range(lines - 1))
        path = self.write(f'{name}.users', users + 'alice alice\n')
        text = count.CONFIG.format(anchors=self.root)
        return self.write(f'{name}.conf', f'{text}user_map = {path}\n')
