"""Plots as SVG text: bars with their intervals, lines, and a scale. Colours are the page's own."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

WIDTH = 620
LEFT, RIGHT = 150, 20
BAR = 22


def bars(rows: Sequence[tuple[str, float, float, float, int]]) -> str:
    """A bar a row, from 0 to 1: its name, value, the ends of its interval and its number of questions."""
    scale = WIDTH - LEFT - RIGHT - 60
    parts = []
    for at, (name, value, low, high, n) in enumerate(rows):
        y = at * BAR + 6
        x, a, b = (LEFT + scale * v for v in (value, low, high))
        parts.append(
            f'<text x="{LEFT - 8}" y="{y + 11}" text-anchor="end">{escape(name)}</text>'
            f'<rect x="{LEFT}" y="{y}" width="{x - LEFT:.1f}" height="14" class="bar"/>'
            f'<path d="M{a:.1f} {y + 7}H{b:.1f}M{a:.1f} {y + 3}v8M{b:.1f} {y + 3}v8" class="whisker"/>'
            f'<text x="{LEFT + scale + 8}" y="{y + 11}">{value:.2f} of {n}</text>'
        )
    return _svg(len(rows) * BAR + 12, "".join(parts))


def line(ys: Sequence[float], bottom: str, side: str, floor: Sequence[float] = (), top: float = 1.0) -> str:
    """`ys`, each from 0 to `top`, over their share of the whole; `floor` the same, dashed. The axes' names are given."""
    height = 260
    w, h = WIDTH - LEFT - RIGHT, height - 60
    grid = "".join(
        f'<path d="M{LEFT} {20 + h * (1 - t):.1f}h{w}" class="grid"/>'
        f'<text x="{LEFT - 8}" y="{24 + h * (1 - t):.1f}" text-anchor="end">{t * top:.4g}</text>'
        f'<text x="{LEFT + w * t:.1f}" y="{h + 36}" text-anchor="middle">{t:.4g}</text>'
        for t in (0, 0.25, 0.5, 0.75, 1)
    )

    def path(values: Sequence[float], kind: str) -> str:
        points = (
            f"{LEFT + w * i / len(values):.1f},{20 + h * (1 - min(v, top) / top):.1f}"
            for i, v in enumerate(values, 1)
        )
        return f'<polyline points="{" ".join(points)}" class="{kind}"/>'

    names = (
        f'<text x="{LEFT + w / 2}" y="{height - 6}" text-anchor="middle">{escape(bottom)}</text>'
        f'<text x="16" y="{20 + h / 2}">{escape(side)}</text>'
    )
    return _svg(height, grid + path(ys, "curve") + (path(floor, "floor") if floor else "") + names)


def _svg(height: int, inside: str) -> str:
    return f'<svg viewBox="0 0 {WIDTH} {height}" role="img">{inside}</svg>'
