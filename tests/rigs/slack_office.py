"""The real Bolt and SDK with our listeners, on a house in this process, called by a fake Slack."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from slack_sdk.oauth.installation_store import Installation

from adapters.slack.app import OAuth, Slack
from adapters.slack.client import Installations, Pacing, SlackChat, SlackPeople, States, Workspaces
from bot.answering import Answering
from bot.cards import card
from bot.deciding import Deciding
from bot.domain.requests import Request
from bot.manifest import slack_scopes
from bot.pausing import Pausing
from bot.policy.document import Policy
from bot.ports.surfaces import Posting
from bot.rostering import Rostering
from bot.waiting import Waiting
from tests.fakes.slack import Channel, FakeSlack, Message, User, Workspace
from tests.rigs.house import POLICY, House, MovedClock, new_house
from tests.rigs.office import DESK, PEOPLE, Slowed, Staffed, free_site, served


@dataclass
class Office(Staffed[User, Message]):
    """What is clicked in, and what hears of it."""

    surface = "slack"

    house: House
    slack: FakeSlack
    acme: Workspace
    refunds: Channel
    users: dict[str, User]
    workspaces: Workspaces
    chat: SlackChat
    app: Slack
    pausing: Pausing
    url: str = ""
    slowness: list[float] = field(default_factory=lambda: [0.0])
    """Seconds that each call of the database takes, in its one entry."""
    _posted: int = 0

    async def post(self, request: Request, place: str = "C0REFUNDS", *, record: bool = True) -> Message:
        """Its card, on record unless told otherwise."""
        self._posted += 1
        drawn = card(request, self.house.policy, viewer=None, now=self.house.clock.now())
        ref = await self.chat.post(place, drawn, Posting(f"posting-{self._posted}"))
        if record:
            await self.record(request, ref)
        return next(
            message
            for workspace in self.slack.world.workspaces.values()
            for channel in workspace.channels.values()
            for message in channel.messages.values()
            if message.ts == ref.message
        )

    async def now(self, request: Request) -> Request:
        return await self.stored(request)

    async def decided(self, request: Request) -> Request:
        """The request once what was acknowledged has been carried out."""
        await self.quiet()
        return await self.now(request)

    async def quiet(self) -> None:
        """Until nothing that was acknowledged is under way."""
        await self.app._room.jobs.finish(10)

    def told(self, user: User) -> str:
        """Everything that was said to this user alone, as text."""
        return "\n".join(each.text for each in (*self.slack.ephemerals(user), *self.slack.dms(user)))


def staffed(slack: FakeSlack, name: str, **more: Any) -> tuple[Workspace, dict[str, User]]:
    """A workspace with the policy's people, who have other ids in each."""
    workspace = slack.workspace(name, **more)
    users = {each: workspace.user(each, email=f"{each}@acme.test") for each in PEOPLE}
    return workspace, users


def installed(workspace: Workspace, at: float = 0.0) -> Installation:
    return Installation(
        app_id="A0SIGNOFF1",
        team_id=workspace.id,
        team_name=workspace.name,
        bot_token=workspace.token,
        bot_id=workspace.bot_id,
        bot_user_id=workspace.bot.id,
        bot_scopes="chat:write",
        user_id="U0ADMIN",
        installed_at=at,
    )


@asynccontextmanager
async def opened(
    *, oauth: bool = False, running: bool = False, socket: bool = False, policy: str | None = None, **more: Any
) -> AsyncIterator[Office]:
    """An office: ``oauth`` for workspaces that install the app, ``running`` for what works in the background."""
    clock, slowness = MovedClock(), [0.0]
    house = await new_house(clock=clock, policy=policy or POLICY)
    async with FakeSlack(clock=clock) as slack:
        slack.rates.enabled = False
        acme, users = staffed(slack, "Acme", id="T0ACME")
        refunds = acme.channel("refunds", users.values(), id="C0REFUNDS")
        slow: Any = Slowed(house.store, lambda: slowness[0])
        site, url = free_site()
        office = await _wired(house, slack, acme, slow, oauth=oauth, socket=socket, url=url, **more)
        office.users, office.refunds, office.slowness = users, refunds, slowness
        runner = await served(office.app, site)
        slack.connect(url)
        background = asyncio.create_task(office.app.run()) if running or socket else None
        try:
            if socket:
                await slack.sockets.until_connected()
            yield office
        finally:
            slowness[0] = 0.0
            if background is not None:
                background.cancel()
                await asyncio.gather(background, return_exceptions=True)
            await runner.cleanup()
            office.app._room.waiting.close()
            await office.pausing.close()
            await office.workspaces.close()
    await house.store.close()


async def _wired(
    house: House,
    slack: FakeSlack,
    acme: Workspace,
    store: Any,
    *,
    oauth: bool,
    socket: bool,
    url: str,
    allowed: tuple[str, ...] = (),
    **more: Any,
) -> Office:
    clock, pacing = house.clock, Pacing(house.clock, 0.0)
    installations = Installations(house.store.vault, house.store.shelf, clock, allowed=allowed)
    given: dict[str, Any] = {"installations": installations} if oauth else {"token": acme.token}
    if oauth:
        await installations.async_save(installed(acme))
    workspaces = Workspaces(clock=clock, shelf=house.store.shelf, pacing=pacing, api_url=slack.api_url, **given)

    def policy() -> Policy:
        return house.policy

    people = SlackPeople(workspaces, clock=clock, policy=policy)
    pausing = Pausing(house.store, clock, policy)
    await pausing.start()
    app = Slack(
        store=store,
        clock=clock,
        policy=policy,
        deciding=Deciding(store, clock, policy),
        pausing=pausing,
        rostering=Rostering(store, clock, policy),
        answering=Answering(store, clock, policy),
        waiting=Waiting(house.store),
        workspaces=workspaces,
        people=people,
        desk_url=DESK,
        api_url=slack.api_url,
        signing_secret="" if socket else slack.app.signing_secret,
        app_token=slack.app.app_token if socket else "",
        oauth=OAuth(
            slack.app.client_id,
            slack.app.client_secret,
            slack_scopes(),
            installations,
            States(house.store.shelf, clock),
            url,
        )
        if oauth
        else None,
        **more,
    )
    chat = SlackChat(
        workspaces, people, pacing, clock=clock, policy=policy, desk_url=lambda id_: f"{DESK}/requests/{id_}"
    )
    return Office(house, slack, acme, None, {}, workspaces, chat, app, pausing, url)  # type: ignore[arg-type]  # the rest follows at once
