# SPDX-License-Identifier: BSD-3-Clause
"""Tokens of oidc-provider, an OpenID Connect server of others, over real ssh."""
import base64
import contextlib
import json
import ssl
import urllib.parse
import urllib.request

import authority
from issuers import (ACCEPTED, FOLDER, METADATA, configured, forget, grow_older, login, public_file,
                     web)
from node import Node, needed
from registry import test
import responders
import world
from world import run

AUDIENCE = 'pam://host.example/sshd'
SET = '/jwks'
UNAVAILABLE = 'token not judged: keys-unavailable: '
UNKNOWN = 'token refused: unknown-key: '
JWKS_MAX = 1 << 20


class Provider(Node):
    """oidc-provider; its client `runner` gets tokens in its own name, with alice as preferred_username."""

    def __init__(self):
        server, self.tls_ca = web()
        super().__init__('provider.mjs', server.key, server.cert)
        self.name = self.ready

    def token(self, audience=AUDIENCE, alg='ES256', **headers):
        self.ask('sign', alg=alg)
        secret = base64.b64encode(b'runner:secret').decode()
        form = {'grant_type': 'client_credentials', 'resource': audience}
        request = urllib.request.Request(f'{self.name}/token', urllib.parse.urlencode(form).encode(),
                                         {'Authorization': f'Basic {secret}', **headers})
        context = ssl.create_default_context(cafile=str(self.tls_ca))
        with urllib.request.urlopen(request, timeout=60, context=context) as answer:
            return json.load(answer)['access_token']

    def discovered(self, *lines):
        return self.configured('discovery = yes', *lines)

    def by_url(self, *lines):
        return self.configured(f'jwks_uri = {self.name}{SET}', *lines)

    def configured(self, *lines):
        return configured('key_sources = kid', 'user_claim = preferred_username',
                          f'tls_ca = {self.tls_ca}', f'fetch_hosts = {responders.ADDRESS}, ::1', *lines,
                          issuer=self.name)

    def expect_asked(self, *paths):
        """Since the last time."""
        asked = self.ask('asked')
        assert asked == list(paths), asked


@contextlib.contextmanager
def running(log):
    needed()
    with Provider() as provider, world.quick_sshd(log) as sshd:
        yield provider, sshd


def refresh():
    done = run('pam-jwt', 'refresh')
    assert done.returncode == 0, done


# --- accepted -------------------------------------------------------------------------------------


@test
def tokens_of_every_algorithm_of_oidc_provider(log):
    """By discovery and by jwks_uri: asked once."""
    with running(log) as (provider, sshd):
        for configuration, paths in ((provider.discovered, [METADATA, SET]), (provider.by_url, [SET])):
            with configuration('algorithms = RS256, PS256, ES256, EdDSA'):
                for alg in ('RS256', 'PS256', 'ES256', 'EdDSA'):
                    login(log, sshd, provider.token(alg=alg), ACCEPTED)
                provider.expect_asked(*paths)


@test
def its_tokens_for_others(log):
    """Or for another place, or for whoever has a key besides; and whom they are for the configuration says."""
    with running(log) as (provider, sshd):
        with provider.discovered():
            login(log, sshd, provider.token('pam://other.example/sshd'), UNAVAILABLE)
            provider.expect_asked()
            login(log, sshd, provider.token(), ACCEPTED)
            login(log, sshd, provider.token('pam://other.example/sshd'), 'token refused: wrong-audience: ')
            login(log, sshd, provider.token(alg='PS256'), 'token refused: alg-not-allowed: ')
            bound = provider.token(DPoP=provider.ask('prove'))
            login(log, sshd, bound, 'token refused: sender-constrained: ')
        with provider.discovered('user_claim = sub'):
            login(log, sshd, provider.token(), 'token refused: user-mismatch: ')


# --- rotation -------------------------------------------------------------------------------------


@test
def a_new_key_while_it_runs(log):
    """Within a minute nobody asks for it; pam-jwt refresh does. The key of before counts while it is in the
    set."""
    with running(log) as (provider, sshd), provider.discovered():
        before = provider.token()
        login(log, sshd, before, ACCEPTED)
        provider.expect_asked(METADATA, SET)
        provider.ask('rotate', kid='second')
        after = provider.token()
        login(log, sshd, after, UNKNOWN, 'has no key with kid second')
        login(log, sshd, after, UNKNOWN)
        provider.expect_asked()
        refresh()
        provider.expect_asked(METADATA, SET)
        login(log, sshd, after, ACCEPTED)
        login(log, sshd, before, ACCEPTED)
        provider.ask('retire', kid='first-ES256')
        refresh()
        login(log, sshd, before, UNKNOWN, 'has no key with kid first-ES256')
        login(log, sshd, after, ACCEPTED)


@test
def an_unknown_key_after_a_minute(log):
    """It is asked for, once: what came counts as new for the next minute, whatever garbage names."""
    with running(log) as (provider, sshd), provider.by_url():
        login(log, sshd, provider.token(), ACCEPTED)
        provider.ask('rotate', kid='second')
        provider.expect_asked(SET)
        grow_older(61)
        login(log, sshd, provider.token(), ACCEPTED)
        provider.expect_asked(SET)
        provider.ask('rotate', kid='third')
        login(log, sshd, provider.token(), UNKNOWN)
        provider.expect_asked()
        grow_older(61)
        login(log, sshd, world.tampered(provider.token()), 'token refused: bad-signature: ')
        provider.expect_asked(SET)
        provider.ask('rotate', kid='fourth')
        login(log, sshd, world.tampered(provider.token()), UNKNOWN)
        provider.expect_asked()


@test
def garbage_asks_for_nothing(log):
    """Neither beside keys that are known, be they fresh or stale, nor with claims that cannot pass."""
    with running(log) as (provider, sshd), provider.by_url():
        token = provider.token()
        other = world.tampered(provider.token('pam://other.example/sshd'))
        login(log, sshd, other, UNAVAILABLE)
        provider.expect_asked()
        login(log, sshd, token, ACCEPTED)
        provider.expect_asked(SET)
        for age in (0, 61, 4000):
            grow_older(age)
            login(log, sshd, world.tampered(token), 'token refused: bad-signature: ')
            provider.ask('rotate', kid=f'after-{age}')
            login(log, sshd, world.tampered(provider.token('pam://other.example/sshd')), UNKNOWN)
            provider.expect_asked()


# --- what a server may do -------------------------------------------------------------------------


@test
def a_server_that_is_down(log):
    """Who has its keys goes on, until they are older than jwks_stale. Who has none asks once a minute."""
    with running(log) as (provider, sshd), provider.discovered():
        token = provider.token()
        provider.ask('down')
        login(log, sshd, token, UNAVAILABLE, 'cannot connect: ')
        provider.ask('up')
        login(log, sshd, token, UNAVAILABLE, 'it failed less than a minute ago')
        provider.expect_asked()
        refresh()
        provider.ask('rotate', kid='second')
        unknown = provider.token()
        provider.ask('down')
        login(log, sshd, token, ACCEPTED)
        grow_older(4000)
        login(log, sshd, unknown, UNAVAILABLE, 'has no key with kid second')
        login(log, sshd, token, ACCEPTED)
        grow_older(90000)
        login(log, sshd, token, UNAVAILABLE, 'jwks_stale is 86400 s')


@test
def metadata_of_another_issuer(log):
    """Its keys are not asked for."""
    with running(log) as (provider, sshd), provider.discovered():
        token = provider.token()
        for other in ('https://other.example', provider.name + '/', provider.name.upper()):
            forget()
            provider.ask('rename', issuer=other)
            login(log, sshd, token, UNAVAILABLE, 'the issuer in its metadata is another')
            provider.expect_asked(METADATA)


@test
def a_server_with_a_certificate_of_another_ca(log):
    """Nor does it get a request."""
    with running(log) as (provider, sshd):
        stranger = authority.Authority(FOLDER / 'stranger', '/CN=Web')
        other = public_file('other-web.pem', stranger.cert.read_bytes())
        for configuration in (provider.discovered, provider.by_url):
            with configuration(f'tls_ca = {other}'):
                login(log, sshd, provider.token(), UNAVAILABLE, 'certificate')
                provider.expect_asked()


@test
def a_server_that_never_answers(log):
    """The login is refused while the server still has the request."""
    with running(log) as (provider, sshd), provider.discovered(), world.pam_text(
            'sshd', 'auth required pam_jwt.so nodelay timeout=3\naccount required pam_permit.so\n'):
        token = provider.token()
        provider.ask('hold')
        login(log, sshd, token, UNAVAILABLE, 'no complete answer in time')
        provider.expect_asked(METADATA)


@test
def a_set_of_a_megabyte_and_one_byte(log):
    """That is one byte too many."""
    with running(log) as (provider, sshd), provider.by_url():
        token = provider.token()
        provider.ask('grow', size=JWKS_MAX + 1)
        login(log, sshd, token, UNAVAILABLE, f'expected at most {JWKS_MAX} bytes, found more')
        provider.ask('grow', size=JWKS_MAX)
        forget()
        login(log, sshd, token, ACCEPTED)
        provider.expect_asked(SET, SET)
