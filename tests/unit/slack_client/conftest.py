"""A house whose cards go to a fake Slack, on one clock that stands until it is moved."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from slack_sdk.oauth.installation_store import Installation

from adapters.slack.client import Installations, Pacing, SlackChat, SlackPeople, Workspaces
from bot.cards import Card, HistoryLine, card
from bot.domain.people import Person
from bot.domain.requests import MessageRef
from bot.policy.document import Policy
from bot.policy.loading import load
from bot.ports.surfaces import Posting
from tests.fakes.slack import Channel, FakeSlack, User, Workspace
from tests.rigs.house import POLICY, House, MovedClock, new_house

GROUPS = """groups:
  supervisors: {members: [lee, dana, omar], slack_usergroup: S0SUPERS}
  night: {slack_usergroup: "@night"}
"""


@dataclass
class Desk:
    """What sends, and what it sends to."""

    house: House
    slack: FakeSlack
    acme: Workspace
    refunds: Channel
    users: dict[str, User]
    policy: Policy
    pacing: Pacing
    workspaces: Workspaces
    people: SlackPeople
    chat: SlackChat
    card: Card
    _posted: int = field(default=0)

    @property
    def clock(self) -> MovedClock:
        return self.house.clock

    def person(self, name: str) -> Person:
        return self.policy.people[name]

    def posting(self, id_: str = "", **more: Any) -> Posting:
        self._posted += 1
        return Posting(id_ or f"posting-{self._posted}", **more)

    async def post(self, place: str = "C0REFUNDS", **more: Any) -> MessageRef:
        return await self.chat.post(place, self.card, self.posting(**more))

    def line(self, what: str = "approved it") -> HistoryLine:
        return HistoryLine(self.clock.now(), "Dana", "the desk", what)


def wired(
    house: House, slack: FakeSlack, policy: Policy, *, seconds: float = 1.0, **more: Any
) -> tuple[Pacing, Workspaces, SlackPeople, SlackChat]:
    pacing = Pacing(house.clock, seconds)
    workspaces = Workspaces(clock=house.clock, shelf=house.store.shelf, pacing=pacing, api_url=slack.api_url, **more)
    people = SlackPeople(workspaces, clock=house.clock, policy=lambda: policy)
    chat = SlackChat(
        workspaces,
        people,
        pacing,
        clock=house.clock,
        policy=lambda: policy,
        desk_url=lambda id_: f"https://signoff.acme.test/requests/{id_}",
    )
    return pacing, workspaces, people, chat


async def drawn_card(house: House) -> Card:
    opened = await house.propose(120, reason="Late", context={"customer": "cust_42"})
    return card(opened.request, house.policy, viewer=None, now=house.clock.now())


def staffed(slack: FakeSlack, name: str, **more: Any) -> tuple[Workspace, dict[str, User]]:
    """A workspace with the policy's people."""
    workspace = slack.workspace(name, **more)
    people = ("lee", "dana", "omar", "rosa", "vera")
    users = {each: workspace.user(each, email=f"{each}@acme.test", id=f"U0{each.upper()}") for each in people}
    return workspace, users


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """One workspace by its token."""
    house = await new_house()
    policy = load(POLICY.replace("groups:\n  supervisors: {members: [lee, dana, omar]}\n", GROUPS), "policy.yaml")
    async with FakeSlack(clock=house.clock) as slack:
        acme, users = staffed(slack, "Acme", id="T0ACME")
        refunds = acme.channel("refunds", users.values(), id="C0REFUNDS")
        parts = wired(house, slack, policy, token=acme.token)
        yield Desk(house, slack, acme, refunds, users, policy, *parts, await drawn_card(house))
        await parts[1].close()
    await house.store.close()


@dataclass
class Two:
    """Two workspaces that installed the app."""

    desk: Desk
    installations: Installations
    beta: Workspace
    payouts: Channel


@pytest.fixture
async def two() -> AsyncIterator[Two]:
    """Acme and Beta, by installation."""
    house = await new_house()
    policy = load(POLICY, "policy.yaml")
    async with FakeSlack(clock=house.clock) as slack:
        acme, users = staffed(slack, "Acme", id="T0ACME")
        beta = slack.workspace("Beta", id="T0BETA")
        beta.user("dana", email="dana@acme.test", id="U0DANAB")
        refunds = acme.channel("refunds", users.values(), id="C0REFUNDS")
        payouts = beta.channel("payouts", id="C0PAYOUTS")
        installations = Installations(house.store.vault, house.store.shelf, house.clock)
        for each in (acme, beta):
            await installations.async_save(installation(each))
        parts = wired(house, slack, policy, installations=installations)
        desk = Desk(house, slack, acme, refunds, users, policy, *parts, await drawn_card(house))
        yield Two(desk, installations, beta, payouts)
        await parts[1].close()
    await house.store.close()


def installation(workspace: Workspace) -> Installation:
    """What the exchange of a code gives."""
    return Installation(
        app_id="A0SIGNOFF1",
        team_id=workspace.id,
        team_name=workspace.name,
        bot_token=workspace.token,
        bot_id=workspace.bot_id,
        bot_user_id=workspace.bot.id,
        bot_scopes="chat:write",
        user_id="U0ADMIN",
        user_token="xoxp-not-to-be-kept",
        installed_at=1_770_000_000.0,
    )
