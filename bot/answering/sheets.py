"""A summary as a sheet: comma-separated values that spreadsheets read and don't execute."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.answering.figures import Summary
from bot.answering.listing import Line, Value, listed

_NO_NAME = re.compile(r"[^a-z0-9]+")
COLUMNS = ("section", "figure", "name", "of", "id", "value", "unit", "sample", "before", "means")
_ACTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What makes a spreadsheet take a cell for a formula: https://owasp.org/www-community/attacks/CSV_Injection"""


def csv_of(summary: Summary) -> str:
    """Every figure as a row below a row of titles, as RFC 4180 has it; what it is of stands in the first rows.

    Numbers are plain decimals (a negative sum is one too), times are seconds, shares lie between 0 and 1. A text that
    a spreadsheet would take for a formula is led by an apostrophe, which makes it text.
    """
    period = summary.period
    told = {
        "owner": summary.owner_title,
        "from": period.start.isoformat(),
        "until": period.end.isoformat(),
        "as of": period.at.isoformat(),
        "time zone of days": period.zone,
        "compared from": period.before_start.isoformat() if summary.before is not None else "",
        "compared until": period.before_end.isoformat() if summary.before is not None else "",
        "policy": summary.policy_version,
    }
    if summary.cut is not None:
        told["incomplete"] = f"only the newest {summary.cut.counted}, back to {summary.cut.since.isoformat()}"
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for name, value in told.items():
        writer.writerow(("Summary", name, name, "", "", inert(value), "", "", "", ""))
    for line in listed(summary):
        writer.writerow(_cells(line))
    return out.getvalue()


def sheet_name(summary: Summary, ending: str = "csv") -> str:
    """What a file with it is called: ``refunds-2026-11-16-to-2026-11-23.csv``, by the days of the period's zone."""
    period, zone = summary.period, ZoneInfo(summary.period.zone)
    first, last = (at.astimezone(zone).date().isoformat() for at in (period.start, period.end))
    whose = _NO_NAME.sub("-", (summary.owner or "all owners").lower()).strip("-") or "summary"
    return f"{whose[:60]}-{first}.{ending}" if first == last else f"{whose[:60]}-{first}-to-{last}.{ending}"


def inert(text: str) -> str:
    """A text as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip(" \u00a0\ufeff").startswith(_ACTS) else text


def _cells(line: Line) -> tuple[str, ...]:
    texts = (line.section, line.title, line.name, line.subject, line.key)
    numbers = (_number(line.value), line.unit, _number(line.sample), _number(line.before))
    return (*map(inert, texts), *numbers, inert(line.means))


def _number(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4f}"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
