# SPDX-License-Identifier: BSD-3-Clause
"""Tokens that carry no chain: keys of a file, of a server, and deployed certificates, over real ssh."""
import json
import pathlib

from issuers import ACCEPTED, METADATA, Issuer, configured, login, made, public_file
from registry import test
import responders
import world
from world import must, run


@test
def keys_of_a_file(log):
    _, _, one, two = made()
    path = public_file('keys.json', json.dumps({'keys': [one.jwk]}).encode())
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
        issuer.jwks = [two.jwk]
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
