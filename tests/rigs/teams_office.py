"""The real SDK with our receiving end, on a house in this process, called by a fake Teams."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from adapters.teams.app import Teams
from adapters.teams.client import (
    ClientSecret,
    Cloud,
    Credentials,
    InboundTokens,
    Pacing,
    References,
    Saying,
    TeamsChat,
    TeamsPeople,
)
from adapters.teams.client.botbuilder import BotbuilderPort
from bot.answering import Answering
from bot.cards import card
from bot.deciding import Deciding
from bot.domain.requests import Request
from bot.pausing import Pausing
from bot.policy.document import Policy
from bot.ports.surfaces import Posting
from bot.rostering import Rostering
from tests.fakes.teams import Channel, FakeTeams, Message, Team, Tenant, User
from tests.fakes.teams.calling.delivery import Delivery
from tests.fakes.teams.dialogs import Dialog
from tests.rigs.house import POLICY, House, MovedClock, new_house
from tests.rigs.office import DESK, PEOPLE, Slowed, Staffed, free_site, served
from tests.rigs.teams_port import cloud

PLACE = "refunds-desk"
TEAMS_POLICY = POLICY.replace("{slack: C0REFUNDS}", f"{{teams: {PLACE}}}")


@dataclass
class Office(Staffed[User, Message]):
    """What is clicked in, and what hears of it."""

    surface = "teams"

    house: House
    teams: FakeTeams
    contoso: Tenant
    users: dict[str, User]
    team: Team
    refunds: Channel
    references: References
    chat: TeamsChat
    app: Teams
    pausing: Pausing
    url: str
    slowness: list[float] = field(default_factory=lambda: [0.0])
    """Seconds that each call of the database takes, in its one entry."""
    _posted: int = 0

    async def post(self, request: Request, place: str = "", *, record: bool = True) -> Message:
        """Its card, on record unless told otherwise."""
        self._posted += 1
        viewer = self.person(place.removeprefix("person:")) if place.startswith("person:") else None
        drawn = card(request, self.house.policy, viewer=viewer, now=self.house.clock.now())
        ref = await self.chat.post(place or self.refunds.id, drawn, Posting(f"posting-{self._posted}"))
        if record:
            await self.record(request, ref)
        chats = [each for each in self.contoso.chats.values() if ref.message in each.messages]
        return chats[0].messages[ref.message] if chats else self.refunds.messages[ref.message]

    async def now(self, request: Request) -> Request:
        await self.app._room.jobs.finish(10)
        return await self.stored(request)

    async def opens(self, user: User, message: Message, verb: str) -> Dialog:
        """Press a button and see its dialog."""
        clicked = await self.teams.click(user, message, verb)
        assert clicked.ok
        assert clicked.dialog is not None
        return clicked.dialog

    def told(self, user: User) -> str:
        """Everything that the bot said to this user alone, as text."""
        mine = [each for each in self.teams.chat(user) if each.author is None]
        return "\n".join(words(self, user, each) for each in mine)


def words(office: Office, user: User, message: Message) -> str:
    """What somebody reads in a message."""
    return " ".join([message.text, *(office.teams.texts(user, message) if message.card else ())])


def viewed(delivery: Delivery) -> str:
    """The card that a click was answered with, as text."""
    assert delivery.ok
    assert delivery.card is not None
    return str(delivery.card)


@asynccontextmanager
async def opened(policy: str = TEAMS_POLICY, **more: Any) -> AsyncIterator[Office]:
    """An office whose bot is in one team, with everybody's chat."""
    clock, slowness = MovedClock(), [0.0]
    house = await new_house(clock=clock, policy=policy)
    async with FakeTeams(clock=clock, token_clock=clock) as teams:
        teams.rates.enabled = False
        contoso = teams.tenant("Contoso")
        users = {
            each: contoso.user(each.title(), email=f"{each}@acme.test", installed=each != "omar") for each in PEOPLE
        }
        team = contoso.team("Support", [*users.values()])
        refunds = team.channel("refunds")
        site, url = free_site()
        slow: Any = Slowed(house.store, lambda: slowness[0])
        wired = _wired(house, teams, contoso, slow, cloud(teams), more)
        pausing, port, references, chat, app = wired
        await pausing.start()
        runner = await served(app, site)
        teams.connect(url)
        try:
            yield Office(house, teams, contoso, users, team, refunds, references, chat, app, pausing, url, slowness)
        finally:
            slowness[0] = 0.0
            await runner.cleanup()
            await pausing.close()
            await port.close()
    await house.store.close()


def _wired(
    house: House, teams: FakeTeams, home: Tenant, store: Any, place: Cloud, more: dict[str, Any]
) -> tuple[Pausing, BotbuilderPort, References, TeamsChat, Teams]:
    clock, shelf = house.clock, house.store.shelf

    def policy() -> Policy:
        return house.policy

    secret = ClientSecret(teams.app.id, teams.app.secret, teams.app.tenant_id, place.login_url, place.scope)
    tokens = InboundTokens(app_id=teams.app.id, tenants=[home.id], clock=clock, cloud=place, seconds=0.5)
    port = BotbuilderPort(Credentials(secret, clock), tokens, seconds=2.0)
    references = References(shelf, clock, service_url=teams.service_url(home), home=home.id)
    people = TeamsPeople(port, references, clock=clock, policy=policy)
    desk: Callable[[str], str] = lambda id_: f"{DESK}/requests/{id_}"  # noqa: E731 - one line, typed
    pacing = Pacing(clock, ((1_000, 1.0),))  # the clock stands until it is moved
    chat = TeamsChat(port, references, people, pacing, shelf=shelf, clock=clock, policy=policy, desk_url=desk)
    pausing = Pausing(house.store, clock, policy)
    app = Teams(
        store=store,
        clock=clock,
        policy=policy,
        deciding=Deciding(store, clock, policy),
        pausing=pausing,
        rostering=Rostering(store, clock, policy),
        answering=Answering(store, clock, policy),
        port=port,
        saying=Saying(port, pacing),
        references=references,
        people=people,
        chat=chat,
        desk_url=DESK,
        **more,
    )
    return pausing, port, references, chat, app
