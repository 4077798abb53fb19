"""Digests: what was noted as due is counted when it is sent, and posted in one place."""

from __future__ import annotations

import logging
from collections.abc import Awaitable

from bot.answering import Answering
from bot.digesting.due import Due, apology, due_of
from bot.digesting.publishing import Digested, DigestedFriction, Publishing
from bot.domain import events as e
from bot.domain.requests import MessageRef
from bot.errors import BadInput, ChannelUnavailable
from bot.friction import Frictions
from bot.policy.digests import FRICTION
from bot.ports import Posting, Store
from bot.recording import stream_of
from bot.sending.trying import Try

PERSON = "person:"
log = logging.getLogger("signoff.digests")


class Digests:
    """Of one surface."""

    def __init__(self, store: Store, answering: Answering, frictions: Frictions, publishing: Publishing) -> None:
        self._store = store
        self._answering = answering
        self._frictions = frictions
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
        posting = Posting(trying.id, again=trying.again)
        try:
            publishing = await self._published(due, place, posting)
        except BadInput:
            log.warning("a digest of %s is not sent: the policy has no such owner any more", due.owner)
            return "unreached"

        async def note(_: object) -> None:
            """The outbox says that it was posted."""

        try:
            await trying.ask(place, publishing, note)
        except ChannelUnavailable as error:
            log.warning("a digest of %s has nowhere to go: %s", due.owner, error.code)
            return "unreached"
        return "digested"

    async def _published(self, due: Due, place: str, posting: Posting) -> Awaitable[MessageRef]:
        """What is to be posted, as the deed of posting it.

        What is for a risk owner's eyes is in it only where the place is that person's own.
        """
        if due.kind != FRICTION:
            summary = await self._answering.summary(due.owner, due.period, due.due_at)
            return self._publishing.publish(place, Digested(summary, due.due_at, apology(due)), posting)
        reader = place.removeprefix(PERSON) if place.startswith(PERSON) else None
        found = await self._frictions.measured(due.owner, due.period, at=due.due_at, reader=reader)
        digested = DigestedFriction(found.friction, due.due_at, apology(due), found.hints)
        return self._publishing.publish_friction(place, digested, posting)
