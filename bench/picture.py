# SPDX-License-Identifier: BSD-3-Clause
"""The ratios as bars: length is the ratio, the whisker its quartiles, the mark the goal."""
import math
import re
from xml.sax.saxutils import escape

WIDTH, LABELS, ROW, TOP = 960, 470, 24, 44
SCALE_END = 3.0  # bars beyond it are cut, and say their number
COLOURS = {True: '#2e7d32', False: '#c62828', None: '#607d8b'}
STYLE = ('text{font:13px sans-serif;fill:#222}.small{fill:#666;font-size:12px}'
         '@media(prefers-color-scheme:dark){text{fill:#ddd}.small{fill:#aaa}}')


def at(value, end):
    return LABELS + min(value, end) / end * (WIDTH - LABELS - 70)


def limit(row):
    numbers = re.findall(r'\d+(?:\.\d+)?', row['goal'] or '')
    return float(numbers[0]) if numbers and 'equal' not in row['goal'] else 1 if numbers else None


def bar(row, y, end):
    found, x = row['found'], at(row['found'], end)
    yield f'<text x="{LABELS - 8}" y="{y + 13}" text-anchor="end">{escape(row["row"])}</text>'
    yield (f'<rect x="{LABELS}" y="{y + 2}" width="{x - LABELS:.1f}" height="14" '
           f'fill="{COLOURS[row["met"]]}"/>')
    low, high = at(row.get('low', found), end), at(row.get('high', found), end)
    yield f'<path d="M{low:.1f} {y + 9}H{high:.1f}" stroke="#888" stroke-width="2"/>'
    goal = limit(row)
    if goal is not None:
        mark = at(goal, end)
        yield f'<path d="M{mark:.1f} {y - 1}V{y + 19}" stroke="#f9a825" stroke-width="3"/>'
    yield f'<text x="{max(x, high) + 7:.1f}" y="{y + 13}">{found:.2f}</text>'


def axis(bottom, end):
    for tick in range(math.floor(end) + 1):
        x = at(tick, end)
        yield f'<path d="M{x:.1f} {TOP - 6}V{bottom}" stroke="#8884"/>'
        yield (f'<text class="small" x="{x:.1f}" y="{TOP - 12}" text-anchor="middle">'
               f'{tick}</text>')


def draw(results):
    rows = [row for row in results['rows'] if 'unit' not in row]
    end = min(SCALE_END, math.ceil(max(row['found'] for row in rows)))
    bottom = TOP + ROW * len(rows)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {bottom + 30}" '
             f'role="img" aria-label="Ratios of times, with goals">',
             '<!-- SPDX-License-Identifier: BSD-3-Clause -->', f'<style>{STYLE}</style>',
             *axis(bottom, end)]
    for number, row in enumerate(rows):
        parts += bar(row, TOP + ROW * number, end)
    parts.append(f'<text class="small" x="{LABELS}" y="{bottom + 18}">ratio of times; green or red: '
                 'goal met or missed; yellow: the goal</text></svg>')
    return '\n'.join(parts) + '\n'
