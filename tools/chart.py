"""Charts as SVG: lines or steps over a common axis, tables, and sheets of both.

Written by hand rather than by a plotting library: the pictures are small and the same every time, and a review can read
what has changed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from html import escape
from typing import NamedTuple

WIDTH, HEIGHT = 760, 260
LEFT, RIGHT, TOP, BELOW = 64, 16, 34, 26  # room around the curves
LEGEND = 18  # height of a line of the legend
COLOURS = ("#1f6fb4", "#d1622b", "#2f8f4e", "#8a4fbf", "#b0862a", "#c23b5a", "#4aa3a8", "#6b6b6b")


class Line(NamedTuple):
    """One series: its name and its points (across, up)."""

    name: str
    points: Sequence[tuple[float, float]]


def chart(
    title: str,
    lines: Sequence[Line],
    *,
    unit: str = "",
    across: Callable[[float], str] = "{:g}".format,
    stepped: bool = False,
) -> str:
    """The SVG of `lines`; `across` names a place on the lower axis, `stepped` holds each value until the next."""
    points = [point for line in lines for point in line.points]
    low, high = min(x for x, _ in points), max(x for x, _ in points)
    ticks = _ticks(max(max(y for _, y in points), 0.0))
    shelf = HEIGHT + LEGEND * math.ceil(len(lines) / 2)

    def place(x: float, y: float) -> tuple[float, float]:
        right = LEFT + (x - low) / ((high - low) or 1) * (WIDTH - LEFT - RIGHT)
        return right, HEIGHT - BELOW - y / ticks[-1] * (HEIGHT - BELOW - TOP)

    drawn = [_text(LEFT, 20, title, "start", bold=True)]
    for tick in ticks:
        _, y = place(low, tick)
        drawn.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        drawn.append(_text(LEFT - 6, y + 4, f"{tick:,g} {unit}".strip(), "end"))
    for share, anchor in ((0.0, "start"), (0.5, "middle"), (1.0, "end")):
        x, _ = place(low + share * (high - low), 0)
        drawn.append(_text(x, HEIGHT - 8, across(low + share * (high - low)), anchor))
    for number, line in enumerate(lines):
        colour = COLOURS[number % len(COLOURS)]
        drawn.append(_curve([place(*point) for point in line.points], colour, stepped))
        x, y = LEFT + (number % 2) * (WIDTH - LEFT) / 2, HEIGHT + LEGEND * (number // 2)
        drawn.append(f'<rect x="{x:.0f}" y="{y + 2}" width="12" height="3" fill="{colour}"/>')
        drawn.append(_text(x + 18, y + 8, line.name, "start"))
    return _svg(shelf, "\n".join(drawn))


def table(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The SVG of a table: the first column to the left, the others to the right."""
    shares = [max(len(heading), 6) + 3 for heading in headings[1:]]
    ends = [WIDTH - RIGHT - sum(shares[place + 1 :]) * 6.2 for place in range(len(shares))]
    drawn = [_text(LEFT / 4, 20, title, "start", bold=True)]
    for number, cells in enumerate((headings, *rows)):
        y = 44 + 18 * number
        drawn.append(_text(LEFT / 4, y, cells[0], "start", bold=not number))
        for end, cell in zip(ends, cells[1:], strict=True):
            drawn.append(_text(end, y, cell, "end", bold=not number))
        drawn.append(f'<path d="M{LEFT / 4} {y + 5}H{WIDTH - RIGHT}" stroke="#ddd"/>')
    return _svg(62 + 18 * len(rows), "\n".join(drawn))


def sheet(title: str, pictures: Sequence[str]) -> str:
    """Several pictures under one another, under a title."""
    drawn, y = [_text(LEFT / 4, 24, title, "start", bold=True)], 36
    for picture in pictures:
        height = int(picture.split('viewBox="0 0 ', 1)[1].split('"', 1)[0].split()[1])
        drawn.append(picture.replace("<svg ", f'<svg y="{y}" width="{WIDTH}" height="{height}" ', 1).rstrip())
        y += height + 8
    return _svg(y, "\n".join(drawn))


def _svg(height: int, body: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" '
        f'font-size="11">\n<rect width="100%" height="100%" fill="#fff"/>\n{body}\n</svg>\n'
    )


def _ticks(most: float) -> list[float]:
    """Round values from 0 to at least `most`, four or five of them."""
    if most <= 0:
        return [0.0, 1.0]
    step = 10 ** math.floor(math.log10(most))
    step = next(step * part for part in (0.2, 0.25, 0.5, 1, 2, 2.5) if most / (step * part) <= 5)
    return [step * number for number in range(math.ceil(most / step - 1e-9) + 1)]


def _curve(points: Sequence[tuple[float, float]], colour: str, stepped: bool) -> str:
    (x, y), *rest = points
    path = f"M{x:.1f} {y:.1f}"
    path += "".join(f"H{x:.1f}V{y:.1f}" if stepped else f"L{x:.1f} {y:.1f}" for x, y in rest)
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>'


def _text(x: float, y: float, says: str, anchor: str, *, bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}"{weight} fill="#222">{escape(says)}</text>'
