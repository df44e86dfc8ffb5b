# SPDX-License-Identifier: BSD-3-Clause
"""CRLs and OCSP responses of real programs."""
import json
import time

from registry import test
import revocation
from revocation import (GOOD, REVOKED, SUCCESS, UNAVAILABLE, UNKNOWN, case, configuration, expect,
                        explain, refresh)
import responders
import world

DELEGATE = 'keyUsage = critical, digitalSignature\nextendedKeyUsage = OCSPSigning\n'
NO_CHECK = 'noCheck = ignored\n'


def ask_responder(made, signer=None, authority=None, arguments=()):
    """`openssl ocsp` answers, for as long as the test runs: the lines of the configuration."""
    port = responders.free_port()
    made.running.enter_context(responders.openssl_ocsp(port, authority or made.issuing, *arguments,
                                                       signer=signer))
    return f'ocsp_responder = http://{responders.ADDRESS}:{port}/'


# --- openssl ocsp ---------------------------------------------------------------------------------


@case(GOOD, good_by='ocsp')
def a_good_certificate(made):
    return made.plain, ask_responder(made)


@case(GOOD, good_by='ocsp')
def the_responder_that_the_certificate_names(made):
    made.running.enter_context(made.responder())
    return (made.asking,)


@case(REVOKED, 'certificate 0: ')
def a_revoked_certificate(made):
    victim = made.signer('victim')
    made.issuing.revoke(victim)
    return victim, ask_responder(made)


@case(UNKNOWN, 'the responder does not know the certificate')
def a_certificate_that_the_responder_does_not_know(made):
    empty = made.write('empty', b'')
    return made.plain, ask_responder(made, arguments=('-nmin', '60', '-index', str(empty)))


@case(UNAVAILABLE, 'no extendedKeyUsage OCSPSigning')
def a_response_by_the_wrong_key(made):
    """That of another certificate of the same CA."""
    return made.plain, ask_responder(made, signer=made.other)


@case(UNAVAILABLE, "is a CA's, but not the issuer's (http")
def the_responder_of_another_ca(made):
    """Under the same root; it knows the certificate's serial number."""
    return made.plain, ask_responder(made, authority=made.stranger)


@case(GOOD, good_by='ocsp')
def a_delegate(made):
    return made.plain, ask_responder(made, made.issuing.issue('delegate', '/CN=Delegate',
                                                              DELEGATE + NO_CHECK))


@case(UNAVAILABLE, 'no extendedKeyUsage OCSPSigning')
def a_delegate_without_ocsp_signing(made):
    return made.plain, ask_responder(made, made.issuing.issue(
        'usual', '/CN=Delegate', NO_CHECK + 'extendedKeyUsage = clientAuth\n'))


@case(UNAVAILABLE, 'no id-pkix-ocsp-nocheck, and no status of its own')
def a_revoked_delegate(made):
    """It is not marked no-check, and has no good status of its own."""
    delegate = made.issuing.issue('withdrawn', '/CN=Withdrawn', DELEGATE)
    made.issuing.revoke(delegate)
    return made.plain, ask_responder(made, delegate)


@case(UNAVAILABLE, 'was issued by another CA')
def a_delegate_of_another_ca(made):
    return made.plain, ask_responder(made, made.stranger.issue('delegate', '/CN=Delegate',
                                                               DELEGATE + NO_CHECK))


# --- cfssl ----------------------------------------------------------------------------------------


def ask_cfssl(made, status):
    delegate = made.issuing.issue('cfssl', '/CN=cfssl', DELEGATE + NO_CHECK)
    port = responders.free_port()
    made.running.enter_context(responders.cfssl_ocspserve(
        port, revocation.FOLDER,
        responders.cfssl_answer(made.issuing, delegate, made.plain, status)))
    return f'ocsp_responder = http://{responders.ADDRESS}:{port}'


@case(GOOD, good_by='ocsp')
def cfssl_says_good(made):
    return made.plain, ask_cfssl(made, 'good')


@case(REVOKED, 'certificate 0: ')
def cfssl_says_revoked(made):
    return made.plain, ask_cfssl(made, 'revoked')


@case(UNAVAILABLE, 'expected successful, found unauthorized')
def cfssl_has_no_answer(made):
    """It says so without a signature: unauthorized."""
    return made.other, ask_cfssl(made, 'good')


# --- logins ---------------------------------------------------------------------------------------

NO_STATUS = {(): (2, 'undecided', 'revocation-unavailable'),
             ('--offline',): (1, 'refused', 'revocation-unknown')}


def explained(token, *arguments):
    code, text = explain(token, *arguments)
    found = json.loads(text)
    return code, found['verdict'], found['reason']


@test
def a_revoked_signer_is_out_within_one_refresh(log):
    """Over ssh. What the login before has left in the cache says good; a refresh replaces it."""
    with configuration() as made, world.quick_sshd(log) as sshd:
        made.configure('require')
        leaver = made.signer('leaver', made.asks)
        with made.responder():
            mark = log.mark()
            done, _, _ = sshd.login('alice', leaver.mint('sshd'), 'id -un')
            assert done.stdout == 'alice\n', done.stderr
            log.wait('pam_jwt(sshd:auth): token accepted: user=alice ', mark)
        made.issuing.revoke(leaver)
        with made.responder():
            done = refresh()
            assert (done.returncode, done.stdout, done.stderr) == (0, '', ''), done
        mark = log.mark()
        done, _, _ = sshd.login('alice', leaver.mint('sshd'), 'id')
        assert (done.returncode, done.stdout) == (255, ''), done.stdout
        log.wait('pam_jwt(sshd:auth): token refused: revoked: certificate 0: ', mark)


@test
def logins_go_on_without_the_responder_until_next_update(log):
    """Over ssh, and with the clock of explain. The responder's answers are good for an hour."""
    with configuration() as made, world.quick_sshd(log) as sshd:
        made.configure('require')
        token = made.asking.mint('sshd', exp=str(int(time.time()) + 86400))
        with made.responder():
            expect(log, made.asking.mint(), SUCCESS, ' revocation=ocsp ')
        answered = time.time()
        mark = log.mark()
        done, _, _ = sshd.login('alice', token, 'id -un')
        assert done.stdout == 'alice\n', done.stderr
        log.wait(' revocation=ocsp ', mark)
        for offline in ((), ('--offline',)):
            for seconds, expected in ((3500, (0, 'accepted', None)), (3700, NO_STATUS[offline])):
                found = explained(token, '--service', 'sshd', '--at', str(int(answered + seconds)),
                                  *offline)
                assert found == expected, (offline, seconds, found)
