"""Keeping: what people arranged among themselves, as the ledger of duties has it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from bot.domain import events as e
from bot.domain.duties import Cover, Delegation, Duties, QuietHours
from bot.domain.events import EventRecord
from bot.recording import Needs, stream_of

LEDGER = "duties"
STREAM = stream_of("ledger", LEDGER)
NEEDS = Needs(ledgers=(LEDGER,))
OVER = timedelta(days=2)
"""For how long what is over is still at hand: clocks may go back, and a step may come late."""
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def duties_of(records: Iterable[EventRecord], now: datetime) -> Duties:
    """What stands or will, by the ledger's records: what was ended before its time, and what is long over, left out."""
    covers, delegations, quiet = dict[int, Cover](), dict[int, Delegation](), dict[str, QuietHours]()
    for record, event in _facts(records):
        by = record.actor.partition(":")[2]
        match event:
            case e.Covered():
                covers[record.seq] = Cover(
                    record.seq, event.rotation, event.person, event.since, event.until, by, event.note
                )
            case e.Delegated():
                delegations[record.seq] = Delegation(
                    record.seq, event.person, event.to, event.since, event.until, by, event.note
                )
            case e.DutyEnded():
                covers.pop(event.number, None)
                delegations.pop(event.number, None)
            case e.QuietHoursSet(begins=-1):
                quiet.pop(event.person, None)
            case e.QuietHoursSet():
                quiet[event.person] = QuietHours(event.person, event.begins, event.ends, event.timezone)
    standing = now - OVER
    return Duties(
        tuple(one for one in covers.values() if one.until > standing),
        tuple(one for one in delegations.values() if one.until > standing),
        quiet,
    )


def arranged(records: Iterable[EventRecord], number: int) -> Cover | Delegation | None:
    """The cover or delegation of this number, ended or not."""
    only = (record for record in records if record.seq == number)
    found = duties_of(only, _LONG_AGO)
    return found.covers[0] if found.covers else found.delegations[0] if found.delegations else None


def _facts(records: Iterable[EventRecord]) -> Iterator[tuple[EventRecord, e.Event]]:
    for record in records:
        if record.payload is not None:
            yield record, e.event_of(record)
