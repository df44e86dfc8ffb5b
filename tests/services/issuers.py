# SPDX-License-Identifier: BSD-3-Clause
"""An issuer's web server over TLS, keys of openssl's, and what a login with their tokens says."""
import base64
import contextlib
import functools
import http.server
import json
import pathlib
import ssl
import struct
import threading
import time

import authority
import responders
import world
from world import ISSUER, must

FOLDER = pathlib.Path('/run/issuers')
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
    """An issuer's web server, over TLS: `jwks` are in its JWK Set."""
    daemon_threads = True

    def __init__(self, holder, *keys):
        super().__init__((responders.ADDRESS, 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(str(holder.cert), str(holder.key))
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.jwks, self.asked = [key.jwk for key in keys], []
        self.name = f'https://{HOST}:{self.server_address[1]}'
        self.issuer = self.name
        threading.Thread(target=self.serve_forever, kwargs={'poll_interval': 0.01},
                         daemon=True).start()

    def answer(self, path):
        if path == METADATA:
            return json.dumps({'issuer': self.issuer, 'jwks_uri': f'{self.name}/keys'}).encode()
        if path == '/keys':
            return json.dumps({'keys': self.jwks}).encode()
        return None

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


def public_file(name, data):
    """A file below /etc/pam_jwt that the configuration can name."""
    path = pathlib.Path('/etc/pam_jwt', name)
    path.write_bytes(data)
    path.chmod(0o644)
    return path


@functools.cache
def web():
    """The certificate of web servers on this host, and the file of its CA."""
    FOLDER.mkdir(exist_ok=True)
    ca = authority.Authority(FOLDER / 'ca', '/CN=Web')
    server = ca.issue('server', f'/CN={HOST}', f'subjectAltName = DNS:{HOST}\n')
    return server, public_file('web.pem', ca.cert.read_bytes())


@functools.cache
def made():
    """web(), and two keys."""
    return (*web(), Key('one'), Key('two'))


def forget():
    for file in CACHE.iterdir():
        file.unlink()


def grow_older(seconds):
    """As if the JWK Set in the cache had come so much earlier: its time is before its length."""
    [entry] = CACHE.glob('*.jwks')
    data = bytearray(entry.read_bytes())
    at = data.index(b'{"keys"') - 16
    [fetched] = struct.unpack_from('=q', data, at)
    assert abs(time.time() - fetched) < 100000, fetched
    struct.pack_into('=q', data, at, fetched - seconds)
    entry.write_bytes(data)


@contextlib.contextmanager
def configured(*lines, issuer=ISSUER, more=''):
    """A section of these lines, and an empty cache; afterwards all is as it was."""
    rules = {'audience': 'pam://%h/%s', 'signer_names': 'issuer.example'}
    rules.update(line.split(' = ', 1) for line in lines)
    world.write_configuration(f'[issuer {issuer}]\n' + ''.join(
        f'{key} = {value}\n' for key, value in rules.items()) + more)
    forget()
    try:
        yield
    finally:
        world.write_configuration(world.CONFIG)
        forget()


def login(log, sshd, token, said, why=''):
    """One over ssh: how the line in the log begins, and a text in it."""
    mark = log.mark()
    done, _, _ = sshd.login('alice', token, 'id', '-un')
    line = log.wait(said, mark)
    assert why in line, line
    assert (done.returncode == 0) == (said == ACCEPTED), done.stderr
