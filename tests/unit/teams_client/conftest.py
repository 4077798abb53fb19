"""A house whose cards go to a fake Teams, on one clock that stands until it is moved."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from adapters.teams.client import Claims, Pacing, References, TeamsChat, TeamsPeople
from bot.cards import Card, HistoryLine, card
from bot.domain.people import Person
from bot.domain.requests import MessageRef
from bot.policy.document import Policy
from bot.policy.loading import load
from bot.ports.surfaces import Posting
from tests.fakes.teams import Channel, FakeTeams, User
from tests.rigs.house import POLICY, House, MovedClock, new_house
from tests.rigs.teams_port import Rig, rigged


@dataclass
class Desk:
    """What sends, and what it sends to."""

    house: House
    rig: Rig
    users: dict[str, User]
    policy: Policy
    references: References
    people: TeamsPeople
    pacing: Pacing
    chat: TeamsChat
    card: Card
    sightings: list[bool] = field(default_factory=list)
    _posted: int = 0

    @property
    def clock(self) -> MovedClock:
        return self.house.clock

    @property
    def teams(self) -> FakeTeams:
        return self.rig.teams

    @property
    def refunds(self) -> Channel:
        return self.rig.channel

    def person(self, name: str) -> Person:
        return self.policy.people[name]

    def posting(self, id_: str = "", **more: Any) -> Posting:
        self._posted += 1
        return Posting(id_ or f"posting-{self._posted}", **more)

    async def post(self, place: str = "", **more: Any) -> MessageRef:
        return await self.chat.post(place or self.refunds.id, self.card, self.posting(**more))

    def line(self, what: str = "approved it") -> HistoryLine:
        return HistoryLine(self.clock.now(), "Dana", "the desk", what)

    async def heard(self, claims: Claims) -> None:
        """What the app does with every call."""
        await self.references.note(claims.activity)
        if claims.activity.get("name") == "adaptiveCard/action":
            self.sightings.append(await self.chat.sighted(claims.activity))


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """One organisation, a team with the policy's people, and the bot in it."""
    house = await new_house()
    policy = load(POLICY, "policy.yaml")
    async with rigged(clock=house.clock) as rig:
        users = {"dana": rig.dana}
        for name in ("lee", "omar", "rosa", "vera"):
            users[name] = rig.contoso.user(name.title(), email=f"{name}@acme.test")
            rig.team.members.append(users[name])
        references = References(
            house.store.shelf, house.clock, service_url=rig.teams.service_url(), home=rig.contoso.id
        )
        people = TeamsPeople(rig.port, references, clock=house.clock, policy=lambda: policy)
        pacing = Pacing(house.clock)
        chat = TeamsChat(
            rig.port,
            references,
            people,
            pacing,
            shelf=house.store.shelf,
            clock=house.clock,
            policy=lambda: policy,
            desk_url=lambda id_: f"https://signoff.acme.test/requests/{id_}",
        )
        opened = await house.propose(120, reason="Late", context={"customer": "cust_42"})
        drawn = card(opened.request, policy, viewer=None, now=house.clock.now())
        made = Desk(house, rig, users, policy, references, people, pacing, chat, drawn)
        rig.on_taken.append(made.heard)
        await rig.teams.install_in(rig.team, rig.dana)
        rig.teams.connector.calls.clear()
        yield made
    await house.store.close()
