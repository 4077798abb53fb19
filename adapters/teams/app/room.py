"""What the handlers work with, and what each of them asks first: who is this, and is this request theirs to see."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from adapters.teams.app.visiting import STRANGE, Visit
from adapters.teams.cards import card_attachment
from adapters.teams.client import References, Saying, TeamsPeople, TeamsPort, TeamsPublishing
from bot import receiving
from bot.answering import Answering
from bot.cards import Card, card, revealed_to
from bot.deciding import Command, Deciding
from bot.domain.people import Person
from bot.domain.requests import Request
from bot.errors import BadInput, ChannelUnavailable
from bot.friction import Frictions
from bot.pausing import Pausing
from bot.policy.document import Policy
from bot.ports import Clock, Store
from bot.receiving import Drafts, Jobs, Once, Stranger, answerable, require_sight
from bot.rostering import Rostering
from bot.sending.scene import look
from bot.sending.wording import lead

SURFACE = "teams"
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Room:
    """Everything that was wired in. ``desk_url`` is the desk's first page, without a slash at its end.

    ``sighted`` is told of every card that somebody looks at or clicks.
    """

    store: Store
    clock: Clock
    policy: Callable[[], Policy]
    deciding: Deciding
    pausing: Pausing
    rostering: Rostering
    answering: Answering
    port: TeamsPort
    saying: Saying
    references: References
    people: TeamsPeople
    sighted: Callable[[Json], Awaitable[bool]]
    desk_url: str
    jobs: Jobs
    seen: Once
    drafts: Drafts
    publishing: TeamsPublishing | None = None
    """Draws the chart of a summary; without it a summary is text."""

    @property
    def frictions(self) -> Frictions:
        """What automation costs."""
        return Frictions(self.store, self.clock, self.policy)

    def request_url(self, request_id: str) -> str:
        """A request's page on the desk."""
        return f"{self.desk_url}/requests/{request_id}"

    async def person(self, visit: Visit, request: Request | None = None) -> Person:
        """Who a user is, by their account or address in the directory: as Teams has had it within the last minute.

        Raises:
            Stranger: for a guest, a stranger or an address that nobody has; with whom to ask.
            Busy, Unavailable: when Teams can't be asked.
        """
        person = await self.people.person_of(
            visit.tenant, visit.user, account=visit.account, conversation=visit.place, acting=True
        )
        if person is None:
            address = await self.people.email_of(visit.tenant, visit.user)
            raise Stranger(address, answerable(self.policy(), request))
        return person

    async def find(self, visit: Visit, request_id: str) -> Request:
        """The request that a deed is about, once it is certain that it was done on one of its own cards.

        Raises:
            BadInput: when there is no such request, or the message or organisation is none of its own.
        """
        request = await self.store.request(request_id)
        if request is None or not await self.ours(visit, request):
            raise BadInput(STRANGE, remedy="use the buttons of the card in its channel")
        return request

    async def ours(self, visit: Visit, request: Request) -> bool:
        """Whether the request has a card in this organisation and, in a channel, whether it was done on that card.

        A dialog does not say on which message it was opened, only in which thread. A card whose posting has just been
        answered is not on record yet: then its thread must have none, and its channel be one that the request is shown
        in. What only this user sees was drawn for them, and shows no request of another organisation.
        """
        refs = [ref for ref in request.messages if ref.surface == SURFACE]
        if visit.private:
            known = any(ref.workspace == visit.tenant for ref in refs)
            return known or await self._belongs(request, lambda tenant, _: tenant == visit.tenant)
        here = [ref for ref in refs if (ref.workspace, ref.channel) == (visit.tenant, visit.conversation)]
        if here:
            return not visit.message or any(ref.message == visit.message for ref in here)
        if not visit.message:
            return False
        return await self._belongs(request, lambda tenant, id_: (tenant, id_) == (visit.tenant, visit.place))

    async def _belongs(self, request: Request, fits: Callable[[str, str], bool]) -> bool:
        """Whether one of the channels that the request may be shown in fits, by organisation and id."""
        routing = request.routing
        steps = [step.post_to.get(SURFACE) for step in routing.escalation]
        for place in (routing.channels.get(SURFACE), routing.second_channels.get(SURFACE), *steps):
            if place is None:
                continue
            try:
                channel = await self.references.channel(place)
            except ChannelUnavailable:
                continue
            if fits(channel.tenant, channel.id):
                return True
        return False

    async def see(self, visit: Visit, request_id: str) -> tuple[Request, Person]:
        """A request and who looks at it.

        Raises:
            BadInput, NotAllowed, Unavailable: as ``find``, ``person`` and ``require_sight``.
        """
        request = await self.find(visit, request_id)
        person = await self.person(visit, request)
        require_sight(request, person, self.policy())
        return request, person

    async def act(self, request_id: str, command: Command, person: Person) -> None:
        """Carry out a command. What follows from it shows on every card by itself.

        Raises:
            SignoffError: as ``Deciding.submit`` says.
        """
        await receiving.act(self.store, self.deciding, SURFACE, request_id, command, person)

    async def drawn(self, request: Request, person: Person | None, *also: str) -> Card:
        """The card as this person may see it now, with what they looked at before and these fields; None is anybody."""
        now = self.clock.now()
        revealed = frozenset(also)
        if person is not None:
            revealed |= await self.revealed(request, person)
        agent = await self.store.agent(request.agent_id)
        name = None if agent is None else agent.name
        pauses = self.pausing.now()
        return card(request, self.policy(), viewer=person, now=now, revealed=revealed, agent=name, pauses=pauses)

    async def revealed(self, request: Request, person: Person) -> frozenset[str]:
        """The sensitive fields that this person has just looked at."""
        records = await self.store.events(f"request:{request.id}")
        return revealed_to(records, person, SURFACE, self.clock.now())

    async def lead(self, visit: Visit, request: Request) -> str | None:
        """Why this user was told of the request, where they look at the message that told them; as long as it waits."""
        told = [ref for ref in request.messages if ref.surface == SURFACE and ref.kind == "ping"]
        here = (visit.tenant, visit.conversation, visit.message)
        found = next((ref for ref in told if (ref.workspace, ref.channel, ref.message) == here), None)
        scene = None if found is None else await look(self.store, self.clock, self.policy(), SURFACE, request.id)
        return lead(scene, found.upto, found.place) if found and scene and scene.matters(found.upto) else None

    async def shown(self, request: Request, person: Person | None, lead: str | None = None) -> Json:
        """The Adaptive Card of a request as this person sees it; None for as everybody does."""
        drawn = await self.drawn(request, person)
        url = self.request_url(request.id)
        return card_attachment(drawn, lead=lead, desk_url=url, viewer=person is not None)
