"""Boards: a summary as an owner's dashboard: tiles with the time before, pictures with the same as figures. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import msgspec

from bot.answering.charting import Row, chart_of
from bot.answering.figures import Figures, Summary
from bot.answering.listing import Line, listed
from bot.answering.wording import change_text, duration_text, value_text
from bot.cards.cutting import brief
from bot.cards.plaintext import plain

MOST_PEOPLE = 12
"""Reviewers that the map of hours has; the busiest."""
_NAME = 24
_TIMES = {"Half within", "90% within"}
_TILES = (
    ("Proposed", "held"),
    ("In time", "kept_share"),
    ("In time", "median"),
    ("Corrected", "overrides"),
    ("Learned", "feedback_overdue"),
)
"""Section and name of the figures that stand first."""


_ASIDE = {"Money": "Money", "Learned": "Feedback of this time"}
"""Sections whose figures do not say by themselves of what they are."""


class Tile(msgspec.Struct, frozen=True):
    """One figure, large: what it is, how it changed, and what it means."""

    title: str
    text: str
    before: str | None
    """The figure of the time before."""
    change: str | None
    means: str


class Entry(msgspec.Struct, frozen=True):
    """One row of a picture and of its table."""

    label: str
    length: float
    text: str
    before: float | None = None
    before_text: str = ""


class Line24(msgspec.Struct, frozen=True):
    """What one person decided, by the hour of the day."""

    label: str
    hours: tuple[int, ...]


class Plate(msgspec.Struct, frozen=True):
    """One picture: bars (``entries``) or a map of hours (``heat``)."""

    title: str
    means: str
    entries: tuple[Entry, ...] = ()
    heat: tuple[Line24, ...] = ()

    @property
    def compared(self) -> bool:
        """Whether it shows the time before as well."""
        return any(entry.before is not None for entry in self.entries)


Plates = tuple[Plate, ...]


def tiles_of(summary: Summary) -> tuple[Tile, ...]:
    """The figures that stand first, each against the time before."""
    lines = {(line.section, line.name): line for line in listed(summary) if not line.key}
    found = [lines[name] for name in _TILES if name in lines]
    money = next((line for line in lines.values() if line.section == "Money" and line.name == "money_held"), None)
    return tuple(_tile(line) for line in (*found, *([] if money is None else [money])))


def _tile(line: Line) -> Tile:
    before = None if line.before is None else value_text(line.before, line.unit)
    title = f"{_ASIDE[line.section]}: {line.title.lower()}" if line.section in _ASIDE else line.title
    return Tile(title, value_text(line.value, line.unit), before, change_text(line), line.means)


def plates_of(summary: Summary) -> Plates:
    """What is drawn; nothing of what did not happen."""
    chart = chart_of(summary)
    if chart is None:
        return ()
    figures = summary.figures
    currency = figures.amounts[0].currency if figures.amounts else ""
    bars = [
        Plate(panel.title, "", tuple(_entry(row, currency) for row in panel.rows))
        for panel in chart.panels
        if panel.rows
    ]
    return (*bars, *_promise(figures, summary.before), *_feedback(figures), *_heat(summary))


def _entry(row: Row, currency: str) -> Entry:
    said = ""
    if row.before is not None:
        if row.label in _TIMES:
            said = duration_text(int(row.before))
        elif row.text.replace(",", "").isdigit():
            said = f"{int(row.before):,}"
        else:
            said = value_text(Decimal(str(row.before)), currency)
    return Entry(row.label, row.length, row.text, row.before, said)


def _promise(figures: Figures, before: Figures | None) -> Iterator[Plate]:
    def counts(of: Figures) -> dict[str, int]:
        return {
            "In time": of.promise.kept,
            "Late": of.promise.late,
            "Expired": of.promise.expired,
            "Escalated": of.escalated,
        }

    now, then = counts(figures), {} if before is None else counts(before)
    rows = tuple(
        Entry(name, count, f"{count:,}", then.get(name), f"{then[name]:,}" if name in then else "")
        for name, count in now.items()
        if count or then.get(name)
    )
    if rows:
        yield Plate("Promises kept and missed", "Held requests, by the time that was promised when they opened.", rows)


def _feedback(figures: Figures) -> Iterator[Plate]:
    of = figures.feedback
    counts = {"Open": of.open, "Accepted": of.accepted, "Done": of.done, "Declined": of.declined, "Overdue": of.overdue}
    rows = tuple(Entry(name, count, f"{count:,}") for name, count in counts.items() if count)
    if rows:
        yield Plate("Feedback items", "Of the requests of this time; overdue ones are open or accepted too.", rows)


def _heat(summary: Summary) -> Iterator[Plate]:
    people = summary.figures.reviewers[:MOST_PEOPLE]
    if people:
        yield Plate(
            f"Decisions, by person and hour ({summary.period.zone})",
            "Decisions by people in the hour of the day in which they were made; the busiest people first.",
            heat=tuple(Line24(brief(" ".join(plain(one.name).split()), _NAME), one.hours) for one in people),
        )
