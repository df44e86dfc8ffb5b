# SPDX-License-Identifier: BSD-3-Clause
"""What the tests of sudo, su and login share."""
import os
import pathlib

from world import must, pam_service, run

AS_ALICE = ('setpriv', '--reuid', 'alice', '--regid', 'alice', '--init-groups')
AS_NOBODY = ('setpriv', '--reuid', 'nobody', '--regid', 'nogroup', '--clear-groups')
PASSWORD = 'correct horse'
FAILURE = 'authentication failure;'
SUDO_HINT = ('if it was a token: sudo passes 511 bytes at most, SUDO_ASKPASS=pam-jwt-askpass '
             'sudo -A sends it in parts')


def matching(lines, text):
    return [line for line in lines if text in line]


def prompts(token):
    """What the module asks for this token."""
    count = len(token) // 500 + 1
    return ['Password or JWT: '] + [f'JWT part {part}: ' for part in range(2, count + 1)]


def set_password():
    must('chpasswd', stdin=f'alice:{PASSWORD}\n')


def allow_sudo(*defaults):
    """alice may run everything, and has to log in for it."""
    pathlib.Path('/etc/sudoers.d/alice').write_text(
        ''.join(f'Defaults {one}\n' for one in defaults) + 'alice ALL=(ALL) ALL\n',
        encoding='ascii')


def token_services():
    """By token only; the same for all."""
    for service in ('sudo', 'sudo-i', 'su', 'su-l', 'login'):
        pam_service(service)
    allow_sudo()


def runtime_directory():
    """As systemd makes it when alice logs in, for XDG_RUNTIME_DIR."""
    path = '/run/runtime-of-alice'
    must('install', '-d', '-o', 'alice', '-g', 'alice', '-m', '700', path)
    return path


def sudo(*arguments, token=None, stdin='', **environment):
    """alice runs sudo -k with these arguments: an earlier login does not count. The token is for
    pam-jwt-askpass; without runtime directory that forgets what it has sent."""
    environment = {'PATH': os.environ['PATH'], 'SUDO_ASKPASS': '/usr/bin/pam-jwt-askpass',
                   **environment}
    if token:
        environment['BEARER_TOKEN'] = token
    return run(*AS_ALICE, 'sudo', '-k', *arguments, stdin=stdin,
               env={name: value for name, value in environment.items() if value})


def su(*arguments, stdin=''):
    """nobody becomes alice, or another user that the arguments name."""
    return run(*AS_NOBODY, 'su', *(arguments or ('alice',)), '-c', 'id -un', stdin=stdin)
