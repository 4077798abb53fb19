"""A summary of the product's beside a calculation of its own over the raw events."""

from __future__ import annotations

from typing import Any

import msgspec

from bot.answering import Figures, Part, Summary
from bot.ports import Store
from tests.rigs.recount import Row, recount

Json = dict[str, Any]
_PAGE = 5000


async def raw(store: Store) -> list[Row]:
    """Every event as it lies in the record."""
    rows: list[Row] = []
    after = 0
    while page := await store.all_events(after=after, limit=_PAGE):
        rows += [(one.stream, one.seq, one.type, one.at, one.actor, one.payload) for _, one in page]
        after = page[-1][0]
    return rows


def require_equal(summary: Summary, rows: list[Row]) -> Json:
    """Hold every figure of a summary, and of the time before, to the second calculation; returns that."""
    period = summary.period
    known: Json = {"at": period.at, "zone": period.zone, "owner": summary.owner}
    again = recount(rows, start=period.start, end=period.end, **known)
    assert plain(summary.figures) == settled(again)
    if summary.before is not None:
        before = recount(rows, start=period.before_start, end=period.before_end, **known)
        assert plain(summary.before) == settled(before)
    return again


def plain(figures: Figures) -> Json:
    """The product's figures in the second calculation's form: what is nothing is left out."""
    parts = {"action": figures.overrides.by_action, "agent": figures.overrides.by_agent}
    parts |= {"build": figures.overrides.by_build, "reason": figures.overrides.by_reason}
    counts = {name: _some(getattr(figures, name)) for name in ("volumes", "decisions", "promise", "feedback")}
    counts["volumes"].pop("opened", None)
    runs = {name: _some(getattr(figures, name)) for name in ("signed", "allowed")}
    for one in runs.values():
        one.pop("granted", None)
    return {
        **counts,
        **runs,
        "times": msgspec.to_builtins(figures.times),
        "reminded": figures.reminded,
        "escalated": figures.escalated,
        "too_fast": figures.too_fast,
        "without_amount": figures.without_amount,
        "overrides": {name: {part.name: _part(part, name) for part in found} for name, found in parts.items()},
        "amounts": {one.currency: _some(one, "currency") for one in figures.amounts},
        "reviewers": {one.person: _reviewer(msgspec.structs.asdict(one)) for one in figures.reviewers},
        "hours": _hours(figures.hours),
    }


def settled(again: Json) -> Json:
    """The second calculation, without what is nothing; corrections alone of its shares."""
    found = {name: dict(filter(lambda item: item[1], again[name].items())) for name in _COUNTED}
    shares = {
        name: {key: (hits if name == "reason" else (hits, every)) for key, (hits, every) in parts.items() if hits}
        for name, parts in again["overrides"].items()
    }
    amounts = {
        currency: {name: value for name, value in sums.items() if value} for currency, sums in again["amounts"].items()
    }
    return {
        **found,
        "times": again["times"],
        **{name: again[name] for name in ("reminded", "escalated", "too_fast", "without_amount", "reviewers")},
        "overrides": shares,
        "amounts": amounts,
        "hours": dict(again["hours"]),
    }


_COUNTED = ("volumes", "decisions", "promise", "feedback", "signed", "allowed")


def _some(struct: msgspec.Struct, *without: str) -> Json:
    return {name: value for name, value in msgspec.structs.asdict(struct).items() if value and name not in without}


def _part(part: Part, name: str) -> int | tuple[int, int]:
    return part.count if name == "reason" else (part.count, part.of)


def _reviewer(one: Json) -> Json:
    names = ("decisions", "overrides", "median", "too_fast", "busiest")
    return {**{name: one[name] for name in names}, "hours": _hours(one["hours"])}


def _hours(hours: tuple[int, ...]) -> dict[int, int]:
    return {hour: count for hour, count in enumerate(hours) if count}
