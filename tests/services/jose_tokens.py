# SPDX-License-Identifier: BSD-3-Clause
"""Signers whose tokens npm's jose makes, an implementation of others."""
import time

from node import Node
from world import ISSUER, PKI


class Signer:
    """What jose makes of a key and, if there is one, its chain."""

    def __init__(self, jose, key, chain=None):
        self.key = str(key)
        self.jwk, self.thumbprint = jose.ask('jwk', key=self.key).values()
        names = jose.ask('certificates', chain=str(chain)) if chain else {}
        self.x5c, self.x5t, self.x5t_s256 = names.values() if names else (None, None, None)

    def named(self, kid=None):
        """As in a JWK Set."""
        return {**self.jwk, 'kid': kid or self.thumbprint, 'use': 'sig'}


def claims(**changes):
    now = int(time.time())
    return {'iss': ISSUER, 'sub': 'alice', 'aud': 'pam://host.example/sshd', 'iat': now, 'exp': now + 600,
            **changes}


class Jose(Node):
    def __init__(self):
        super().__init__('tokens.mjs')

    def signer(self, name):
        """One of the fixtures."""
        return Signer(self, PKI / f'{name}.key', PKI / f'{name}.chain.pem')

    def sign(self, signer, header, alg='ES256', **changes):
        """By jose; but jose has no algorithm Ed448."""
        if alg == 'Ed448':
            return self.forge(signer, header, alg, **changes)
        return self.ask('sign', key=signer.key, header={'alg': alg, **header}, claims=claims(**changes))

    def forge(self, signer, header, by, **changes):
        """Signed by one algorithm; the header may say another."""
        return self.ask('forge', key=signer.key, header={'alg': by, **header}, claims=claims(**changes),
                        **{'as': by})
