# SPDX-License-Identifier: BSD-3-Clause
"""pam-jwt check on a host: Debian's own PAM services and sshd, and what libpam makes of the stacks that it
judges."""
import contextlib
import os
import pathlib

from local import AS_NOBODY
from registry import test
from world import CONFIG, HELPER, pam_text, run, write_configuration

FINE = CONFIG.replace('revocation = off', 'short_lived = 86400')
SSHD_CONFIG = pathlib.Path('/etc/ssh/sshd_config.d/00-pam_jwt.conf')
UNPRIVILEGED = '/var/lib/pam_jwt/unprivileged'
WITHOUT_TOKEN = '\n'


def findings():
    done = run('pam-jwt', 'check')
    assert done.stderr == '', done
    # a kernel without Landlock is not what is looked for
    found = [line for line in done.stdout.splitlines() if not line.startswith(f'warning: {HELPER}: ')]
    assert done.returncode == int(any(line.startswith('error: ') for line in found)), done
    return found


def expect(*texts):
    """So many findings, each with its text."""
    found = findings()
    assert len(found) == len(texts), found
    for line, text in zip(found, texts):
        assert text in line, found


@contextlib.contextmanager
def host(sshd='KbdInteractiveAuthentication yes', config=FINE):
    """One on which nothing is amiss but what is given."""
    write_configuration(config)
    SSHD_CONFIG.write_text(sshd + '\n', encoding='ascii')
    try:
        yield
    finally:
        SSHD_CONFIG.unlink()
        write_configuration(CONFIG)


@contextlib.contextmanager
def service(path, text):
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding='ascii')
    try:
        yield
    finally:
        path.unlink()


@test
def a_host_on_which_nothing_is_amiss(_):
    """sshd by token, as the README says."""
    with host():
        expect()


@test
def settings_of_sshd(_):
    with host('KbdInteractiveAuthentication no'):
        expect('warning: sshd_config: expected KbdInteractiveAuthentication yes')
    with host('KbdInteractiveAuthentication yes\nUsePAM no'):
        expect('warning: sshd_config: expected UsePAM yes')
    with host('Nonsense yes'):
        expect('warning: /usr/sbin/sshd -T: expected ')
    with host('UsePAM no'), pam_text('sshd', 'auth required pam_unix.so\n'):
        expect('warning: expected pam_jwt.so in auth of a PAM service, found it in none')


@test
def the_user_of_jwt_verify(_):
    before = os.stat(UNPRIVILEGED)
    with host():
        os.chown(UNPRIVILEGED, 0, 0)
        expect(f'error: {UNPRIVILEGED}: expected the owner and the group _pam_jwt, found root')
        os.chown(UNPRIVILEGED, before.st_uid, before.st_gid)
        os.rename(UNPRIVILEGED, UNPRIVILEGED + '.away')
        expect(f'error: expected a directory {UNPRIVILEGED}')
        os.rename(UNPRIVILEGED + '.away', UNPRIVILEGED)
        expect()


@test
def only_roots_files_count(_):
    anchors = '/etc/pam_jwt/anchors/root.pem'
    with host():
        os.chown(anchors, 65534, 0)
        expect(f'error: {anchors}')
        os.chown(anchors, 0, 0)
        expect()


@test
def only_root_can_check(_):
    done = run(*AS_NOBODY, 'pam-jwt', 'check')
    assert (done.returncode, done.stdout) == (2, ''), done
    assert 'run it as root' in done.stderr, done


@test
def services_of_packages(_):
    """/usr/lib/pam.d, where a file of /etc/pam.d does not take its place."""
    bad = 'auth required pam_jwt.so wrong\n'
    with host(), service(pathlib.Path('/usr/lib/pam.d/vendor'), bad):
        expect("error: /usr/lib/pam.d/vendor:1: pam_jwt.so: ")
        with service(pathlib.Path('/etc/pam.d/vendor'), 'auth required pam_deny.so\n'):
            expect()


# --- whether libpam thinks so, too ----------------------------------------------------------------

OPEN = (
    'sufficient pam_jwt.so; required pam_permit.so',
    'optional pam_jwt.so; optional pam_permit.so',
    '[success=1 default=ignore] pam_jwt.so; sufficient pam_permit.so; required pam_deny.so',
    '[success=1 default=ignore] pam_jwt.so; [default=1] pam_unix.so; requisite pam_deny.so; '
    'required pam_permit.so',
    'sufficient pam_permit.so; required pam_jwt.so',
    '[default=ok auth_err=ignore] pam_jwt.so; required pam_permit.so',
    'required pam_jwt.so; [default=reset] pam_unix.so; required pam_permit.so',
    'SUFFICIENT pam_jwt.so; [ success=ok ]pam_permit.so',
    '[default=ignore] pam_jwt.so; [success=done] pam_permit.so; required pam_deny.so',
)
CLOSED = (
    'sufficient pam_jwt.so',
    'optional pam_jwt.so; optional pam_env.so',
    'required pam_jwt.so; required pam_permit.so',
    'requisite pam_jwt.so; sufficient pam_permit.so',
    'sufficient pam_jwt.so; required pam_unix.so; optional pam_permit.so',
    '[success=2 default=ignore] pam_jwt.so; [success=1 default=ignore] pam_unix.so; '
    'requisite pam_deny.so; required pam_permit.so',
    'optional pam_permit.so; required pam_jwt.so',
    '[success=ok] pam_jwt.so; required pam_permit.so',
    '[default=die] pam_jwt.so; [default=reset] pam_unix.so; required pam_permit.so',
    '[default=bad] pam_jwt.so; [success=done] pam_permit.so',
    '[default=9] pam_jwt.so; required pam_permit.so',
)


def authenticates(name):
    """alice, who has neither token nor password."""
    return run('pamtester', name, 'alice', 'authenticate', stdin=WITHOUT_TOKEN).returncode == 0


@test
def stacks_that_let_everybody_in(_):
    path = pathlib.Path('/etc/pam.d/trial')
    with host():
        for stack, is_open in [(stack, True) for stack in OPEN] + [(stack, False) for stack in CLOSED]:
            with service(path, ''.join(f'auth {line} nodelay\n' for line in stack.split('; '))):
                assert authenticates('trial') == is_open, stack
                expect(*['in trial if this one does, found none: everybody logs in'] * is_open)


# What libpam takes for a line that permits, and what not.
PERMITS = (
    'auth required pam_permit.so', '-AUTH Required pam_permit.so', ' auth\\\n # x\n\n required pam_permit.so',
    'auth [success=ok]pam_permit.so', '@include permits', 'auth include permits', 'auth substack permits',
    'auth include /etc/pam.d/permits', 'auth required pam_permit.so # pam_deny.so',
    '@INCLUDE permits', 'auth Include permits',
)
DOES_NOT = (
    '# auth required pam_permit.so', 'account required pam_permit.so', 'account include permits',
    'auth # required pam_permit.so', 'auth required # \\\npam_permit.so',
    'auth required \\ # x\npam_permit.so', 'auht required pam_permit.so',
    '@include nothing', 'auth include nothing', 'auth required', '@include trial',
)


@test
def lines_as_libpam_reads_them(_):
    """pam_jwt.so is optional, so that all depends on the other line."""
    path = pathlib.Path('/etc/pam.d/trial')
    with host(), service(pathlib.Path('/etc/pam.d/permits'), 'auth required pam_permit.so\n'):
        for text in (*PERMITS, *DOES_NOT):
            with service(path, f'{text}\nauth optional pam_jwt.so nodelay\n'):
                assert authenticates('trial') == (text in PERMITS), text
                everybody = any('everybody' in line for line in findings())
                # a substack is judged where it is a service of its own
                assert everybody == (text in PERMITS and 'substack' not in text), (text, findings())
