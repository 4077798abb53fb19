"""Wording: figures as people read them, the same on every surface. Plain text."""

from __future__ import annotations

from datetime import UTC
from decimal import Decimal

from bot.answering.figures import Late, Summary
from bot.answering.listing import Line, Value
from bot.cards.amounts import amount_text
from bot.cards.plaintext import plain

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
NO_VALUE = "–"  # noqa: RUF001 - a dash, as tables have it
MEANS = (
    "Of what was opened in this time, as it stands now; in brackets, against the time before. "
    "Times run from opening to decision, percentiles by nearest rank."
)
"""What a summary's figures mean."""


def duration_text(seconds: int) -> str:
    """A length of time in its two largest units: ``42 s``, ``4 min 12 s``, ``1 h 5 min``, ``2 d 3 h``."""
    for size, unit, part, smaller in ((_DAY, "d", _HOUR, "h"), (_HOUR, "h", _MINUTE, "min"), (_MINUTE, "min", 1, "s")):
        if seconds >= size:
            rest = seconds % size // part
            return f"{seconds // size} {unit} {rest} {smaller}" if rest else f"{seconds // size} {unit}"
    return f"{seconds} s"


def value_text(value: Value, unit: str) -> str:
    """A figure in its unit; a dash where there is none."""
    if value is None:
        return NO_VALUE
    if isinstance(value, Decimal):
        return amount_text(value, unit)
    if unit == "share":
        return f"{value:.0%}"
    return duration_text(int(value)) if unit == "seconds" else f"{value:,}"


def change_text(line: Line) -> str | None:
    """How a figure differs from the span before: ``+3``, ``-2 min``, ``+4 points``; None where nothing is to say."""
    now, then = line.value, line.before
    if now is None or then is None or now == then:
        return None
    sign = "+" if now > then else "-"
    if line.unit == "share":
        points = round(100 * abs(float(now) - float(then)))
        return f"{sign}{points} {'point' if points == 1 else 'points'}" if points else None
    if isinstance(now, Decimal):
        return sign + value_text(abs(now - Decimal(then)), line.unit)
    return sign + value_text(abs(int(now) - int(then)), line.unit)


def heading(summary: Summary) -> str:
    """Whose figures these are, and of when: ``Refunds, the last 7 days``."""
    return f"{plain(summary.owner_title)}, {summary.period.title}"


def headline(summary: Summary) -> str:
    """What to know in one or two sentences; of nothing, that it was nothing."""
    figures = summary.figures
    volumes, decisions, promise = figures.volumes, figures.decisions, figures.promise
    if summary.nothing:
        return "No agent proposed anything. Nothing was held, nothing is waiting, and no promise was missed."
    if not volumes.held:
        return f"{_count(volumes.opened, 'action')} proposed, and none had to wait for a person."
    said = f"{volumes.held:,} of {_count(volumes.opened, 'proposed action')} waited for a person."
    if promise.share is not None:
        said += f" {promise.kept:,} of {promise.sample:,} were decided in time."
    if figures.times.median is not None:
        said += f" Half of the decisions took {duration_text(figures.times.median)} or less."
    if decisions.waiting:
        late = f", {promise.late_waiting:,} of them late" if promise.late_waiting else ""
        said += f" {_count(decisions.waiting, 'request')} still {'waits' if decisions.waiting == 1 else 'wait'}{late}."
    return said


def cut_text(summary: Summary) -> str | None:
    """What a summary leaves out, as a sentence; None when it is complete."""
    if summary.cut is None:
        return None
    since = summary.cut.since.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return (
        f"Not complete: only the newest {summary.cut.counted:,} requests were counted, back to {since}. "
        "Ask for a shorter period, or for one owner."
    )


def late_text(late: Late) -> str:
    """By how much a request was late: ``expired 2 h late``, ``waiting, 5 min late``."""
    by = duration_text(late.seconds)
    return f"waiting, {by} late" if late.state == "waiting" else f"{late.state} {by} late"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
