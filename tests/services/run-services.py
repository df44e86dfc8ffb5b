#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""run-services.py [--helper JWT-VERIFY] [--modules DIRECTORY] [TOPIC...]: pam_jwt as it is installed, with
real libpam and real services. Runs in the private world of scripts/private-world; prints TAP. A topic is a
file test_TOPIC.py; without one all are run. The PAM modules of tests/services are in build/tests/services
beside the tree, where Meson makes them, or in DIRECTORY. With --helper, that program takes the place of the
installed jwt-verify, and only tests run that any helper passes, sandboxed or not."""
import argparse
import importlib
import pathlib
import sys
import time
import traceback

import registry
import world

# check looks at the whole host: it comes before those that leave services of their own behind.
TOPICS = ['check', 'module', 'helper', 'ssh', 'ssh_clients', 'ssh_stacks', 'local', 'terminals', 'first_pass',
          'stacks', 'session', 'postgresql', 'dovecot', 'fail2ban', 'revocation', 'revocation_ocsp',
          'revocation_crl', 'revocation_network', 'refresh', 'keys', 'oidc', 'jose', 'jose_attacks',
          'network_keys', 'replay', 'replay_redis', 'users', 'step_up', 'end']


def run_test(number, function, log):
    """Whether it has not failed."""
    name = function.__name__.replace('_', ' ')
    began = time.monotonic()
    try:
        function(log)
    except registry.Skipped as why:
        print(f'ok {number} - {name} # SKIP {why}', flush=True)
        return True
    except Exception:  # pylint: disable=broad-except
        print(f'not ok {number} - {name}')
        print('\n'.join(f'# {line}' for line in traceback.format_exc().splitlines()), flush=True)
        return False
    print(f'ok {number} - {name}\n# {time.monotonic() - began:.1f} s', flush=True)
    return True


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--helper')
    parser.add_argument('--modules', default=world.MODULES, type=pathlib.Path)
    parser.add_argument('topics', nargs='*', default=TOPICS)
    arguments = parser.parse_args()
    world.MODULES = arguments.modules.resolve()
    for topic in arguments.topics:
        importlib.import_module(f'test_{topic}')
    log = world.Log()
    world.install_configuration()
    if arguments.helper:
        world.HELPER.unlink()
        world.must('install', '-m', '755', arguments.helper, str(world.HELPER))
    tests = [one for one in registry.TESTS
             if one in registry.FOR_ANY_HELPER or not arguments.helper]
    print(f'1..{len(tests)}', flush=True)
    results = [run_test(number, one, log) for number, one in enumerate(tests, 1)]
    return 0 if all(results) else 1


if __name__ == '__main__':
    sys.exit(main())
