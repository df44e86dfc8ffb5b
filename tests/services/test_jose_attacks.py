# SPDX-License-Identifier: BSD-3-Clause
"""What attackers make of headers, keys and chains, with npm's jose or by hand: each is refused over real ssh,
for its own reason. The honest token beside it is accepted."""
import contextlib
import functools
import json
import ssl
import urllib.request

import authority
from issuers import ACCEPTED, FOLDER, Issuer, configured, login, public_file, web
from jose_tokens import Jose, Signer, claims
from node import needed
from registry import test
import responders
import revocation
import world
from world import must

OTHER = 'https://other.example'
NAMES = 'subjectAltName = DNS:issuer.example\n'


class Pki:
    """A root with an honest signer, an attacker's root of the same name, and keys of both."""

    def __init__(self):
        folder = FOLDER / 'jose'
        self.root = authority.Authority(folder / 'root', '/CN=Root')
        self.foreign = authority.Authority(folder / 'foreign', '/CN=Root')
        self.anchor = public_file('anchors/jose.pem', self.root.cert.read_bytes())
        self.folder = folder

    def key(self, name, *algorithm):
        path = self.folder / f'{name}.pem'
        must('openssl', 'genpkey', *algorithm, '-out', str(path))
        return path

    def self_signed(self, name):
        """As the attacker's own signer, by nobody."""
        key, cert = authority.make_key(self.folder / f'{name}.key'), self.folder / f'{name}.pem'
        must('openssl', 'req', '-x509', '-new', '-key', str(key), '-subj', f'/CN={name}', '-out', str(cert),
             '-addext', 'subjectAltName = DNS:issuer.example', '-addext',
             'basicConstraints = critical, CA:FALSE', '-addext', 'keyUsage = digitalSignature')
        return key, cert


@functools.cache
def pki():
    return Pki()


@functools.cache
def certified(name, extensions=revocation.SIGNER, above=None):
    above = above or pki().root
    return revocation.Signer(above.issue(name, f'/CN={name}', extensions), above)


class Attack:
    """jose, an sshd, and the signers that every test has."""

    def __init__(self, log, jose, sshd):
        self.log, self.jose, self.sshd = log, jose, sshd
        self.honest = self.signer(certified('honest'))
        self.attacker = self.signer(certified('attacker', above=pki().foreign))

    def signer(self, holder):
        return Signer(self.jose, holder.key, holder.chain)

    def accepted(self, token):
        login(self.log, self.sshd, token, ACCEPTED)

    def refused(self, token, slug, why=''):
        login(self.log, self.sshd, token, f'token refused: {slug}: ', why)

    def by_attacker(self, header, slug, why='', **changes):
        self.refused(self.jose.sign(self.attacker, header, **changes), slug, why)

    def accepted_by_honest(self, header, **changes):
        self.accepted(self.jose.sign(self.honest, header, **changes))


@contextlib.contextmanager
def attack(log):
    needed()
    FOLDER.mkdir(exist_ok=True)
    with Jose() as jose, world.quick_sshd(log) as sshd:
        yield Attack(log, jose, sshd)


def under_root(sources, *lines):
    return configured(f'key_sources = {sources}', f'trust_anchors = {pki().anchor}', 'revocation = off',
                      *lines)


def set_of(name, *keys):
    return public_file(name, json.dumps({'keys': keys}).encode())


# --- keys and names of keys -----------------------------------------------------------------------


@test
def a_foreign_jwk_beside_a_genuine_chain(log):
    with attack(log) as made:
        genuine, foreign = made.honest, made.attacker
        with under_root('x5c, jwk'):
            made.accepted_by_honest({'jwk': {**genuine.jwk, 'x5c': genuine.x5c}})
            made.accepted_by_honest({'x5c': genuine.x5c, 'jwk': genuine.jwk})
            for header in ({'jwk': {**foreign.jwk, 'x5c': genuine.x5c}},
                           {'jwk': {**foreign.named(genuine.thumbprint), 'x5c': genuine.x5c}},
                           {'x5c': genuine.x5c, 'jwk': foreign.jwk}):
                made.by_attacker(header, 'key-mismatch')
            made.by_attacker({'jwk': {**genuine.jwk, 'x5c': genuine.x5c}}, 'bad-signature')
            made.by_attacker({'x5c': genuine.x5c}, 'bad-signature')
        with under_root('jwk'):
            made.by_attacker({'x5c': genuine.x5c, 'jwk': foreign.jwk}, 'unknown-key')


@test
def a_jwk_of_a_known_name(log):
    """CVE-2025-24976: the key in the header has the kid of a key that is known."""
    with attack(log) as made:
        known = set_of('known.json', made.honest.named('known'))
        with configured('key_sources = jwk, kid', f'jwks_file = {known}'):
            made.accepted_by_honest({'kid': 'known'})
            made.accepted_by_honest({'jwk': made.honest.named('known')})
            made.by_attacker({'jwk': made.attacker.named('known')}, 'unknown-key')
            made.by_attacker({'kid': 'known', 'jwk': made.attacker.named('known')}, 'unknown-key')
            made.by_attacker({'kid': 'known'}, 'bad-signature')
        with configured('key_sources = kid, jwk', f'jwks_file = {known}'):
            made.by_attacker({'kid': 'known', 'jwk': made.attacker.named('known')}, 'key-mismatch')


@test
def a_jwk_where_no_key_is_known(log):
    """CVE-2026-27962: the key in the header is not the one to verify with because there is no other."""
    with attack(log) as made, under_root('x5c, jwk'):
        made.accepted_by_honest({'x5c': made.honest.x5c})
        made.by_attacker({'jwk': made.attacker.jwk}, 'unknown-key', 'is not in pinned_keys')
        with configured('key_sources = jwk', f'jwks_file = {set_of("none.json")}'):
            made.by_attacker({'jwk': made.attacker.jwk}, 'unknown-key')


@test
def a_key_of_another_issuer(log):
    """Who may sign for one issuer signs for no other."""
    with attack(log) as made:
        own = set_of('own.json', made.honest.named('own'))
        others = set_of('others.json', made.attacker.named('theirs'))
        lines = 'key_sources = kid', 'user_map = identity'
        other = f'[issuer {OTHER}]\naudience = pam://%h/%s\njwks_file = {others}\n' + '\n'.join(lines)
        with configured(*lines, f'jwks_file = {own}', more=other):
            made.accepted_by_honest({'kid': 'own'})
            made.accepted(made.jose.sign(made.attacker, {'kid': 'theirs'}, iss=OTHER))
            made.by_attacker({'kid': 'theirs'}, 'unknown-key')
            made.by_attacker({'kid': 'own'}, 'bad-signature')
            made.by_attacker({'kid': 'own'}, 'unknown-key', iss=OTHER)
            made.by_attacker({'kid': 'theirs'}, 'unknown-issuer', iss=OTHER + '/')


@test
def urls_in_the_header(log):
    """Behind them are the attacker's keys, and a server that the host may use: nobody asks it."""
    with attack(log) as made:
        server, tls_ca = web()
        attacker, honest = made.attacker, made.honest
        known = set_of('known.json', honest.named('known'))
        with Issuer(server) as issuer, responders.Server() as plain, configured(
                'key_sources = kid, jwk, x5c', f'jwks_file = {known}', f'tls_ca = {tls_ca}',
                f'trust_anchors = {pki().anchor}', 'revocation = off', 'fetch = aia',
                f'fetch_hosts = {responders.ADDRESS}, localhost'):
            issuer.jwks = [attacker.named('evil')]
            for url in (f'{issuer.name}/keys', plain.url('keys')):
                made.accepted_by_honest({'kid': 'known', 'jku': url, 'x5u': url})
                made.by_attacker({'kid': 'evil', 'jku': url}, 'unknown-key')
                made.by_attacker({'jku': url}, 'no-key-source')
                made.by_attacker({'x5u': url}, 'no-key-source')
                made.by_attacker({'jwk': {**attacker.jwk, 'x5u': url}, 'jku': url}, 'unknown-key')
                made.by_attacker({'x5c': attacker.x5c, 'x5u': url}, 'untrusted-chain')
            assert issuer.asked == [] and plain.asked == []
            context = ssl.create_default_context(cafile=str(tls_ca))
            with urllib.request.urlopen(f'{issuer.name}/keys', context=context) as answer:
                assert b'evil' in answer.read() and issuer.asked == ['/keys']


@test
def keys_that_are_not_public(log):
    """Though the public part of them is pinned."""
    with attack(log) as made:
        attacker, honest = made.attacker, made.honest
        private = made.jose.ask('privateJwk', key=honest.key)
        symmetric = {'kty': 'oct', 'k': 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'}
        with configured('key_sources = jwk', f'pinned_keys = {honest.thumbprint}'):
            made.accepted_by_honest({'jwk': honest.jwk})
            made.by_attacker({'jwk': honest.jwk}, 'bad-signature')
            made.by_attacker({'jwk': attacker.jwk}, 'unknown-key')
            made.refused(made.jose.sign(honest, {'jwk': private}), 'bad-key', 'found the private member d')
            made.by_attacker({'jwk': symmetric}, 'bad-key', 'found the private member k')
            made.by_attacker({'jwk': {'kty': 'oct'}}, 'bad-key')
            made.by_attacker({'jwk': {**honest.jwk, 'k': symmetric['k']}}, 'bad-key')


# --- algorithms -----------------------------------------------------------------------------------


@test
def another_algorithm_than_the_key_is_for(log):
    with attack(log) as made:
        rsa, ec, ed = (Signer(made.jose, pki().key(*given)) for given in (
            ('rsa', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'),
            ('p384', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384'),
            ('ed25519', '-algorithm', 'ED25519')))
        known = set_of('known.json', made.honest.named('p256'), rsa.named('rsa'), ed.named('ed25519'))
        with configured('key_sources = kid', f'jwks_file = {known}',
                        'algorithms = RS256, RS512, PS256, ES256, ES384, EdDSA'):
            made.accepted_by_honest({'kid': 'p256'})
            for alg, signer, kid in (('RS256', rsa, 'rsa'), ('PS256', rsa, 'rsa'), ('EdDSA', ed, 'ed25519')):
                made.accepted(made.jose.sign(signer, {'kid': kid}, alg))
            # signed with the known key, but not as the header says
            for said, by in (('RS256', 'PS256'), ('PS256', 'RS256'), ('RS512', 'RS256')):
                made.refused(made.jose.forge(rsa, {'kid': 'rsa', 'alg': said}, by), 'bad-signature')
            # as the header says, with a key of the attacker for the algorithm that the known key is not for
            for alg, signer, kid in (('RS256', rsa, 'p256'), ('ES384', ec, 'p256'), ('ES384', ec, 'rsa'),
                                     ('ES256', made.attacker, 'ed25519'), ('EdDSA', ed, 'rsa')):
                made.refused(made.jose.sign(signer, {'kid': kid}, alg), 'bad-key')
            made.refused(made.jose.sign(rsa, {'kid': 'rsa'}, 'PS384'), 'alg-not-allowed')


@test
def algorithms_without_a_key_of_ones_own(log):
    """HMAC keyed with what everybody knows of the public key, and no signature at all."""
    with attack(log) as made:
        jose, honest = made.jose, made.honest
        known = set_of('known.json', honest.named('known'))
        public = FOLDER / 'jose/public.pem'
        must('openssl', 'pkey', '-in', honest.key, '-pubout', '-out', str(public))
        with configured('key_sources = kid, jwk', f'jwks_file = {known}'):
            made.accepted_by_honest({'kid': 'known'})
            for alg in ('HS256', 'HS384', 'HS512'):
                for header in ({'kid': 'known'}, {'jwk': honest.jwk}):
                    token = jose.ask('authenticate', secret=str(public), header={'alg': alg, **header},
                                     claims=claims())
                    made.refused(token, 'alg-not-supported')
            made.refused(jose.ask('unsecured', claims=claims()), 'alg-not-supported')
            for name in ('none', 'None', 'NONE', 'nOnE'):
                token = jose.forge(made.attacker, {'kid': 'known', 'alg': name}, 'ES256')
                made.refused(token, 'alg-not-supported')
                made.refused(token[:token.rindex('.') + 1], 'alg-not-supported')


# --- chains ---------------------------------------------------------------------------------------


@test
def chains_to_nobody(log):
    """RFC 5280 section 6: a chain is worth what it leads to."""
    with attack(log) as made, under_root('x5c, jwk'):
        own = Signer(made.jose, *pki().self_signed('self'))
        made.accepted_by_honest({'x5c': made.honest.x5c})
        for chain in (own.x5c, own.x5c + made.honest.x5c[1:], own.x5c + made.honest.x5c):
            made.refused(made.jose.sign(own, {'x5c': chain}), 'untrusted-chain')
        made.refused(made.jose.sign(own, {'jwk': {**own.jwk, 'x5c': own.x5c}}), 'untrusted-chain')
        # a root of the same name, alone and with the genuine one behind it
        for chain in (made.attacker.x5c, [made.attacker.x5c[0], made.honest.x5c[1]]):
            made.by_attacker({'x5c': chain}, 'untrusted-chain')


@test
def certificates_for_something_else(log):
    with attack(log) as made, under_root('x5c'):
        made.accepted_by_honest({'x5c': made.honest.x5c})
        for name, slug, extensions in (
                ('usage', 'not-a-signing-certificate', NAMES + 'keyUsage = keyEncipherment\n'),
                ('critical', 'not-a-signing-certificate', NAMES + 'keyUsage = critical, keyAgreement\n'),
                ('ca', 'not-a-signing-certificate', NAMES + 'basicConstraints = CA:TRUE\n'),
                ('printer', 'signer-not-allowed', 'subjectAltName = DNS:printer.example\n')):
            signer = made.signer(certified(name, extensions))
            made.refused(made.jose.sign(signer, {'x5c': signer.x5c}), slug)


@test
def forged_lists_of_what_is_revoked(log):
    """A CRL says something only if the CA has signed it."""
    with attack(log) as made:
        root, path = pki().root, public_file('jose.crl', b'')
        with under_root('x5c', 'revocation = require', f'crl_files = {path}'):
            token = made.jose.sign(made.honest, {'x5c': made.honest.x5c})
            genuine = root.crl()
            for data in (genuine[:-1] + bytes([genuine[-1] ^ 1]), pki().foreign.crl()):
                path.write_bytes(data)
                made.refused(token, 'revocation-unknown')
            path.write_bytes(genuine)
            made.accepted(token)
            root.revoke(certified('honest'))
            path.write_bytes(root.crl())
            made.refused(token, 'revoked')
