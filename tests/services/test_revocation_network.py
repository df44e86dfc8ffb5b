# SPDX-License-Identifier: BSD-3-Clause
"""What the network does to a login, and when a login leaves it alone."""
import concurrent.futures
import contextlib
import json
import os
import pathlib
import time

from local import AS_NOBODY
from registry import test, test_any_helper
import ocsp_bytes
import responders
from revocation import (AUTH_ERR, AUTHINFO_UNAVAIL, CACHE, GOOD, SERVICE, SUCCESS, UNAVAILABLE, case,
                        configuration, entries, expect, forget)
from world import authenticate, must, parts, run, tampered


def ask(made, answer):
    return made.plain, f'ocsp_responder = {made.serve("ocsp", answer)}'


def good(made):
    return ocsp_bytes.response(made.issuing, ocsp_bytes.Single(made.plain.der(), made.issuing.der()))


# --- servers that misbehave -----------------------------------------------------------------------


@case(UNAVAILABLE, 'expected at most 65536 bytes, found more')
def a_body_of_a_gigabyte(made):
    return ask(made, responders.endless)


@case(UNAVAILABLE, 'expected at most 65536 bytes, found more')
def a_body_without_end(made):
    return ask(made, responders.endless_and_unsaid)


@case(UNAVAILABLE, 'no complete answer in time')
def a_byte_a_second(made):
    return ask(made, responders.drip)


@case(UNAVAILABLE, 'Connection refused')
def connection_refused(made):
    return made.plain, f'ocsp_responder = http://{responders.ADDRESS}:{responders.free_port()}/'


@case(UNAVAILABLE, 'expected HTTP status 200, found 503')
def an_error_of_the_server(made):
    return ask(made, lambda handler: handler.send_error(503))


@case(UNAVAILABLE, 'bytes, found more')
def a_list_without_end(made):
    return made.plain, f'crl_urls = {made.serve("list", responders.endless_and_unsaid)}'


# --- redirects ------------------------------------------------------------------------------------


@case(GOOD, good_by='crl')
def a_redirect(made):
    url = made.serve('list', made.issuing.crl())
    return made.plain, f'crl_urls = {made.serve("moved", responders.redirect(url))}'


@case(UNAVAILABLE, 'expected at most 2 redirects, found more')
def a_redirect_loop(made):
    url = made.server.url('loop')
    made.serve('loop', responders.redirect(url))
    return made.plain, f'crl_urls = {url}'


@case(UNAVAILABLE, 'it redirects to 127.0.0.2, which is not in fetch_hosts')
def a_redirect_to_another_address(made):
    """Which has the list; it is on loopback, too, but not in fetch_hosts."""
    url = made.serve('list', made.issuing.crl()).replace(responders.ADDRESS, '127.0.0.2')
    return made.plain, f'crl_urls = {made.serve("away", responders.redirect(url))}'


@case(UNAVAILABLE, 'expected http or https, found file')
def a_redirect_to_a_file(made):
    url = f'file://{made.write("list", made.issuing.crl())}'
    return made.plain, f'crl_urls = {made.serve("file", responders.redirect(url))}'


@case(UNAVAILABLE, 'its address 127.0.0.1 is special')
def an_address_that_is_not_in_fetch_hosts(made):
    """The configured URL itself leads to loopback."""
    signer, line = ask(made, good(made))
    return signer, line, 'fetch_hosts = 192.0.2.1'


# --- a responder that recovers --------------------------------------------------------------------


@test_any_helper
def a_responder_that_recovers(log):
    """A failure is remembered for a minute, so that a responder which is down does not cost every
    login its time; the files of the cache are made older instead of waiting."""
    with configuration() as made:
        signer, line = ask(made, lambda handler: handler.send_error(503))
        made.configure('require', line)
        made.server.asked.clear()
        expect(log, signer.mint(), AUTHINFO_UNAVAIL, 'revocation-unavailable')
        asked = len(made.server.asked)
        assert asked > 0 and len(entries('.failed')) > 0
        ask(made, good(made))
        expect(log, signer.mint(), AUTHINFO_UNAVAIL, 'revocation-unavailable')
        assert len(made.server.asked) == asked, made.server.asked
        for mark in entries('.failed'):
            os.utime(mark, (time.time() - 61, time.time() - 61))
        expect(log, signer.mint(), SUCCESS, ' revocation=ocsp ')
        assert not entries('.failed') and len(entries('.ocsp')) == 1


# --- hosts ----------------------------------------------------------------------------------------


@test
def a_host_that_does_not_run_as_root_reads_the_cache_and_fetches_nothing(log):
    with configuration() as made:
        signer, line = ask(made, good(made))
        made.configure('require', line)
        made.server.asked.clear()
        expect(log, signer.mint(), AUTH_ERR, 'token refused: revocation-unknown: ', prefix=AS_NOBODY)
        assert not made.server.asked
        expect(log, signer.mint(), SUCCESS, ' revocation=ocsp ')
        expect(log, signer.mint(), SUCCESS, ' revocation=ocsp ', prefix=AS_NOBODY)
        assert len(made.server.asked) == 1, made.server.asked


@test
def logins_at_the_same_time(log):
    """Each gets its answer, and the cache one entry, whole."""
    with configuration() as made, concurrent.futures.ThreadPoolExecutor(8) as pool:
        signer, line = ask(made, good(made))
        made.configure('require', line)
        tokens = [signer.mint() for _ in range(8)]
        for done in pool.map(lambda token: authenticate(token, service=SERVICE), tokens):
            assert done.returncode == 0, done.stderr
        assert [file.suffix for file in CACHE.iterdir() if file.name != '.lock'] == ['.ocsp']
        made.serve('ocsp', b'')
        expect(log, signer.mint(), SUCCESS, ' revocation=ocsp ')


@contextlib.contextmanager
def mounted(*arguments):
    must('mount', *arguments, str(CACHE))
    try:
        yield
    finally:
        must('umount', str(CACHE))


@test
def a_cache_that_cannot_be_written(log):
    """Its disk is read-only, or full: logins go on, and ask each time."""
    for options in ('ro', 'size=4k,nr_inodes=1'):
        with configuration() as made, mounted('-t', 'tmpfs', '-o', f'mode=755,{options}', 'tmpfs'):
            signer, line = ask(made, good(made))
            made.configure('require', line)
            made.server.asked.clear()
            for count in (1, 2):
                expect(log, signer.mint(), SUCCESS, ' revocation=ocsp ')
                assert len(made.server.asked) == count, made.server.asked


# --- no network -----------------------------------------------------------------------------------


def packets(log, token, returned, said):
    """One login in a network namespace of its own, where only loopback is: what it sent there."""
    mark = log.mark()
    done = run('unshare', '--net', 'python3', '-B',
               str(pathlib.Path(__file__).with_name('in_namespace.py')), 'pamtester', SERVICE,
               'alice', 'authenticate', stdin=parts(token))
    assert returned in done.stdout + done.stderr, done.stdout + done.stderr
    log.wait(f'pam_jwt({SERVICE}:auth): token {said}', mark)
    return json.loads(done.stdout.splitlines()[-1])


@test
def a_login_with_everything_cached_makes_no_network_call(log):
    """With nothing cached it does, so the counters count."""
    with configuration() as made:
        signer, line = ask(made, good(made))
        made.configure('require', line)
        expect(log, signer.mint(), SUCCESS, ' revocation=ocsp ')
        sent = packets(log, signer.mint(), SUCCESS, 'accepted: ')
        assert not any(sent.values()), sent
        forget()
        sent = packets(log, signer.mint(), AUTHINFO_UNAVAIL, 'not judged: revocation-unavailable: ')
        assert sent['Tcp.ActiveOpens'] > 0 and sent['Ip.OutRequests'] > 0, sent


@test
def garbage_beside_a_genuine_chain_makes_no_network_call(log):
    """Nothing of the chain is cached; whatever else is wrong with the token is found before anybody
    is asked."""
    with configuration() as made:
        signer, line = ask(made, good(made))
        made.configure('require', line)
        made.server.asked.clear()
        genuine, now = signer.mint(), int(time.time())
        head, claims, _ = genuine.split('.')
        for token, reason in (
                (tampered(genuine), 'bad-signature'), (f'{head}.{claims}.AAAA', 'bad-signature'),
                (f'{head}.AAAA.AAAA', 'bad-'), (signer.mint(exp=str(now - 3600)), 'expired'),
                (signer.mint(aud='pam://elsewhere/sshd'), 'wrong-audience'),
                (signer.mint(sub='bob'), 'user-mismatch')):
            sent = packets(log, token, AUTH_ERR, f'refused: {reason}')
            assert not any(sent.values()), (reason, sent)
        assert not made.server.asked and not list(entries(''))
