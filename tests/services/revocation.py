# SPDX-License-Identifier: BSD-3-Clause
"""A PKI whose certificates need a status, and what a login makes of the answers about them."""
import contextlib
import functools
import os
import pathlib
import shutil

import authority
from registry import test_any_helper
import responders
import world
from world import run

FOLDER = pathlib.Path('/run/revocation')
ANCHOR = '/etc/pam_jwt/anchors/revocation.pem'
CACHE = pathlib.Path('/var/cache/pam_jwt')
SERVICE = 'revocation'

# What PAM returns, as pamtester says it.
SUCCESS = 'successfully authenticated'
AUTH_ERR = 'Authentication failure'
AUTHINFO_UNAVAIL = 'Authentication service cannot retrieve authentication info'

# What follows with `require` and with `prefer`: what PAM returns, and the beginning of the log line.
ACCEPTED = 'token accepted: user=alice '
GOOD = {mode: (SUCCESS, ACCEPTED) for mode in ('require', 'prefer')}
REVOKED = {mode: (AUTH_ERR, 'token refused: revoked: ') for mode in ('require', 'prefer')}
UNAVAILABLE = {'require': (AUTHINFO_UNAVAIL, 'token not judged: revocation-unavailable: '),
               'prefer': (SUCCESS, ACCEPTED)}
UNKNOWN = {'require': (AUTH_ERR, 'token refused: revocation-unknown: '),
           'prefer': (SUCCESS, ACCEPTED)}

SIGNER = 'subjectAltName = DNS:issuer.example\nkeyUsage = critical, digitalSignature\n'


class Signer(authority.Holder):
    """A holder with the names of files that world.mint() wants."""

    def __init__(self, holder, above):
        super().__init__(holder.key, holder.cert)
        self.above = above
        self.chain = self.key.with_suffix('.chain.pem')
        self.chain.write_bytes(holder.cert.read_bytes() + above.cert.read_bytes())

    def mint(self, service=SERVICE, **claims):
        return world.mint(service, signer=str(self.key.with_suffix('')), **claims)


class Pki:
    """Root, issuing CA, signers. The status of the issuing CA is in a file on the host."""

    def __init__(self):
        FOLDER.mkdir()
        self.root = authority.Authority(FOLDER / 'root', '/CN=Root')
        self.issuing = authority.Authority(FOLDER / 'issuing', '/CN=Issuing', self.root)
        self.responder_port, self.nginx_port = responders.free_port(), responders.free_port()
        self.list_url = f'http://{responders.ADDRESS}:{self.nginx_port}/issuing.crl'
        self.served = FOLDER / 'nginx/files'
        self.plain = self.signer('plain')
        self.other = self.signer('other')
        self.asks = (f'authorityInfoAccess = OCSP;URI:http://{responders.ADDRESS}:'
                     f'{self.responder_port}/\n')
        self.asking = self.signer('asking', self.asks)
        self.names_list = f'crlDistributionPoints = URI:{self.list_url}\n'
        self.listed = self.signer('listed', self.names_list)
        self.stranger = self.authority('stranger', '/CN=Stranger')
        self.twin = self.authority('twin', '/CN=Issuing')
        self.server, self.running = responders.Server(), contextlib.ExitStack()
        shutil.copy(self.root.cert, ANCHOR)
        os.chmod(ANCHOR, 0o644)
        (FOLDER / 'local').mkdir()
        self.write('issuing.ocsp', self.root.says(self.issuing, '-no_nonce', '-nmin', '600'))
        world.pam_service(SERVICE, 'nodelay timeout=5')

    def authority(self, name, subject):
        """Another CA under the root; its first certificate has the serial number of `plain`."""
        made = authority.Authority(FOLDER / name, subject, self.root)
        made.issue('plain', '/CN=plain', SIGNER)
        return made

    def signer(self, name, extensions='', above=None):
        above = above or self.issuing
        return Signer(above.issue(name, f'/CN={name}', SIGNER + extensions), above)

    def responder(self):
        """That of the certificates that name one."""
        return responders.openssl_ocsp(self.responder_port, self.issuing)

    @staticmethod
    def write(name, data):
        """A file on the host that the configuration can name."""
        path = FOLDER / 'local' / name
        path.write_bytes(data)
        return path

    def serve(self, name, answer):
        """Under that name our own server gives this answer."""
        self.server.answers[name] = answer
        return self.server.url(name)

    def configure(self, mode, *lines):
        """The lines come last, and take the place of those with their key."""
        rules = {'audience': 'pam://%h/%s', 'trust_anchors': ANCHOR, 'revocation': mode,
                 'fetch': 'aia', 'fetch_hosts': responders.ADDRESS,
                 'ocsp_files': FOLDER / 'local/issuing.ocsp'}
        rules.update(line.split(' = ', 1) for line in lines)
        world.write_configuration(f'[issuer {world.ISSUER}]\n' + ''.join(
            f'{key} = {value}\n' for key, value in rules.items()))


@functools.cache
def pki():
    return Pki()


def forget():
    """An empty cache."""
    for file in CACHE.iterdir():
        file.unlink()


def refresh(*arguments):
    return run('pam-jwt', 'refresh', *arguments)


@contextlib.contextmanager
def configuration():
    """The configuration may be changed; afterwards it is what it was, and the cache is empty."""
    forget()
    try:
        with pki().running:
            yield pki()
    finally:
        world.write_configuration(world.CONFIG)
        forget()


def expect(log, token, returned, said, why='', prefix=()):
    """One login: what PAM returns, how the log line begins, and a text in it. Returns the line."""
    mark = log.mark()
    done = world.authenticate(token, service=SERVICE, prefix=prefix)
    found = (done.stdout if done.returncode == 0 else done.stderr).strip().rpartition(': ')[2]
    assert found == returned, (found, log.since(mark))
    line = log.wait(f'pam_jwt({SERVICE}:auth): token ', mark)
    assert said in line and why in line, (said, why, line)
    return line


def explain(token, *arguments):
    done = run('pam-jwt', 'explain', '--service', SERVICE, '--user', 'alice', '--json', *arguments,
               stdin=token)
    return done.returncode, done.stdout


def case(outcome, why='', good_by=None):
    """
    A test of its own: the function gets the PKI and returns the signer and lines of the configuration.
    `why` stands in the log line of a refusal. `good_by`: what stands there when it is accepted.
    """
    def register(function):
        def both_modes(log):
            with configuration() as made:
                signer, *lines = function(made)
                for mode, (returned, said) in outcome.items():
                    forget()
                    made.configure(mode, *lines)
                    accepted = returned == SUCCESS
                    status = good_by if outcome is GOOD else 'unknown'
                    expect(log, signer.mint(), returned, said,
                           f' revocation={status} ' if accepted else why)
        both_modes.__name__ = function.__name__
        both_modes.__doc__ = function.__doc__
        return test_any_helper(both_modes)
    return register


def entries(suffix):
    return sorted(CACHE.glob(f'*{suffix}'))
