"""Pictures for pages: ``python -m adapters.charts.vectors`` reads plates as JSON and writes each as two SVGs.

One is for a light ground and one for a dark one; text is drawn as outlines, so that it is the same everywhere. What a
picture shows stands beside it as a table: nobody needs it to be read aloud.
"""

from __future__ import annotations

import io
import sys
from typing import Any

import msgspec

from bot.answering.boards import Plate, Plates

WIDTH = 4.4
"""Inches."""
_ROW, _EDGE = 0.32, 0.14
_LABELS, _LETTER, _LONGEST = 0.32, 0.032, 15


class Scheme(msgspec.Struct, frozen=True):
    """Colours; texts have 4.5 to 1 with the ground, bars and marks 3 to 1, as WCAG 2.2 asks for."""

    ground: str
    ink: str
    faint: str
    bar: str
    before: str


LIGHT = Scheme("#ffffff", "#1d2522", "#586461", "#17604a", "#c2571a")
DARK = Scheme("#1b211e", "#e7ece9", "#a2aea9", "#7fd1ae", "#f0a35e")


def paint(plates: Plates) -> list[tuple[str, str]]:
    """Every plate as SVG, light and dark."""
    import matplotlib as mpl  # noqa: PLC0415 - a second, which nobody else is to wait for

    mpl.use("svg")
    mpl.rcParams.update({"font.family": ["DejaVu Sans"], "text.parse_math": False, "svg.hashsalt": "signoff"})
    return [(_svg(plate, LIGHT), _svg(plate, DARK)) for plate in plates]


def _svg(plate: Plate, scheme: Scheme) -> str:
    from matplotlib.figure import Figure  # noqa: PLC0415 - as above

    rows = len(plate.heat) + 2 if plate.heat else len(plate.entries)
    figure = Figure(figsize=(WIDTH * (2.2 if plate.heat else 1), _ROW * rows + 2 * _EDGE), facecolor="none")
    (_heat if plate.heat else _bars)(figure, plate, scheme)
    to = io.StringIO()
    figure.savefig(to, format="svg", facecolor="none", metadata={"Date": None, "Creator": None})
    return to.getvalue()


def _bars(figure: Any, plate: Plate, scheme: Scheme) -> None:  # noqa: ANN401 - imported late
    axes = figure.add_axes((_LABELS, 0.04, 0.99 - _LABELS, 0.92))
    entries = plate.entries
    most = max(max(one.length, one.before or 0) for one in entries) or 1
    for place, one in enumerate(entries):
        axes.barh(place, one.length, height=0.6, color=scheme.bar)
        if one.before is not None:
            axes.plot([one.before, one.before], [place - 0.4, place + 0.4], color=scheme.before, linewidth=2.2)
        farthest = max(one.length, one.before or 0)
        axes.text(farthest + most * 0.025, place, one.text, va="center", fontsize=11, color=scheme.ink)
        label = one.label if len(one.label) <= _LONGEST else one.label[: _LONGEST - 1] + "…"
        axes.text(-most * 0.03, place, label, va="center", ha="right", fontsize=11, color=scheme.ink)
    longest = max(len(one.text) for one in entries)
    axes.set_xlim(0, most * 1.04 / (1 - min(_LETTER * longest, 0.6)))
    axes.set_ylim(len(entries) - 0.5, -0.5)
    axes.set_axis_off()


def _heat(figure: Any, plate: Plate, scheme: Scheme) -> None:  # noqa: ANN401 - as above
    from matplotlib.colors import LinearSegmentedColormap  # noqa: PLC0415 - as above

    axes = figure.add_axes((0.16, 0.02, 0.83, 0.84))
    most = max(max(line.hours) for line in plate.heat) or 1
    shades = LinearSegmentedColormap.from_list("load", [scheme.ground, scheme.bar])
    axes.imshow([line.hours for line in plate.heat], cmap=shades, vmin=0, vmax=most, aspect="auto")
    for row, line in enumerate(plate.heat):
        for hour, count in enumerate(line.hours):
            if count:
                dark = count > most * 0.55
                axes.text(
                    hour, row, f"{count:,}", ha="center", va="center", fontsize=9,
                    color=scheme.ground if dark else scheme.ink,
                )  # fmt: skip
    axes.set_yticks(range(len(plate.heat)), [line.label for line in plate.heat])
    axes.set_xticks(range(0, 24, 2), [f"{hour:02}" for hour in range(0, 24, 2)])
    axes.xaxis.tick_top()
    axes.tick_params(length=0, labelsize=10, colors=scheme.ink)
    axes.set_xticks([hour - 0.5 for hour in range(25)], minor=True)
    axes.set_yticks([row - 0.5 for row in range(len(plate.heat) + 1)], minor=True)
    axes.grid(which="minor", color=scheme.faint, linewidth=0.4, alpha=0.5)
    axes.tick_params(which="minor", length=0)
    for side in axes.spines.values():
        side.set_visible(False)


def _main() -> None:
    plates = msgspec.json.decode(sys.stdin.buffer.read(), type=Plates)
    sys.stdout.buffer.write(msgspec.json.encode(paint(plates)))


if __name__ == "__main__":
    _main()
