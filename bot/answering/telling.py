"""Telling: a summary as a reader's paragraphs, short enough for a phone, the same on every surface. Plain text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import msgspec

from bot.answering.figures import Amounts, Part, Runs, Summary
from bot.answering.listing import Line, listed
from bot.answering.wording import change_text, duration_text, value_text
from bot.cards.amounts import amount_text
from bot.cards.plaintext import plain

T = TypeVar("T")
_SHOWN = 5
"""Names of a kind that are shown; the rest is counted."""
_PART = 3
"""Hours of a part of the day."""
_NAME = 60
"""Characters of a name; an agent may call its build anything."""


class Bar(msgspec.Struct, frozen=True):
    """One row of a chart."""

    label: str
    count: int


class Told(msgspec.Struct, frozen=True):
    """A paragraph: a title with its figure, perhaps a chart, and lines."""

    title: str
    lines: tuple[str, ...] = ()
    bars: tuple[Bar, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    """A small table: names and amounts."""


def told(summary: Summary) -> tuple[Told, ...]:
    """What a summary says, in the order in which it matters; nothing of what did not happen."""
    if summary.nothing:
        return ()
    lines = {(line.section, line.name): line for line in listed(summary) if not line.key}
    paragraphs = (
        _proposed(summary, lines),
        _in_time(summary, lines),
        _corrected(summary, lines),
        *(_money(amounts, summary) for amounts in summary.figures.amounts[:_SHOWN]),
        _run(summary),
        _reviewers(summary),
        _hours(summary),
        _learned(summary),
    )
    return tuple(one for one in paragraphs if one is not None)


Lines = dict[tuple[str, str], Line]


def _proposed(summary: Summary, lines: Lines) -> Told:
    figures = summary.figures
    volumes, decisions = figures.volumes, figures.decisions
    counts = {
        "let through by the policy": volumes.allowed,
        "stopped by the policy": volumes.blocked,
        "taken up as a person had edited it": volumes.followed,
    }
    said = ", ".join(f"{count:,} {what}" for what, count in counts.items() if count)
    bars = {
        "Approved": decisions.approved,
        "Edited": decisions.edited,
        "Rejected": decisions.rejected,
        "Expired": decisions.expired,
        "Cancelled": decisions.cancelled,
        "Waiting": decisions.waiting,
    }
    return Told(
        f"{_compared(lines['Proposed', 'held'])} held of {_compared(lines['Proposed', 'opened'])} proposed",
        (f"Of the others: {said}.",) if said else (),
        tuple(Bar(name, count) for name, count in bars.items() if count),
    )


def _in_time(summary: Summary, lines: Lines) -> Told | None:
    figures = summary.figures
    promise, times = figures.promise, figures.times
    if not promise.sample and not times.count:
        return None
    share = lines["In time", "kept_share"]
    kept = f"{promise.kept:,} of {promise.sample:,} in time: {_compared(share)}"
    title = "Nothing was due yet" if promise.share is None else kept
    said = []
    if times.median is not None and times.p90 is not None:
        median = _compared(lines["In time", "median"])
        said.append(f"Half decided within {median}, 90% within {duration_text(times.p90)}, of {times.count:,}.")
    missed = {
        "decided late": promise.late - promise.late_waiting,
        "late and still waiting": promise.late_waiting,
        "expired undecided": promise.expired,
        "escalated": figures.escalated,
    }
    if any(missed.values()):
        said.append(", ".join(f"{count:,} {what}" for what, count in missed.items() if count) + ".")
    if figures.too_fast:
        said.append(f"{figures.too_fast:,} of {times.count:,} decided too fast to have been read (under 5 s).")
    return Told(title, tuple(said))


def _corrected(summary: Summary, lines: Lines) -> Told | None:
    overrides = summary.figures.overrides
    if not overrides.decided:
        return None
    title = f"{_compared(lines['Corrected', 'overrides'])} of {overrides.decided:,} decisions corrected the agent"
    said = [
        f"{what}: {names}."
        for what, parts in (
            ("By action", overrides.by_action),
            ("By agent", overrides.by_agent),
            ("By build", overrides.by_build),
        )
        if (names := _listing(parts, _part_text))
    ]
    bars = [Bar(_named(part.title), part.count) for part in overrides.by_reason[: _SHOWN + 1]]
    rest = sum(part.count for part in overrides.by_reason[_SHOWN + 1 :])
    return Told(title, tuple(said), (*bars, Bar("Others", rest)) if rest else tuple(bars))


def _money(amounts: Amounts, summary: Summary) -> Told:
    rows = {
        "Held": amounts.held,
        "Approved": amounts.approved,
        "Edited down": amounts.edited_down,
        "Edited up": amounts.edited_up,
        "Refused": amounts.refused,
        "Expired": amounts.expired,
        "Cancelled": amounts.cancelled,
        "Waiting": amounts.waiting,
        "Unknown": amounts.unknown,
    }
    asides = {"let through by the policy": amounts.allowed, "stopped by the policy": amounts.blocked}
    aside = ", ".join(f"{amount_text(sum_, amounts.currency)} {what}" for what, sum_ in asides.items() if sum_)
    shown = {name: amount for name, amount in rows.items() if amount or name == "Held"}
    columns = tuple((name, value_text(amount, amounts.currency)) for name, amount in shown.items())
    earlier = () if summary.before is None else summary.before.amounts
    before = next((one.held for one in earlier if one.currency == amounts.currency), None)
    then = "" if before is None else f"; {amount_text(before, amounts.currency)} before"
    return Told(
        f"{amount_text(amounts.held, amounts.currency)} held{then}",
        (f"Beside these, {aside}.",) if aside else (),
        columns=columns,
    )


def _run(summary: Summary) -> Told | None:
    signed, allowed = summary.figures.signed, summary.figures.allowed
    if not signed.granted and not allowed.granted:
        return None
    said = [
        f"Of {runs.approvals:,} {whose}: {_runs_text(runs)}."
        for whose, runs in (("approved by people", signed), ("allowed by the policy", allowed))
        if runs.approvals
    ]
    never = signed.never_run + allowed.never_run
    return Told(f"{never:,} approved and never run" if never else "What was approved", tuple(said))


def _runs_text(runs: Runs) -> str:
    counts = {
        "ran": runs.ran,
        "ran and failed": runs.failed,
        "started, not reported": runs.unreported,
        "not run yet": runs.waiting,
        "never run": runs.never_run,
        "revoked": runs.revoked,
    }
    return ", ".join(f"{count:,} {what}" for what, count in counts.items() if count)


def _reviewers(summary: Summary) -> Told | None:
    reviewers = summary.figures.reviewers
    if not reviewers:
        return None
    said = [
        f"{_named(one.name)} {one.decisions:,}, half within {duration_text(one.median)}"
        + (f", {one.overrides:,} corrected" if one.overrides else "")
        + (f", {one.too_fast:,} too fast" if one.too_fast else "")
        + (f", up to {one.busiest:,} an hour" if one.busiest > 1 else "")
        for one in reviewers[:_SHOWN]
    ]
    if len(reviewers) > _SHOWN:
        said.append(f"and {len(reviewers) - _SHOWN} more")
    people = "1 person" if len(reviewers) == 1 else f"{len(reviewers)} people"
    return Told(f"Decided by {people}", tuple(said))


def _hours(summary: Summary) -> Told | None:
    """When people decided, by parts of the day, since a chart of 24 hours is too long for a phone."""
    hours = summary.figures.hours
    if not any(hours):
        return None
    bars = tuple(
        Bar(f"{first:02}-{first + _PART:02} h", count)
        for first in range(0, 24, _PART)
        if (count := sum(hours[first : first + _PART]))
    )
    most = max(range(24), key=lambda hour: hours[hour])
    return Told(f"Most decided from {most:02}:00 to {(most + 1) % 24:02}:00 ({summary.period.zone})", bars=bars)


def _learned(summary: Summary) -> Told | None:
    feedback = summary.figures.feedback
    if not feedback.opened:
        return None
    counts = {
        "open": feedback.open,
        "accepted": feedback.accepted,
        "done": feedback.done,
        "declined": feedback.declined,
    }
    kinds = {
        "regression cases": feedback.regression_case,
        "knowledge fixes": feedback.knowledge_fix,
        "thresholds": feedback.threshold,
    }
    said = [", ".join(f"{count:,} {what}" for what, count in counts.items() if count).capitalize() + "."]
    if feedback.unfinished:
        said.append("To do: " + ", ".join(f"{count:,} {what}" for what, count in kinds.items() if count) + ".")
    if feedback.overdue:
        said.append(f"{feedback.overdue:,} of {feedback.unfinished:,} to do are overdue.")
    items = "1 feedback item" if feedback.opened == 1 else f"{feedback.opened:,} feedback items"
    return Told(f"{items}, {feedback.unfinished:,} to do", tuple(said))


def _compared(line: Line) -> str:
    changed = change_text(line)
    return value_text(line.value, line.unit) + (f" ({changed})" if changed else "")


def _listing(items: Sequence[T], text: Callable[[T], str]) -> str:
    def parts() -> Iterator[str]:
        yield from map(text, items[:_SHOWN])
        if len(items) > _SHOWN:
            yield f"and {len(items) - _SHOWN} more"

    return ", ".join(parts())


def _part_text(part: Part) -> str:
    return f"{_named(part.title)} ({part.count:,} of {part.of:,})"


def _named(name: str) -> str:
    shown = " ".join(plain(name).split())
    return shown if len(shown) <= _NAME else f"{shown[: _NAME - 1]}…"
