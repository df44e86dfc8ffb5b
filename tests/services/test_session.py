# SPDX-License-Identifier: BSD-3-Clause
"""What a login leaves for its session and account: the environment, and when they end."""
import contextlib
import pathlib
import re
import shutil
import subprocess
import threading
import time

from local import AS_NOBODY, allow_sudo, matching, prompts, runtime_directory, sudo
from registry import test, test_any_helper
from terminal import Terminal
import world
from world import authenticate, mint, must, pam_text, parts, run

LIFE = 900  # seconds; other tests' tokens have another
LIMIT = 'session required pam_jwt.so limit\n'
SHOWN = 'pam_show_limit('
NO_TIME = "session refused: JWT_EXP: expected seconds since 1970, found 'junk'"
EXPIRED = 'session refused: the token of this login has expired'
EXPIRED_SINCE = 'the token of this login has expired since'
# As the machine has them: these files are read before the world writes its own.
PACKAGE = pathlib.Path('/etc/pam.d/sshd').read_text(encoding='ascii')
COMMON = pathlib.Path('/etc/pam.d/common-session').read_text(encoding='ascii')
# A user's own file of variables, and the module that reads it.
USERS_OWN = pathlib.Path('/home/alice/.pam_environment')
USER_READENV = 'session required pam_env.so user_readenv=1\n'


def show_limit():
    """The rule for a module that logs what pam_systemd would find."""
    module = world.MODULES / 'pam_show_limit.so'
    assert module.exists(), f'{module} is not there: configure the build with -Dtests=enabled'
    return f'session required {module}\n'


@contextlib.contextmanager
def services(session, account='', names=('sshd', 'sudo', 'su', 'login')):
    """These services by token alone, with such session and account rules."""
    text = f"""\
auth     required pam_jwt.so nodelay
{account}account  required pam_jwt.so
account  required pam_permit.so
{session}session  required pam_permit.so
"""
    with contextlib.ExitStack() as changes:
        for name in names:
            changes.enter_context(pam_text(name, text))
        yield


@contextlib.contextmanager
def configuration(*lines, leeway=60):
    world.write_configuration(f'[global]\nleeway = {leeway}\n{world.CONFIG}' +
                              ''.join(f'{line}\n' for line in lines))
    try:
        yield
    finally:
        world.write_configuration(world.CONFIG)


def limits(log, mark):
    """What pam_show_limit has seen since."""
    return [line.rpartition(': ')[2] for line in matching(log.since(mark), SHOWN)]


def lives(service):
    """A token that lives LIFE seconds from now on, and its exp."""
    exp = int(time.time()) + LIFE
    return mint(service, exp=str(exp)), exp


def su_env(token):
    done = run(*AS_NOBODY, 'su', 'alice', '-c', 'env', stdin=parts(token))
    return done.stdout if done.returncode == 0 else None


def ssh_env(sshd, token, **options):
    done, _, _ = sshd.login('alice', token, 'env', **options)
    return done.stdout if done.returncode == 0 else None


def sudo_env(token):
    allow_sudo()
    done = sudo('-A', 'env', token=token, XDG_RUNTIME_DIR=runtime_directory())
    return done.stdout if done.returncode == 0 else None


def login_env(token):
    """login's shell on a terminal; None if there was none."""
    with Terminal('login', 'alice') as terminal:
        for prompt, part in zip(prompts(token), parts(token).split('\n')):
            terminal.answer(prompt, part)
        if terminal.wait('$ ', 'Login incorrect', None) != '$ ':
            return None
        terminal.type('env; exit')
        terminal.finish()
        return terminal.seen.replace('\r\n', '\n')


def each_way(log, action):
    """action(name, environment of a login by this token) for each program."""
    with world.Sshd(log) as sshd:
        action('ssh', 'sshd', lambda token: ssh_env(sshd, token))
    action('sudo', 'sudo', sudo_env)
    action('su', 'su', su_env)
    action('login', 'login', login_env)


def variables(environment):
    return sorted(re.findall(r'^JWT_.*', environment, re.MULTILINE))


# --- the environment ------------------------------------------------------------------------------


@test_any_helper
def claims_in_the_environment_of_the_session(log):
    claims = {'groups': '["ops", "on,call"]', 'email': '"a@b.example"', 'level': '3',
              'name': '"$(id) J\\u00f6rg\\n"', 'address': '{}'}

    def check(name, service, environment):
        exp, mark = int(time.time()) + LIFE, log.mark()
        found = variables(environment(mint(service, exp=str(exp), **claims)))
        assert found == ['JWT_EMAIL=a@b.example', f'JWT_EXP={exp}', 'JWT_GROUPS=ops,on\\x2ccall',
                         'JWT_LEVEL=3', 'JWT_NAME=\\x24\\x28id\\x29\\x20J\\xc3\\xb6rg\\x0a'], (name, found)
        line = log.wait('token accepted', mark)
        assert 'not exported: address (wrong type)' in line, line

    with configuration('export_claims = email, groups, level, name, address, absent'), services(''):
        each_way(log, check)


@test
def the_end_of_the_token_alone(log):
    def check(name, service, environment):
        token, exp = lives(service)
        assert variables(environment(token)) == [f'JWT_EXP={exp}'], name

    with services(''):
        each_way(log, check)


@test
def the_largest_environment(log):
    """32 claims, and values as long as they may be, through sshd's processes."""
    names = [f'claim{n:02}' for n in range(32)]
    claims = {name: f'"{"x" * (1024 if n < 6 else 100)}"' for n, name in enumerate(names)}
    with configuration(f'export_claims = {", ".join(names)}'), services(''):
        with world.Sshd(log) as sshd:
            found = variables(ssh_env(sshd, mint(**claims)))
        assert found == sorted([f'JWT_CLAIM{name[5:]}={claims[name][1:-1]}' for name in names] +
                               [line for line in found if line.startswith('JWT_EXP=')]), found
        assert len(found) == 33, found


# --- limit ----------------------------------------------------------------------------------------


def expect_limit(log, service, environment):
    """About the seconds that the token has left: bounds are the clock before and after."""
    token, exp = lives(service)
    before, mark = time.time(), log.mark()
    assert environment(token) is not None, log.since(mark)
    found, = limits(log, mark)
    assert exp - time.time() - 1 <= int(found) <= exp - before + 1, (found, exp, before)


def pamtester_session(token):
    done = authenticate(token, 'authenticate', 'acct_mgmt', 'open_session', 'close_session',
                        service='su')
    return done.stdout if done.returncode == 0 else None


@test_any_helper
def a_session_lasts_as_long_as_its_token(log):
    with services(f'{LIMIT}{show_limit()}'):
        each_way(log, lambda _, service, environment: expect_limit(log, service, environment))
        expect_limit(log, 'su', pamtester_session)


@test
def sessions_without_limit_and_without_token(log):
    """No limit without the argument, nor for a login by other means, which an error in the
    configuration does not touch."""
    with services(show_limit()), world.Sshd(log) as sshd:
        mark = log.mark()
        assert ssh_env(sshd, mint()) is not None
        assert limits(log, mark) == ['none']
    with services(f'{LIMIT}{show_limit()}'), configuration('junk'), \
            world.Sshd(log, 'PubkeyAuthentication yes') as sshd:
        mark = log.mark()
        assert by_public_key(sshd).returncode == 0, log.since(mark)
        assert limits(log, mark) == ['none']
        assert not matching(log.since(mark), 'pam_jwt(')


def by_public_key(sshd):
    """A login of alice, who has no token."""
    key, folder = f'{sshd.directory}/alice', pathlib.Path('/home/alice/.ssh')
    must('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', key)
    folder.mkdir()
    try:
        shutil.copy(f'{key}.pub', folder / 'authorized_keys')
        must('chown', '-R', 'alice:alice', str(folder))
        return sshd.login('alice', 'none', 'true', options=[
            'PreferredAuthentications=publickey', f'IdentityFile={key}', 'IdentitiesOnly=yes'])[0]
    finally:
        shutil.rmtree(folder)


@test
def odd_arguments_lock_nobody_out(log):
    with services('session required pam_jwt.so limits limit=5 no-such\n' + show_limit(),
                  account='account required pam_jwt.so no-such=5\n'), world.Sshd(log) as sshd:
        mark = log.mark()
        assert ssh_env(sshd, mint()) is not None
        log.wait("pam_jwt(sshd:session): argument 'limits' is ignored: expected", mark)
        assert limits(log, mark) == ['none']


# --- what users can do to the environment ---------------------------------------------------------


@contextlib.contextmanager
def users_own(exp):
    """alice's own JWT_EXP."""
    USERS_OWN.write_text(f'JWT_EXP OVERRIDE={exp}\n', encoding='ascii')
    try:
        yield
    finally:
        USERS_OWN.unlink()


@test
def a_user_who_changes_the_end_of_his_token(log):
    """Only where an administrator lets users set variables, and above this module: what is no time
    is refused, if the line says required."""
    for control, allowed in (('required', False), ('optional', True)):
        rules = f'{USER_READENV}session {control} pam_jwt.so limit\n{show_limit()}'
        with services(rules), users_own('junk'), world.Sshd(log) as sshd:
            mark = log.mark()
            assert (ssh_env(sshd, mint()) is not None) == allowed, log.since(mark)
            log.wait(f'pam_jwt(sshd:session): {NO_TIME}', mark)
            assert limits(log, mark) == ['none']


@test
def a_user_who_changes_it_where_the_process_knows_better(log):
    with services(f'{USER_READENV}{LIMIT}{show_limit()}'), \
            users_own('9999999999'):
        expect_limit(log, 'su', su_env)


@test
def a_user_who_changes_it_too_late(log):
    """Behind this module it is a variable like others."""
    with services(f'{LIMIT}{show_limit()}{USER_READENV}'), \
            users_own('9999999999'), world.Sshd(log) as sshd:
        expect_limit(log, 'sshd', lambda token: ssh_env(sshd, token))
        assert 'JWT_EXP=9999999999' in variables(ssh_env(sshd, mint()))


# --- tokens that expire during a login ------------------------------------------------------------


def wait_until(kind, exp):
    """A rule that ends when the clock of the machine has reached exp."""
    script = pathlib.Path('/run/until-it-has-expired')
    script.write_text(f'#!/bin/sh\nwhile [ $(date +%s) -lt {exp} ]; do sleep 0.1; done\n',
                      encoding='ascii')
    script.chmod(0o755)
    return f'{kind} required pam_exec.so {script}\n'


def expiring(service):
    """A token that is good for long enough to authenticate, and its exp."""
    exp = int(time.time()) + 6
    return mint(service, exp=str(exp)), exp


def expect_expired(log, session, kind, said):
    """The token expires before the module is asked for `kind`, in two programs at once."""
    (token, exp), (other, _) = expiring('sshd'), expiring('su')
    rule, outcomes, mark = wait_until(kind, exp + 1), {}, log.mark()
    with configuration(leeway=0), services(rule + session if kind == 'session' else session,
                                           account=rule if kind == 'account' else ''), \
            world.Sshd(log) as sshd:
        threads = [threading.Thread(target=lambda: outcomes.update(ssh=ssh_env(sshd, token))),
                   threading.Thread(target=lambda: outcomes.update(pamtester=authenticate(
                       other, 'authenticate', 'acct_mgmt', 'open_session', service='su')))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert outcomes['ssh'] is None, log.since(mark)
    assert outcomes['pamtester'].returncode != 0, outcomes
    lines = log.since(mark)
    for service in ('sshd', 'su'):
        assert matching(lines, f'pam_jwt({service}:auth): token accepted'), lines
        assert matching(lines, f'pam_jwt({service}:{kind}): {said}'), lines
    return lines


@test
def a_token_that_expires_before_the_account_is_checked(log):
    expect_expired(log, show_limit(), 'account', EXPIRED_SINCE)


@test
def a_token_that_expires_before_the_session_begins(log):
    expect_expired(log, f'{LIMIT}{show_limit()}', 'session', EXPIRED)


# --- pam_systemd itself ---------------------------------------------------------------------------


@contextlib.contextmanager
def system_bus():
    """A bus on which nobody is systemd-logind, and who listens to what is sent to it."""
    pathlib.Path('/run/dbus').mkdir()
    pathlib.Path('/run/systemd/seats').mkdir(parents=True)  # what pam_systemd takes for its sign
    with subprocess.Popen(['dbus-daemon', '--system', '--nofork', '--nopidfile', '--print-address'],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as bus:
        try:
            assert bus.stdout.readline(), 'no address of dbus-daemon'
            with subprocess.Popen(['timeout', '60', 'dbus-monitor', '--system',
                                   "destination='org.freedesktop.login1'"],
                                  stdout=subprocess.PIPE, text=True) as monitor:
                try:
                    yield monitor.stdout
                finally:
                    monitor.terminate()
        finally:
            bus.terminate()
            shutil.rmtree('/run/systemd')
            shutil.rmtree('/run/dbus')


@test
def pam_systemd_asks_for_a_session_that_ends_with_the_token(log):
    """What it sends to systemd-logind, which is not there: this machine need not run systemd. sshd
    has the package's own PAM file, with two lines changed as the README says."""
    stack = PACKAGE.replace('@include common-auth\n', 'auth required pam_jwt.so\n')
    stack = stack.replace('@include common-session\n', f'{LIMIT}@include common-session\n')
    assert stack.count('pam_jwt.so') == 2 and 'pam_systemd.so' in COMMON, (stack, COMMON)
    with pam_text('sshd', stack), users_own('9999999999'), world.Sshd(log) as sshd, \
            system_bus() as messages:
        messages.readline()  # it listens
        token, exp = lives('sshd')
        before, mark = time.time(), log.mark()
        assert ssh_env(sshd, token) is not None, log.since(mark)
        after = time.time()
        found = next(messages for line in messages if 'RuntimeMaxUSec' in line).readline()
    seconds = int(found.split()[-1]) / 1000000
    assert exp - after - 1 <= seconds <= exp - before + 1, (found, exp, before)
