"""The figures as a sheet: one a line, with its section and its subject, for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from bot.answering.sheets import inert
from bot.simulating.figures import Figures, Promise, Wait

COLUMNS = ("section", "subject", "figure", "value")
_Row = tuple[str, str, str, str]


def csv_of(figures: Figures) -> str:
    """The whole sheet: seconds to a thousandth, instants in UTC; no text is one that a spreadsheet carries out."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in _rows(figures):
        writer.writerow([inert(one) for one in row])
    return out.getvalue()


def _rows(figures: Figures) -> Iterator[_Row]:
    yield from (
        ("simulation", "", "policy", figures.policy),
        ("simulation", "", "start", figures.start.isoformat()),
        ("simulation", "", "end", figures.end.isoformat()),
        ("simulation", "", "timezone", figures.timezone),
        ("simulation", "", "seed", str(figures.seed)),
    )
    for number, sentence in enumerate(figures.assumptions, 1):
        yield "simulation", str(number), "assumption", sentence
    for name in ("arrived", "allowed", "blocked", "elsewhere", "held", "unsignable", "reminders", "claims_over"):
        yield "requests", "", name, str(getattr(figures, name))
    yield from _promise("requests", "", figures.promise)
    for step in figures.steps:
        yield "escalations", step.owner, f"step {step.step}", str(step.count)
    yield from _wait("until_taken", "", figures.until_taken)
    yield from _wait("until_decided", "", figures.until_decided)
    yield "queue", "", "most_waiting", str(figures.most_waiting)
    for owner in figures.owners:
        yield from _promise("owner", owner.owner, owner.promise)
        yield "owner", owner.owner, "reminders", str(owner.reminders)
        yield from _wait("owner_until_decided", owner.owner, owner.wait)
    yield from _people(figures)
    for hour in figures.hours:
        for name in ("held", "reviews", "breaches", "most_waiting"):
            yield "hour", str(hour.hour), name, str(getattr(hour, name))
        yield "hour", str(hour.hour), "mean_waiting", _number(hour.mean_waiting)
        yield "hour", str(hour.hour), "mean_busy", _number(hour.mean_busy)


def _people(figures: Figures) -> Iterator[_Row]:
    for person in figures.people:
        for name in ("reviews", "lost", "most_an_hour"):
            yield "person", person.person, name, str(getattr(person, name))
        for name in ("busy_seconds", "open_seconds", "busy_share", "an_hour"):
            yield "person", person.person, name, _number(getattr(person, name))


def _promise(section: str, subject: str, promise: Promise) -> Iterator[_Row]:
    for name in ("held", "decided", "within", "late", "expired", "breaches"):
        yield section, subject, name, str(getattr(promise, name))


def _wait(section: str, subject: str, wait: Wait) -> Iterator[_Row]:
    yield section, subject, "count", str(wait.count)
    for name in ("mean", "median", "p90", "p99", "longest"):
        yield section, subject, name, _number(getattr(wait, name))


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
