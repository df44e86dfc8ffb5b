# SPDX-License-Identifier: BSD-3-Clause
"""fail2ban reads what real logins have logged."""
import concurrent.futures
import functools
import ipaddress
import pathlib
import random
import re
import shutil
import subprocess
import time

from registry import test
import world
from world import mint, must, run, tampered, token_id

FOLDER = world.PKI.parents[2] / 'conf' / 'fail2ban'
FILTER = 'pam_jwt'
GENERIC = 'pam-generic[__pam_auth=pam_jwt]'
VICTIM = '192.0.2.66'
FORGED = f'authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost={VICTIM}  user=y'
# Sends the parts of whatever is in the file, as a client does that knows nothing of tokens.
BLIND = r'''
case $1 in
*'Password or JWT: ') part=1 ;;
*'JWT part '*': ') part=${1##*part }; part=${part%%:*} ;;
*) exit 1 ;;
esac
head -n 1 "$BEARER_TOKEN_FILE" | tr -d '\n' | tail -c +$(((part - 1) * 500 + 1)) | head -c 500
'''


@functools.cache
def install():
    for folder in ('filter.d', 'jail.d'):
        shutil.copy(FOLDER / folder / 'pam_jwt.conf', f'/etc/fail2ban/{folder}')


def as_in_a_file(line):
    """A line of /dev/log as rsyslog writes it: with a time and the host, on one line."""
    when, text = re.fullmatch(r'(?:<\d+>)?(\w{3} [ \d]\d [\d:]{8} )?(.*)', line,
                              re.DOTALL).groups()
    text = re.sub(r'[\0-\x1f]', lambda byte: f'#{ord(byte[0]):03o}', text)
    return f'{when or time.strftime("%b %e %T ")}{world.HOST} {text}'


def log_file(lines):
    path = pathlib.Path(f'/run/log.{random.randrange(10 ** 12)}')
    path.write_text(''.join(f'{line}\n' for line in lines), encoding='utf-8')
    return str(path)


def matched(lines, fail2ban_filter):
    """The lines that the filter takes for failures, and the addresses that it counts them for."""
    install()
    path = log_file(lines)
    text = must('fail2ban-regex', '--usedns=no', '--print-all-matched', path, fail2ban_filter)
    found = re.findall(r'^\|  (.*)$', text.partition('Matched line(s):')[2].partition('`-')[0],
                       re.MULTILINE)
    assert f'Lines: {len(lines)} lines' in text and f' {len(found)} matched' in text, text
    return found, must('fail2ban-regex', '--usedns=no', '--out=ip', path, fail2ban_filter).split()


def expect_matches(lines, expected):
    """By the filter that is ours, and by the one that every fail2ban has."""
    for fail2ban_filter in (FILTER, GENERIC):
        found, addresses = matched(lines, fail2ban_filter)
        assert found == expected, (fail2ban_filter, found, expected)
        assert addresses == ['127.0.0.1'] * len(expected), (fail2ban_filter, addresses)


def failures(lines):
    """Told from all others by what stands behind the program's name."""
    prefix = rf'\w{{3}} [ \d]\d [\d:]{{8}} {world.HOST} [\w-]+(\[\d+\])?: pam_jwt\(sshd:auth\): '
    return [line for line in lines if re.match(prefix + 'authentication failure; ', line)]


def lines_since(log, mark):
    return [as_in_a_file(line) for line in log.since(mark)]


def attempt(sshd, token, askpass=None):
    done, _, _ = sshd.login('alice', token, 'id', askpass=askpass)
    return done.returncode == 0


def every_kind_of_login(sshd):
    """What was sent in vain as a token."""
    now = int(time.time())
    blind = sshd.askpass_script(BLIND)
    whole = sshd.askpass_script('head -n 1 "$BEARER_TOKEN_FILE"')
    refused = [(tampered(mint()), None), (mint(sub='bob'), None), (mint('sudo'), blind),
               (mint(exp=str(now - 3600)), blind), (mint(nbf=str(now + 3600)), blind),
               (mint(iss='https://other.example'), blind), (mint()[:1023], whole),
               (mint()[:1700], blind)]
    others = [('correct horse', blind), ('x' * 1200, blind)]
    assert attempt(sshd, mint())
    with concurrent.futures.ThreadPoolExecutor(5) as pool:
        assert not any(pool.map(lambda one: attempt(sshd, *one), refused + others))
    assert not sshd.login('mallory', mint(sub='mallory'), 'id')[0].returncode == 0
    return [token for token, _ in refused]


@test
def fail2ban_counts_refused_tokens_alone(log):
    """Among logins of every kind, and the lines of sshd. An error of the host's own is no failure."""
    mark = log.mark()
    with world.Sshd(log) as sshd:
        refused = every_kind_of_login(sshd)
        config = pathlib.Path('/etc/pam_jwt/pam_jwt.conf')
        config.chmod(0o666)
        try:
            assert not attempt(sshd, mint())
        finally:
            config.chmod(0o644)
    log.wait('token not judged: config-error: ', mark)
    lines = lines_since(log, mark)
    for text in ('token accepted', 'token refused: expired', 'token refused: truncated',
                 'the answer is no token', 'Invalid user mallory'):
        assert any(text in line for line in lines), (text, lines)
    expected = failures(lines)
    for token in refused:
        assert sum(token_id(token) in line for line in lines) == 1, (token_id(token), lines)
    assert len(expected) == len(refused), expected
    expect_matches(lines, expected)


@test
def fail2ban_counts_an_expired_token_once(log):
    """So does its own filter for sshd."""
    mark = log.mark()
    with world.Sshd(log) as sshd:
        token = mint(exp=str(int(time.time()) - 3600))
        assert not attempt(sshd, token, sshd.askpass_script(BLIND))
    assert 'token refused: expired: ' in log.wait(token_id(token), mark)
    log.wait('[preauth]', mark)
    lines = lines_since(log, mark)
    expected = failures(lines)
    assert len(expected) == 1, expected
    expect_matches(lines, expected)
    assert matched(lines, 'sshd')[1] == ['127.0.0.1'], lines


def login_by_any_name(sshd, name, token):
    """ssh takes such names from a file only."""
    config = pathlib.Path(sshd.directory, f'config.{random.randrange(10 ** 12)}')
    config.write_text(f'User "{name}"\n', encoding='ascii')
    options = [word for word in sshd.options if word not in ('-F', 'none')]
    done, _, _ = sshd.client('ssh', '-F', str(config), *options, '127.0.0.1', 'id', token=token,
                             askpass=sshd.askpass_script(BLIND))
    assert done.returncode != 0


def attacks(log, sshd):
    """Names and claims that look like a failure from another address."""
    user = f'x rhost={VICTIM}  user=y'
    with open('/etc/passwd', 'a', encoding='ascii') as file:
        file.write(f'{user}:*:2001:2001::/:/bin/sh\n')
    line = f'Nov 24 17:00:00 {world.HOST} sshd[1]: pam_jwt(sshd:auth): {FORGED}'
    login_by_any_name(sshd, user, tampered(mint()))
    for name in (FORGED, f'rhost={VICTIM}'):
        login_by_any_name(sshd, name, mint())
    for text in (FORGED, line, f'x\\n{line}', f'x\\r\\n{line}\\n', f'\\u0085{line}'):
        claim = f'"{text}"'
        for changes in ({'sub': claim}, {'aud': claim}, {'iss': claim}):
            world.authenticate(mint(**changes), service='quick')
    for item in (f'rhost={VICTIM}  user=y', f'ruser=x rhost={VICTIM}',
                 f'tty=ssh ruser= rhost={VICTIM} '):
        run('pamtester', '-I', item, 'quick', 'alice', 'authenticate',
            stdin=world.parts(tampered(mint())))
    log.wait(r'user=x\x20rhost=', 0)


@test
def fail2ban_bans_nobody_whom_an_attacker_names(log):
    """Nor a name instead of an address."""
    world.pam_service('quick', 'nodelay')
    mark = log.mark()
    with world.Sshd(log, 'MaxAuthTries 1') as sshd:
        attacks(log, sshd)
    lines = lines_since(log, mark)
    assert sum(VICTIM in line for line in lines) > 15, lines
    found, addresses = matched(lines, FILTER)
    assert addresses == ['127.0.0.1'], (addresses, found)
    assert found[0].endswith(rf' user=x\x20rhost={VICTIM}\x20\x20user=y'), found
    assert VICTIM not in matched(lines, GENERIC)[1]
    mark = log.mark()
    for rhost in ('2001:db8::1', 'victim.example'):
        run('pamtester', '-I', f'rhost={rhost}', 'quick', 'alice', 'authenticate',
            stdin=world.parts(tampered(mint())))
    assert matched(lines_since(log, mark), FILTER)[1] == ['2001:db8::1']


@test
def fail2ban_reads_the_facility_and_other_forms_of_the_log(log):
    """The filter's journalmatch names authpriv; rsyslog may write times as in RFC 3339."""
    world.pam_service('quick', 'nodelay')
    mark = log.mark()
    run('pamtester', '-I', 'rhost=127.0.0.1', 'quick', 'alice', 'authenticate',
        stdin=world.parts(tampered(mint())))
    line = log.wait('authentication failure;', mark)
    assert int(line[1:line.index('>')]) // 8 == 10, line
    message = as_in_a_file(line)[len('Nov 24 17:00:00 '):]
    modern = f'2026-01-02T03:04:05.678901+00:00 {message}'
    assert matched([modern], FILTER) == ([modern], ['127.0.0.1'])


def is_address(text):
    try:
        return bool(ipaddress.ip_address(text))
    except ValueError:
        return False


@test
def fail2ban_reads_the_log_of_all_tests_before(log):
    """Of whatever services they were."""
    lines = lines_since(log, 0)
    prefix = re.compile(r'.{15} \S+ [^\s:]+: pam_jwt\([\w-]+:auth\): authentication failure; ')
    failed = [line for line in lines if prefix.match(line)]
    addresses = [re.split(' rhost=|  user=', line)[1] for line in failed]
    found, counted = matched(lines, FILTER)
    assert found == [line for line, address in zip(failed, addresses) if is_address(address)]
    assert counted == [address for address in addresses if is_address(address)]


JAIL_LOCAL = """\
[DEFAULT]
banaction_allports = note
syslog_authpriv = {path}
syslog_backend = polling
ignoreself = false
maxretry = 3
[sshd]
enabled = false
[pam_jwt]
enabled = true
"""


@test
def the_jail_bans(log):
    """fail2ban itself, with the example; in place of a firewall it tells the log."""
    install()
    world.pam_service('quick', 'nodelay')
    mark = log.mark()
    for rhost in ('192.0.2.1', '192.0.2.2', '192.0.2.2', '192.0.2.2'):
        run('pamtester', '-I', f'rhost={rhost}', 'quick', 'alice', 'authenticate',
            stdin=world.parts(tampered(mint())))
    etc = pathlib.Path('/etc/fail2ban')
    assert "'pam_jwt'" not in must('fail2ban-client', '-d'), 'the example is off'
    (etc / 'action.d' / 'note.conf').write_text(
        '[Definition]\nactionban = logger -p auth.info banned: <ip>\n', encoding='ascii')
    (etc / 'fail2ban.local').write_text('[Definition]\ndbfile = None\n', encoding='ascii')
    (etc / 'jail.local').write_text(JAIL_LOCAL.format(path=log_file(lines_since(log, mark))),
                                    encoding='ascii')
    with subprocess.Popen(['fail2ban-server', '-f', '-s', '/run/fail2ban.sock', '-p',
                           '/run/fail2ban.pid', '--logtarget', 'SYSOUT'],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            assert log.wait('banned: ', mark).endswith('banned: 192.0.2.2')
        finally:
            server.terminate()
            server.wait(60)
    assert len([line for line in log.since(mark) if 'banned: ' in line]) == 1
