# SPDX-License-Identifier: BSD-3-Clause
"""The example stacks for sudo, su and login, each put into the package's own PAM file as its comment
says, and the profile for pam-auth-update."""
import concurrent.futures
import contextlib
import pathlib
import re

from local import (FAILURE, PASSWORD, allow_sudo, matching, prompts, set_password, su, sudo)
from registry import test, test_any_helper
from terminal import Terminal
from world import mint, must, pam_text, parts, run, tampered

EXAMPLES = pathlib.Path('/usr/share/doc/pam_jwt/examples')
# Read before any test writes them.
PACKAGED = {name: pathlib.Path('/etc/pam.d', name).read_text(encoding='ascii')
            for name in ('sudo', 'sudo-i', 'su', 'su-l', 'login')}
STACKS = {'sudo-token': ('sudo', 'sudo-i'), 'sudo-token-or-password': ('sudo', 'sudo-i'),
          'su-token': ('su', 'su-l'), 'su-token-or-password': ('su', 'su-l'),
          'login-token-or-password': ('login',)}
WITH_PASSWORD = [name for name in STACKS if name.endswith('-or-password')]


# --- a stack, and a try to log in -----------------------------------------------------------------


def example(name):
    """The files that its comment names, the line that it takes the place of, its lines, and those
    that may be added."""
    text = (EXAMPLES / name).read_text(encoding='ascii')
    comment = ''.join(re.findall(r'^#.*\n', text, re.MULTILINE))
    files = re.findall(r'/etc/pam\.d/([\w-]+)', comment)
    place = re.search(r'^#     (.*\n)', comment, re.MULTILINE)[1]
    return files, place, text.removeprefix(comment), re.findall(r'^#     (account .*\n)', comment,
                                                                re.MULTILINE)


@contextlib.contextmanager
def stack(name, edit=lambda text, added: text):
    """For a while; `edit` is what an administrator does besides."""
    files, place, lines, added = example(name)
    assert files and place == '@include common-auth\n', (files, place)
    set_password()
    allow_sudo()
    with contextlib.ExitStack() as changes:
        for file, text in PACKAGED.items():
            if file in files:
                assert text.count('\n' + place) == 1, text
                text = edit(text.replace(place, lines), added)
            changes.enter_context(pam_text(file, text))
        yield


def login(answers):
    """Whether alice got a shell on a terminal."""
    asked = [*prompts('x' * 16000), 'Password: ']
    with Terminal('login', 'alice') as terminal:
        for answer in answers.split('\n')[:-1]:
            if terminal.wait(*asked, '$ ', 'Login incorrect', None) not in asked:
                break
            terminal.type(answer)
        else:
            terminal.wait('$ ', 'Login incorrect', None)
        if not terminal.seen.endswith('$ '):
            return False
        terminal.type('id -un; id -Gn; exit')
        terminal.wait('alice\r\n')
        terminal.finish()
        return True


def sudo_works(*arguments):
    return lambda answers: sudo('-S', *arguments, 'id', '-u', stdin=answers).stdout == '0\n'


def su_works(*arguments):
    return lambda answers: su(*arguments, stdin=answers).stdout == 'alice\n'


LOGS_IN = {'sudo': sudo_works(), 'sudo-i': sudo_works('-i'), 'su': su_works('alice'),
           'su-l': su_works('-l', 'alice'), 'login': login}


def logs_in_by_token(service):
    return LOGS_IN[service](parts(mint(service)))


def each_stack(log, check, names=STACKS, edit=lambda text, added: text):
    """check(service) for each, those of a stack at the same time. Then the log."""
    for name in names:
        mark = log.mark()
        with stack(name, edit), concurrent.futures.ThreadPoolExecutor() as pool:
            for service, passed in zip(STACKS[name], pool.map(check, STACKS[name])):
                assert passed, (name, service, log.since(mark))
        lines = log.since(mark)
        for service in STACKS[name]:
            yield service, lines


# --- tokens and passwords -------------------------------------------------------------------------


@test_any_helper
def every_stack_takes_a_token(log):
    for service, lines in each_stack(log, logs_in_by_token):
        assert matching(lines, f'pam_jwt({service}:auth): token accepted: user=alice'), lines


@test_any_helper
def every_stack_refuses_a_bad_token(log):
    """The empty line is for the password, where one is asked for."""
    def refused(service):
        return not LOGS_IN[service](parts(tampered(mint(service))) + '\n')

    for service, lines in each_stack(log, refused):
        assert matching(lines, f'pam_jwt({service}:auth): {FAILURE}'), lines
        assert matching(lines, f'pam_jwt({service}:auth): token refused: bad-signature'), lines
        assert not matching(lines, 'token accepted'), lines


@test
def passwords_go_on_where_the_stack_says_so(log):
    """At the one prompt, and the module is quiet about it."""
    for service, lines in each_stack(log, lambda service: LOGS_IN[service](f'{PASSWORD}\n'),
                                     WITH_PASSWORD):
        line, = matching(lines, f'pam_jwt({service}:auth)')
        assert line.startswith('<87>') and 'the answer is no token' in line, lines


@test
def passwords_that_are_wrong_are_refused(log):
    for service, lines in each_stack(log, lambda service: not LOGS_IN[service]('wrong\n'),
                                     WITH_PASSWORD):
        assert matching(lines, f'pam_unix({service}:auth): {FAILURE}'), lines
        assert not matching(lines, f'pam_jwt({service}:auth): {FAILURE}'), lines


@test
def passwords_do_not_go_on_where_only_tokens_do(log):
    only = [name for name in STACKS if name not in WITH_PASSWORD]
    for service, lines in each_stack(log, lambda service: not LOGS_IN[service](f'{PASSWORD}\n'),
                                     only):
        assert matching(lines, f'pam_jwt({service}:auth): the answer is no token'), lines


@test
def no_second_question_follows_a_refused_token(log):
    """Whoever exists, as nobody is asked for a password who does not. sudo begins anew by itself."""
    def both(service):
        done = LOGS_IN[service](parts(mint('sshd')) + f'{PASSWORD}\n')
        return done == service.startswith('sudo')

    for service, lines in each_stack(log, both, WITH_PASSWORD):
        assert matching(lines, f'pam_jwt({service}:auth): token refused: wrong-audience'), lines
        assert matching(lines, f'pam_unix({service}:auth): {FAILURE}'), lines


@test
def a_prompt_that_ansible_gives_sudo(log):
    """-p replaces the module's prompts. A password fits, at the one prompt; pam-jwt-askpass answers
    none but the module's."""
    arguments = ('-H', '-p', '[sudo via ansible, key=abc] password:', '-u', 'root', 'id', '-u')
    with stack('sudo-token-or-password'):
        mark = log.mark()
        done = sudo('-S', *arguments, stdin=f'{PASSWORD}\n')
        assert done.stdout == '0\n' and done.stderr.endswith('key=abc] password:'), done
        log.wait('pam_jwt(sudo:auth): the answer is no token', mark)
        mark = log.mark()
        assert sudo('-A', *arguments, token=mint('sudo')).returncode != 0
        log.wait('pam_jwt(sudo:auth): no answer to prompt 1: Conversation error', mark)
        assert not matching(log.since(mark), 'token accepted')


# --- what stays in force --------------------------------------------------------------------------


@contextlib.contextmanager
def expired():
    """alice's account, for a while."""
    must('usermod', '--expiredate', '1', 'alice')
    try:
        yield
    finally:
        must('usermod', '--expiredate', '', 'alice')


@contextlib.contextmanager
def file_with(name, text):
    """A file for a while."""
    file = pathlib.Path(name)
    before = file.read_bytes() if file.exists() else None
    file.write_text(text, encoding='ascii')
    try:
        yield
    finally:
        file.unlink()
        if before is not None:
            file.write_bytes(before)


@test
def accounts_that_have_expired_are_refused(log):
    set_password()
    with expired():
        for service, lines in each_stack(log, lambda service: not logs_in_by_token(service)):
            assert matching(lines, f'pam_jwt({service}:auth): token accepted'), lines
            assert matching(lines, f'pam_unix({service}:account): account alice has expired'), lines


@test
def a_locked_password_is_no_matter_to_tokens(log):
    """As the comments say. set_password() of the stack would unlock it again: locked behind it."""
    def locked(service):
        must('usermod', '--lock', 'alice')
        assert run('passwd', '--status', 'alice').stdout.split()[1] == 'L'
        return logs_in_by_token(service)

    for name, services in STACKS.items():
        with stack(name):
            for service in services:
                mark = log.mark()
                assert locked(service), (name, service)
                log.wait(f'pam_jwt({service}:auth): token accepted', mark)
    set_password()


def with_added(module):
    """The line of the example's comment that names this module; of Debian's own in login."""
    def edit(text, added):
        if f'{module}.so' in text:
            return re.sub(rf'^# (account .*{module}\.so)$', r'\1', text, flags=re.MULTILINE)
        line, = (line for line in added if module in line)
        return text + line

    return edit


@test
def pam_access_is_in_force(log):
    with file_with('/etc/security/access.conf', '+:alice:ALL\n'):
        for service, lines in each_stack(log, logs_in_by_token, edit=with_added('pam_access')):
            assert matching(lines, f'pam_jwt({service}:auth): token accepted'), lines
    with file_with('/etc/security/access.conf', '-:alice:ALL\n'):
        for service, lines in each_stack(log, lambda service: not logs_in_by_token(service),
                                         edit=with_added('pam_access')):
            assert matching(lines, f'pam_access({service}:account): access denied'), lines


@test
def nologin_keeps_users_out(log):
    """Of login by Debian's own file, of sudo and su by the line in the example's comment."""
    with file_with('/etc/nologin', 'closed for today\n'):
        for service, lines in each_stack(log, lambda service: not logs_in_by_token(service),
                                         edit=with_added('pam_nologin')):
            accepted = matching(lines, f'pam_jwt({service}:auth): token accepted')
            assert bool(accepted) == (service != 'login'), lines
    for service, lines in each_stack(log, logs_in_by_token, edit=with_added('pam_nologin')):
        assert matching(lines, f'pam_jwt({service}:auth): token accepted'), lines


@test
def nologin_is_nothing_to_sudo_and_su_of_debian(log):
    with file_with('/etc/nologin', 'closed for today\n'):
        others = [name for name in STACKS if 'login' not in name]
        for service, lines in each_stack(log, logs_in_by_token, others):
            assert matching(lines, f'pam_jwt({service}:auth): token accepted'), lines


@test
def pam_group_behind_the_stack_still_runs(log):
    """Debian's login has it behind common-auth."""
    mark = log.mark()
    token = mint('login')
    with file_with('/etc/security/group.conf', 'login;*;alice;Al0000-2400;audio\n'), \
            stack('login-token-or-password'):
        for asked, answers in ((prompts(token), parts(token)), (prompts('')[:1], PASSWORD)):
            with Terminal('login', 'alice') as terminal:
                for prompt, answer in zip(asked, answers.split('\n')):
                    terminal.answer(prompt, answer)
                terminal.wait('$ ')
                terminal.type('id -Gn; exit')
                terminal.wait('alice audio\r\n')
    assert matching(log.since(mark), 'pam_jwt(login:auth): token accepted')


# --- the profile for pam-auth-update --------------------------------------------------------------


def etc():
    return {str(path): path.read_bytes() for path in pathlib.Path('/etc').rglob('*')
            if path.is_file() and not path.is_symlink()}


def changed_files(before):
    after = etc()
    names = before.keys() | after.keys()
    return sorted(name for name in names if before.get(name) != after.get(name))


def modules(name):
    """The lines of a PAM file that name the module."""
    text = pathlib.Path('/etc/pam.d', name).read_text(encoding='ascii')
    return [line.split() for line in text.splitlines() if 'pam_jwt.so' in line]


@contextlib.contextmanager
def profile():
    """Switched on, and the packages' own files, which include what pam-auth-update writes."""
    set_password()
    allow_sudo()
    must('pam-auth-update', '--package', '--enable', 'pam_jwt')
    try:
        with contextlib.ExitStack() as changes:
            for file, text in PACKAGED.items():
                changes.enter_context(pam_text(file, text))
            yield
    finally:
        must('pam-auth-update', '--package', '--remove', 'pam_jwt')


@test
def the_profile_is_off_by_default(_):
    must('pam-auth-update', '--package')
    assert not modules('common-auth') and not modules('common-account')


@test
def the_profile_changes_the_common_files_alone(_):
    """And is taken back without a trace. The first call is for files in need of an update."""
    must('pam-auth-update', '--package')
    before = etc()
    must('pam-auth-update', '--package', '--enable', 'pam_jwt')
    try:
        assert changed_files(before) == ['/etc/pam.d/common-account', '/etc/pam.d/common-auth']
        assert modules('common-auth') == [['auth', '[success=2', 'default=ignore]', 'pam_jwt.so']]
        assert modules('common-account') == [['account', 'required', 'pam_jwt.so']]
    finally:
        must('pam-auth-update', '--package', '--remove', 'pam_jwt')
    assert not changed_files(before)


@test
def the_profile_takes_tokens_and_passwords(log):
    with profile():
        for service in PACKAGED:
            mark = log.mark()
            assert logs_in_by_token(service), log.since(mark)
            assert LOGS_IN[service](f'{PASSWORD}\n'), log.since(mark)
            lines = matching(log.since(mark), f'pam_jwt({service}:auth)')
            assert len(lines) == 2 and 'token accepted: user=alice' in lines[0], lines
            assert lines[1].startswith('<87>') and 'the answer is no token' in lines[1], lines


@test
def the_profile_refuses_what_is_neither(log):
    with profile():
        for service in ('su', 'sudo'):
            mark = log.mark()
            assert not LOGS_IN[service](parts(tampered(mint(service))) + '\n')
            log.wait(f'pam_jwt({service}:auth): token refused: bad-signature', mark)
            mark = log.mark()
            assert not LOGS_IN[service]('wrong\n')
            log.wait(f'pam_unix({service}:auth): {FAILURE}', mark)


@test
def the_profile_keeps_expired_accounts_out(log):
    set_password()
    with profile(), expired():
        for service in ('su', 'sudo'):
            mark = log.mark()
            assert not logs_in_by_token(service)
            log.wait(f'pam_unix({service}:account): account alice has expired', mark)
