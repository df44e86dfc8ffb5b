# SPDX-License-Identifier: BSD-3-Clause
"""Other verifiers of JSON Web Tokens: what to run for each, if it is there."""
import pathlib
import shutil
import subprocess

from pairs import Missing

HERE = pathlib.Path(__file__).resolve().parent
SOURCES = HERE / 'peers'


def output(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def compile_peer(name, package, folder):
    """A C program and the version of its library."""
    version = output('pkg-config', '--modversion', package)
    if not version:
        raise Missing(f'lib{name.removeprefix("lib")}-dev is not installed')
    flags = output('pkg-config', '--cflags', '--libs', package).split()
    program = pathlib.Path(folder) / name
    done = subprocess.run(['cc', '-O2', '-D_GNU_SOURCE', '-o', str(program),
                           str(SOURCES / f'{name}.c'), str(HERE / 'worker.c'), *flags],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Missing(f'it does not compile: {done.stderr.splitlines()[0]}')
    return [program], version


def find_jwcrypto():
    version = output('/usr/bin/python3', '-c', 'from importlib.metadata import version as v\n'
                                               'print(v("jwcrypto"))')
    if not version:
        raise Missing('python3-jwcrypto is not installed')
    return ['/usr/bin/python3', SOURCES / 'jwcrypto.py'], version


def find_jose(node_folder):
    node = shutil.which('node')
    if not node:
        raise Missing('node is not installed')
    if not node_folder:
        raise Missing('no --node FOLDER was given, where `npm install jose` was run')
    version = output(node, '-p', f'require("{node_folder}/node_modules/jose/package.json").version')
    if not version:
        raise Missing(f'{node_folder} has no node_modules/jose')
    return [node, SOURCES / 'jose.mjs', node_folder], version


def find_peers(folder, node_folder):
    """Yields name, kind of key file, command and version, or the reason why there is none."""
    finders = (
        ('libjwt', 'pem', lambda: compile_peer('libjwt', 'libjwt', folder)),
        ('rhonabwy', 'pem', lambda: compile_peer('rhonabwy', 'librhonabwy', folder)),
        ('cjose', 'jwk', lambda: compile_peer('cjose', 'cjose', folder)),
        ('npm jose', 'jwk', lambda: find_jose(node_folder)),
        ('jwcrypto', 'jwk', find_jwcrypto),
    )
    for name, key, find in finders:
        try:
            command, version = find()
            yield name, key, command, version
        except Missing as missing:
            yield name, key, None, str(missing)
