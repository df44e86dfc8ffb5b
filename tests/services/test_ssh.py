# SPDX-License-Identifier: BSD-3-Clause
"""sshd with the stock ssh."""
import concurrent.futures

from registry import test, test_any_helper
import world
from world import mint, tampered


@test_any_helper
def a_login_by_ssh(log):
    sshd = world.Sshd(log)
    try:
        for signer, alg in (('signer-es256', 'ES256'), ('signer-rs256', 'RS256')):
            token = mint(signer=signer, alg=alg)
            done, prompts, _ = sshd.login('alice', token, 'id -un')
            assert (done.returncode, done.stdout) == (0, 'alice\n'), done.stderr
            count = len(token) // 500 + 1
            assert prompts == ['Password or JWT: '] + [f'JWT part {n}: '
                                                       for n in range(2, count + 1)], prompts
        mark = log.mark()
        done, _, _ = sshd.login('alice', mint(sub='bob'), 'id')
        assert done.returncode != 0
        log.wait('pam_jwt(sshd:auth): token refused: user-mismatch', mark)
    finally:
        sshd.stop()


@test
def known_and_unknown_users_look_alike(log):
    """The same prompts, and times that overlap: for a user whom the token is not for, for one who is not
    there, and with a token that is in order but for the user."""
    sshd = world.Sshd(log)
    token = tampered(mint())
    try:
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            tries = [pool.submit(sshd.login, user, token, 'id')
                     for _ in range(6) for user in ('alice', 'mallory')]
            done = [attempt.result() for attempt in tries]
    finally:
        sshd.stop()
    assert all(finished.returncode != 0 for finished, _, _ in done)
    assert len({tuple(prompts) for _, prompts, _ in done}) == 1, done[0][1]
    known, unknown = ([took for _, _, took in done[at::2]] for at in (0, 1))
    assert min(known) < max(unknown) and min(unknown) < max(known), (known, unknown)
    # libpam makes 2 s a random time around it
    assert min(known + unknown) > 0.9, (known, unknown)
