"""Halting: what the chat surfaces have to be told because of a pause or its end, as messages of the outbox."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bot.domain.events import Event, Paused, Resumed
from bot.domain.pauses import PAUSES
from bot.recording.rows import Message
from bot.recording.telling import TELL, Errand, errand_message

FROZEN, THAWED = "frozen", "thawed"
"""Errands of the ledger of pauses: redraw the cards of all that an event froze or let go, at once or at its end."""


def pause_errands(ledger: str, event: Event, seq: int, at: datetime) -> Iterator[Message]:
    """What follows from a fact of the ledger of pauses, on every chat surface that it names.

    The end of a pause that ends by itself has its errand at once, to be carried out then.
    """
    if ledger != PAUSES or not isinstance(event, Paused | Resumed):
        return
    for surface in event.surfaces:
        yield errand_message(surface, f"{FROZEN}:{seq}", ledger, Errand(FROZEN, seq), at)
        if isinstance(event, Resumed):
            continue
        if event.freeze and event.until is not None:
            yield errand_message(surface, f"{THAWED}:{seq}", ledger, Errand(THAWED, seq), event.until)
        if event.alarm is not None:
            yield errand_message(surface, f"{TELL}:{ledger}:{seq}", ledger, Errand(TELL, seq), at)
