#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""report.py [--json] [--svg FILE] [--markdown FILE] RESULTS: shows what measure.py has found."""
import argparse
import json
import os
import sys

import picture

GROUPS = {
    'verify': 'jwt-verify, started and asked as the module does: leaf and intermediate, one CA',
    'anchors': 'jwt-verify with many CAs as trust anchors',
    'users': 'jwt-verify with a large user map',
    'keys': 'jwt-verify with keys that the token names and does not carry',
    'crl': 'a CRL of 1,000,000 entries (35 MB), in a process of its own',
    'replay': 'replay = require with a directory, P-256, on the disk of this machine',
    'peers': 'the same work against less: libraries that are given the key',
    'module': 'pam_authenticate, by the real libpam',
    'ssh': 'a login over ssh',
    'memory': 'memory',
    'instructions': 'instructions counted by callgrind, as in tests/instructions, unsealed',
}
MET = {True: 'pass', False: 'MISS', None: ''}
COLOURS = {True: '\033[32m', False: '\033[31m', None: ''}


def show_found(row):
    if row.get('unit') == 'Ir':
        multiple = f", {row['multiple']:.3f} x its libraries" if 'multiple' in row else ''
        return f"{row['found'] / 1e6:.2f} M{multiple}"
    if 'unit' in row:
        return f"{row['found']:.0f} {row['unit']}"
    return f"{row['found']:.3f}"


def show_spread(row):
    if 'low' not in row:
        return ''
    digits = 0 if 'unit' in row else 3
    return f"{row['low']:.{digits}f} to {row['high']:.{digits}f}"


def cells(row):
    return [row['row'], show_found(row), show_spread(row), row['goal'] or '', MET[row['met']]]


def by_group(results):
    for group, title in GROUPS.items():
        rows = [row for row in results['rows'] if row['group'] == group]
        if rows:
            yield title, rows


def print_table(results):
    coloured = sys.stdout.isatty() and not os.environ.get('NO_COLOR')
    width = max(len(row['row']) for row in results['rows'])
    print(f"{results['machine']}, {results['date']}, {results['rounds']} rounds")
    print('Ratios of times: the median of interleaved pairs, and its quartiles.')
    for title, rows in by_group(results):
        print(f'\n{title}')
        for row in rows:
            name, found, low_high, goal, met = cells(row)
            if coloured and met:
                met = f"{COLOURS[row['met']]}{met}\033[0m"
            print(f'  {name:{width}}  {found:>12}  {low_high:16} {goal:14} {met}'.rstrip())
    print('\nmilliseconds, median and quartiles')
    for name, took in results['milliseconds'].items():
        print(f"  {name:{width}}  {took['found']:12.2f}  {took['low']:.2f} to {took['high']:.2f}")
    for name in results['absent']:
        print(f'\nnot measured: {name}')


def markdown(results, image):
    yield '<!-- SPDX-License-Identifier: BSD-3-Clause -->'
    yield '# What a login by token costs\n'
    yield (f"One run of `scripts/bench` on {results['machine']}, {results['date']}, "
           f"{results['rounds']} rounds. Ratios are of times within the run: the median of interleaved "
           'pairs, and its quartiles. Below 1 is faster than what it is compared with.\n')
    if image:
        yield f'![Ratios and goals]({image})'
    for title, rows in by_group(results):
        yield f'\n## {title}\n'
        yield '| work | found | quartiles | goal | |\n| --- | --- | --- | --- | --- |'
        for row in rows:
            yield f"| {' | '.join(cells(row))} |"
    yield '\n## milliseconds\n\n| work | median | quartiles |\n| --- | --- | --- |'
    for name, took in results['milliseconds'].items():
        yield f"| {name} | {took['found']:.2f} | {took['low']:.2f} to {took['high']:.2f} |"
    for name in results['absent']:
        yield f'\nNot measured: {name}'


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--json', action='store_true')
    parser.add_argument('--svg')
    parser.add_argument('--markdown')
    parser.add_argument('results')
    arguments = parser.parse_args()
    with open(arguments.results, encoding='ascii') as file:
        results = json.load(file)
    if arguments.svg:
        with open(arguments.svg, 'w', encoding='utf-8') as file:
            file.write(picture.draw(results))
    if arguments.markdown:
        folder = os.path.dirname(arguments.markdown)
        image = arguments.svg and os.path.relpath(arguments.svg, folder or '.')
        with open(arguments.markdown, 'w', encoding='utf-8') as file:
            file.write('\n'.join(markdown(results, image)) + '\n')
    if arguments.json:
        print(json.dumps(results, indent=1))
    else:
        print_table(results)
    return 0 if results['complete'] else 1


sys.exit(main())
