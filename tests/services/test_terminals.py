# SPDX-License-Identifier: BSD-3-Clause
"""sudo, su, login and pamtester on a terminal."""
from local import (AS_ALICE, AS_NOBODY, FAILURE, SUDO_HINT, matching, prompts,
                   token_services)
from registry import test, test_any_helper
from terminal import Terminal
from world import mint, mint_of_length, parts, tampered

SU = (*AS_NOBODY, 'su', 'alice', '-c', 'id -un')
SUDO = (*AS_ALICE, 'sudo', '-k', 'id', '-u')
PAMTESTER = ('pamtester', 'su', 'alice', 'authenticate')


def type_token(terminal, token):
    """A part at each prompt. None of it is shown."""
    for prompt, part in zip(prompts(token), parts(token).split('\n')):
        terminal.answer(prompt, part)


def with_token(token, *command):
    """The exit status, and all that was seen."""
    with Terminal(*command) as terminal:
        type_token(terminal, token)
        status = terminal.finish()
        assert token[:100] not in terminal.seen
        return status, terminal.seen


def expect_accepted(log, token, service, said, *command):
    mark = log.mark()
    status, seen = with_token(token, *command)
    assert status == 0 and said in seen, seen
    log.wait(f'pam_jwt({service}:auth): token accepted: user=alice', mark)


def expect_refused(log, token, service, reason, *command):
    """The process has ended when this is over, and the log has nothing else of the module."""
    mark = log.mark()
    status, seen = with_token(token, *command)
    assert status != 0, seen
    lines = matching(log.since(mark), f'pam_jwt({service}:auth)')
    for line, text in zip(lines, (FAILURE, f'token refused: {reason}: '), strict=True):
        assert text in line, lines
    return seen


@test_any_helper
def su_on_a_terminal(log):
    token_services()
    login_shell = (*AS_NOBODY, 'su', '-l', 'alice', '-c', 'id -un')
    for command, service in ((SU, 'su'), (login_shell, 'su-l')):
        expect_accepted(log, mint(service), service, 'alice\r\n', *command)
        seen = expect_refused(log, mint('sshd'), service, 'wrong-audience', *command)
        assert seen.rstrip().endswith('su: Authentication failure'), seen


@test_any_helper
def sudo_on_a_terminal(log):
    """The prompts are the module's own, not sudo's."""
    token_services()
    login_shell = (*AS_ALICE, 'sudo', '-k', '-i', 'id', '-u')
    for command, service in ((SUDO, 'sudo'), (login_shell, 'sudo-i')):
        expect_accepted(log, mint_of_length(12345, service=service), service, '0\r\n', *command)


@test
def sudo_on_a_terminal_asks_again(log):
    token_services()
    mark = log.mark()
    with Terminal(*SUDO) as terminal:
        type_token(terminal, tampered(mint('sudo')))
        terminal.wait('Sorry, try again.')
        type_token(terminal, mint('sudo'))
        assert terminal.finish() == 0, terminal.seen
    lines = matching(log.since(mark), 'pam_jwt(sudo:auth)')
    for line, text in zip(lines, (FAILURE, 'token refused: bad-signature', 'token accepted'),
                          strict=True):
        assert text in line, lines


@test_any_helper
def login_on_a_terminal(log):
    token_services()
    mark = log.mark()
    with Terminal('login', 'alice') as terminal:
        type_token(terminal, mint('login'))
        terminal.wait('$ ')
        terminal.type('id -un; exit')
        terminal.wait('alice\r\n')
        assert terminal.finish() == 0, terminal.seen
    log.wait('pam_jwt(login:auth): token accepted: user=alice', mark)


@test
def login_on_a_terminal_says_no(log):
    token_services()
    mark = log.mark()
    with Terminal('login', 'alice') as terminal:
        type_token(terminal, mint('login', sub='bob'))
        terminal.wait('Login incorrect')
        assert '$ ' not in terminal.seen, terminal.seen
    log.wait('pam_jwt(login:auth): authentication failure; ', mark)
    log.wait('pam_jwt(login:auth): token refused: user-mismatch', mark)


@test_any_helper
def pamtester_on_a_terminal(log):
    token_services()
    expect_accepted(log, mint_of_length(12345, service='su'), 'su', 'successfully authenticated',
                    *PAMTESTER)
    expect_refused(log, tampered(mint('su')), 'su', 'bad-signature', *PAMTESTER)


@test_any_helper
def a_multiple_of_500_ends_with_an_empty_line(log):
    token_services()
    for length in (2000, 12000):
        token = mint_of_length(length, service='su')
        assert len(prompts(token)) == length // 500 + 1 and parts(token).endswith('\n\n')
        expect_accepted(log, token, 'su', 'alice\r\n', *SU)
        token = mint_of_length(length, service='sudo')
        expect_accepted(log, token, 'sudo', '0\r\n', *SUDO)
        expect_refused(log, tampered(mint_of_length(length, service='su')), 'su', 'bad-signature',
                       *PAMTESTER)


# --- answers that are cut -------------------------------------------------------------------------


def in_one_line(token, *command):
    with Terminal(*command) as terminal:
        terminal.answer('Password or JWT: ', token)
        return terminal.finish(), terminal.seen


@test_any_helper
def a_terminal_passes_4095_bytes(log):
    token_services()
    for command, said in ((SU, 'alice\r\n'), (PAMTESTER, 'successfully authenticated')):
        mark = log.mark()
        status, seen = in_one_line(mint_of_length(4095, service='su'), *command)
        assert status == 0 and said in seen, seen
        log.wait('pam_jwt(su:auth): token accepted: user=alice', mark)


@test
def a_terminal_cuts_at_4095_bytes(log):
    """And nothing of the rest is taken for another answer."""
    token_services()
    for length, command in ((4096, SU), (12000, SU), (12000, PAMTESTER)):
        mark = log.mark()
        status, seen = in_one_line(mint_of_length(length, service='su'), *command)
        assert status != 0 and 'Authentication failure' in seen, seen
        lines = matching(log.since(mark), 'pam_jwt(su:auth)')
        assert len(lines) == 2 and FAILURE in lines[0], lines
        assert ('token refused: truncated: 4095 bytes is the most that a terminal passes on: let '
                'pam-jwt-askpass answer, which sends a token in parts; ') in lines[1], lines


@test
def sudo_on_a_terminal_passes_511_bytes(log):
    token_services()
    mark = log.mark()
    status, seen = in_one_line(mint('sudo'), *SUDO)
    assert status != 0, seen
    line, = matching(log.since(mark), 'no answer')
    assert line.endswith(f': no answer to prompt 1: Conversation error; {SUDO_HINT}'), line


# --- no answer ------------------------------------------------------------------------------------


def ended_at(number, service, *command):
    """Control-D at that prompt."""
    token = mint(service)
    asked = prompts(token)
    with Terminal(*command) as terminal:
        for prompt, part in zip(asked[:number - 1], parts(token).split('\n')):
            terminal.answer(prompt, part)
        terminal.wait(asked[number - 1])
        terminal.end_of_input()
        return terminal.finish(), terminal.seen


@test
def the_end_of_input_on_a_terminal(log):
    token_services()
    cases = ((SU, 'su', 'Authentication failure'), (PAMTESTER, 'su', 'Authentication failure'),
             (SUDO, 'sudo', f'Conversation error; {SUDO_HINT}'))
    for command, service, why in cases:
        for number in (1, 3):
            mark = log.mark()
            status, seen = ended_at(number, service, *command)
            assert status != 0, seen
            lines = log.since(mark)
            line, = matching(lines, 'no answer')
            assert f'pam_jwt({service}:auth): no answer to prompt {number}: {why}' in line, line
            assert not matching(lines, FAILURE) and not matching(lines, 'token accepted'), lines
