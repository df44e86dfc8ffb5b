# SPDX-License-Identifier: BSD-3-Clause
"""Tokens that carry no chain: keys of a file, of a server, and deployed certificates, over real ssh."""
import base64
import contextlib
import functools
import http.server
import json
import pathlib
import ssl
import threading
import time

import authority
from registry import test
import responders
import world
from world import ISSUER, must, run

FOLDER = pathlib.Path('/run/keys')
CACHE = pathlib.Path('/var/cache/pam_jwt')
HOST = 'localhost'
ACCEPTED = 'pam_jwt(sshd:auth): token accepted: user=alice '
METADATA = '/.well-known/openid-configuration'


def encode(data):
    return base64.urlsafe_b64encode(data).decode().rstrip('=')


class Key:
    """A P-256 key of openssl's with a name."""

    def __init__(self, name):
        self.name = name
        self.path = authority.make_key(FOLDER / f'{name}.pem')
        made = FOLDER / f'{name}.der'
        must('openssl', 'pkey', '-in', str(self.path), '-pubout', '-outform', 'DER', '-out', str(made))
        point = made.read_bytes()[-64:]
        self.jwk = {'kty': 'EC', 'crv': 'P-256', 'x': encode(point[:32]), 'y': encode(point[32:]),
                    'kid': name, 'use': 'sig', 'alg': 'ES256'}

    def mint(self, *header, issuer=ISSUER, name=None, **claims):
        now = int(time.time())
        claims = {'iss': issuer, 'sub': 'alice', 'aud': 'pam://host.example/sshd',
                  'exp': str(now + 600), **claims}
        given = [f'--claim={claim}={value}' for claim, value in claims.items()]
        members = header or [f'kid="{name or self.name}"']
        return must('pam-jwt', 'mint', '--key', str(self.path), '--alg', 'ES256', *given,
                    *(f'--header={member}' for member in members)).strip()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):  # pylint: disable=invalid-name
        body = self.server.answer(self.path)
        self.server.asked.append(self.path)
        self.send_response(200 if body is not None else 404)
        self.send_header('Content-Length', str(len(body or b'')))
        self.end_headers()
        self.wfile.write(body or b'')

    def log_message(self, format, *args):  # pylint: disable=redefined-builtin
        pass


class Issuer(http.server.ThreadingHTTPServer):
    """An issuer's web server, over TLS: `keys` are those of its JWK Set."""
    daemon_threads = True

    def __init__(self, holder, *keys):
        super().__init__((responders.ADDRESS, 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(str(holder.cert), str(holder.key))
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.keys, self.asked = list(keys), []
        self.name = f'https://{HOST}:{self.server_address[1]}'
        self.issuer = self.name
        threading.Thread(target=self.serve_forever, kwargs={'poll_interval': 0.01},
                         daemon=True).start()

    def answer(self, path):
        if path == METADATA:
            return json.dumps({'issuer': self.issuer, 'jwks_uri': f'{self.name}/keys'}).encode()
        if path == '/keys':
            return json.dumps({'keys': [key.jwk for key in self.keys]}).encode()
        return None

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


@functools.cache
def made():
    """A CA for web servers, the certificate of one, two keys."""
    FOLDER.mkdir()
    ca = authority.Authority(FOLDER / 'ca', '/CN=Web')
    server = ca.issue('server', f'/CN={HOST}', f'subjectAltName = DNS:{HOST}\n')
    tls_ca = pathlib.Path('/etc/pam_jwt/web.pem')
    tls_ca.write_bytes(ca.cert.read_bytes())
    tls_ca.chmod(0o644)
    return server, tls_ca, Key('one'), Key('two')


def forget():
    for file in CACHE.iterdir():
        file.unlink()


@contextlib.contextmanager
def configured(*lines, issuer=ISSUER):
    """A section of these lines, and an empty cache; afterwards all is as it was."""
    rules = {'audience': 'pam://%h/%s', 'signer_names': 'issuer.example'}
    rules.update(line.split(' = ', 1) for line in lines)
    world.write_configuration(f'[issuer {issuer}]\n' + ''.join(
        f'{key} = {value}\n' for key, value in rules.items()))
    forget()
    try:
        yield
    finally:
        world.write_configuration(world.CONFIG)
        forget()


def login(log, sshd, token, said):
    mark = log.mark()
    done, _, _ = sshd.login('alice', token, 'id', '-un')
    log.wait(said, mark)
    assert (done.returncode == 0) == (said == ACCEPTED), done.stderr


@test
def keys_of_a_file(log):
    _, _, one, two = made()
    path = pathlib.Path('/etc/pam_jwt/keys.json')
    path.write_text(json.dumps({'keys': [one.jwk]}), encoding='ascii')
    path.chmod(0o644)
    with configured('key_sources = kid, jwk', f'jwks_file = {path}'), world.Sshd(log) as sshd:
        login(log, sshd, one.mint(), ACCEPTED)
        login(log, sshd, one.mint('jwk=' + json.dumps(one.jwk)), ACCEPTED)
        login(log, sshd, two.mint(), 'token refused: unknown-key: ')
        login(log, sshd, two.mint(name='one'), 'token refused: bad-signature: ')
        # one whose own key has the name of another
        login(log, sshd, two.mint('jwk=' + json.dumps({**two.jwk, 'kid': 'one'})),
              'token refused: unknown-key: ')


@test
def keys_of_a_server(log):
    """Asked once; then from the cache, also when it is down. What is not known is asked for once a minute,
    garbage never."""
    server, tls_ca, one, two = made()
    with Issuer(server, one) as issuer, world.Sshd(log) as sshd, configured(
            'key_sources = kid', f'jwks_uri = {issuer.name}/keys', f'tls_ca = {tls_ca}',
            f'fetch_hosts = {responders.ADDRESS}'):
        login(log, sshd, world.tampered(one.mint(aud='pam://other.example/sshd')),
              'token not judged: keys-unavailable: ')
        assert issuer.asked == []
        login(log, sshd, one.mint(), ACCEPTED)
        assert issuer.asked == ['/keys']
        for _ in range(3):
            login(log, sshd, one.mint(), ACCEPTED)
        login(log, sshd, world.tampered(one.mint()), 'token refused: bad-signature: ')
        login(log, sshd, two.mint(), 'token refused: unknown-key: ')
        assert issuer.asked == ['/keys']
        issuer.keys = [two]
        assert run('pam-jwt', 'refresh').returncode == 0
        assert issuer.asked == ['/keys', '/keys']
        login(log, sshd, two.mint(), ACCEPTED)
        login(log, sshd, one.mint(), 'token refused: unknown-key: ')
        issuer.shutdown()
        issuer.server_close()
        login(log, sshd, two.mint(), ACCEPTED)


@test
def keys_by_discovery(log):
    server, tls_ca, one, _ = made()
    with Issuer(server, one) as issuer, world.Sshd(log) as sshd:
        lines = ('key_sources = kid', 'discovery = yes', f'tls_ca = {tls_ca}',
                 f'fetch_hosts = {responders.ADDRESS}')
        with configured(*lines, issuer=issuer.name):
            login(log, sshd, one.mint(issuer=issuer.name), ACCEPTED)
            assert issuer.asked == [METADATA, '/keys']
            login(log, sshd, one.mint(issuer=issuer.name), ACCEPTED)
            assert issuer.asked == [METADATA, '/keys']
        issuer.issuer = 'https://other.example'
        with configured(*lines, issuer=issuer.name):
            login(log, sshd, one.mint(issuer=issuer.name), 'token not judged: keys-unavailable: ')
            assert issuer.asked == [METADATA, '/keys', METADATA]


@test
def an_application_that_is_not_root_asks_nobody(log):
    server, tls_ca, one, _ = made()
    with Issuer(server, one) as issuer, configured(
            'key_sources = kid', f'jwks_uri = {issuer.name}/keys', f'tls_ca = {tls_ca}',
            f'fetch_hosts = {responders.ADDRESS}'):
        mark = log.mark()
        done = world.authenticate(one.mint(), prefix=('setpriv', '--reuid', 'alice', '--clear-groups'))
        assert done.returncode != 0
        log.wait('token not judged: keys-unavailable: ', mark)
        assert issuer.asked == []
        assert run('pam-jwt', 'refresh').returncode == 0
        done = world.authenticate(one.mint(), prefix=('setpriv', '--reuid', 'alice', '--clear-groups'))
        assert done.returncode == 0, done.stderr


@test
def deployed_certificates(log):
    """By both thumbprints, with the chain and the names of the certificate in force."""
    with configured('key_sources = x5t#S256, x5t', 'revocation = off',
                    'trust_anchors = /etc/pam_jwt/anchors/root.pem'), world.Sshd(log) as sshd:
        done = must('pam-jwt', 'cert', 'add', str(world.PKI / 'signer-es256.chain.pem')).splitlines()
        key = made()[2]
        key.path, path = world.PKI / 'signer-es256.key', key.path
        try:
            tokens = [key.mint('{}="{}"'.format(*line.split())) for line in done[1:]]
        finally:
            key.path = path
        for token in tokens:
            login(log, sshd, token, ACCEPTED)
        login(log, sshd, world.tampered(tokens[0]), 'token refused: bad-signature: ')
        for file in pathlib.Path('/etc/pam_jwt/certs').iterdir():
            file.unlink()
        login(log, sshd, tokens[0], 'token refused: unknown-certificate: ')
