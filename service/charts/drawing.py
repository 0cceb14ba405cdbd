"""Charts as SVG text: no script, no font, no address, and colours that follow light and dark."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from datetime import date

import matplotlib

matplotlib.use("svg")
from matplotlib.axes import Axes
from matplotlib.figure import Figure

WIDTH_IN, HEIGHT_IN = 7.2, 3.0
# Eight that people who see few colours can tell apart (Okabe and Ito); ink follows the page.
COLOURS = (
    "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#999999", "#b8a800",
)  # fmt: skip
_INK = "#123456"  # stands for the page's own colour of text until the drawing is done
_HEAD = re.compile(r"^.*?(?=<svg)|<metadata>.*?</metadata>", re.DOTALL)


def bars(
    title: str, categories: Sequence[str], series: Mapping[str, Sequence[float]], unit: str
) -> str:
    """Stacked bars: one for each category, one layer for each series."""
    figure, axes = _axes(unit)
    bottom = [0.0] * len(categories)
    for (name, values), colour in zip(series.items(), _colours(), strict=False):
        axes.bar(categories, values, bottom=bottom, label=name, color=colour, width=0.7)
        bottom = [low + value for low, value in zip(bottom, values, strict=True)]
    axes.tick_params(axis="x", labelrotation=30 if len(categories) > 5 else 0)
    return _drawn(figure, axes, title, legend=len(series) > 1)


def lines(
    title: str, days: Sequence[date], series: Mapping[str, Sequence[float]], unit: str
) -> str:
    """One line for each series over the same days."""
    figure, axes = _axes(unit)
    for (name, values), colour in zip(series.items(), _colours(), strict=False):
        axes.plot(list(days), values, label=name, color=colour, linewidth=1.8)  # type: ignore[arg-type]
    axes.set_ylim(bottom=0)
    figure.autofmt_xdate(rotation=30)
    return _drawn(figure, axes, title, legend=len(series) > 1)


def _colours() -> Sequence[str]:
    return COLOURS * 3


def _axes(unit: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(WIDTH_IN, HEIGHT_IN), layout="constrained")
    axes = figure.add_subplot()
    axes.set_ylabel(unit)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return figure, axes


def _drawn(figure: Figure, axes: Axes, title: str, *, legend: bool) -> str:
    """SVG with the title for readers of the page, its text as text."""
    if legend:
        axes.legend(frameon=False, fontsize="small", ncols=3, loc="upper left", labelcolor=_INK)
    axes.tick_params(colors=_INK)
    axes.yaxis.label.set_color(_INK)
    for spine in axes.spines.values():
        spine.set_color(_INK)
    sink = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": title}):
        figure.savefig(
            sink, format="svg", transparent=True, metadata={"Title": title, "Date": None}
        )
    drawing = _HEAD.sub("", sink.getvalue())
    described = f'<svg role="img" aria-label="{_attribute(title)}"'
    return drawing.replace("<svg", described, 1).replace(_INK, "currentColor")


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
