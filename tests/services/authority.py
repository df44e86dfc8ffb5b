# SPDX-License-Identifier: BSD-3-Clause
"""A certification authority as `openssl ca` keeps one: certificates, revocations, CRLs."""
import pathlib
import time

from world import must, run

SETTINGS = """\
[ca]
default_ca = this
[this]
database = {folder}/index.txt
new_certs_dir = {folder}
serial = {folder}/serial
crlnumber = {folder}/crlnumber
private_key = {folder}/key.pem
certificate = {folder}/cert.pem
default_md = sha256
default_days = 30
default_crl_days = 1
unique_subject = no
policy = any
copy_extensions = none
[any]
commonName = supplied
[crl]
authorityKeyIdentifier = keyid:always
"""
CA_EXTENSIONS = """\
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
"""


def stamp(seconds):
    """As openssl ca wants times."""
    return time.strftime('%Y%m%d%H%M%SZ', time.gmtime(seconds))


def make_key(path):
    must('openssl', 'genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out',
         str(path))
    return path


def to_der(kind, path):
    """The DER of a PEM file: kind is x509 or crl."""
    made = pathlib.Path(f'{path}.der')
    must('openssl', kind, '-in', str(path), '-outform', 'DER', '-out', str(made))
    return made.read_bytes()


class Holder:
    """A key and its certificate."""

    def __init__(self, key, cert):
        self.key, self.cert = pathlib.Path(key), pathlib.Path(cert)

    def der(self):
        return to_der('x509', self.cert)


class Authority(Holder):
    """Everything of it is in one folder; `above` is the CA that signs it, or nobody."""

    def __init__(self, folder, subject, above=None, extensions=''):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True)
        super().__init__(self.folder / 'key.pem', self.folder / 'cert.pem')
        self.settings = self.folder / 'openssl.cnf'
        self.settings.write_text(SETTINGS.format(folder=self.folder), encoding='ascii')
        for name, text in (('index.txt', ''), ('serial', '1000\n'), ('crlnumber', '01\n')):
            (self.folder / name).write_text(text, encoding='ascii')
        make_key(self.key)
        if above:
            above.certify(self, subject, CA_EXTENSIONS + extensions)
        else:
            self.certify(self, subject, CA_EXTENSIONS, '-selfsign')

    def openssl_ca(self, *arguments):
        return must('openssl', 'ca', '-batch', '-notext', '-config', str(self.settings), *arguments)

    def certify(self, holder, subject, extensions, *arguments):
        """Gives the holder of a key a certificate."""
        request, wanted = self.folder / 'request.pem', self.folder / 'extensions.cnf'
        must('openssl', 'req', '-new', '-key', str(holder.key), '-subj', subject, '-out',
             str(request), '-config', str(self.settings))
        wanted.write_text(f'authorityKeyIdentifier = keyid:always\n{extensions}'
                          if '-selfsign' not in arguments else extensions, encoding='ascii')
        self.openssl_ca('-in', str(request), '-out', str(holder.cert), '-extfile', str(wanted),
                        '-startdate', stamp(time.time() - 7200), *arguments)

    def issue(self, name, subject, extensions, *arguments):
        holder = Holder(self.folder / f'{name}.key', self.folder / f'{name}.pem')
        make_key(holder.key)
        self.certify(holder, subject, extensions, *arguments)
        return holder

    def take_serial(self, serial):
        """The next certificate gets this one, whoever else has it."""
        (self.folder / 'serial').write_text(f'{serial}\n', encoding='ascii')

    def revoke(self, holder, reason='keyCompromise'):
        self.openssl_ca('-revoke', str(holder.cert), '-crl_reason', reason)

    def crl(self, name='list', since=-60, until=3600, extensions='', number=None):
        """A new CRL in DER. Times in seconds from now; extensions as in openssl.cnf."""
        if number is not None:
            (self.folder / 'crlnumber').write_text(f'{number:04X}\n', encoding='ascii')
        made, settings = self.folder / f'{name}.crl', self.folder / 'crl.cnf'
        settings.write_text(self.settings.read_text(encoding='ascii') + extensions,
                            encoding='ascii')
        now = time.time()
        must('openssl', 'ca', '-batch', '-config', str(settings), '-gencrl', '-crlexts', 'crl',
             '-crl_lastupdate', stamp(now + since), '-crl_nextupdate', stamp(now + until), '-out',
             str(made))
        return to_der('crl', made)

    def says(self, holder, *arguments, signer=None):
        """What `openssl ocsp` as this CA's responder answers about a certificate, in DER."""
        made, signer = self.folder / 'answer.der', signer or self
        must('openssl', 'ocsp', '-index', str(self.folder / 'index.txt'), '-CA', str(self.cert),
             '-rsigner', str(signer.cert), '-rkey', str(signer.key), '-issuer', str(self.cert),
             '-cert', str(holder.cert), '-respout', str(made), '-noverify', *arguments)
        return made.read_bytes()
