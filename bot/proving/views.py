"""The views against the record: how far each stream has come, and every row as the events would have it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from bot.domain.events import EventRecord
from bot.ports import Head, Stray
from bot.proving.findings import Finding, Kind
from bot.recording import Changes, Kept, rebuild

Heads = Mapping[str, Head]
NOWHERE: Head = (0, bytes(32))
"""Where a stream stands that has no events."""
PAGE = 2000
TRIES = 5
_STATES = {
    "requests": "request",
    "agents": "agent",
    "instances": "instance",
    "ledgers": "ledger",
    "contacts": "contact",
}
_ROWS = (*_STATES, "tallies", "keys", "waiting", "deadlines", "credentials", "messages")


class Record(Protocol):
    """What is read of ``bot.ports.Library``."""

    async def events(self, stream: str) -> Sequence[EventRecord]:
        """See ``Library``."""
        ...

    async def all_events(self, *, after: int = 0, limit: int = 1000) -> Sequence[tuple[int, EventRecord]]:
        """See ``Library``."""
        ...

    async def strays(self) -> Sequence[Stray]:
        """See ``Library``."""
        ...

    async def views(self) -> Changes:
        """See ``Library``."""
        ...


async def judge_heads(record: Record, heads: Heads, others: Mapping[str, Head | None]) -> list[Finding]:
    """What it means that the views, read after the events, have streams elsewhere than the events say.

    Events that were recorded while the record was read are no finding.
    """
    findings: list[Finding] = []
    for stream, other in others.items():
        findings += await _judge_head(record, stream, heads.get(stream, NOWHERE), other or NOWHERE)
    return findings


async def _judge_head(record: Record, stream: str, have: Head, want: Head) -> list[Finding]:
    (seq, hashed), (version, head) = have, want
    if version > seq:
        now = {event.seq: event.hash for event in await record.events(stream)}
        if now.get(version) == head:
            return []
        if version not in now:
            text = f"the newest events are gone: the views know {version}, the record holds {seq}"
            expected = f"an event with the hash {head.hex()}"
            return [Finding(Kind.CUT_TAIL, text, stream, version, expected=expected, found="nothing")]
        hashed = now[version]
    elif version < seq:
        text = f"no view knows this event: the views know {version or 'none'} of this stream"
        return [
            Finding(Kind.INSERTED, text, stream, number, expected="no event", found="an event")
            for number in range(version + 1, seq + 1)
        ]
    text = "the newest event is not the one that the views were made from"
    return [Finding(Kind.CHANGED, text, stream, version, expected=head.hex(), found=_said(hashed))]


def _said(hashed: object) -> str:
    return hashed.hex() if isinstance(hashed, bytes) else f"{hashed!r}, which is no hash"


async def compare_rows(record: Record, *, progress: Callable[[int], None] | None = None) -> tuple[str, list[Finding]]:
    """Rebuild every view from the events and name each row that is not as it should be.

    Returns ``compared`` and the findings, or why nothing could be compared. While others write, it is tried again.
    """
    events: list[EventRecord] = []
    position = 0
    for _ in range(TRIES):
        while page := await record.all_events(after=position, limit=PAGE):
            position = page[-1][0]
            events.extend(event for _, event in page)
            if progress is not None:
                progress(len(page))
        views, strays = await record.views(), await record.strays()
        if not await record.all_events(after=position, limit=1):
            said, findings = _compared(events, views)
            return said, [*findings, *map(_stray, strays)]
    return "not compared: events kept coming; try again when it is quieter", []


def _stray(stray: Stray) -> Finding:
    text = f"the column {stray.column} is not what the row's state says"
    return Finding(Kind.VIEW_DIFFERS, text, stray.stream, None, expected=stray.expected, found=stray.found)


def _compared(events: Sequence[EventRecord], views: Changes) -> tuple[str, list[Finding]]:
    try:
        wanted = rebuild(events)
    except (LookupError, ValueError) as error:
        text = f"the views can't be rebuilt from the events: {error}"
        return "not compared", [
            Finding(Kind.UNREADABLE, text, expected="events that this version knows", found="others")
        ]
    return "compared", list(differences(wanted, views))


def differences(wanted: Changes, found: Changes) -> Iterator[Finding]:
    """Each row that differs between the views made from the events and those that are kept."""
    for table in _ROWS:
        want, have = _plain(getattr(wanted, table)), _plain(getattr(found, table))
        for name in (*want, *(name for name in have if name not in want)):
            if want.get(name) != have.get(name):
                yield _difference(table, name, want.get(name), have.get(name))


def _plain(rows: Mapping[Any, Any]) -> dict[Any, Any]:
    """Rows that say something: a tally of nothing, like an empty list, is the same as none."""
    return {name: row for name, row in rows.items() if row is not None and row != () and not _nothing(row)}


def _nothing(row: Any) -> bool:  # noqa: ANN401 - a row of any table
    return hasattr(row, "recent") and not row.count and not row.total and not row.recent


def _difference(table: str, name: Any, want: Any, have: Any) -> Finding:  # noqa: ANN401 - rows of any table
    label = ":".join(name) if isinstance(name, tuple) else name
    stream = f"{_STATES[table]}:{label}" if table in _STATES else f"{table}:{label}"
    seq = (have or want).version if isinstance(have or want, Kept) else None
    if want is None or have is None:
        text = f"{table}: a row that no event made" if want is None else f"{table}: the row is missing"
        return Finding(Kind.VIEW_DIFFERS, text, stream, seq, expected=_short(want), found=_short(have))
    path, expected, found = next(_paths(_builtins(want), _builtins(have), ()))
    text = f"{table}: {'.'.join(path) or 'the row'} is not what the events say"
    return Finding(Kind.VIEW_DIFFERS, text, stream, seq, expected=_short(expected), found=_short(found))


def _builtins(row: Any) -> Any:  # noqa: ANN401 - a row of any table
    return msgspec.to_builtins(row, str_keys=True)


def _paths(want: Any, have: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any, Any]]:  # noqa: ANN401 - JSON
    """Where two JSON values differ."""
    if isinstance(want, dict) and isinstance(have, dict):
        for key in (*want, *(key for key in have if key not in want)):
            if want.get(key) != have.get(key):
                yield from _paths(want.get(key), have.get(key), (*path, str(key)))
    yield path, want, have


def _short(value: Any) -> str:  # noqa: ANN401 - a JSON value or a row
    text = "nothing" if value is None else str(_builtins(value))
    return text if len(text) <= 200 else text[:199] + "…"  # noqa: PLR2004 - a line of a report
