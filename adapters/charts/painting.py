"""Painting: ``python -m adapters.charts.painting`` reads a chart as JSON and writes a PNG.

The picture is opaque, so that it reads the same on a light ground and on a dark one, 360 points wide at twice the
pixels, so that it fills a phone without being scaled, and of few colours, so that it fits into a message.
"""

from __future__ import annotations

import io
import sys
import textwrap
from typing import TYPE_CHECKING, Any

import msgspec

from bot.answering.charting import Chart, Panel

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, DPI = 3.6, 200
"""Inches and pixels an inch: 720 pixels."""
GROUND, INK, FAINT, BAR, BEFORE = "#f7f8fa", "#1c2530", "#5b6673", "#2f6fb2", "#c2571a"
"""Contrast with the ground as WCAG 2.2 asks for: 4.5 or more of texts, 3 or more of bars and marks."""
_SHADES = {INK: (0.75, 0.5, 0.25), FAINT: (0.5,), BAR: (0.5,), BEFORE: (0.5,)}
"""How much of a colour stands at the edges of what is drawn in it; few, so that the picture fits into a message."""
_BAR, _PANEL, _HOURS, _FOOT = 0.26, 0.44, 1.0, 0.36
_TITLE, _SAID = 0.24, 0.18
"""Inches of a line of the title, and of what is said below it."""
_LETTER = 0.042
"""The part of the bars' width that a letter beside them takes."""
_LABELS = 0.38
"""The part of the width that labels take."""


def paint(chart: Chart, dpi: int = DPI) -> bytes:
    """The picture as a PNG; 200 pixels an inch make 720 of its width."""
    import matplotlib as mpl  # noqa: PLC0415 - a second, which nobody else is to wait for

    mpl.use("agg")
    mpl.rcParams["font.family"] = ["DejaVu Sans"]
    mpl.rcParams["text.parse_math"] = False
    from matplotlib.figure import Figure  # noqa: PLC0415 - as above

    title, said = textwrap.wrap(chart.title, 30)[:2], textwrap.wrap(chart.subtitle, 46)[:5]
    head = (0.2 if title else 0.0) + _TITLE * len(title) + _SAID * len(said)
    heights = [_PANEL + _BAR * len(panel.rows) for panel in chart.panels]
    total = head + sum(heights) + (_PANEL + _HOURS if chart.hours else 0) + _FOOT
    figure = Figure(figsize=(WIDTH, total), dpi=dpi, facecolor=GROUND)
    _write_head(figure, title, said, total)
    y = total - head
    for panel, height in zip(chart.panels, heights, strict=True):
        _bars(figure, panel, (y - height) / total, height / total, total)
        y -= height
    if chart.hours:
        _hours(figure, chart, y, total)
    if chart.compared:
        figure.text(0.05, 0.12 / total, "Orange: the time before", fontsize=8, color=FAINT)
    return _png(figure, dpi)


def _write_head(figure: Any, title: list[str], said: list[str], total: float) -> None:  # noqa: ANN401 - imported late
    """The title and what to know first."""
    y = total - 0.1
    for line in title:
        y -= _TITLE
        figure.text(0.05, y / total, line, fontsize=12.5, fontweight="bold", color=INK)
    y -= 0.04
    for line in said:
        y -= _SAID
        figure.text(0.05, y / total, line, fontsize=9, color=INK)


def _bars(figure: Any, panel: Panel, bottom: float, height: float, total: float) -> None:  # noqa: ANN401 - as above
    """Labels at the left, bars with their numbers at the right, a mark for the time before."""
    figure.text(0.05, bottom + height - 0.28 / total, panel.title, fontsize=10, fontweight="bold", color=INK)
    inner = _BAR * len(panel.rows) / total
    axes: Axes = figure.add_axes((_LABELS, bottom, 0.95 - _LABELS, inner))
    most = max([row.length for row in panel.rows] + [row.before or 0 for row in panel.rows]) or 1
    for place, row in enumerate(panel.rows):
        axes.barh(place, row.length, height=0.62, color=BAR)
        if row.before is not None:
            axes.plot([row.before, row.before], [place - 0.4, place + 0.4], color=BEFORE, linewidth=1.8)
        farthest = max(row.length, row.before or 0)
        axes.text(farthest + most * 0.03, place, row.text, va="center", fontsize=9, color=INK)
        axes.text(-most * 0.04, place, row.label, va="center", ha="right", fontsize=9, color=INK)
    longest = max(len(row.text) for row in panel.rows)
    axes.set_xlim(0, most * 1.06 / (1 - min(_LETTER * longest, 0.6)))
    axes.set_ylim(len(panel.rows) - 0.5, -0.5)
    axes.set_axis_off()


def _hours(figure: Any, chart: Chart, y: float, total: float) -> None:  # noqa: ANN401 - as above
    title = f"Decided, by hour ({chart.zone})"
    figure.text(0.05, (y - 0.25) / total, title, fontsize=10, fontweight="bold", color=INK)
    axes: Axes = figure.add_axes((0.07, (y - _PANEL - _HOURS + 0.3) / total, 0.88, (_HOURS - 0.3) / total))
    axes.bar(range(24), chart.hours, width=0.72, color=BAR)
    most = max(chart.hours)
    for hour, count in enumerate(chart.hours):
        if count == most:
            axes.text(hour, count, f"{count:,}", ha="center", va="bottom", fontsize=8.5, color=INK)
    axes.set_xticks(range(0, 24, 3), [f"{hour:02}" for hour in range(0, 24, 3)])
    axes.tick_params(axis="x", labelsize=8.5, colors=INK, length=2)
    axes.set_yticks([])
    axes.set_facecolor(GROUND)
    axes.set_xlim(-0.7, 23.7)
    axes.set_ylim(0, most * 1.25)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(FAINT)


def _png(figure: Any, dpi: int) -> bytes:  # noqa: ANN401 - as above
    from PIL import Image  # noqa: PLC0415 - as above

    drawn, small = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png", dpi=dpi, facecolor=GROUND)
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for colour in _palette() for part in colour])
    picture = Image.open(drawn).convert("RGB").quantize(palette=palette, dither=Image.Dither.NONE)
    picture.save(small, format="png", optimize=True)
    return small.getvalue()


def _palette() -> list[tuple[int, ...]]:
    """Every colour that a picture has."""
    ground = _rgb(GROUND)
    shades = [(colour, share) for colour, shares in _SHADES.items() for share in (1.0, *shares)]
    mixed = [
        tuple(round(a * share + b * (1 - share)) for a, b in zip(_rgb(colour), ground, strict=True))
        for colour, share in shades
    ]
    return [ground, *mixed]


def _rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour.removeprefix("#")))


def _main() -> None:
    chart = msgspec.json.decode(sys.stdin.buffer.read(), type=Chart)
    sys.stdout.buffer.write(paint(chart, *map(int, sys.argv[1:2])))


if __name__ == "__main__":
    _main()
