"""The outbox in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from bot.ports import Leased
from bot.recording import Message


@dataclass(slots=True)
class _Row:
    message: Message
    status: str
    next_at: datetime
    attempts: int = 0
    first_attempt_at: datetime | None = None
    until: datetime | None = None
    error: str = ""
    ended_at: datetime | None = None


class MemoryOutbox:
    """Conforms to ``bot.ports.Outbox``."""

    def __init__(self) -> None:
        self._rows: dict[str, _Row] = {}

    def add(self, messages: Iterable[Message]) -> None:
        """Take new messages; one that is here already stays as it is."""
        for message in messages:
            self._rows.setdefault(message.id, _Row(message, "waiting", message.created_at))

    def messages(self) -> dict[str, Message]:
        """Every message there ever was."""
        return {id_: row.message for id_, row in self._rows.items()}

    async def lease(
        self, kind: str, now: datetime, *, hold: timedelta, limit: int = 32, in_order: bool = False
    ) -> Sequence[Leased]:
        """See ``Outbox``."""
        waiting = self._waiting(kind)
        busy = {row.message.lane for row in waiting if row.until is not None and row.until > now}
        leased: list[Leased] = []
        for row in _oldest(waiting) if in_order else waiting:
            if len(leased) == limit:
                break
            if row.next_at > now or row.message.lane in busy:
                continue
            busy.add(row.message.lane)
            row.until = now + hold
            leased.append(Leased(row.message, row.attempts, row.first_attempt_at, row.until))
            row.attempts += 1
            row.first_attempt_at = row.first_attempt_at or now
        return tuple(leased)

    async def release(self, ids: Sequence[str], now: datetime) -> None:
        """See ``Outbox``."""
        for id_ in dict.fromkeys(ids):
            row = self._rows.get(id_)
            if row is not None and row.status == "waiting" and row.until is not None and row.until > now:
                row.until = None
                row.attempts -= 1
                row.first_attempt_at = row.first_attempt_at if row.attempts else None

    async def sent(self, id_: str, now: datetime) -> None:
        """See ``Outbox``."""
        self._end(id_, "sent", "", now)

    async def retry(self, id_: str, *, at: datetime, error: str) -> None:
        """See ``Outbox``."""
        row = self._rows.get(id_)
        if row is not None and row.status == "waiting":
            row.next_at, row.until, row.error = at, None, error

    async def park(self, id_: str, now: datetime, *, error: str) -> None:
        """See ``Outbox``."""
        self._end(id_, "parked", error, now)

    def _end(self, id_: str, status: str, error: str, now: datetime) -> None:
        row = self._rows.get(id_)
        if row is not None and row.status != "sent":
            row.status, row.until, row.error, row.ended_at = status, None, error, now

    async def next_attempt(self, kind: str, *, in_order: bool = False) -> datetime | None:
        """See ``Outbox``."""
        waiting = self._waiting(kind)
        waiting = _oldest(waiting) if in_order else waiting
        return min((max(row.next_at, row.until or row.next_at) for row in waiting), default=None)

    async def waiting(self, kind: str, lanes: str, *, limit: int) -> Sequence[Message]:
        """See ``Outbox``."""
        found = (row.message for row in self._waiting(kind) if row.message.lane.startswith(lanes))
        return tuple(islice(found, limit))

    async def backlog(self) -> dict[str, int]:
        """See ``Outbox``."""
        counted = {"waiting": 0, "sent": 0, "parked": 0}
        for row in self._rows.values():
            counted[row.status] += 1
        return counted

    def _waiting(self, kind: str) -> list[_Row]:
        return [row for row in self._rows.values() if row.status == "waiting" and row.message.kind == kind]


def _oldest(waiting: Iterable[_Row]) -> list[_Row]:
    """The first of each lane."""
    heads: dict[str, _Row] = {}
    for row in waiting:
        heads.setdefault(row.message.lane, row)
    return list(heads.values())
