# SPDX-License-Identifier: BSD-3-Clause
"""sudo and su."""
import pathlib

from registry import test, test_any_helper
from world import mint, pam_service, parts, run


@test_any_helper
def sudo_with_askpass(log):
    pam_service('sudo')
    pathlib.Path('/etc/sudoers.d/alice').write_text('alice ALL=(ALL) ALL\n', encoding='ascii')
    mark = log.mark()
    command = ('setpriv', '--reuid', 'alice', '--regid', 'alice', '--init-groups', 'env',
               'SUDO_ASKPASS=/usr/bin/pam-jwt-askpass')
    done = run(*command, f'BEARER_TOKEN={mint("sudo")}', 'sudo', '-A', 'id', '-u')
    assert (done.returncode, done.stdout) == (0, '0\n'), done.stderr
    log.wait('pam_jwt(sudo:auth): token accepted: user=alice', mark)
    done = run(*command, f'BEARER_TOKEN={mint("sshd")}', 'sudo', '-A', '-k', 'id', '-u')
    assert done.returncode != 0
    log.wait('pam_jwt(sudo:auth): token refused: wrong-audience', mark)


@test
def sudo_with_a_token_at_its_own_prompt(log):
    """More than 511 bytes make sudo's conversation fail; the log says what helps."""
    mark = log.mark()
    done = run('setpriv', '--reuid', 'alice', '--regid', 'alice', '--init-groups', 'sudo', '-S',
               '-k', 'id', '-u', stdin=mint('sudo') + '\n')
    assert done.returncode != 0
    log.wait('sudo passes 511 bytes at most, SUDO_ASKPASS=pam-jwt-askpass sudo -A', mark)


@test_any_helper
def su_with_parts(log):
    pam_service('su')
    mark = log.mark()
    done = run('setpriv', '--reuid', 'nobody', '--regid', 'nogroup', '--clear-groups', 'su',
               'alice', '-c', 'id -un', stdin=parts(mint('su')))
    assert (done.returncode, done.stdout) == (0, 'alice\n'), done.stderr
    log.wait('pam_jwt(su:auth): token accepted: user=alice', mark)
