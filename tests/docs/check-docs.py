#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""check-docs.py SOURCE PAM_JWT: the documents name what the tables of the code have, and nothing else. TAP."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

SOURCE, PAM_JWT = pathlib.Path(sys.argv[1]), sys.argv[2]


def read(*names):
    return SOURCE.joinpath(*names).read_text(encoding='utf-8')


def slugs():
    return re.findall(r'^STATUS\(\w+, -?\d+, "([a-z0-9-]+)"', read('lib', 'status.def'), re.MULTILINE)


def option_rows():
    """Key and default of each option; None: required."""
    text = read('sys', 'options.def')
    rows = re.findall(r'^(?:GLOBAL|ISSUER|POLICY|REPLAY)\((\w+), \w+, ("(?:[^"]*)"|NULL)', text, re.MULTILINE)
    return {key: None if value == 'NULL' else value.strip('"') for key, value in rows}


def listed(page, macro):
    """The arguments of `.It MACRO` in a manual page."""
    return re.findall(rf'^\.It {macro} (\S+)', read('man', page), re.MULTILINE)


def settings():
    """The lines of conf/pam_jwt.conf that are settings behind a comment sign."""
    return re.findall(r'^#(\[.*\]|\w+ =.*)$', read('conf', 'pam_jwt.conf'), re.MULTILINE)


def every_reason_is_in_the_manual():
    expected, found = slugs(), listed('pam_jwt.8', 'Cm')
    missing = [slug for slug in expected if slug not in found]
    assert not missing, missing


def every_argument_is_in_the_manual():
    table = read('module', 'options.c').split('} rows[] = {')[1].split('};')[0]
    arguments = re.findall(r'\{"(\w+)"', table)
    assert len(arguments) > 5, arguments
    found = listed('pam_jwt.8', 'Ic')
    missing = [name for name in arguments if not any(re.match(rf'{name}(=|$)', word)
                                                     for word in found)]
    assert not missing, missing


def pam_jwt_help(*command):
    done = subprocess.run([PAM_JWT, *command, '--help'], capture_output=True, text=True, check=True)
    return done.stdout


def every_command_is_in_the_manual_with_its_options():
    text = read('man', 'pam-jwt.1')
    synopsis = text.split('.Sh SYNOPSIS')[1].split('.Sh')[0].split('.Nm')
    commands = re.findall(r'^  (\w+) ', pam_jwt_help(), re.MULTILINE)
    assert len(commands) > 5, commands
    for command in commands:
        assert f'\n.Ss pam-jwt {command}\n' in text, command
        [usage] = [part for part in synopsis if part.startswith(f'\n.Cm {command}\n')]
        options = re.findall(r'^  --([\w-]+)', pam_jwt_help(command), re.MULTILINE)
        assert sorted(re.findall(r'Fl -([\w-]+)', usage)) == sorted(set(options) - {'help'}), command


def every_key_is_in_the_manual():
    found = listed('pam_jwt.conf.5', 'Cm')
    assert sorted(option_rows()) == sorted(found), set(option_rows()) ^ set(found)


def every_key_is_in_the_example_with_its_default():
    rows = option_rows()
    # a section [service] has keys of issuers once more: the first are the issuer's
    given = dict(line.split(' =', 1) for line in reversed(settings()) if line[0] != '[')
    assert sorted(given) == sorted(rows), set(given) ^ set(rows)
    rows['trust_anchors'] = None  # the default of key_sources needs them
    for key, value in rows.items():
        if value is not None:
            assert given[key].strip() == value, f'{key} ={given[key]}, expected {value}'


def the_form_of_the_environment_is_in_the_manual():
    header, code = read('lib', 'environment.h'), read('lib', 'environment.c')
    limits = {name: int(number) for name, number in
              re.findall(r'^#define ENVIRONMENT_(\w+)_MAX (\d+)', header, re.MULTILINE)}
    plain, = re.findall(r'strchr\("(.*)", byte\)', code)
    entry = read('man', 'pam_jwt.conf.5').split('.It Cm export_claims\n')[1].split('.It Cm')[0]
    for text in (f'at most {limits["COUNT"]} claims', f'at most {limits["NAME"] - 4} characters',
                 f'more than {limits["VALUE"]} bytes', f'.Ql {plain}\n'):
        assert text in entry.replace('\nmore than', ' more than'), text


def pam_jwt_config(text):
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(os.path.realpath(directory), 'pam_jwt.conf')
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text)
        os.chmod(path, 0o644)
        return subprocess.run([PAM_JWT, 'config', '--config', path], capture_output=True,
                              text=True, check=False)


def the_example_is_a_configuration_once_uncommented():
    text = re.sub(r'^#(?=\[|\w+ =)', '', read('conf', 'pam_jwt.conf'), flags=re.MULTILINE)
    text = text.replace('hostname =\n', 'hostname = host.example\n')
    done = pam_jwt_config(text)
    assert done.returncode == 0, done.stderr
    sections = [line for line in settings() if line[0] == '[']
    assert len(sections) == 4, sections


def the_example_as_shipped_lets_nobody_in():
    done = pam_jwt_config(read('conf', 'pam_jwt.conf'))
    assert done.returncode == 1 and '[issuer URL]' in done.stderr, done.stderr


TESTS = [every_reason_is_in_the_manual, every_argument_is_in_the_manual,
         every_command_is_in_the_manual_with_its_options,
         the_form_of_the_environment_is_in_the_manual, every_key_is_in_the_manual,
         every_key_is_in_the_example_with_its_default,
         the_example_is_a_configuration_once_uncommented, the_example_as_shipped_lets_nobody_in]


def main():
    failed = 0
    print(f'1..{len(TESTS)}')
    for number, check in enumerate(TESTS, 1):
        name = check.__name__.replace('_', ' ')
        try:
            check()
            print(f'ok {number} - {name}')
        except AssertionError as error:
            failed = 1
            print(f'not ok {number} - {name}\n# {error}')
    return failed


sys.exit(main())
