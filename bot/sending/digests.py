"""Digests: what was noted as due is counted when it is sent, and posted in one place."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from bot.answering import Answering
from bot.digesting.due import Due, apology, due_of
from bot.digesting.publishing import Digested, DigestedFriction, Publishing
from bot.domain import events as e
from bot.domain.ids import derived_uuid
from bot.domain.requests import MessageRef
from bot.errors import BadInput, ChannelUnavailable
from bot.friction import Frictions
from bot.policy.digests import FRICTION
from bot.policy.document import Policy
from bot.ports import Posting, Store
from bot.recording import stream_of
from bot.sending.trying import Try

PERSON = "person:"
log = logging.getLogger("signoff.digests")


class Digests:
    """Of one surface."""

    def __init__(
        self,
        store: Store,
        policy: Callable[[], Policy],
        answering: Answering,
        frictions: Frictions,
        publishing: Publishing,
    ) -> None:
        self._store = store
        self._policy = policy
        self._answering = answering
        self._frictions = frictions
        self._publishing = publishing

    async def post(self, trying: Try) -> str:
        """Post the digest of an errand in its place; what became of it: ``digested`` or ``unreached``.

        What its channel can't take comes to the risk owner in person, and says so.

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
            return await self._elsewhere(trying, due, error)
        return "digested"

    async def _elsewhere(self, trying: Try, due: Due, problem: ChannelUnavailable) -> str:
        """To the risk owner, unless it was for one person, or comes to them anyway."""
        owner = self._policy().owners.get(due.owner)
        instead = "" if owner is None else PERSON + owner.risk_owner
        known = any(instead in places for places in due.places.values())
        if owner is None or known or trying.errand.place.startswith(PERSON):
            log.warning("a digest of %s has nowhere to go: %s", due.owner, problem.code)
            return "unreached"
        remedy = f" ({problem.remedy})" if problem.remedy else ""
        why = f"It comes to you because its channel can't take it: {problem.message}{remedy}."
        posting = Posting(derived_uuid("digest", trying.id, instead), again=trying.again)

        async def note(_: object) -> None:
            """The outbox says that it was posted."""

        try:
            await trying.ask(instead, await self._published(due, instead, posting, why), note)
        except ChannelUnavailable as error:
            log.warning("a digest of %s has nowhere to go, and its risk owner no account: %s", due.owner, error.code)
            return "unreached"
        return "digested"

    async def _published(self, due: Due, place: str, posting: Posting, why: str | None = None) -> Awaitable[MessageRef]:
        """What is to be posted, as the deed of posting it.

        What is for a risk owner's eyes is in it only where the place is that person's own.
        """
        late = " ".join(filter(None, (apology(due), why))) or None
        if due.kind != FRICTION:
            summary = await self._answering.summary(due.owner, due.period, due.due_at)
            return self._publishing.publish(place, Digested(summary, due.due_at, late), posting)
        reader = place.removeprefix(PERSON) if place.startswith(PERSON) else None
        found = await self._frictions.measured(due.owner, due.period, at=due.due_at, reader=reader)
        digested = DigestedFriction(found.friction, due.due_at, late, found.hints)
        return self._publishing.publish_friction(place, digested, posting)
