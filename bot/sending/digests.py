"""Digests: what was noted as due is counted when it is sent, and posted in one place."""

from __future__ import annotations

import logging

from bot.answering import Answering
from bot.digesting.due import apology, due_of
from bot.digesting.publishing import Digested, Publishing
from bot.domain import events as e
from bot.errors import BadInput, ChannelUnavailable
from bot.ports import Posting, Store
from bot.recording import stream_of
from bot.sending.trying import Try

log = logging.getLogger("signoff.digests")


class Digests:
    """Of one surface."""

    def __init__(self, store: Store, answering: Answering, publishing: Publishing) -> None:
        self._store = store
        self._answering = answering
        self._publishing = publishing

    async def post(self, trying: Try) -> str:
        """Post the digest of an errand in its place; what became of it: ``digested`` or ``unreached``.

        Raises:
            Busy, Uncertain, Unavailable: as the port says.
        """
        records = await self._store.events(stream_of("ledger", trying.request_id))
        event = e.event_of(records[trying.errand.seq - 1])
        if not isinstance(event, e.Noted):
            return "unreached"
        due, place = due_of(event), trying.errand.place
        try:
            summary = await self._answering.summary(due.owner, due.period, due.due_at)
        except BadInput:
            log.warning("a digest of %s is not sent: the policy has no such owner any more", due.owner)
            return "unreached"
        digested = Digested(summary, due.due_at, apology(due))
        posting = Posting(trying.id, again=trying.again)

        async def note(_: object) -> None:
            """The outbox says that it was posted."""

        try:
            await trying.ask(place, self._publishing.publish(place, digested, posting), note)
        except ChannelUnavailable as error:
            log.warning("a digest of %s has nowhere to go: %s", due.owner, error.code)
            return "unreached"
        return "digested"
