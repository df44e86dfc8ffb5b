# SPDX-License-Identifier: BSD-3-Clause
"""pam-jwt refresh, and the timer that runs it."""
import pathlib
import shutil

from local import AS_NOBODY
from registry import test
import responders
import revocation
from revocation import CACHE, SUCCESS, configuration, entries, expect, refresh
from terminal import Terminal
from world import run

UNITS = pathlib.Path('/usr/lib/systemd/system')
UTC_TIME = b'\x17\x0d'


def serve(made, mode='require'):
    """The list of `listed`, and a responder for `asking`: both are in the cache."""
    made.configure(mode)
    made.running.enter_context(made.responder())
    made.running.enter_context(responders.nginx(made.nginx_port, revocation.FOLDER / 'nginx'))
    (made.served / 'issuing.crl').write_bytes(made.issuing.crl())
    return made


def fill(log, made):
    expect(log, made.listed.mint(), SUCCESS, ' revocation=crl ')
    expect(log, made.asking.mint(), SUCCESS, ' revocation=ocsp ')
    assert len(entries('.crl')) == len(entries('.ocsp')) == 1


def fetched(suffix):
    """What an entry is: it changes with each fetch."""
    [entry] = entries(suffix)
    return entry.stat().st_ino


# --- what it fetches ------------------------------------------------------------------------------


@test
def a_refresh_fetches_every_entry_anew(log):
    with configuration() as made:
        fill(log, serve(made))
        before = fetched('.crl'), fetched('.ocsp')
        done = refresh()
        assert (done.returncode, done.stdout, done.stderr) == (0, '', ''), done
        after = fetched('.crl'), fetched('.ocsp')
        assert before[0] != after[0] and before[1] != after[1], (before, after)
        expect(log, made.asking.mint(), SUCCESS, ' revocation=ocsp ')


@test
def a_refresh_fetches_configured_lists_before_any_login(log):
    """With them a login needs no network, though the host may use it."""
    with configuration() as made:
        serve(made)
        made.configure('require', f'crl_urls = {made.list_url}', 'fetch = configured')
        done = refresh()
        assert (done.returncode, done.stdout, done.stderr) == (0, '', ''), done
        made.running.close()
        expect(log, made.plain.mint(), SUCCESS, ' revocation=crl ')


@test
def a_refresh_names_what_has_failed(log):
    """The others are fetched all the same, and what was there before stays."""
    with configuration() as made:
        fill(log, serve(made))
        before, kept = fetched('.ocsp'), fetched('.crl')
        (made.served / 'issuing.crl').write_bytes(b'no list')
        done = refresh()
        assert (done.returncode, done.stdout) == (1, ''), done
        [line] = done.stderr.splitlines()
        assert line.startswith(f'pam-jwt refresh: {made.list_url}: '), line
        assert fetched('.ocsp') != before and fetched('.crl') == kept
        expect(log, made.listed.mint(), SUCCESS, ' revocation=crl ')


@test
def a_refresh_asks_though_it_has_just_failed(log):
    """Unlike a login."""
    with configuration() as made:
        serve(made)
        made.configure('require', f'crl_urls = {made.list_url}')
        (made.served / 'issuing.crl').unlink()
        assert refresh().returncode == 1
        (made.served / 'issuing.crl').write_bytes(made.issuing.crl())
        assert refresh().returncode == 0
        expect(log, made.plain.mint(), SUCCESS, ' revocation=crl ')


@test
def entries_of_expired_certificates_go(log):
    """The end of the certificate in the entry is moved into the past."""
    with configuration() as made:
        fill(log, serve(made))
        [entry] = entries('.ocsp')
        data, der = entry.read_bytes(), made.asking.der()
        at = data.index(der)
        end = der.index(UTC_TIME, der.index(UTC_TIME) + 15) + 2
        entry.write_bytes(data[:at + end] + b'200101000000Z' + data[at + end + 13:])
        done = refresh()
        assert (done.returncode, done.stdout, done.stderr) == (0, '', ''), done
        assert not entries('.ocsp') and len(entries('.crl')) == 1


@test
def entries_of_other_configurations_stay(log):
    """They are not asked for, and not removed."""
    with configuration() as made:
        fill(log, serve(made))
        made.running.close()
        made.configure('require', 'fetch = none')
        done = refresh()
        assert (done.returncode, done.stdout, done.stderr) == (0, '', ''), done
        assert len(entries('.crl')) == len(entries('.ocsp')) == 1


@test
def a_refresh_indexes_large_files_of_anchors(log):
    with configuration() as made:
        made.configure('require')
        anchors = pathlib.Path(revocation.ANCHOR)
        text = anchors.read_bytes()
        try:
            anchors.write_bytes(text * 20)
            done = refresh()
            assert (done.returncode, done.stdout, done.stderr) == (0, '', ''), done
            assert len(entries('.anchors')) == 1
            serve(made)
            expect(log, made.asking.mint(), SUCCESS, ' revocation=ocsp ')
        finally:
            anchors.write_bytes(text)


# --- what it says ---------------------------------------------------------------------------------


@test
def progress_on_a_terminal(log):
    """One line, written again and again, and a summary."""
    with configuration() as made:
        fill(log, serve(made))
        with Terminal('pam-jwt', 'refresh') as terminal:
            terminal.wait('1 of 2: http://')
            terminal.wait('2 of 2: http://')
            terminal.wait('2 fresh, 0 failed, 0 of expired certificates removed\r\n')
            terminal.wait(None)
        assert terminal.process.returncode == 0
        assert terminal.seen.count('\n') == 1 and '\x1b' not in terminal.seen, terminal.seen


@test
def what_a_refresh_cannot_do(_):
    """Each says why."""
    for code, said, command in (
            (64, 'usage: pam-jwt refresh', ('pam-jwt', 'refresh', '--at', '0')),
            (64, 'usage: pam-jwt refresh', ('pam-jwt', 'refresh', 'http://host.example/')),
            (1, 'only root can write it', (*AS_NOBODY, 'pam-jwt', 'refresh')),
            (1, '/nowhere.conf', ('pam-jwt', 'refresh', '--config', '/nowhere.conf'))):
        done = run(*command)
        assert (done.returncode, done.stdout) == (code, '') and said in done.stderr, done


@test
def a_refresh_without_a_cache(_):
    with configuration() as made:
        made.configure('require')
        CACHE.rename(f'{CACHE}.away')
        try:
            done = refresh()
            assert done.returncode == 1 and 'found none' in done.stderr, done
        finally:
            CACHE.with_name(f'{CACHE.name}.away').rename(CACHE)


# --- the units ------------------------------------------------------------------------------------


@test
def the_units_are_what_systemd_wants(_):
    units = [str(UNITS / f'pam_jwt-refresh.{kind}') for kind in ('service', 'timer')]
    assert all(pathlib.Path(unit).is_file() for unit in units), units
    if not shutil.which('systemd-analyze'):
        return
    done = run('systemd-analyze', 'verify', '--man=no', *units)
    assert (done.returncode, done.stdout + done.stderr) == (0, ''), done
    # 10 is a service without any wall
    done = run('systemd-analyze', 'security', '--offline=true', '--no-pager', '--threshold=25',
               units[0])
    assert done.returncode == 0, done.stdout


@test
def a_refresh_with_no_more_than_its_unit_leaves_it(log):
    """Everything but the cache can only be read, and of root's capabilities there are two."""
    with configuration() as made:
        fill(log, serve(made))
        before = fetched('.crl'), fetched('.ocsp')
        read_only = (f'mount --bind {CACHE} {CACHE} && mount -o remount,bind,ro /etc && '
                     'mount -o remount,bind,ro /usr && mount -o remount,bind,ro /var && exec "$@"')
        done = run('unshare', '--mount', 'sh', '-c', read_only, 'sh', 'setpriv', '--bounding-set',
                   '-all,+setuid,+setgid', '--no-new-privs', 'pam-jwt', 'refresh')
        assert (done.returncode, done.stdout, done.stderr) == (0, '', ''), done
        after = fetched('.crl'), fetched('.ocsp')
        assert before[0] != after[0] and before[1] != after[1], (before, after)
