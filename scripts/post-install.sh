#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# post-install.sh CONF STATE EXAMPLE CONFIG CACHE: run by `meson install`. Copies the file EXAMPLE into
# the directory CONFIG unless there is one of that name. Makes the user _pam_jwt, the directory that tells
# its number, those of spent tokens, and the directory CACHE, as CONF/sysusers.conf and
# CONF/tmpfiles.conf say.
set -eu

conf=$1
state=$2
example=$3
config=${DESTDIR-}$4/pam_jwt.conf
cache=$5

# A link that leads nowhere is the administrator's, too.
if [ -e "$config" ] || [ -L "$config" ]; then
    echo "pam_jwt: $config is left as it is"
else
    install -m 644 "$example" "$config"
fi

if [ -n "${DESTDIR-}" ] || [ "$(id -u)" -ne 0 ]; then
    echo "pam_jwt: on the host, as root: systemd-sysusers pam_jwt.conf && systemd-tmpfiles --create pam_jwt.conf"
    exit 0
fi

if [ -n "$(command -v systemd-sysusers)" ]; then
    systemd-sysusers "$conf/sysusers.conf"
elif ! getent passwd _pam_jwt >/dev/null; then
    useradd --system --user-group --no-create-home --home-dir /nonexistent \
        --shell /usr/sbin/nologin _pam_jwt
fi

if [ -n "$(command -v systemd-tmpfiles)" ]; then
    systemd-tmpfiles --create "$conf/tmpfiles.conf"
else
    install -d -m 755 "$state" "$state/replay" "$cache"
    install -d -m 700 "$state/replay/0"
    install -d -o _pam_jwt -g _pam_jwt -m 500 "$state/unprivileged"
fi
