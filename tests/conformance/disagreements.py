# SPDX-License-Identifier: BSD-3-Clause
"""
Where the verifier and a suite disagree, and why. Each case that is named here must disagree in
just this way: one that starts to agree fails the test until its name is removed.
"""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Group:
    reason: str
    found: str  # "accepted" or the slug of the refusal
    suite: str
    cases: str  # names without the suite


GROUPS = [
    Group("RFC 7517 section 4.4: alg of the key (PS256, ES521) is not alg of the header", "bad-key",
          "json_web_signature_test", "346 347 350 351"),
    Group("nettle does not add a point to itself; chance makes no such signature",
          "bad-signature", "ecdsa_secp256r1_sha256_p1363_test", "204"),
    Group("as above", "bad-signature", "ecdsa_secp384r1_sha384_p1363_test", "228"),
    Group("as above", "bad-signature", "ecdsa_secp521r1_sha512_p1363_test", "269"),

    Group("RFC 7519 section 4: a name may occur once only", "duplicate-member", "json",
          "y_object_duplicated_key/claims y_object_duplicated_key_and_value/claims"),
    Group("a name with a NUL in it is refused: json-c cuts it there", "bad-json", "json",
          "y_object_escaped_null_in_key/claims"),

    Group("names are compared byte for byte, white space and case included", "untrusted-chain",
          "pkits", "4.3.3 4.3.4 4.3.5 4.3.11"),
    Group("DSA: no algorithm of JWS has such keys", "weak-key", "pkits", "4.1.4 4.1.5"),
    Group("a CRL counts by the key that signed the certificate itself, not by another one of its "
          "issuer", "revocation-unknown", "pkits", "4.4.19 4.5.1 4.5.4 4.5.6"),
    Group("indirect CRLs never make a certificate good", "revocation-unknown", "pkits",
          "4.14.22 4.14.24 4.14.25 4.14.28 4.14.29 4.14.30 4.14.33"),
    Group("a CRL for some reasons of revocation does not cover a certificate; several are not put "
          "together", "revocation-unknown", "pkits", "4.14.18 4.14.19"),
    Group("delta CRLs never make a certificate good: the base has it on hold", "revoked", "pkits",
          "4.15.5"),
    Group("a CA signs no tokens", "not-a-signing-certificate", "pkits", "4.6.8 4.6.14 4.14.13"),
    Group("GnuTLS counts self-issued certificates against pathLen", "untrusted-chain", "pkits",
          "4.6.15 4.6.17"),
    Group("policyConstraints and inhibitAnyPolicy are refused: GnuTLS does not enforce them",
          "unsupported-constraint", "pkits",
          "4.8.6 4.8.10 4.8.11 4.9.1 4.9.2 4.9.4 4.9.6 4.10.9 4.10.11 4.10.13 4.10.14 4.11.2 "
          "4.11.4 4.11.7 4.12.2 4.12.3 4.12.7 4.12.9"),
    Group("constraints on directory names and URIs are refused: GnuTLS does not enforce them",
          "unsupported-constraint", "pkits",
          "4.13.1 4.13.4 4.13.5 4.13.6 4.13.11 4.13.14 4.13.18 4.13.19 4.13.27 4.13.34 4.13.36"),

    Group("as above", "unsupported-constraint", "limbo", "rfc5280::nc::permitted-dn-match"),
    Group("x5c is one path, signer first (RFC 7515 section 4.1.6); no other is looked for",
          "untrusted-chain", "limbo",
          "pathlen::self-issued-certs-pathlen rfc5280::nc::nc-forbids-alternate-chain-ica "
          "rfc5280::unknown-critical-extension-unrelated-intermediate"),
    Group("a CA signs no tokens", "not-a-signing-certificate", "limbo", "rfc5280::ca-as-leaf"),
    Group("a wildcard is no name of a host here: signer_names match whole names only", "accepted",
          "limbo", "cve::cve-2025-61727"),
    Group("such a name is nobody's: signer_names match whole dNSNames only", "accepted", "limbo",
          "rfc5280::nc::nc-permits-invalid-dns-san rfc5280::nc::nc-permits-invalid-ip-san "
          "rfc5280::san::underscore-dns"),
    Group("signer_eku asks for no purpose, or for one that is there", "accepted", "limbo",
          "rfc5280::eku::ee-eku-empty webpki::eku::ee-anyeku"),
    Group("what this costs is bounded by the length of a token, which this chain exceeds",
          "accepted", "limbo", "pathological::nc-dos-3"),
    Group("a rule for those who issue, on what is not needed to trust a path", "accepted", "limbo",
          "rfc5280::aki::critical-aki rfc5280::aki::leaf-missing-aki rfc5280::serial::zero "
          "rfc5280::ca-empty-subject rfc5280::nc::permitted-dns-match-noncritical "
          "rfc5280::nc::not-allowed-in-ee-noncritical rfc5280::nc::not-allowed-in-ee-critical "
          "webpki::aki::root-with-aki-authoritycertissuer "
          "webpki::aki::root-with-aki-authoritycertserialnumber "
          "webpki::aki::root-with-aki-ski-mismatch webpki::eku::root-has-eku "
          "webpki::nc::intermediate-permitted-excluded-subtrees-both-null webpki::malformed-aia "
          "webpki::forbidden-rsa-not-divisible-by-8-in-root"),
]

def names(group):
    return [f"{group.suite}/{case}" for case in group.cases.split()]


def table():
    """Name of a case to what is found instead of the suite's verdict."""
    found = {}
    for group in GROUPS:
        for name in names(group):
            if name in found:
                raise ValueError(f"{name} is listed twice")
            found[name] = group.found
    return found
