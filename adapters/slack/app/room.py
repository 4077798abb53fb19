"""What the handlers work with, and what each of them asks first: who is this, and is this request theirs to see."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from msgspec.structs import replace
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.app.seen import Seen
from adapters.slack.app.visiting import STRANGE, Visit
from bot.answering import Answering, Summary
from bot.cards import Card, card, revealed_to
from bot.deciding import Deciding
from bot.domain.people import Person
from bot.domain.requests import Request
from bot.errors import BadInput, ChannelUnavailable
from bot.friction import Frictions
from bot.pausing import Pausing
from bot.policy.document import Policy
from bot.ports import Clock, Directory, Store
from bot.receiving import Jobs, Stranger, answerable, require_sight
from bot.rostering import Rostering
from bot.waiting import Waiting

SURFACE = "slack"
Json = dict[str, Any]


class Workspaces(Protocol):
    """Slack's Web API in each workspace that has the app; errors are in our own words."""

    async def read(self, team: str, method: str, **args: object) -> Json:
        """Call a method that changes nothing."""
        ...

    async def write(self, team: str, method: str, **args: object) -> Json:
        """Call a method that changes something, once."""
        ...

    async def of_channel(self, place: str) -> tuple[str, str]:
        """The workspace and channel id of a channel as the policy writes it."""
        ...

    async def suspend(self, team: str, why: str) -> None:
        """Leave a workspace alone."""
        ...

    def bare_client(self) -> AsyncWebClient:
        """A client without a token."""
        ...


class People(Directory, Protocol):
    """Who Slack's users are."""

    async def person_of(self, workspace: str, user: str, *, acting: bool = False) -> Person | None:
        """The person of the policy, None for everybody else; ``Unavailable`` when Slack can't be asked.

        ``acting``: by what Slack has said within the last minute.
        """
        ...

    async def presence(self, workspace: str, user: str) -> str | None:
        """What their profile says of being away."""
        ...

    async def user_of(self, person: Person) -> list[tuple[str, str]]:
        """The accounts of a person, as ``(workspace, user)``."""
        ...


HandOver = Callable[[str, str, Summary], Awaitable[str | None]]
"""For a workspace, a user and a summary: shares its files with them; what to say where one is missing."""


@dataclass(frozen=True, slots=True)
class Room:
    """Everything that was wired in. ``desk_url`` is the desk's first page, without a slash at its end."""

    store: Store
    clock: Clock
    policy: Callable[[], Policy]
    deciding: Deciding
    pausing: Pausing
    rostering: Rostering
    answering: Answering
    waiting: Waiting
    workspaces: Workspaces
    people: People
    desk_url: str
    jobs: Jobs
    seen: Seen
    hand_over: HandOver | None = None
    """Gives the files of a summary to one user alone; without it a summary is text."""

    @property
    def frictions(self) -> Frictions:
        """What automation costs."""
        return Frictions(self.store, self.clock, self.policy)

    def request_url(self, request_id: str) -> str:
        """A request's page on the desk."""
        return f"{self.desk_url}/requests/{request_id}"

    async def person(self, visit: Visit, request: Request | None = None, *, acting: bool = True) -> Person:
        """Who a user is, by their address: as it is by now, unless nothing is done by it but to draw a page again.

        Raises:
            Stranger: for a bot, a stranger, a deactivated account or an address that nobody has; with whom to ask.
            Unavailable: when Slack can't be asked.
        """
        person = await self.people.person_of(visit.workspace, visit.user, acting=acting)
        if person is None:
            address = await self.people.email_of(visit.workspace, visit.user)
            raise Stranger(address, answerable(self.policy(), request))
        # The account is theirs, whether or not the policy names it: what is asked for on its behalf is on theirs.
        return replace(person, slack=f"{visit.workspace}/{visit.user}")

    async def find(self, visit: Visit, request_id: str) -> Request:
        """The request that a deed is about, once it is certain that it was done on one of its own cards.

        Raises:
            BadInput: when there is no such request, or the message or workspace is none of its own.
        """
        request = await self.store.request(request_id)
        if request is None or not await self.ours(visit, request):
            raise BadInput(STRANGE, remedy="use the buttons of the card in its channel")
        return request

    async def ours(self, visit: Visit, request: Request) -> bool:
        """Whether the request has a card in this workspace and, for a message in a channel, whether it is that card.

        A card whose posting has just been answered is not on record yet: then its channel must have none, and be in
        the workspace that the request belongs to. What only this user sees was drawn for them, and shows no request of
        another workspace.
        """
        refs = [ref for ref in request.messages if ref.surface == SURFACE]
        if visit.private:
            return any(ref.workspace == visit.workspace for ref in refs) or await self._belongs(visit, request)
        here = [ref for ref in refs if (ref.workspace, ref.channel) == (visit.workspace, visit.channel)]
        if here:
            return any(ref.message == visit.message for ref in here)
        return await self._belongs(visit, request)

    async def _belongs(self, visit: Visit, request: Request) -> bool:
        """Whether one of the channels that the request may be shown in is in this workspace."""
        routing = request.routing
        steps = [step.post_to.get(SURFACE) for step in routing.escalation]
        for place in (routing.channels.get(SURFACE), routing.second_channels.get(SURFACE), *steps):
            if place is None:
                continue
            try:
                workspace, _ = await self.workspaces.of_channel(place)
            except ChannelUnavailable:
                continue
            if workspace == visit.workspace:
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

    async def drawn(self, request: Request, person: Person) -> Card:
        """The card as this person may see it now."""
        now = self.clock.now()
        records = await self.store.events(f"request:{request.id}")
        revealed = revealed_to(records, person, SURFACE, now)
        agent = await self.store.agent(request.agent_id)
        name = None if agent is None else agent.name
        pauses = self.pausing.now()
        return card(request, self.policy(), viewer=person, now=now, revealed=revealed, agent=name, pauses=pauses)
