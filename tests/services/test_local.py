# SPDX-License-Identifier: BSD-3-Clause
"""sudo, su and pamtester with pipes; on terminals: test_terminals.py."""
import contextlib
import pathlib
import time

from local import (FAILURE, SUDO_HINT, allow_sudo, matching, runtime_directory, su, sudo,
                   token_services)
from registry import test, test_any_helper
from world import authenticate, mint, mint_of_length, must, pam_service, parts, run, tampered

LONGEST = 16384


def expect_root(done):
    assert (done.returncode, done.stdout) == (0, '0\n'), done


def expect_lines(log, mark, counts):
    """How many lines have each text."""
    lines = log.since(mark)
    found = {text: len(matching(lines, text)) for text in counts}
    assert found == counts, (found, lines)


def expired():
    """Long enough ago for any leeway."""
    return mint('sudo', exp=str(int(time.time()) - 3600))


# --- sudo -A --------------------------------------------------------------------------------------


@test_any_helper
def sudo_with_askpass(log):
    token_services()
    mark = log.mark()
    expect_root(sudo('-A', 'id', '-u', token=mint('sudo')))
    log.wait('pam_jwt(sudo:auth): token accepted: user=alice', mark)


@test_any_helper
def sudo_with_askpass_and_long_tokens(log):
    """12 KB as with twenty groups and the root, a multiple of 500, and the longest."""
    token_services()
    for length in (12001, 12000, LONGEST):
        mark = log.mark()
        expect_root(sudo('-A', 'id', '-u', token=mint_of_length(length, service='sudo'),
                         XDG_RUNTIME_DIR=runtime_directory()))
        log.wait('pam_jwt(sudo:auth): token accepted: user=alice', mark)
    mark = log.mark()
    done = sudo('-A', 'id', '-u', token=mint_of_length(LONGEST + 1, service='sudo'))
    assert done.returncode != 0 and 'pam-jwt-askpass: ' in done.stderr, done
    assert not matching(log.since(mark), 'token accepted')


@test_any_helper
def sudo_i_is_a_service_of_its_own(log):
    token_services()
    mark = log.mark()
    expect_root(sudo('-A', '-i', 'id', '-u', token=mint('sudo-i')))
    log.wait('pam_jwt(sudo-i:auth): token accepted: user=alice', mark)
    done = sudo('-A', '-i', 'id', '-u', token=mint('sudo'), XDG_RUNTIME_DIR=runtime_directory())
    assert done.returncode != 0
    log.wait('pam_jwt(sudo-i:auth): token refused: wrong-audience', mark)


@contextlib.contextmanager
def askpass_without_environment():
    """sudo.conf names pam-jwt-askpass, the user's own file the token; there is /run/user/UID."""
    sudo_conf = pathlib.Path('/etc/sudo.conf')
    before = sudo_conf.read_text(encoding='utf-8')
    runtime = f'/run/user/{must("id", "-u", "alice").strip()}'
    must(*'install -d -o alice -g alice /home/alice/.config/pam_jwt'.split())
    must('install', '-d', '-o', 'alice', '-g', 'alice', '-m', '700', runtime)
    must('install', '-o', 'alice', '-m', '600', '/dev/stdin',
         '/home/alice/.config/pam_jwt/askpass.conf', stdin='token_file = ~/token\n')
    sudo_conf.write_text('Path askpass /usr/bin/pam-jwt-askpass\n', encoding='utf-8')
    try:
        yield
    finally:
        sudo_conf.write_text(before, encoding='utf-8')
        must('rm', '-r', runtime, '/home/alice/.config/pam_jwt')


@test_any_helper
def sudo_that_ansible_runs(log):
    """Its become with the flags -H -A: the environment says nothing."""
    token_services()
    with askpass_without_environment():
        for token, line in ((mint('sudo'), 'token accepted: user=alice'),
                            (mint('sudo', sub='bob'), 'token refused: user-mismatch')):
            must(*'install -o alice -m 600 /dev/stdin /home/alice/token'.split(), stdin=token)
            mark = log.mark()
            done = sudo('-H', '-A', '-u', 'root', '/bin/sh', '-c', 'echo BECOME-SUCCESS; id -u',
                        SUDO_ASKPASS=None)
            assert done.stdout == ('BECOME-SUCCESS\n0\n' if 'accepted' in line else ''), done
            expect_lines(log, mark, {f'pam_jwt(sudo:auth): {line}': 1,
                                     FAILURE: int('refused' in line)})


# --- how many lines a failure makes ---------------------------------------------------------------


@test
def an_expired_token_is_not_sent(log):
    token_services()
    mark = log.mark()
    done = sudo('-A', 'id', token=expired())
    assert done.returncode != 0 and 'pam-jwt-askpass: token: ' in done.stderr, done
    assert 'expired' in done.stderr, done.stderr
    expect_lines(log, mark, {FAILURE: 0, 'token refused': 0,
                             'no answer to prompt 1: Conversation error; ' + SUDO_HINT: 1})


@test
def an_expired_token_that_is_sent_makes_one_failure(log):
    """By a client that does not look into it: sudo -S, whose input ends then."""
    token_services()
    mark = log.mark()
    done = sudo('-S', 'id', stdin=parts(expired()))
    assert done.returncode != 0
    expect_lines(log, mark, {FAILURE: 1, 'token refused: expired: ': 1,
                             'no answer to prompt 1: Conversation error; ' + SUDO_HINT: 1})


@test
def a_refused_token_makes_one_failure(log):
    """sudo asks up to three times. pam-jwt-askpass knows that it was asked before."""
    token_services()
    mark = log.mark()
    done = sudo('-A', 'id', token=mint('sshd'), XDG_RUNTIME_DIR=runtime_directory())
    assert done.returncode != 0 and 'it is not sent twice' in done.stderr, done
    expect_lines(log, mark, {FAILURE: 1, 'token refused: wrong-audience: ': 1,
                             'no answer to prompt 1: Conversation error; ' + SUDO_HINT: 1})


@test
def passwd_tries_is_the_number_of_failures_without_a_runtime_directory(log):
    for defaults, tries in (((), 3), (('passwd_tries=1',), 1)):
        token_services()
        allow_sudo(*defaults)
        mark = log.mark()
        done = sudo('-A', 'id', token=mint('sshd'))
        assert done.returncode != 0
        expect_lines(log, mark, {FAILURE: tries, 'token refused: wrong-audience: ': tries,
                                 'no answer': 0})


# --- sudo -S --------------------------------------------------------------------------------------


@test_any_helper
def sudo_with_parts_on_standard_input(log):
    token_services()
    mark = log.mark()
    expect_root(sudo('-S', 'id', '-u', stdin=parts(mint_of_length(12000, service='sudo'))))
    log.wait('pam_jwt(sudo:auth): token accepted: user=alice', mark)
    expect_root(sudo('-S', '-i', 'id', '-u', stdin=parts(mint('sudo-i'))))
    log.wait('pam_jwt(sudo-i:auth): token accepted: user=alice', mark)
    done = sudo('-S', 'id', stdin=parts(tampered(mint('sudo'))))
    assert done.returncode != 0
    log.wait('pam_jwt(sudo:auth): token refused: bad-signature', mark)


@test
def a_second_token_for_sudo_is_a_second_try(log):
    token_services()
    mark = log.mark()
    expect_root(sudo('-S', 'id', '-u', stdin=parts(tampered(mint('sudo'))) + parts(mint('sudo'))))
    expect_lines(log, mark, {FAILURE: 1, 'token refused: bad-signature: ': 1, 'token accepted': 1})


@test
def sudo_with_a_token_at_its_own_prompt(log):
    """More than 511 bytes make sudo's conversation fail; the log says what helps."""
    token_services()
    mark = log.mark()
    done = sudo('-S', 'id', '-u', stdin=mint('sudo') + '\n')
    assert done.returncode != 0
    expect_lines(log, mark, {FAILURE: 0, 'token accepted': 0,
                             'no answer to prompt 1: Conversation error; ' + SUDO_HINT: 1})


@test
def sudo_whose_input_ends(log):
    """A conversation error, before the first part and between parts."""
    token_services()
    for stdin, prompt in (('', 1), (mint('sudo')[:500] + '\n', 2)):
        mark = log.mark()
        done = sudo('-S', 'id', stdin=stdin)
        assert done.returncode != 0
        expect_lines(log, mark, {FAILURE: 0, 'token accepted': 0, 'no answer': 1, SUDO_HINT: 1,
                                 f'no answer to prompt {prompt}: Conversation error; ': 1})


# --- su and pamtester -----------------------------------------------------------------------------


@test_any_helper
def su_with_parts(log):
    token_services()
    for arguments, service in ((('alice',), 'su'), (('-l', 'alice'), 'su-l')):
        mark = log.mark()
        done = su(*arguments, stdin=parts(mint_of_length(12000, service=service)))
        assert (done.returncode, done.stdout) == (0, 'alice\n'), done
        log.wait(f'pam_jwt({service}:auth): token accepted: user=alice', mark)
        done = su(*arguments, stdin=parts(tampered(mint(service))))
        assert done.returncode != 0 and 'Authentication failure' in done.stderr, done
        log.wait(f'pam_jwt({service}:auth): token refused: bad-signature', mark)


@test
def su_never_becomes_root_by_token(log):
    token_services()
    mark = log.mark()
    done = su('root', stdin=parts(mint('su', sub='root')))
    assert done.returncode != 0
    log.wait('pam_jwt(su:auth): token refused: user-not-allowed', mark)


@test
def su_whose_input_ends(log):
    """su gives no answer, and success with it. That is no empty password."""
    token_services()
    for stdin, prompt in (('', 1), (mint('su')[:500] + '\n', 2)):
        mark = log.mark()
        done = su('alice', stdin=stdin)
        assert done.returncode != 0 and not done.stdout, done
        expect_lines(log, mark, {FAILURE: 0, 'token': 0, 'no answer': 1,
                                 f'no answer to prompt {prompt}: Authentication failure': 1})


@test_any_helper
def a_whole_token_in_one_answer(log):
    """Up to 4095 bytes; if they are not the whole, they are known to be cut."""
    token_services()
    mark = log.mark()
    done = su('alice', stdin=mint_of_length(4095, service='su') + '\n')
    assert (done.returncode, done.stdout) == (0, 'alice\n'), done
    log.wait('pam_jwt(su:auth): token accepted: user=alice', mark)
    done = su('alice', stdin=mint_of_length(4096, service='su') + '\n')
    assert done.returncode != 0
    log.wait('pam_jwt(su:auth): token refused: truncated: 4095 bytes is the most that a terminal '
             'passes on: let pam-jwt-askpass answer, which sends a token in parts', mark)


@test_any_helper
def pamtester_with_long_tokens(log):
    pam_service('quick', 'nodelay')
    for length in (2000, 2499, 4500, LONGEST):
        mark = log.mark()
        token = mint_of_length(length, service='quick')
        assert authenticate(token, service='quick').returncode == 0
        log.wait('pam_jwt(quick:auth): token accepted: user=alice', mark)
        assert authenticate(tampered(token), service='quick').returncode != 0
        log.wait('pam_jwt(quick:auth): token refused: bad-signature', mark)
    mark = log.mark()
    token = mint_of_length(LONGEST + 1, service='quick')
    assert authenticate(token, service='quick').returncode != 0
    log.wait('pam_jwt(quick:auth): token refused: too-long', mark)


@test
def pamtester_whose_input_ends(log):
    pam_service('quick', 'nodelay')
    mark = log.mark()
    done = run('pamtester', 'quick', 'alice', 'authenticate')
    assert done.returncode != 0 and 'Authentication failure' in done.stderr, done
    expect_lines(log, mark, {FAILURE: 0, 'no answer to prompt 1: Authentication failure': 1})
