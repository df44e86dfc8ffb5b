# SPDX-License-Identifier: BSD-3-Clause
"""What a token names and does not carry: JWK Sets and directories of deployed certificates, of any size."""
import base64
import hashlib
import json
import pathlib
import subprocess

import material

PKI = material.TOP / 'tests' / 'fixtures' / 'pki'
SIGNERS = {'RS256': 'signer-rs256', 'ES256': 'signer-es256'}
CLAIMS = {'iss': 'https://issuer.example', 'sub': 'alice', 'aud': 'pam://host.example/sshd',
          'exp': 4070908800}
CONFIG = material.count.CONFIG + 'key_sources = {source}\n{more}\n'


def number(seed, size):
    """As much like a coordinate or a modulus as a search can tell; never the one that is looked for."""
    return material.url_text(hashlib.shake_256(str(seed).encode('ascii')).digest(size))


class Keys:
    """Of the signer of one algorithm of tests/fixtures, below a folder."""

    def __init__(self, folder, alg):
        self.folder = pathlib.Path(folder) / f'{alg}-keys'
        self.folder.mkdir()
        self.alg = alg
        self.signer = PKI / SIGNERS[alg]
        chain = pathlib.Path(f'{self.signer}.chain.pem').read_text(encoding='ascii')
        self.pem = chain[:chain.index('-----END')] + '-----END CERTIFICATE-----\n'
        self.chain = chain
        self.public = self.write('public.pem', material.openssl(
            'x509', '-in', self.write('signer.pem', self.pem), '-pubkey', '-noout'))
        self.root = self.write('root.pem', (PKI / 'root.pem').read_text(encoding='ascii'))

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding='ascii')
        path.chmod(0o644)
        return path

    def configure(self, name, source, more):
        return self.write(f'{name}.conf', CONFIG.format(anchors=self.root, source=source, more=more))

    def mint(self, name, header):
        given = [f'--claim={claim}={json.dumps(value)}' for claim, value in CLAIMS.items()]
        done = subprocess.run(['pam-jwt', 'mint', '--key', f'{self.signer}.key', '--alg', self.alg,
                               f'--header={header}', *given], check=True, capture_output=True,
                              text=True)
        return self.write(name, done.stdout)

    def jwk(self, position):
        jwk = {'kid': f'{position:036}', 'use': 'sig', 'alg': self.alg}
        if self.alg == 'RS256':
            return {**jwk, 'kty': 'RSA', 'e': 'AQAB', 'n': number(position, 256)}
        return {**jwk, 'kty': 'EC', 'crv': 'P-256', 'x': number(position, 32),
                'y': number(-position, 32)}

    def jwk_set(self, count):
        """Configuration and token for a set of so many keys; the signer's is in the middle."""
        keys = [self.jwk(position) for position in range(count)]
        keys[count // 2].update(material.make_jwk(self.alg, self.public))
        path = self.write(f'{count}.json', json.dumps({'keys': keys}))
        return (self.configure(f'set-{count}', 'kid', f'jwks_file = {path}'),
                self.mint(f'{count}.jwt', f'kid="{keys[count // 2]["kid"]}"'))

    def deployed(self, count):
        """The same for so many certificates."""
        directory = self.folder / f'certs-{count}'
        directory.mkdir()
        directory.chmod(0o755)
        for position in range(count - 1):
            self.write(f'{directory.name}/{number(position, 32)}.pem', self.pem)
        der = base64.b64decode(''.join(self.pem.splitlines()[1:-1]))
        name = material.url_text(hashlib.sha256(der).digest())
        self.write(f'{directory.name}/{name}.pem', self.chain)
        return (self.configure(f'certs-{count}', 'x5t#S256', f'certificates = {directory}'),
                self.mint(f'certs-{count}.jwt', f'x5t#S256="{name}"'))
