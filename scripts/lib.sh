# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Shell functions of scripts/demo and scripts/test. Sourced with set -eu and pipefail on.

umask 022
export LC_ALL=C
# The packages' own programs, whatever else is installed for the caller.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin

if [[ -t 1 && -z ${NO_COLOR-} ]]; then
    bold=$'\e[1m' red=$'\e[31m' plain=$'\e[0m'
else
    bold='' red='' plain=''
fi

step()
{
    printf '%s%s%s\n' "$bold" "$*" "$plain"
}

say()
{
    printf '  %s\n' "$*"
}

die()
{
    printf '%s%s: %s%s\n' "$red" "${0##*/}" "$*" "$plain" >&2
    exit 1
}

# Runs the script again through sudo unless it is root's already.
become_root()
{
    [[ $EUID -ne 0 ]] || return 0
    [[ -n $(type -P sudo) ]] || die 'must run as root: there is no sudo here, use su'
    exec sudo -- env "CI=${CI-}" "NO_COLOR=${NO_COLOR-}" \
        "PAM_JWT_CONFORMANCE=${PAM_JWT_CONFORMANCE-}" "$0" "$@"
}

# Makes $work, and sees to it that it goes away, with all that was started, however the script ends.
make_work()
{
    world_pid=
    policy_saved=
    # Not /tmp: it is often a small tmpfs, and the private world has an empty one of its own.
    work=$(mktemp -d /var/tmp/pam_jwt.XXXXXXXX)
    chmod 755 "$work"
    trap clean_up EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
}

clean_up()
{
    local status=$? first
    set +e
    trap '' INT TERM HUP
    if [[ -n $world_pid ]]; then
        # With its first process the whole world ends, and unshare only after it.
        read -r first <"/proc/$world_pid/task/$world_pid/children"
        kill -KILL "${first:-$world_pid}"
        wait "$world_pid"
    fi 2>/dev/null
    restore_policy
    rm -rf "$work"
    exit "$status"
}

# The tree, owned by root, without what is not part of it: the module trusts no file of other owners.
copy_tree()
{
    mkdir "$work/tree"
    tar -C "$1" --exclude=./.git --exclude='./build*' -cf - . |
        tar -C "$work/tree" --no-same-owner --no-same-permissions -xf -
}

# Runs a command quietly: its output is shown only if it fails.
quietly()
{
    local log
    log=$(mktemp "$work/log.XXXXXX")
    if ! "$@" >"$log" 2>&1 </dev/null; then
        cat "$log" >&2
        die "failed: $*"
    fi
    rm "$log"
}

# Runs a command as the first process of a private world (see scripts/private-world). The world
# lives exactly as long as this script: it is killed with it, even by SIGKILL.
in_private_world()
{
    setpriv --pdeathsig KILL unshare --mount --pid --uts --fork --kill-child --propagation unchanged \
        "$work/tree/scripts/private-world" "$work" "$@" </dev/null &
    world_pid=$!
    local status=0
    wait "$world_pid" || status=$?
    world_pid=
    return "$status"
}

# --- packages -------------------------------------------------------------------------------------

policy_file=/usr/sbin/policy-rc.d

# Forbids that installing a package starts a service.
forbid_services()
{
    local lock
    exec {lock}</usr/sbin
    flock "$lock"
    mkdir "$work/policy"
    policy_saved=$work/policy/rc.d
    [[ ! -e $policy_file && ! -L $policy_file ]] || cp -a "$policy_file" "$policy_saved"
    # A new file in its place, so that a link's target is left alone.
    printf '#!/bin/sh\nexit 101\n' >"$work/policy/none"
    chmod 755 "$work/policy/none"
    cp -a --remove-destination "$work/policy/none" "$policy_file"
}

restore_policy()
{
    [[ -n $policy_saved ]] || return 0
    rm -f "$policy_file"
    [[ ! -e $policy_saved && ! -L $policy_saved ]] || cp -a "$policy_saved" "$policy_file"
    policy_saved=
}

missing_packages()
{
    local package
    for package; do
        [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
            printf '%s\n' "$package"
    done
}

apt()
{
    DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 apt-get -q -y \
        -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@"
}

# Installs the packages of the list that are not there.
need_packages()
{
    local missing
    mapfile -t missing < <(missing_packages "$@")
    if [[ ${#missing[@]} -eq 0 ]]; then
        say 'all there'
        return
    fi
    [[ -n $(type -P apt-get) ]] || die "apt-get is missing; install by hand: ${missing[*]}"
    say "installing: ${missing[*]}"
    forbid_services
    # Lists that are missing or name files that are gone: fetch them once, then it must work.
    if ! apt install --no-install-recommends "${missing[@]}" >"$work/apt.log" 2>&1 </dev/null; then
        say 'fetching the package lists'
        quietly apt update
        quietly apt install --no-install-recommends "${missing[@]}"
    fi
    restore_policy
}

# What is missing of Node.js 18 and npm. They may be there from elsewhere than Debian, whose npm would not
# go with them.
node_packages()
{
    local version=0
    [[ -z $(type -P node) ]] || version=$(node --version)
    version=${version#v}
    ((${version%%.*} >= 18)) || printf 'nodejs\n'
    [[ -n $(type -P npm) ]] || printf 'npm\n'
}

# Installs the npm packages of the service tests where Node.js finds them: in $work, above the tree. Without
# a network the tests that need them are skipped, and $NPM_SKIPPED is why; but not if what came is not what
# package-lock.json says.
install_npm_packages()
{
    local from=$work/tree/tests/services/npm log=$work/npm.log code
    export NPM_SKIPPED=
    cp "$from/package.json" "$from/package-lock.json" "$from/.npmrc" "$work"
    if npm ci --ignore-scripts --prefix "$work" --fetch-retries 1 --fetch-retry-mintimeout 1000 \
        --fetch-timeout 60000 >"$log" 2>&1 </dev/null; then
        say 'npm packages are there'
        return
    fi
    code=$(sed -n -E '/^npm (ERR!|error) code ([A-Z0-9_]+)$/{s//\2/p;q}' "$log")
    [[ $code != EINTEGRITY && $code != EUSAGE ]] ||
        die "npm ci: $code: expected the packages of tests/services/npm/package-lock.json"
    rm -rf "$work/node_modules"
    NPM_SKIPPED="npm could not install its packages (${code:-no code})"
    say "$NPM_SKIPPED: their tests are skipped"
}

# libaudit-dev: pam.pc of Debian 13 asks for it, libpam0g-dev there does not bring it.
# shellcheck disable=SC2034 # both are for the scripts that source this file
build_packages=(gcc libc6-dev meson ninja-build pkgconf libgnutls28-dev libjson-c-dev
    libini-config-dev libhiredis-dev libcurl4-gnutls-dev libpam0g-dev libaudit-dev libseccomp-dev)
# shellcheck disable=SC2034
service_packages=(gnutls-bin mount openssh-client openssh-server passwd python3)
# shellcheck disable=SC2034
test_packages=(binutils clang-tidy codespell cppcheck curl dovecot-core dovecot-imapd dropbear-bin
    fail2ban git golang-cfssl iproute2 libcmocka-dev libfaketime libpam-systemd nginx-light
    openssl pamtester postgresql procps putty-tools python3-asyncssh python3-paramiko redis-server
    rsync shellcheck sudo valgrind)
