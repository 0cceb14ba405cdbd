"""`python -m tests.bench chart`: cost against the number of results, drawn for the README.

The results hold nothing that is not read, so that 4,000 of them stay below the limit on the
members of a request.  CPU time of this machine; only the shapes and the distance mean much.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.bench.bodies import SIZES, body
from tests.bench.measure import Arm, milliseconds
from tests.bench.process import ROOT

FILE = ROOT / ".readme" / "cost.svg"
COUNTS = (10, 30, 100, 300, 1000, 2000, 4000)
WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 720, 400, 70, 340, 30
RIGHT = WIDTH - 110
COLOURS = {"judgement": "#b3261e", "parsing only": "#5f6368"}


@dataclass(frozen=True)
class Point:
    count: int
    judged: float
    parsed: float


def measure(judged: Arm, parsed: Arm) -> list[Point]:
    """Milliseconds for each number of results, with a typical chart around them."""
    found = []
    for count in COUNTS:
        size = replace(SIZES["typical"], results=count)
        bodies = [body(number, size, lean=True) for number in range(8)]
        rounds = max(5, 3000 // count // len(bodies))
        milliseconds(judged, bodies, 1, judged=True)
        found.append(
            Point(count, milliseconds(judged, bodies, rounds), milliseconds(parsed, bodies, rounds))
        )
    return found


def draw(points: Sequence[Point], file: Path = FILE) -> None:
    """Both costs on logarithmic axes, and the straight line that our last points would lie on."""
    y = _scale([p.judged for p in points] + [p.parsed for p in points], BOTTOM, TOP)
    x = _scale([p.count for p in points], LEFT, RIGHT)
    last = points[-1]
    straight = [(x(p.count), y(last.judged * p.count / last.count)) for p in points]
    parts = [
        *_grid(x, y, points),
        _line([p for p in straight if p[1] <= BOTTOM], "#b3261e", dashed=True),
        _line([(x(p.count), y(p.judged)) for p in points], COLOURS["judgement"]),
        _line([(x(p.count), y(p.parsed)) for p in points], COLOURS["parsing only"]),
        _text(RIGHT + 8, y(last.judged) + 4, "judgement", COLOURS["judgement"]),
        _text(RIGHT + 8, y(last.parsed) + 4, "parsing only", COLOURS["parsing only"]),
    ]
    file.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="12">\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n",
        "utf-8",
    )


@dataclass(frozen=True)
class _Scale:
    lowest: float
    highest: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        part = math.log(value / self.lowest) / math.log(self.highest / self.lowest)
        return self.start + part * (self.end - self.start)


def _scale(values: Iterable[float], start: float, end: float) -> _Scale:
    known = list(values)
    return _Scale(min(known) * 0.9, max(known) * 1.1, start, end)


def _grid(x: _Scale, y: _Scale, points: Sequence[Point]) -> Iterable[str]:
    for point in points:
        yield _line([(x(point.count), BOTTOM), (x(point.count), TOP)], "#e8eaed")
        yield _text(x(point.count), BOTTOM + 18, f"{point.count:,}", middle=True)
    for power in range(-2, 4):
        for step in (1, 2, 5):
            value = step * 10.0**power
            if y.lowest <= value <= y.highest:
                yield _line([(LEFT, y(value)), (RIGHT, y(value))], "#e8eaed")
                yield _text(LEFT - 48, y(value) + 4, f"{value:g} ms")
    yield _text((LEFT + RIGHT) / 2, BOTTOM + 42, "results in the chart", middle=True)


def _line(points: Sequence[tuple[float, float]], colour: str, *, dashed: bool = False) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dashes = ' stroke-dasharray="3 4"' if dashed else ""
    width = 1 if dashed or colour == "#e8eaed" else 2
    return (
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"{dashes}/>'
    )


def _text(x: float, y: float, said: str, colour: str = "#3c4043", *, middle: bool = False) -> str:
    anchor = ' text-anchor="middle"' if middle else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}"{anchor}>{said}</text>'


def main(judged: Arm, parsed: Arm) -> None:
    points = measure(judged, parsed)
    print("| results | judgement ms | parsing ms | µs a result |\n| --- | --- | --- | --- |")
    for point in points:
        each = point.judged / point.count * 1000
        print(f"| {point.count} | {point.judged:.2f} | {point.parsed:.2f} | {each:.0f} |")
    draw(points)
