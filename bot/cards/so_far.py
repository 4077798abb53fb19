"""What was so when a record was written: who had the request, and in which stage it was."""

from __future__ import annotations

from bot.domain import events as e

_TYPES = frozenset(
    {"request.claimed", "request.unclaimed", "request.reassigned", "request.moved", "request.stage_began"}
)


class SoFar:
    """Follows the records of one request in their order."""

    def __init__(self) -> None:
        self.holder: str | None = None
        """The id of whoever has it."""
        self.stage = 0

    def note(self, record: e.EventRecord) -> None:
        """Take in the next record."""
        if record.type not in _TYPES or record.payload is None:
            return
        event = e.event_of(record)
        self.holder = None
        if isinstance(event, e.Claimed):
            self.holder = record.actor.partition(":")[2]
        elif isinstance(event, e.Reassigned):
            self.holder = event.to
        elif isinstance(event, e.StageBegan):
            self.stage = event.stage
