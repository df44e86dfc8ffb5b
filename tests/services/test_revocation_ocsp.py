# SPDX-License-Identifier: BSD-3-Clause
"""OCSP responses that are wrong in one point each, from a server of our own."""
import time

import ocsp_bytes
from ocsp_bytes import Single, response
from registry import test_any_helper
from revocation import (AUTH_ERR, GOOD, REVOKED, UNAVAILABLE, case, configuration, expect, refresh)


def answer(made, *singles, signer=None, **options):
    """The lines of the configuration for a responder that says this, about `plain` if nothing else is
    said."""
    singles = [Single(made.plain.der(), made.issuing.der(), **one) if isinstance(one, dict) else one
               for one in singles]
    made.serve('ocsp', response(signer or made.issuing, *singles, **options))
    return made.plain, f'ocsp_responder = {made.server.url("ocsp")}'


def raw(made, data):
    return made.plain, f'ocsp_responder = {made.serve("ocsp", data)}'


# --- what must be found good or revoked, so that the others are refused for their own reason ------


@case(GOOD, good_by='ocsp')
def a_response_as_it_should_be(made):
    return answer(made, {})


@case(REVOKED, 'certificate 0: ')
def a_response_that_says_revoked(made):
    return answer(made, {'status': ocsp_bytes.revoked(time.time() - 3600)})


@case(REVOKED, 'certificate 0: ')
def revoked_in_a_response_that_has_expired(made):
    """It stays final."""
    return answer(made, {'status': ocsp_bytes.revoked(time.time() - 9000), 'since': -7200,
                         'until': -3600})


# --- times ----------------------------------------------------------------------------------------


@case(UNAVAILABLE, 'nextUpdate passed 36')
def a_response_that_has_expired(made):
    return answer(made, {'since': -7200, 'until': -3600})


@case(UNAVAILABLE, 'OCSP response: thisUpdate is 3')
def a_response_of_the_future(made):
    return answer(made, {'since': 3600, 'until': 7200})


# --- keys -----------------------------------------------------------------------------------------


@case(UNAVAILABLE, 'no extendedKeyUsage OCSPSigning')
def a_response_signed_by_the_certificate_itself(made):
    return answer(made, {}, signer=made.plain, with_certificate=True)


@case(UNAVAILABLE, "by the issuer's key: ")
def a_response_whose_signature_is_changed(made):
    good = response(made.issuing, Single(made.plain.der(), made.issuing.der()))
    return raw(made, good[:-1] + bytes([good[-1] ^ 1]))


@case(UNAVAILABLE, "is a CA's, but not the issuer's (http")
def a_response_by_the_root(made):
    """It may certify the issuing CA, and has no say about what that one issues."""
    return answer(made, {}, signer=made.root, with_certificate=True)


# --- whom it is about -----------------------------------------------------------------------------


@case(UNAVAILABLE, 'found 1 for others')
def another_serial_number(made):
    return answer(made, Single(made.other.der(), made.issuing.der()))


@case(UNAVAILABLE, "by the issuer's key: ")
def the_same_name_and_number_under_another_key(made):
    """By the CA that has the name of ours, about a certificate with the number of ours."""
    return answer(made, Single(made.plain.der(), made.twin.der()), signer=made.twin)


@case(UNAVAILABLE, 'found 1 for others')
def the_key_of_another_ca(made):
    """Signed as it should be, but about a certificate of the other CA of that name."""
    return answer(made, {'key_of': made.twin.der()})


@case(GOOD, good_by='ocsp')
def several_answers_in_one_response(made):
    return answer(made, Single(made.other.der(), made.issuing.der(),
                               ocsp_bytes.revoked(time.time() - 3600)), {})


@case(UNAVAILABLE, 'found 2 for others')
def several_answers_none_of_which_is_ours(made):
    return answer(made, Single(made.other.der(), made.issuing.der()),
                  Single(made.asking.der(), made.issuing.der()))


@case(REVOKED, 'certificate 0: ')
def good_beside_revoked(made):
    return answer(made, {}, {'status': ocsp_bytes.revoked(time.time() - 3600)})


@case(REVOKED, 'certificate 0: ')
def revoked_beside_good(made):
    return answer(made, {'status': ocsp_bytes.revoked(time.time() - 3600)}, {})


# --- an older answer in place of a newer one ------------------------------------------------------


@test_any_helper
def an_older_response_does_not_replace_a_newer_one(log):
    """It is genuine, and would still be valid; the certificate was revoked after it was made."""
    with configuration() as made:
        signer, line = answer(made, {'status': ocsp_bytes.revoked(time.time() - 300), 'since': -200})
        made.configure('require', line)
        expect(log, signer.mint(), AUTH_ERR, 'token refused: revoked: ')
        answer(made, {'since': -600})
        done = refresh()
        assert (done.returncode, done.stdout) == (1, ''), done
        assert made.server.url('ocsp') in done.stderr and 'older' in done.stderr, done.stderr
        expect(log, signer.mint(), AUTH_ERR, 'token refused: revoked: ')


# --- no answer ------------------------------------------------------------------------------------


@case(UNAVAILABLE, 'expected successful, found tryLater')
def try_later(made):
    return raw(made, ocsp_bytes.failure(3))


@case(UNAVAILABLE, 'expected successful, found unauthorized')
def unauthorized(made):
    return raw(made, ocsp_bytes.failure(6))


@case(UNAVAILABLE, 'OCSPResponse is missing or malformed')
def garbage(made):
    return raw(made, bytes(range(256)) * 8)


@case(UNAVAILABLE, 'found text/html')
def a_page_that_asks_for_a_login(made):
    def page(handler):
        handler.begin(kind='text/html')
        handler.wfile.write(b'<!DOCTYPE html><title>Welcome to our network</title>')
    return raw(made, page)


@case(UNAVAILABLE, 'found an empty one')
def nothing_at_all(made):
    return raw(made, b'')


@case(UNAVAILABLE, 'OCSPResponse is missing or malformed')
def a_response_with_bytes_behind_it(made):
    return raw(made, response(made.issuing, Single(made.plain.der(), made.issuing.der())) + b'\0')
