"""Cards, lines and texts sent to Teams: each once, in its conversation's turn, as far as Teams lets anybody know.

What became of a try without an answer is found as docs/adr/0009 says: a card tells of itself when it is seen.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from adapters.teams.client.drawing import card_activity, lines_activity, list_activity, sighting, text_activity
from adapters.teams.client.pacing import Pacing
from adapters.teams.client.people import Member, TeamsPeople
from adapters.teams.client.placing import PERSON, Places, Spot, spot_of
from adapters.teams.client.port import TeamsPort, Thread
from adapters.teams.client.references import References
from adapters.teams.client.remembering import Postings, Sent, place_of
from bot.cards import Card, Gathered, HistoryLine
from bot.domain.people import Person
from bot.domain.requests import MessageRef
from bot.errors import Busy, MessageGone, SignoffError, Uncertain
from bot.policy.document import Policy
from bot.ports import Clock, Shelf
from bot.ports.surfaces import Posting

log = logging.getLogger("signoff.teams")
Json = dict[str, Any]
T = TypeVar("T")

SURFACE = "teams"
SIGHTING = timedelta(seconds=15)
"""How long a card that may stand is waited for to tell of itself, before it is posted again."""
UNCONFIRMED = "unconfirmed"
"""The message of lines that may stand: nobody knows its id."""


class TeamsChat:
    """Conforms to ``bot.ports.Chat`` for ``bot.cards``.

    A reference's ``workspace`` is the tenant, its ``channel`` the conversation: a thread's (``19:...;messageid=...``)
    or the 1:1 chat's. ``BadInput`` is what Teams will never take. ``desk_url`` gives the desk's page
    of a request by its id, and that of all that waits by an empty one.
    """

    def __init__(
        self,
        port: TeamsPort,
        references: References,
        people: TeamsPeople,
        pacing: Pacing,
        *,
        shelf: Shelf,
        clock: Clock,
        policy: Callable[[], Policy],
        desk_url: Callable[[str], str | None],
    ) -> None:
        self._port = port
        self._places = Places(port, references, people, policy)
        self._people = people
        self._pacing = pacing
        self._postings = Postings(shelf, clock)
        self._clock = clock
        self._policy = policy
        self._desk_url = desk_url

    @property
    def surface(self) -> str:
        """``teams``."""
        return SURFACE

    async def post(self, place: str, card: Card, posting: Posting) -> MessageRef:
        """See ``Chat``."""

        async def draw(spot: Spot) -> Json:
            calls = await self._people.present(spot.tenant, spot.thread, posting.calls)
            return await self._card(spot, card, lead=posting.lead, calls=calls, posting=posting.id)

        return await self._begin(place, draw, posting)

    async def post_made(
        self, place: str, make: Callable[[Sequence[str]], Json], posting: Posting, watchers: Sequence[Person]
    ) -> MessageRef:
        """Post an activity as ``post`` does a card; ``make`` is given the ids of those ``watchers`` who are there."""

        async def draw(spot: Spot) -> Json:
            return make([each.user for each in await self._people.present(spot.tenant, spot.thread, watchers)])

        return await self._begin(place, draw, posting)

    async def _begin(self, place: str, draw: Callable[[Spot], Awaitable[Json]], posting: Posting) -> MessageRef:
        """A message of its own: in a channel a new thread."""
        found = await self._awaited(posting)
        if found is not None:
            return _stands(await self._places.spot(place), found)
        spot = await self._places.spot(place)
        self._pacing.ask_turn(spot.tenant, spot.thread, posting.id)
        activity = await draw(spot)

        async def begin(url: str) -> Thread:
            if spot.conversation:
                message = await self._port.send(url, spot.conversation, activity)
                return Thread(spot.conversation, message)
            return await self._port.create_thread(url, spot.tenant, spot.thread, activity)

        return _stands(spot, await self._send(spot, posting, begin))

    async def update(
        self, ref: MessageRef, card: Card, *, lead: str | None = None, calls: tuple[Person, ...] = ()
    ) -> None:
        """See ``Chat``."""
        spot = spot_of(ref)
        called = await self._people.present(spot.tenant, spot.thread.partition(";")[0], calls) if calls else ()
        posting = await self._postings.posting_of(ref.channel, ref.message)
        activity = await self._card(spot, card, lead=lead, calls=called, posting=posting or "")
        self._pacing.take_turn(spot.tenant, spot.thread, f"update {ref.message}")
        await self._paced(spot, lambda url: self._port.update(url, ref.channel, ref.message, activity))

    async def reply(self, ref: MessageRef, lines: Sequence[HistoryLine], posting: Posting) -> MessageRef:
        """See ``Chat``. Lines that may stand are not posted again; the reference's ``message`` is ``unconfirmed`` then.

        What they say stands on the card and in the record as well.
        """
        spot = spot_of(ref)
        sent = await self._postings.find(posting.id) if posting.again else None
        if sent is not None and (sent.known or not sent.answered):
            return _stands(spot, Thread(ref.channel, sent.message or UNCONFIRMED))
        calls = await self._people.present(spot.tenant, spot.thread.partition(";")[0], posting.calls)
        activity = lines_activity(lines, calls)

        async def below(url: str) -> Thread:
            return Thread(ref.channel, await self._port.reply(url, ref.channel, ref.message, activity))

        stands = await self._send(spot, posting, below)
        await self._postings.said(ref.channel, stands.message)
        return _stands(spot, stands)

    async def clear(self, ref: MessageRef, *, keep: Collection[str] = ()) -> int:
        """See ``Chat``. Lines whose answer was lost are not known, and stay."""
        said = await self._postings.said_in(ref.channel)
        gone = [message for message in said if message not in keep]
        for message in gone:
            with suppress(MessageGone):
                await self._places.at(ref.workspace, partial(self._delete, Thread(ref.channel, message)))
        await self._postings.taken_away(ref.channel, tuple(message for message in said if message in keep))
        return len(gone)

    async def post_list(self, place: str, gathered: Gathered, posting: Posting) -> MessageRef:
        """See ``Chat``. As of a text, what may stand is posted again: nobody should miss it."""
        spot = await self._places.spot(place)
        return await self._say(spot, list_activity(gathered, self._desk_url("")), posting)

    async def update_list(self, ref: MessageRef, gathered: Gathered) -> None:
        """See ``Chat``."""
        spot = spot_of(ref)
        activity = list_activity(gathered, self._desk_url(""))
        self._pacing.take_turn(spot.tenant, spot.thread, f"update {ref.message}")
        await self._paced(spot, lambda url: self._port.update(url, ref.channel, ref.message, activity))

    async def announce(self, place: str, text: str, posting: Posting) -> MessageRef:
        """See ``Chat``. What may stand is posted again: plain text tells of itself to nobody."""
        return await self._say(await self._places.spot(place), text_activity(text), posting)

    async def tell(self, person: Person, text: str, posting: Posting) -> MessageRef:
        """See ``Chat``. What may stand is posted again: nobody should miss it."""
        spot = await self._places.spot(f"{PERSON}{person.id}", person)
        return await self._say(spot, text_activity(text), posting)

    async def sighted(self, activity: Json) -> bool:
        """A card told of itself: somebody looked at it or clicked. Returns whether it was one too many, and removed.

        To be called with every ``adaptiveCard/action`` whose token was good. A card whose answer was lost is known from
        then on; where it was posted again meanwhile, this one is taken away.
        """
        told = sighting(activity)
        if told is None:
            return False
        posting, tenant, where = told
        owner = await self._postings.posting_of(where.conversation, where.message)
        sent = await self._postings.find(posting)
        if sent is None or owner is not None or sent.place != place_of(where.conversation):
            return False  # neither what stands for a posting already, nor what stands where it was not sent to
        stands = await self._postings.stands(posting, where.conversation, where.message)
        return False if _there(stands) == where else await self._remove(tenant, where)

    # ------------------------------------------------------------------------------------------------------- inside

    async def _say(self, spot: Spot, activity: Json, posting: Posting) -> MessageRef:
        """Send something to one person, or as a thread of its own, unless it is known to stand."""
        sent = await self._postings.find(posting.id) if posting.again else None
        if sent is not None and sent.known:
            return _stands(spot, Thread(sent.conversation, sent.message))

        async def say(url: str) -> Thread:
            if not spot.conversation:
                return await self._port.create_thread(url, spot.tenant, spot.thread, activity)
            return Thread(spot.conversation, await self._port.send(url, spot.conversation, activity))

        return _stands(spot, await self._send(spot, posting, say))

    async def _awaited(self, posting: Posting) -> Thread | None:
        """The message of an earlier try of a card.

        Raises:
            Busy: while it may still tell of itself.
        """
        sent = await self._postings.find(posting.id) if posting.again else None
        if sent is None:
            return None
        if sent.known:
            return Thread(sent.conversation, sent.message)
        left = sent.at + SIGHTING - self._clock.now()
        if left > timedelta(0):
            raise Busy("The card may stand already; it is waited for", retry_after=left.total_seconds())
        return None

    async def _card(
        self, spot: Spot, card: Card, *, lead: str | None, calls: Sequence[Member] = (), posting: str = ""
    ) -> Json:
        deciders = await self._deciders(spot, card)
        return card_activity(
            card,
            calls=calls,
            lead=lead,
            desk_url=self._desk_url(card.request_id),
            posting=posting,
            viewers=deciders,
            personal=spot.place.startswith(PERSON),
        )

    async def _deciders(self, spot: Spot, card: Card) -> Sequence[Member]:
        """Whose own view the card asks for by itself, while there is anything to decide."""
        if not card.status.open:
            return ()
        people = [each for each in self._policy().people.values() if each.name in card.deciders]
        if spot.place.startswith(PERSON):
            people = [each for each in people if each.id == spot.place.removeprefix(PERSON)]
        return await self._people.present(spot.tenant, spot.thread.partition(";")[0], people)

    async def _send(self, spot: Spot, posting: Posting, work: Callable[[str], Awaitable[Thread]]) -> Thread:
        """Post in the conversation's turn, and keep what became of it."""
        self._pacing.take_turn(spot.tenant, spot.thread, posting.id)
        await self._postings.trying(posting.id, spot.thread)
        try:
            stands = await self._paced(spot, work)
        except Uncertain as error:
            sent = await self._postings.find(posting.id)
            if sent is not None and sent.known:  # it told of itself before the answer was lost
                return Thread(sent.conversation, sent.message)
            await self._postings.failed(posting.id, spot.thread, answered=error.code == "server_failed")
            raise
        except SignoffError:
            await self._postings.untaken(posting.id)
            raise
        there = _there(await self._postings.stands(posting.id, stands.conversation, stands.message))
        if there != stands:  # an earlier one has told of itself meanwhile
            await self._remove(spot.tenant, stands)
        return there

    async def _paced(self, spot: Spot, work: Callable[[str], Awaitable[T]]) -> T:
        try:
            return await self._places.at(spot.tenant, work)
        except Busy as busy:
            self._pacing.pause(spot.tenant, spot.thread, busy.retry_after)
            raise

    async def _delete(self, where: Thread, url: str) -> None:
        await self._port.delete(url, where.conversation, where.message)

    async def _remove(self, tenant: str, where: Thread) -> bool:
        try:
            await self._places.at(tenant, partial(self._delete, where))
        except MessageGone:
            return True
        except SignoffError as error:
            log.warning("tenant %s: a card that stands twice could not be removed: %s", tenant, error.code)
            return False
        return True


def _stands(spot: Spot, there: Thread) -> MessageRef:
    return MessageRef(SURFACE, there.conversation, there.message, workspace=spot.tenant, place=spot.place)


def _there(sent: Sent) -> Thread:
    return Thread(sent.conversation, sent.message)
