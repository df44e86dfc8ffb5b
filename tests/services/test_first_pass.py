# SPDX-License-Identifier: BSD-3-Clause
"""pam_jwt among other modules: what it takes from those above it and leaves to those below."""
import pathlib

from local import FAILURE, PASSWORD, matching, set_password
from registry import test, test_any_helper
from world import NO_PASSWORD, mint, mint_of_length, must, parts, run, tampered

SEEN = pathlib.Path('/run/authtok-seen')
SHOW = '/run/show-authtok'
MARKER = 'nothing-was-there'


def service(*lines):
    """The service `several`, whose auth lines these are. Returns how to log alice in."""
    pathlib.Path('/etc/pam.d/several').write_text(''.join(f'auth {line}\n' for line in lines),
                                                  encoding='ascii')
    set_password()
    return authenticate


def authenticate(answers, user='alice'):
    return run('pamtester', 'several', user, 'authenticate', stdin=answers)


# --- above: pam_unix has asked --------------------------------------------------------------------


@test_any_helper
def try_first_pass_takes_part_1_from_pam_unix(log):
    """And asks for the others."""
    login = service('sufficient pam_unix.so nodelay', 'required pam_jwt.so try_first_pass nodelay')
    mark = log.mark()
    for token, good in ((mint('several'), True), (mint_of_length(12000, service='several'), True),
                        (tampered(mint('several')), False)):
        done = login(parts(token))
        assert (done.returncode == 0) == good, done
        assert 'Password: JWT part 2: JWT part 3: ' in done.stderr + done.stdout, done
        assert 'or JWT' not in done.stderr + done.stdout, done
    lines = matching(log.since(mark), 'pam_jwt(several:auth)')
    for text, count in (('token accepted', 2), ('token refused: bad-signature', 1), (FAILURE, 1)):
        assert len(matching(lines, text)) == count, lines


@test_any_helper
def use_first_pass_judges_one_whole_answer(log):
    login = service('optional pam_unix.so nodelay', 'required pam_jwt.so use_first_pass nodelay')
    mark = log.mark()
    done = login(mint('several') + '\n')
    assert done.returncode == 0 and 'JWT' not in done.stderr + done.stdout, done
    log.wait('pam_jwt(several:auth): token accepted: user=alice', mark)
    assert login(tampered(mint('several')) + '\n').returncode != 0
    log.wait('pam_jwt(several:auth): token refused: bad-signature', mark)
    mark = log.mark()
    assert login(parts(mint('several'))).returncode != 0
    line, = matching(log.since(mark), 'token refused')
    assert 'token refused: not-a-jwt' in line, line


@test
def use_first_pass_without_an_answer_is_refused(log):
    login = service('required pam_jwt.so use_first_pass nodelay')
    mark = log.mark()
    done = login(parts(mint('several')))
    assert done.returncode != 0 and not done.stdout + done.stderr.partition('pamtester: ')[0], done
    log.wait('pam_jwt(several:auth): use_first_pass: no answer of an earlier module: '
             'Authentication failure', mark)


@test_any_helper
def try_first_pass_asks_if_nobody_has(log):
    login = service('required pam_jwt.so try_first_pass nodelay')
    mark = log.mark()
    assert login(parts(mint('several'))).returncode == 0
    log.wait('pam_jwt(several:auth): token accepted', mark)
    assert login(parts(mint('sshd'))).returncode != 0
    log.wait('pam_jwt(several:auth): token refused: wrong-audience', mark)


# --- below: pam_unix and pam_exec -----------------------------------------------------------------


@test
def a_password_passes_quietly(log):
    """A debug line is all, whether the password is right or not; at most 500 bytes are no limit."""
    login = service('sufficient pam_jwt.so nodelay', 'required pam_unix.so try_first_pass nodelay')
    mark = log.mark()
    long_password = 'p' * 500
    must('chpasswd', stdin=f'alice:{long_password}\n')
    assert login(long_password + '\n\n').returncode == 0
    set_password()
    assert login(PASSWORD + '\n').returncode == 0
    assert login('wrong\n').returncode != 0
    lines = log.since(mark)
    ours = matching(lines, 'pam_jwt(several:auth)')
    assert len(ours) == 3, lines
    assert all(line.startswith('<87>') and 'the answer is no token' in line for line in ours), ours
    assert len(matching(lines, f'pam_unix(several:auth): {FAILURE}')) == 1, lines


def showing(*lines):
    """A stack with pam_exec behind it, which gets PAM_AUTHTOK; if there is none it asks, and MARKER
    is the answer to that."""
    pathlib.Path(SHOW).write_text(f'#!/bin/sh\nexec cat >{SEEN}\n', encoding='ascii')
    pathlib.Path(SHOW).chmod(0o755)
    SEEN.unlink(missing_ok=True)
    return service(*lines, f'required pam_exec.so expose_authtok quiet {SHOW}')


def exposed():
    return SEEN.read_bytes().rstrip(b'\0').decode()


@test_any_helper
def nothing_of_a_token_is_left_for_other_modules(log):
    """Neither of one that was asked for here nor of one that pam_unix left there."""
    stacks = (['[default=ignore] pam_jwt.so nodelay'],
              ['optional pam_unix.so nodelay',
               '[default=ignore] pam_jwt.so try_first_pass nodelay'])
    for lines in stacks:
        for token, line, left in (
                (mint('several'), 'token accepted', MARKER),
                (tampered(mint('several')), 'token refused: bad-signature', NO_PASSWORD),
                ('eyJ' + 'a' * 700, 'token refused: not-a-jwt', NO_PASSWORD)):
            mark = log.mark()
            showing(*lines)(parts(token) + MARKER + '\n')
            log.wait(f'pam_jwt(several:auth): {line}', mark)
            assert exposed() == left, lines


@test
def what_pam_exec_is_shown_without_pam_jwt(_):
    """The test above could see a token: with pam_unix alone it is there, as passwords always are."""
    part = mint('several')[:500]
    showing('optional pam_unix.so nodelay')(part + f'\n{MARKER}\n')
    assert exposed() == part
    showing('[default=ignore] pam_jwt.so nodelay')(f'{PASSWORD}\n{MARKER}\n')
    assert exposed() == PASSWORD


# --- users whom nobody knows ----------------------------------------------------------------------


@test
def ignore_unknown_user_leaves_them_to_others(log):
    """By a token that is in order but for the user. A refusal of alice is one all the same."""
    token = mint('several', sub='mallory')
    mark = log.mark()
    for argument, unknown in (('', 'User not known'), ('ignore_unknown_user', '')):
        login = service(f'required pam_jwt.so nodelay {argument}', 'required pam_permit.so')
        done = login(parts(token), user='mallory')
        assert (done.returncode == 0) == bool(argument) and unknown in done.stderr, done
        assert login(parts(tampered(mint('several')))).returncode != 0
        assert login(parts(mint('several'))).returncode == 0
        log.wait('pam_jwt(several:auth): token refused: user-not-allowed', mark)
        log.wait('pam_jwt(several:auth): token refused: bad-signature', mark)
        log.wait('pam_jwt(several:auth): token accepted: user=alice', mark)
        mark = log.mark()
    done = service('required pam_jwt.so nodelay ignore_unknown_user')(parts(token), user='mallory')
    assert done.returncode != 0, 'ignored by all is no login'


@test
def nothing_of_a_token_is_left_by_a_conversation_that_ends(log):
    """pam_unix has got part 1, and there is no part 2."""
    mark = log.mark()
    showing('optional pam_unix.so nodelay', '[default=ignore] pam_jwt.so try_first_pass nodelay')(
        mint('several')[:500] + '\n')
    log.wait('pam_jwt(several:auth): no answer to prompt 2: ', mark)
    assert not SEEN.exists() or exposed() == '', exposed()
