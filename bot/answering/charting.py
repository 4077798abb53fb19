"""Charting: what of a summary is drawn, for a phone: a few bars with their numbers, and the same in words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal

import msgspec

from bot.answering.figures import Amounts, Figures, Summary
from bot.answering.wording import duration_text, heading, headline, value_text
from bot.cards.cutting import cut
from bot.cards.plaintext import plain

_LABEL = 18
_ROWS = 6
"""Bars of a panel."""


Draw = Callable[["Chart", int], Awaitable[bytes | None]]
"""Makes a PNG of a chart, 3.6 inches wide at so many pixels an inch; None when that is not possible now."""


class Row(msgspec.Struct, frozen=True):
    """One bar: how long it is, what is written beside it, and how long it was before; None where that is not known."""

    label: str
    length: float
    text: str
    before: float | None = None


class Panel(msgspec.Struct, frozen=True):
    """A few bars of one measure."""

    title: str
    rows: tuple[Row, ...]


class Chart(msgspec.Struct, frozen=True):
    """A picture of a summary. ``hours``: decisions by the hour of the day, none of them where nothing is to show."""

    title: str
    subtitle: str
    panels: tuple[Panel, ...]
    hours: tuple[int, ...] = ()
    zone: str = ""
    compared: bool = False
    """Whether marks show the time before."""


def chart_of(summary: Summary) -> Chart | None:
    """What is drawn of a summary; None where nothing happened. Pure."""
    if summary.nothing:
        return None
    figures, before = summary.figures, summary.before
    panels = (
        _verdicts(figures) if not figures.volumes.held else _ended(figures, before),
        _times(summary),
        *(_money(amounts, before) for amounts in figures.amounts[:1]),
        _corrected(figures),
    )
    return Chart(
        title=heading(summary),
        subtitle=headline(summary),
        panels=tuple(panel for panel in panels if panel is not None and panel.rows),
        hours=figures.hours if any(figures.hours) else (),
        zone=summary.period.zone,
        compared=before is not None,
    )


def alt_text(chart: Chart) -> str:
    """Everything that the picture shows, in sentences, for whoever does not see it."""
    said = [f"Chart. {chart.title}." if chart.title else "Chart."]
    for panel in chart.panels:
        rows = ", ".join(f"{row.label} {row.text}" for row in panel.rows)
        said.append(f"{panel.title}: {rows}.")
    hours = [f"{hour:02}:00 {count:,}" for hour, count in enumerate(chart.hours) if count]
    if hours:
        said.append(f"Decisions by hour of the day ({chart.zone}): {', '.join(hours)}.")
    return " ".join(said)


def _verdicts(figures: Figures) -> Panel:
    volumes = figures.volumes
    names = {"allowed": "Allowed", "blocked": "Blocked", "followed": "Taken up as edited"}
    rows = tuple(Row(title, n, f"{n:,}") for name, title in names.items() if (n := getattr(volumes, name)))
    return Panel(f"{volumes.opened:,} proposed, none held", rows)


def _ended(figures: Figures, before: Figures | None) -> Panel | None:
    decisions, then = figures.decisions, None if before is None else before.decisions
    names = {
        "approved": "Approved",
        "edited": "Edited",
        "rejected": "Rejected",
        "expired": "Expired",
        "cancelled": "Cancelled",
        "waiting": "Waiting",
    }
    rows = tuple(
        Row(title, count, f"{count:,}", None if then is None else getattr(then, name))
        for name, title in names.items()
        if (count := getattr(decisions, name))
    )
    return Panel(f"{figures.volumes.held:,} held: how they ended", rows) if rows else None


def _times(summary: Summary) -> Panel | None:
    figures, then = summary.figures, summary.before
    times, promise = figures.times, figures.promise
    if times.median is None or times.p90 is None:
        return None
    said = "" if promise.share is None else f" ({promise.share:.0%} in time)"
    early = None if then is None else then.times
    rows = (
        Row("Half within", times.median, duration_text(times.median), None if early is None else early.median),
        Row("90% within", times.p90, duration_text(times.p90), None if early is None else early.p90),
    )
    return Panel(f"Time to decide{said}", rows)


def _money(amounts: Amounts, before: Figures | None) -> Panel | None:
    names = {
        "approved": "Approved",
        "edited_down": "Edited down",
        "refused": "Refused",
        "expired": "Expired",
        "waiting": "Waiting",
    }
    earlier = () if before is None else before.amounts
    then = next((one for one in earlier if one.currency == amounts.currency), None)
    rows = tuple(
        Row(title, float(amount), value_text(amount, amounts.currency), None if then is None else _float(then, name))
        for name, title in names.items()
        if (amount := getattr(amounts, name)) > 0
    )
    return Panel(f"{value_text(amounts.held, amounts.currency)} held", rows) if rows else None


def _float(amounts: Amounts, name: str) -> float:
    found: Decimal = getattr(amounts, name)
    return float(found)


def _corrected(figures: Figures) -> Panel | None:
    overrides = figures.overrides
    rows = tuple(
        Row(_short(part.title), part.count, f"{part.count:,}") for part in overrides.by_reason[:_ROWS] if part.count
    )
    return Panel(f"{overrides.count:,} of {overrides.decided:,} corrected, by reason", rows) if rows else None


def _short(text: str) -> str:
    return cut(" ".join(plain(text).split()), _LABEL)
