"""Announcing a signed checkpoint in a channel, where people and other systems keep what was said."""

from __future__ import annotations

import logging

from bot.cards import Card, Gathered, HistoryLine
from bot.domain import events as e
from bot.errors import ChannelUnavailable, Unavailable
from bot.ports import Chat, Posting, Store
from bot.recording import CHECKPOINT_DUE, stream_of
from bot.sending.trying import Try

log = logging.getLogger("signoff.publishing")


async def announce_checkpoint(trying: Try, store: Store, chat: Chat[Card, HistoryLine, Gathered]) -> str:
    """Post the checkpoint of an errand in its place; what became of it: ``published``, or ``unreached`` for no such.

    Raises:
        Busy, Uncertain, Unavailable: as the port says; a channel that is gone is unavailable too, until it is mended.
    """
    records = await store.events(stream_of("ledger", trying.request_id))
    event = e.event_of(records[trying.errand.seq - 1])
    if not isinstance(event, e.Noted) or event.what != CHECKPOINT_DUE:
        return "unreached"

    async def note(_: object) -> None:
        """The outbox says that it was posted."""

    place, posting = trying.errand.place, Posting(trying.id, again=trying.again)
    try:
        await trying.ask(place, chat.announce(place, str(event.facts["note"]), posting), note)
    except ChannelUnavailable as error:
        log.warning("a checkpoint has nowhere to go on %s: %s", chat.surface, error.code)
        raise Unavailable(error.message, remedy="see SIGNOFF_CHECKPOINT_CHANNEL") from error
    return "published"
