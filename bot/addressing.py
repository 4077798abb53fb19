"""Addressing: where the server can be reached, noted when it listens, so that commands print links that work."""

from __future__ import annotations

from bot.domain.events import Noted, event_of
from bot.domain.people import Actor
from bot.ports import Library, Recorder
from bot.recording import Needs, stream_of

LEDGER = "server"
_LISTENING = "server.listening"


async def note_address(store: Recorder, url: str, by: Actor) -> None:
    """Put on record where a server listens that was given no public address."""
    event = Noted(_LISTENING, {"url": url})
    await store.transact(Needs(ledgers=(LEDGER,)), lambda view: view.record("ledger", LEDGER, event, by))


async def last_address(store: Library) -> str | None:
    """Where the server that started last listens; None when none was noted."""
    for record in reversed(await store.events(stream_of("ledger", LEDGER))):
        event = event_of(record)
        if isinstance(event, Noted) and event.what == _LISTENING:
            return str(event.facts["url"])
    return None
