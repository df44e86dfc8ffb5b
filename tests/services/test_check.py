# SPDX-License-Identifier: BSD-3-Clause
"""pam-jwt check on a host: Debian's own PAM services and sshd, and what libpam makes of the stacks that it
judges."""
import contextlib
import os
import pathlib
import random

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
    'required pam_succeed_if.so user = alice; sufficient pam_jwt.so',
    'requisite pam_localuser.so; sufficient pam_jwt.so',
    'optional pam_shells.so; sufficient pam_jwt.so',
    'required pam_faillock.so preauth; sufficient pam_jwt.so',
    'required pam_securetty.so; sufficient pam_jwt.so',
    'required pam_access.so; sufficient pam_jwt.so',
    'sufficient pam_jwt.so; optional pam_echo.so',
    '[ default = 1default=bad] pam_jwt.so; requisite pam_deny.so; required pam_permit.so',
    '[auth_err=bad default=die auth_err=ignore] pam_jwt.so; required pam_permit.so',
    'optional pam_permit.so; [default=1] pam_jwt.so; required pam_deny.so',
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
    'required pam_nologin.so; sufficient pam_jwt.so',
    'optional pam_permit.so; [default=2] pam_jwt.so; required pam_permit.so',
    '[default=ignore nonsense=ok] pam_jwt.so; required pam_permit.so',
    '[default=ignore success=0] pam_jwt.so; required pam_permit.so',
    '[auth_err=done default=die] pam_jwt.so; [default=reset] pam_unix.so; required pam_permit.so',
    '[ignore=ok] pam_env.so; sufficient pam_jwt.so; required pam_permit.so',
    'required pam_faillock.so preauth; sufficient pam_jwt.so; '
    '[default=die] pam_faillock.so authfail',
)


def authenticates(name, user='alice'):
    """Somebody who has neither token nor password."""
    return run('pamtester', name, user, 'authenticate', stdin=WITHOUT_TOKEN).returncode == 0


def undelayed(stack):
    return [line + ' nodelay' * any(name in line for name in ('pam_jwt', 'pam_unix'))
            for line in stack.split('; ')]


@test
def stacks_that_let_everybody_in(_):
    path = pathlib.Path('/etc/pam.d/trial')
    with host():
        for stack, is_open in [(stack, True) for stack in OPEN] + [(stack, False) for stack in CLOSED]:
            with service(path, ''.join(f'auth {line}\n' for line in undelayed(stack))):
                assert authenticates('trial') == is_open, stack
                expect(*['in trial if this one does, found none: everybody logs in'] * is_open)


# What modules say of alice, and of a user whom the host does not know.
SAID = {
    'pam_access.so': ('success', 'user_unknown'),
    'pam_cap.so': ('success', 'ignore'),
    'pam_deny.so': ('auth_err', 'auth_err'),
    'pam_echo.so': ('success', 'success'),
    'pam_env.so': ('ignore', 'ignore'),
    'pam_faildelay.so': ('ignore', 'ignore'),
    'pam_faillock.so preauth': ('success', 'ignore'),
    'pam_faillock.so authsucc': ('success', 'ignore'),
    'pam_faillock.so authfail': ('ignore', 'ignore'),
    'pam_group.so': ('ignore', 'ignore'),
    'pam_issue.so': ('ignore', 'ignore'),
    'pam_keyinit.so': ('ignore', 'ignore'),
    'pam_lastlog.so': ('success', 'user_unknown'),
    'pam_limits.so': ('module_unknown', 'module_unknown'),
    'pam_listfile.so item=user sense=deny file=/etc/hosts': ('success', 'success'),
    'pam_localuser.so': ('success', 'perm_denied'),
    'pam_loginuid.so': ('module_unknown', 'module_unknown'),
    'pam_mail.so': ('ignore', 'ignore'),
    'pam_nologin.so': ('ignore', 'ignore'),
    'pam_nologin.so successok': ('success', 'success'),
    'pam_permit.so': ('success', 'success'),
    'pam_securetty.so': ('success', 'service_err'),
    'pam_selinux.so': ('auth_err', 'auth_err'),
    'pam_sepermit.so': ('ignore', 'ignore'),
    'pam_shells.so': ('success', 'auth_err'),
    'pam_succeed_if.so uid >= 0': ('success', 'user_unknown'),
    'pam_succeed_if.so gid >= 0': ('success', 'user_unknown'),
    'pam_succeed_if.so shell != x': ('success', 'user_unknown'),
    'pam_succeed_if.so home != x': ('success', 'user_unknown'),
    'pam_succeed_if.so user ingroup alice': ('success', 'auth_err'),
    'pam_succeed_if.so user != root': ('success', 'success'),
    'pam_time.so': ('module_unknown', 'module_unknown'),
    'pam_usertype.so isregular': ('success', 'user_unknown'),
    'pam_warn.so': ('ignore', 'ignore'),
    'pam_wheel.so group=root use_uid': ('ignore', 'user_unknown'),
    'pam_wheel.so trust group=root use_uid': ('success', 'user_unknown'),
}


@test
def what_modules_say_that_ask_for_nothing(_):
    """It is what the table of pam-jwt check is made of."""
    path = pathlib.Path('/etc/pam.d/trial')
    for module, said in SAID.items():
        if not any(pathlib.Path('/usr/lib').glob(f'*/security/{module.split()[0]}')):
            continue
        for user, result in zip(('alice', 'nobody-knows'), said):
            text = f'auth [{result}=1 default=die] {module}\nauth requisite pam_deny.so\n'
            with service(path, text + 'auth required pam_permit.so\n'):
                assert authenticates('trial', user), (module, user, result)


KEYWORDS = ('required', 'requisite', 'sufficient', 'optional')
RESULTS = ('success', 'auth_err', 'user_unknown', 'authinfo_unavail', 'ignore', 'default',
           'default')
ACTIONS = ('ok', 'ok', 'done', 'bad', 'die', 'ignore', 'ignore', 'ignore', 'reset', '1', '2')


def random_control(chance):
    if chance.random() < 0.4:
        return chance.choice(KEYWORDS)
    pairs = [chance.choice(RESULTS) + chance.choice(('=', ' = ')) + chance.choice(ACTIONS)
             for _ in range(chance.randint(1, 4))]
    if chance.random() < 0.1:
        pairs.append(chance.choice(('success=0', 'what=ok', 'default')))
    return f'[{" ".join(pairs)}]'


def random_stack(chance):
    """Controls and modules; pam_other.so is one that asks for a password."""
    modules = chance.choices(('pam_permit.so', 'pam_permit.so', 'pam_deny.so', 'pam_env.so',
                              'pam_other.so'), k=chance.randint(1, 4))
    ours = chance.choice(('pam_jwt.so', 'pam_jwt.so ignore_unknown_user'))
    modules.insert(chance.randint(0, len(modules)), ours)
    return [(random_control(chance), module) for module in modules]


def said_by(module, result, unknown):
    if 'ignore_unknown_user' in module and result == 'user_unknown':
        return 'ignore'
    return result if 'pam_jwt' in module else 'user_unknown' if unknown else 'auth_err'


def first_way_in(stack):
    """How check says it, '' if there is none. libpam is asked for each result, with pam_debug.so in
    the place of modules that ask."""
    ways = [(result, unknown) for unknown in (False, True)
            for result in ('auth_err', 'service_err', 'authinfo_unavail', 'buf_err', 'system_err',
                           'conv_err', 'user_unknown') if unknown or result != 'user_unknown']
    for result, unknown in ways:
        lines, name = [], ''
        for control, module in stack:
            said = said_by(module, result, unknown)
            name = said if 'pam_jwt' in module else name
            if 'pam_jwt' in module or 'pam_other' in module:
                module = f'pam_debug.so auth={said}'
            lines.append(f'auth {control} {module}\n')
        with service(pathlib.Path('/etc/pam.d/trial'), ''.join(lines)):
            if authenticates('trial'):
                how = 'does' if name == 'auth_err' else f'says {name}'
                who = 'whoever the host does not know' if unknown else 'everybody'
                return f'{how}, found none: {who} logs in'
    return ''


@test
def random_stacks(_):
    chance = random.Random(1)
    stacks = {f'trial-{number:02}': random_stack(chance) for number in range(100)}
    with host(), contextlib.ExitStack() as services:
        for name, stack in stacks.items():
            text = ''.join(f'auth {control} {module}\n' for control, module in stack)
            services.enter_context(service(pathlib.Path('/etc/pam.d', name), text))
        found = {line.partition(' refuses in ')[2][:8]: line for line in findings()}
    assert 15 < len(found) < 85, len(found)
    for name, stack in stacks.items():
        way, finding = first_way_in(stack), found.get(name, '')
        assert bool(finding) == bool(way) and way in finding, (stack, way, finding)


# Arguments of pam_env.so, and whether users' own files are read by them.
READ_ENVIRONMENT = {
    '': False, 'user_readenv=1': True, 'user_readenv=2': True, 'user_readenv=0': False,
    'user_readenv=00': False, 'user_readenv=x': False, 'user_readenv': False,
    'user_readenv=1 user_readenv=0': False, 'user_readenv=0 user_readenv=1': True,
}


@test
def environment_of_the_user(_):
    own = pathlib.Path('/home/alice/.pam_environment')
    with host(), service(own, 'COLOUR DEFAULT=red\n'):
        for arguments, is_read in READ_ENVIRONMENT.items():
            text = (f'session required pam_env.so {arguments}\n'
                    'session required pam_exec.so stdout /usr/bin/env\n'
                    'session required pam_jwt.so limit\nsession optional pam_systemd.so\n')
            with service(pathlib.Path('/etc/pam.d/trial'), text):
                done = run('pamtester', 'trial', 'alice', 'open_session')
                assert ('COLOUR=red' in done.stdout) == is_read, (arguments, done)
                expect(*['expected no user_readenv before pam_jwt.so limit'] * is_read)


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
