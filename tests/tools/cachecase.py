# SPDX-License-Identifier: BSD-3-Clause
"""The cache of the build directory, and entries for it."""

import base64
import hashlib
import os
import struct

import pamjwt
from pamjwt import fixture

CACHE = os.environ["PAM_JWT_CACHE"]
KIND_ANSWER = 0x4A575437
CRL, OCSP, JWKS = 0, 1, 2
SUFFIXES = {CRL: ".crl", OCSP: ".ocsp", JWKS: ".jwks"}


def certificate(chain, index=0):
    """The DER of a certificate in a fixture."""
    with open(fixture(chain), encoding="ascii") as file:
        block = file.read().split("-----BEGIN CERTIFICATE-----")[index + 1]
    return base64.b64decode(block.split("-----END")[0])


def span(data):
    return struct.pack("=q", len(data)) + data


def empty():
    for name in os.listdir(CACHE):
        os.unlink(os.path.join(CACHE, name))


def entry(kind, url, cert=b"", issuer=b"", section=pamjwt.ISSUER, answer=b"answer", at=pamjwt.IAT):
    """A file of the cache, as sys/wire.h describes it."""
    request = b"request" if kind == OCSP else b""
    asked = f"{section}\n{url}".encode() if kind == JWKS else request or url.encode()
    name = hashlib.sha256(asked).hexdigest() + SUFFIXES[kind]
    with open(os.path.join(CACHE, name), "wb") as file:
        file.write(struct.pack("=qqq", KIND_ANSWER, kind, 0) + span(url.encode()) +
                   span(request) + span(cert) + span(issuer) + span(section.encode()) +
                   struct.pack("=q", at) + span(answer))
    os.chmod(os.path.join(CACHE, name), 0o644)
    return name
