# SPDX-License-Identifier: BSD-3-Clause
"""OCSP responses that no program would make: RFC 6960 section 4.2.1, signed by `openssl dgst`."""
import dataclasses
import hashlib
import subprocess
import sys
import time

from world import PKI

sys.path.append(str(PKI.parent))
# pylint: disable-next=wrong-import-position
from maker import der  # noqa: E402

GOOD, UNKNOWN = der.implicit(0, b''), der.implicit(2, b'')
ECDSA_SHA256 = der.sequence(der.oid('1.2.840.10045.4.3.2'))
SHA1 = der.sequence(der.oid('1.3.14.3.2.26'), der.null())


def generalized(seconds):
    return der.tlv(0x18, time.strftime('%Y%m%d%H%M%SZ', time.gmtime(seconds)).encode())


def revoked(seconds):
    return der.explicit(1, generalized(seconds))


def element(data, at=0):
    """Tag, where its content begins, and where it ends."""
    length, begin = data[at + 1], at + 2
    if length >= 0x80:
        count = length & 0x7f
        length, begin = int.from_bytes(data[begin:begin + count], 'big'), begin + count
    return data[at], begin, begin + length


def members(data):
    """The elements of a constructed one, each with its tag and length."""
    _, at, end = element(data)
    while at < end:
        stop = element(data, at)[2]
        yield data[at:stop]
        at = stop


def fields(certificate):
    """Of a TBSCertificate of version 3: serialNumber, subject, and the bits of subjectPublicKey."""
    _, serial, _, _, _, subject, key = list(members(next(members(certificate))))[:7]
    bits = list(members(key))[1]
    return serial, subject, bits[element(bits)[1] + 1:]


@dataclasses.dataclass
class Single:
    """What is said of one certificate; times in seconds from now."""
    cert: bytes
    issuer: bytes
    status: bytes = GOOD
    since: int = -60
    until: int = 3600
    serial: bytes = b''  # INTEGER; that of the certificate
    key_of: bytes = b''  # whose key is the issuer's; that of the issuer

    def encode(self):
        serial, _, _ = fields(self.cert)
        _, name, key = fields(self.issuer)
        if self.key_of:
            _, _, key = fields(self.key_of)
        now = time.time()
        return der.sequence(
            der.sequence(SHA1, der.octet_string(hashlib.sha1(name).digest()),
                         der.octet_string(hashlib.sha1(key).digest()), self.serial or serial),
            self.status, generalized(now + self.since),
            der.explicit(0, generalized(now + self.until)))


def sign(key, data):
    return subprocess.run(['openssl', 'dgst', '-sha256', '-sign', str(key)], input=data,
                          capture_output=True, check=True).stdout


def response(signer, *singles, with_certificate=False):
    """A successful response; the signer has a key and a certificate."""
    _, name, _ = fields(signer.der())
    data = der.sequence(der.explicit(1, name), generalized(time.time() - 60),
                        der.sequence(*(single.encode() for single in singles)))
    certificates = [der.explicit(0, der.sequence(signer.der()))] if with_certificate else []
    basic = der.sequence(data, ECDSA_SHA256, der.bit_string(sign(signer.key, data)), *certificates)
    return der.sequence(der.tlv(0x0a, b'\0'), der.explicit(0, der.sequence(
        der.oid('1.3.6.1.5.5.7.48.1.1'), der.octet_string(basic))))


def failure(code):
    """responseStatus alone: 3 is tryLater, 6 unauthorized."""
    return der.sequence(der.tlv(0x0a, bytes([code])))
