# SPDX-License-Identifier: BSD-3-Clause
"""Tokens that let in once: what the tests of both stores share."""
import contextlib
import pathlib
import random

import world

STORE = pathlib.Path('/var/lib/pam_jwt/replay')
HELPER = pathlib.Path('/usr/libexec/pam_jwt/jwt-replay')
SERVICE = 'once'

# What PAM returns, as pamtester says it.
SUCCESS = 'successfully authenticated'
AUTH_ERR = 'Authentication failure'
AUTHINFO_UNAVAIL = 'Authentication service cannot retrieve authentication info'
SERVICE_ERR = 'Error in service module'

ACCEPTED = 'token accepted: user=alice '
REPLAYED = 'token refused: replayed: the token has let in before; '


def mint(service=SERVICE, **claims):
    """Never the same token twice."""
    return world.mint(service, jti=f'x{random.randrange(10 ** 18)}', **claims)


@contextlib.contextmanager
def configuration(*lines, issuer=('replay = require',)):
    """The lines of [replay], for a while."""
    text = world.CONFIG + ''.join(f'{line}\n' for line in (*issuer, '[replay]', *lines))
    world.pam_service(SERVICE, 'nodelay timeout=5')
    world.write_configuration(text)
    try:
        yield
    finally:
        world.write_configuration(world.CONFIG)


def login(token, service=SERVICE, prefix=()):
    """What PAM returns."""
    done = world.authenticate(token, service=service, prefix=prefix)
    return (done.stdout if done.returncode == 0 else done.stderr).strip().rpartition(': ')[2]


def expect(log, token, returned, said, **options):
    """One login: what PAM returns, and how the log line begins. Returns the line."""
    mark = log.mark()
    found = login(token, **options)
    assert found == returned, (found, log.since(mark))
    line = log.wait(world.token_id(token), mark)
    assert said in line, (said, line)
    return line


def unavailable(log, why, token=None, **options):
    line = expect(log, token or mint(), AUTHINFO_UNAVAIL, 'token not judged: replay-unavailable: ',
                  **options)
    assert why in line, (why, line)


def entries(uid=0):
    return sorted(path.name for path in (STORE / str(uid)).glob('*/*'))
