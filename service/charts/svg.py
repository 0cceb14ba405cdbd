"""Figures -> SVG that belongs to its page: text stays text, and colours are the page's own.

matplotlib draws; every colour it is given is a stand-in that becomes a CSS variable, so one
drawing serves light, dark and print.  The same figures give the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from service.content.faults import Fault, Faulty

INSTALL = "python -m pip install 'hpp-cds[charts]'"
INK, GRID = "#010203", "#040506"
SERIES = ("#0a0b01", "#0a0b02", "#0a0b03", "#0a0b04", "#0a0b05", "#0a0b06", "#0a0b07", "#0a0b08")
VARIABLES = {INK: "var(--ink)", GRID: "var(--grid)"} | {
    stand_in: f"var(--series-{n})" for n, stand_in in enumerate(SERIES, 1)
}
WIDTH_IN, HEIGHT_IN = 8.0, 3.0
Series = Mapping[str, Sequence[float | None]]


def lines(labels: Sequence[str], series: Series, unit: str, name: str) -> str:
    """One line for each series over the same labels; None is a hole in it."""
    figure, axes = _axes(unit, name)
    for color, (title, values) in zip(_colors(series), series.items(), strict=True):
        points = [float("nan") if value is None else value for value in values]
        axes.plot(range(len(labels)), points, color=color, label=title, marker="o", markersize=3)
    _label_x(axes, labels)
    axes.set_ylim(bottom=0)
    return _finished(figure, axes, len(series))


def stacked(labels: Sequence[str], series: Series, unit: str, name: str) -> str:
    """One bar for each label, in a piece for each series; None is nothing."""
    figure, axes = _axes(unit, name)
    bottom = [0.0] * len(labels)
    for color, (title, values) in zip(_colors(series), series.items(), strict=True):
        heights = [value or 0.0 for value in values]
        axes.bar(range(len(labels)), heights, bottom=bottom, color=color, label=title, width=0.8)
        bottom = [low + height for low, height in zip(bottom, heights, strict=True)]
    axes.set_ylim(0, 1.05 * max(bottom, default=0.0) or 1)  # an empty series would stick to the top
    _label_x(axes, labels)
    return _finished(figure, axes, len(series))


def stacked_across(labels: Sequence[str], series: Series, unit: str, name: str) -> str:
    """The same lying down, the first on top: for labels that are long."""
    figure, axes = _axes("", name, 0.9 + 0.36 * max(1, len(labels)))
    places, left = range(len(labels))[::-1], [0.0] * len(labels)
    for color, (title, values) in zip(_colors(series), series.items(), strict=True):
        widths = [value or 0.0 for value in values]
        axes.barh(places, widths, left=left, color=color, label=title, height=0.7)
        left = [low + width for low, width in zip(left, widths, strict=True)]
    axes.set_yticks(list(places), labels)
    axes.set_xlabel(unit, color=INK, fontsize=9)
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x", color=GRID, linewidth=0.6)
    return _finished(figure, axes, len(series))


def bars(values: Mapping[str, float], unit: str, name: str) -> str:
    """One horizontal bar for each value, the first on top."""
    figure, axes = _axes("", name, 0.6 + 0.32 * max(1, len(values)))
    shown = list(values.items())[::-1]
    drawn = axes.barh([title for title, _ in shown], [value for _, value in shown], color=SERIES[0])
    axes.bar_label(drawn, fmt="%g", color=INK, padding=3, fontsize=9)
    axes.set_xlabel(unit, color=INK, fontsize=9)
    axes.grid(axis="x", color=GRID, linewidth=0.6)
    axes.margins(x=0.12)
    return _finished(figure, axes, 1)


def _colors(series: Series) -> list[str]:
    return [SERIES[n % len(SERIES)] for n in range(len(series))]


def _axes(unit: str, name: str, height_in: float = HEIGHT_IN) -> tuple[Any, Any]:
    """Without pyplot: no state, no display.  name: makes the ids of a drawing its own."""
    try:
        import matplotlib
        from matplotlib.figure import Figure
    except ImportError:
        message = f"charts need more packages: {INSTALL}"
        raise Faulty([Fault("hpp-cds report", "--out", message)]) from None
    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": name})
    figure = Figure(figsize=(WIDTH_IN, height_in), layout="constrained")
    axes = figure.add_subplot()
    axes.set_ylabel(unit, color=INK, fontsize=9)
    axes.tick_params(colors=INK, labelsize=9, length=0)
    axes.set_axisbelow(True)
    axes.grid(axis="y", color=GRID, linewidth=0.6)
    for side in axes.spines.values():
        side.set_visible(False)
    return figure, axes


def _label_x(axes: Any, labels: Sequence[str]) -> None:
    """As many labels as can be read."""
    step = max(1, -(-len(labels) // 10))
    places = range(0, len(labels), step)
    axes.set_xticks(list(places), [labels[n] for n in places])


def _finished(figure: Any, axes: Any, count: int) -> str:
    if count > 1:
        figure.legend(
            loc="outside upper left", ncols=min(4, count), frameon=False, labelcolor=INK, fontsize=9
        )
    out = io.StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))  # no addresses of vocabularies
    figure.savefig(out, format="svg", transparent=True, metadata=nothing)
    return _ours(out.getvalue())


def _ours(written: str) -> str:
    """The drawing alone, with the page's colours and the page's font."""
    drawing = written[written.index("<svg") :]
    for stand_in, variable in VARIABLES.items():
        drawing = drawing.replace(stand_in, variable)
    head, _, rest = drawing.partition(">")
    box = head[head.index("viewBox=") :].split('"')[1]
    return f'<svg viewBox="{box}" role="img" xmlns:xlink="http://www.w3.org/1999/xlink">{rest}'
