# SPDX-License-Identifier: BSD-3-Clause
"""Keys of the configuration that act over the network or in the cache: one token, which is accepted or not
as one value is changed and nothing else. tests/vectors/check-keys.py knows these tests by their names; other
keys have vectors."""
import contextlib
import json

import authority
from issuers import FOLDER, Issuer, configured, grow_older, made, public_file
from registry import test
import responders
import revocation
from revocation import GOOD, UNAVAILABLE, UNKNOWN
import world
from world import must

ACCEPTED = 'pam_jwt(sshd:auth): token accepted: user=alice '
REFUSED = 'pam_jwt(sshd:auth): token refused: '
NOT_JUDGED = 'pam_jwt(sshd:auth): token not judged: keys-unavailable: '


# --- the status of certificates -------------------------------------------------------------------


def status_decides(log, host, signer, key, good, bad, refusal, lines=()):
    """Nothing of it is in the cache when a login begins."""
    for value, outcome in ((bad, refusal), (good, GOOD)):
        returned, said = outcome['require']
        revocation.forget()
        host.configure('require', *lines, f'{key} = {value}')
        revocation.expect(log, signer.mint(), returned, said)


@test
def ocsp_responder_decides(log):
    with revocation.configuration() as host:
        url = host.serve('ocsp', host.issuing.says(host.plain))
        status_decides(log, host, host.plain, 'ocsp_responder', url, '', UNKNOWN)


@test
def crl_urls_decides(log):
    with revocation.configuration() as host:
        url = host.serve('list', host.issuing.crl())
        status_decides(log, host, host.plain, 'crl_urls', url, '', UNKNOWN)


@test
def fetch_decides(log):
    with revocation.configuration() as host:
        url = host.serve('list', host.issuing.crl())
        lines = (f'crl_urls = {url}',)
        status_decides(log, host, host.plain, 'fetch', 'configured', 'none', UNKNOWN, lines)
        with host.responder():
            status_decides(log, host, host.asking, 'fetch', 'aia', 'configured', UNKNOWN, lines[:0])


@test
def fetch_hosts_decides(log):
    with revocation.configuration() as host, host.responder():
        status_decides(log, host, host.asking, 'fetch_hosts', responders.ADDRESS, '192.0.2.1', UNKNOWN)


@test
def http_proxy_decides(log):
    """Only the proxy knows where that host is."""
    with revocation.configuration() as host:
        proxy = host.serve('', host.issuing.crl())
        lines = ('crl_urls = http://pki.invalid/',)
        status_decides(log, host, host.plain, 'http_proxy', proxy, '', UNAVAILABLE, lines)


# --- the issuer's own keys ------------------------------------------------------------------------


def expect(log, token, said, why=''):
    mark = log.mark()
    done = world.authenticate(token)
    assert (done.returncode == 0) == (said == ACCEPTED), done
    line = log.wait('pam_jwt(sshd:auth): token ', mark)
    assert said in line and why in line, line


def key_decides(log, token, lines, good, bad, said, before=lambda: None):
    """`before`: what is done when the configuration is there."""
    for line, expected in ((bad, said), (good, ACCEPTED)):
        with configured(*lines, line):
            before()
            expect(log, token, expected)


@contextlib.contextmanager
def issuer():
    """Its server, the lines for it, its key, and one that is not its key."""
    holder, tls_ca, one, two = made()
    with Issuer(holder, one) as server:
        yield server, (f'tls_ca = {tls_ca}', f'fetch_hosts = {responders.ADDRESS}'), one, two


@test
def jwks_uri_decides(log):
    with issuer() as (server, lines, one, _):
        key_decides(log, one.mint(), ('key_sources = kid', *lines), f'jwks_uri = {server.name}/keys',
                    f'jwks_uri = {server.name}/nothing', NOT_JUDGED)


@test
def discovery_decides(log):
    """Another key is pinned, so that the configuration is one without it, too."""
    with issuer() as (server, lines, one, _):
        lines = ('key_sources = jwk', 'pinned_keys = ' + 'A' * 43, *lines)
        token = one.mint('jwk=' + json.dumps(one.jwk), issuer=server.name)
        for line, said in (('discovery = no', REFUSED), ('discovery = yes', ACCEPTED)):
            with configured(*lines, line, issuer=server.name):
                expect(log, token, said)


@test
def tls_ca_decides(log):
    with issuer() as (server, lines, one, _):
        stranger = authority.Authority(FOLDER / 'stranger-of-keys', '/CN=Web')
        other = public_file('other-keys.pem', stranger.cert.read_bytes())
        lines = ('key_sources = kid', f'jwks_uri = {server.name}/keys', *lines)
        key_decides(log, one.mint(), lines[:2] + lines[3:], lines[2], f'tls_ca = {other}', NOT_JUDGED)


@test
def jwks_fresh_decides(log):
    """The issuer has withdrawn the key since."""
    with issuer() as (server, lines, one, two):
        lines = ('key_sources = kid', f'jwks_uri = {server.name}/keys', *lines)

        def withdraw():
            server.jwks = [one.jwk]
            must('pam-jwt', 'refresh')
            grow_older(1000)
            server.jwks = [two.jwk]

        key_decides(log, one.mint(), lines, 'jwks_fresh = 2000', 'jwks_fresh = 500', REFUSED, withdraw)


@test
def jwks_stale_decides(log):
    """The issuer is down since."""
    with issuer() as (server, lines, one, _):
        lines = ('key_sources = kid', f'jwks_uri = {server.name}/keys', 'jwks_fresh = 100', *lines)
        with configured(*lines):
            must('pam-jwt', 'refresh')
            [entry] = revocation.CACHE.glob('*.jwks')
            fetched = entry.read_bytes()

    def fetched_long_ago():
        entry.write_bytes(fetched)
        entry.chmod(0o644)
        grow_older(1000)

    key_decides(log, one.mint(), lines, 'jwks_stale = 2000', 'jwks_stale = 500', NOT_JUDGED,
                fetched_long_ago)
