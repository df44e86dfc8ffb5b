# SPDX-License-Identifier: BSD-3-Clause
"""Every way to name a key in every algorithm, by tokens of npm's jose."""
import contextlib
import itertools
import json
import pathlib

from issuers import ACCEPTED, configured, login, public_file
from jose_tokens import Jose
from node import needed
from registry import test
import world
from world import PKI, must, run

CERTIFICATES = pathlib.Path('/etc/pam_jwt/certs')
# alg, and a signer of the fixtures
ALGORITHMS = [
    *((f'{family}{bits}', 'signer-rs256') for family in ('RS', 'PS') for bits in (256, 384, 512)),
    ('ES256', 'signer-es256'), ('ES384', 'signer-es384'), ('ES512', 'signer-es512'),
    ('EdDSA', 'signer-ed25519'), ('EdDSA', 'signer-ed448'), ('Ed25519', 'signer-ed25519'),
    ('Ed448', 'signer-ed448'),
]
SIGNERS = sorted({name for _, name in ALGORITHMS})
ALL = 'algorithms = ' + ', '.join(dict(ALGORITHMS))

# What the header says of the key, where the host has an anchor, certificates and thumbprints.
BY_HOST = {
    'x5c': lambda one: {'x5c': one.x5c},
    'jwk with its chain': lambda one: {'jwk': {**one.jwk, 'x5c': one.x5c}},
    'jwk under CAs': lambda one: {'jwk': {**one.jwk, 'x5c': one.x5c[1:]}, 'x5t#S256': one.x5t_s256},
    'pinned jwk': lambda one: {'jwk': one.jwk},
    'x5t#S256': lambda one: {'x5t#S256': one.x5t_s256},
    'x5t': lambda one: {'x5t': one.x5t},
}
# Where it has the issuer's JWK Set.
BY_SET = {
    'kid': lambda one: {'kid': one.thumbprint},
    'jwk of a set': lambda one: {'jwk': one.jwk},
    'x5t of a set': lambda one: {'x5t': one.x5t},
    'x5t#S256 of a set': lambda one: {'x5t#S256': one.x5t_s256},
}


@contextlib.contextmanager
def deployed(signers):
    for name in SIGNERS:
        must('pam-jwt', 'cert', 'add', str(PKI / f'{name}.chain.pem'))
    pins = ', '.join(one.thumbprint for one in signers.values())
    try:
        with configured('key_sources = x5c, jwk, x5t#S256, x5t', ALL, 'revocation = off',
                        'trust_anchors = /etc/pam_jwt/anchors/root.pem', f'pinned_keys = {pins}'):
            yield BY_HOST
    finally:
        for file in CERTIFICATES.iterdir():
            file.unlink()


@contextlib.contextmanager
def known_by_set(signers):
    keys = [{**one.named(), 'x5t': one.x5t, 'x5t#S256': one.x5t_s256} for one in signers.values()]
    path = public_file('jose.json', json.dumps({'keys': keys}).encode())
    with configured('key_sources = kid, jwk', ALL, f'jwks_file = {path}'):
        yield BY_SET


@contextlib.contextmanager
def configurations():
    """jose, its signers, and the two configurations."""
    needed()
    with Jose() as jose:
        yield jose, {name: jose.signer(name) for name in SIGNERS}, (deployed, known_by_set)


def explain(token):
    done = run('pam-jwt', 'explain', '--service', 'sshd', '--user', 'alice', '--json', stdin=token)
    answer = json.loads(done.stdout)
    return answer['verdict'], answer['reason']


@test
def every_row_in_every_algorithm(_):
    with configurations() as (jose, signers, both):
        for configuration in both:
            with configuration(signers) as rows:
                for (row, header), (alg, name) in itertools.product(rows.items(), ALGORITHMS):
                    token = jose.sign(signers[name], header(signers[name]), alg)
                    what = row, alg, name
                    assert explain(token) == ('accepted', None), what
                    assert explain(world.tampered(token)) == ('refused', 'bad-signature'), what


@test
def every_row_and_every_algorithm_over_ssh(log):
    with configurations() as (jose, signers, both), world.quick_sshd(log) as sshd:
        for configuration in both:
            with configuration(signers) as rows:
                for header, (alg, name) in zip(itertools.cycle(rows.values()), ALGORITHMS):
                    login(log, sshd, jose.sign(signers[name], header(signers[name]), alg), ACCEPTED)
