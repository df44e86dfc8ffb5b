# SPDX-License-Identifier: BSD-3-Clause
"""CRLs that `openssl ca` makes and nginx serves."""
import contextlib

from registry import test_any_helper
import responders
import revocation
from revocation import (AUTH_ERR, GOOD, REVOKED, SUCCESS, UNAVAILABLE, case, configuration, expect,
                        refresh)

OURS, THEIRS = 'fullname = URI:{}\n', 'fullname = URI:http://127.0.0.1/other.crl\n'


def point(*names):
    """issuingDistributionPoint, as it stands behind the section [crl]."""
    return 'issuingDistributionPoint = critical, @point\n[point]\n' + ''.join(names)


def serve(made, data):
    """At the place that `listed` names, and that the configuration may name for others."""
    made.running.enter_context(responders.nginx(made.nginx_port, revocation.FOLDER / 'nginx'))
    (made.served / 'issuing.crl').write_bytes(data)


def for_listed(made, data):
    serve(made, data)
    return (made.listed,)


def for_plain(made, data):
    serve(made, data)
    return made.plain, f'crl_urls = {made.list_url}'


# --- good and revoked -----------------------------------------------------------------------------


@case(GOOD, good_by='crl')
def a_list_where_the_certificate_says(made):
    return for_listed(made, made.issuing.crl())


@case(GOOD, good_by='crl')
def a_list_where_the_configuration_says(made):
    return for_plain(made, made.issuing.crl())


@case(REVOKED, 'certificate 0: ')
def a_list_with_the_certificate(made):
    victim = made.signer('in-the-list', made.names_list)
    made.issuing.revoke(victim)
    serve(made, made.issuing.crl())
    return (victim,)


@case(REVOKED, 'certificate 0: ')
def a_list_that_has_expired_with_the_certificate(made):
    """Revoked stays revoked."""
    victim = made.signer('long-in-the-list', made.names_list)
    made.issuing.revoke(victim)
    serve(made, made.issuing.crl(since=-7200, until=-3600))
    return (victim,)


@case(REVOKED, 'certificate 1: ')
def a_revoked_intermediate(made):
    """The signer's own status is good."""
    withdrawn = made.authority('withdrawn', '/CN=Withdrawn')
    made.root.revoke(withdrawn)
    victim = made.signer('below-withdrawn', above=withdrawn)
    lists = [made.write('root.crl', made.root.crl()),
             made.write('withdrawn.crl', withdrawn.crl())]
    return victim, f'crl_files = {lists[0]}, {lists[1]}', 'fetch = none'


# --- lists that do not count ----------------------------------------------------------------------


@case(UNAVAILABLE, 'CRL: ECDSA-SHA256: ')
def a_forged_list(made):
    data = made.issuing.crl()
    return for_listed(made, data[:-1] + bytes([data[-1] ^ 1]))


@case(UNAVAILABLE, ': expired')
def a_list_that_has_expired(made):
    return for_listed(made, made.issuing.crl(since=-7200, until=-3600))


@case(UNAVAILABLE, ': not yet valid')
def a_list_of_the_future(made):
    return for_listed(made, made.issuing.crl(since=3600, until=7200))


@case(UNAVAILABLE, "expected the name of the certificate's issuer")
def a_list_of_another_ca(made):
    return for_listed(made, made.stranger.crl())


@case(UNAVAILABLE, 'signature verification has failed')
def a_list_of_a_ca_of_the_same_name(made):
    return for_listed(made, made.twin.crl())


@case(UNAVAILABLE, 'found a delta CRL')
def a_delta_list(made):
    return for_listed(made, made.issuing.crl(extensions='2.5.29.27 = critical, DER:020101\n'))


@case(UNAVAILABLE, 'found an indirect CRL')
def an_indirect_list(made):
    return for_listed(made, made.issuing.crl(extensions=point('indirectCRL = TRUE\n')))


@case(UNAVAILABLE, 'a critical extension that is not known')
def an_extension_that_nobody_knows(made):
    return for_listed(made, made.issuing.crl(extensions='1.2.3.4 = critical, DER:0500\n'))


@case(UNAVAILABLE, 'expected HTTP status 200, found 404')
def no_such_file(made):
    serve(made, b'')
    (made.served / 'issuing.crl').unlink()
    return (made.listed,)


# --- scope ----------------------------------------------------------------------------------------


@case(GOOD, good_by='crl')
def a_list_of_the_point_that_the_certificate_names(made):
    return for_listed(made, made.issuing.crl(extensions=point(OURS.format(made.list_url))))


@case(GOOD, good_by='crl')
def a_list_of_users_only(made):
    return for_listed(made, made.issuing.crl(
        extensions=point(OURS.format(made.list_url), 'onlyuser = TRUE\n')))


@case(UNAVAILABLE, "among the certificate's cRLDistributionPoints, found none")
def a_list_of_another_point(made):
    return for_listed(made, made.issuing.crl(extensions=point(THEIRS)))


@case(UNAVAILABLE, 'it is about CAs only')
def a_list_of_cas_only(made):
    return for_listed(made, made.issuing.crl(
        extensions=point(OURS.format(made.list_url), 'onlyCA = TRUE\n')))


@case(UNAVAILABLE, 'some reasons of revocation only')
def a_list_of_some_reasons_only(made):
    return for_listed(made, made.issuing.crl(
        extensions=point(OURS.format(made.list_url), 'onlysomereasons = keyCompromise\n')))


# --- an older answer in place of a newer one ------------------------------------------------------


@contextlib.contextmanager
def lists():
    with configuration() as made:
        made.configure('require')
        yield made


@test_any_helper
def an_older_list_does_not_replace_a_newer_one(log):
    """Genuine and valid, but from before the revocation: by its time, or by its number alone."""
    for name, older in (('by-time', {'since': -600, 'number': 0x10}),
                        ('by-number', {'since': -5, 'number': 0x0f})):
        with lists() as made:
            victim = made.signer(f'rolled-back-{name}', made.names_list)
            before = made.issuing.crl(**older)
            serve(made, before)
            expect(log, victim.mint(), SUCCESS, ' revocation=crl ')
            revocation.forget()
            made.issuing.revoke(victim)
            (made.served / 'issuing.crl').write_bytes(made.issuing.crl(since=-60, number=0x20))
            expect(log, victim.mint(), AUTH_ERR, 'token refused: revoked: ')
            (made.served / 'issuing.crl').write_bytes(before)
            done = refresh()
            assert (done.returncode, done.stdout) == (1, ''), done
            assert made.list_url in done.stderr and 'older' in done.stderr, done.stderr
            expect(log, victim.mint(), AUTH_ERR, 'token refused: revoked: ')
