"""The signals for machines: as an object, and as a sheet that spreadsheets read and don't execute."""

from __future__ import annotations

import csv
import io
from typing import Any

import msgspec

from bot.answering.sheets import inert
from bot.friction.listing import Line, Value, listed
from bot.friction.signals import Friction, Hints
from bot.friction.telling import headline
from bot.recording import timestamp

COLUMNS = ("section", "figure", "name", "of", "id", "value", "unit", "sample", "least", "before", "note", "means")


def object_of(friction: Friction, hints: Hints | None = None) -> dict[str, Any]:
    """The signals as JSON; those whose sample is too small have a ``value`` of null."""
    period = friction.period
    return {
        "owner": friction.owner,
        "owner_title": friction.owner_title,
        "period": {
            "name": period.name,
            "title": period.title,
            "start": timestamp(period.start),
            "end": timestamp(period.end),
            "as_of": timestamp(period.at),
            "timezone": period.zone,
        },
        "policy_version": friction.policy_version,
        "headline": headline(friction),
        "opened": friction.opened,
        "lines": [msgspec.to_builtins(line) for line in listed(friction, hints)],
    }


def csv_of(friction: Friction, hints: Hints | None = None) -> str:
    """Every signal as a row below a row of titles, as RFC 4180 has it; what it is of stands in the first rows."""
    period = friction.period
    told = {
        "owner": friction.owner_title,
        "from": period.start.isoformat(),
        "until": period.end.isoformat(),
        "as of": period.at.isoformat(),
        "policy": friction.policy_version,
    }
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for name, value in told.items():
        writer.writerow(("Friction", name, name, "", "", inert(value), *("",) * 6))
    for line in listed(friction, hints):
        writer.writerow(_cells(line))
    return out.getvalue()


def _cells(line: Line) -> tuple[str, ...]:
    texts = map(inert, (line.section, line.title, line.name, line.subject, line.key))
    numbers = (_number(line.value), line.unit, _number(line.sample), _number(line.least), _number(line.before))
    return (*texts, *numbers, inert(line.note), inert(line.means))


def _number(value: Value) -> str:
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)
