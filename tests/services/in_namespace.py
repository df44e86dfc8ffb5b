#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""in_namespace.py COMMAND...: run by `unshare --net`. Brings loopback up, runs the command, and prints as
the last line how many packets it had sent and how many connections it had begun."""
import fcntl
import json
import pathlib
import socket
import struct
import subprocess
import sys

SIOCSIFFLAGS, IFF_UP = 0x8914, 1


def loopback_up():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        fcntl.ioctl(one, SIOCSIFFLAGS, struct.pack('16sH14x', b'lo', IFF_UP))


def counters():
    found = {}
    lines = pathlib.Path('/proc/self/net/snmp').read_text(encoding='ascii').splitlines()
    for names, values in zip(lines[::2], lines[1::2]):
        layer = names.split(':')[0]
        for name, value in zip(names.split()[1:], values.split()[1:]):
            found[f'{layer}.{name}'] = int(value)
    for line in pathlib.Path('/proc/self/net/snmp6').read_text(encoding='ascii').splitlines():
        name, value = line.split()
        found[name] = int(value)
    return {name: found[name] for name in ('Ip.OutRequests', 'Tcp.ActiveOpens', 'Udp.OutDatagrams',
                                           'Udp6OutDatagrams')}


def main():
    loopback_up()
    before = counters()
    status = subprocess.run(sys.argv[1:], check=False).returncode
    after = counters()
    print(json.dumps({name: after[name] - before[name] for name in after}))
    return status


sys.exit(main())
