"""A port of Teams between a fake Teams and a minimal bot that does nothing but say whether it took a call."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from aiohttp import web

from adapters.teams.client import Claims, ClientSecret, Cloud, Credentials, InboundTokens, TeamsPort
from adapters.teams.client.botbuilder import BotbuilderPort
from bot.errors import BadInput, CredentialRefused, NotAllowed, SignoffError, Unavailable
from tests.fakes.teams import Channel, FakeTeams, Team, Tenant, User
from tests.rigs.house import MovedClock

STATUSES: tuple[tuple[type[SignoffError], int], ...] = (
    (CredentialRefused, 401),
    (NotAllowed, 403),
    (BadInput, 400),
    (Unavailable, 503),
)
LIMIT = 3.0
"""How long a port waits for an answer: short beside what it waits otherwise, long for a machine that is busy."""
Making = Callable[[Credentials, InboundTokens, "Pauses"], TeamsPort]


@dataclass
class Pauses:
    """Waits for nothing, and knows how long it should have."""

    asked: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        self.asked.append(seconds)


def _tried(credentials: Credentials, tokens: InboundTokens, pauses: Pauses) -> TeamsPort:
    made: TeamsPort = import_module("spikes.agents_hosting").AgentsPort(
        credentials, tokens, seconds=LIMIT, pause=pauses
    )
    return made


PORTS: dict[str, Making] = {
    "botbuilder": lambda credentials, tokens, pauses: BotbuilderPort(credentials, tokens, seconds=LIMIT, pause=pauses),
    "agents_hosting": _tried,
}
"""Every implementation; another one is held against the same contract by one more line."""
MISSING: dict[str, str] = (
    {} if find_spec("microsoft_agents") else {"agents_hosting": "the SDK is not installed: make spike"}
)
"""Which of them can't be tried here, and why."""


@dataclass
class Rig:
    """A port, the Teams that it talks with, and what it took."""

    teams: FakeTeams
    clock: MovedClock
    port: TeamsPort
    tokens: InboundTokens
    credentials: Credentials
    pauses: Pauses
    contoso: Tenant
    team: Team
    channel: Channel
    dana: User
    taken: list[Claims] = field(default_factory=list)
    on_taken: list[Callable[[Claims], Awaitable[object]]] = field(default_factory=list)
    """What the bot does with each call that it took."""

    @property
    def service_url(self) -> str:
        return self.teams.service_url(self.contoso)

    async def handle(self, request: web.Request) -> web.Response:
        try:
            self.taken.append(await self.port.authenticate(request.headers, await request.read()))
            for each in self.on_taken:
                await each(self.taken[-1])
        except SignoffError as error:
            return web.Response(status=next((code for kind, code in STATUSES if isinstance(error, kind)), 500))
        return web.Response()


def cloud(teams: FakeTeams) -> Cloud:
    return Cloud(
        openid_url=teams.openid_url,
        issuer=teams.app.issuer,
        login_url=teams.login_url,
        scope=teams.app.scope,
        service_url=teams.service_url(),
    )


@asynccontextmanager
async def rigged(kind: str = "botbuilder", clock: MovedClock | None = None) -> AsyncIterator[Rig]:
    """A port of one kind, and a team in which its bot is."""
    clock = clock or MovedClock()
    async with FakeTeams(clock=clock, token_clock=clock) as teams:
        contoso = teams.tenant()
        dana = contoso.user("Dana", email="dana@acme.test")
        team = contoso.team("Refunds", [dana])
        channel = team.channel("decisions")
        place = cloud(teams)
        secret = ClientSecret(teams.app.id, teams.app.secret, teams.app.tenant_id, place.login_url, place.scope)
        credentials = Credentials(secret, clock, seconds=LIMIT)
        tokens = InboundTokens(app_id=teams.app.id, tenants=[contoso.id], clock=clock, cloud=place, seconds=LIMIT)
        pauses = Pauses()
        port = PORTS[kind](credentials, tokens, pauses)
        rig = Rig(teams, clock, port, tokens, credentials, pauses, contoso, team, channel, dana)
        app = web.Application()
        app.router.add_post("/api/messages", rig.handle)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        address: Any = runner.addresses[0]
        teams.connect(f"http://127.0.0.1:{address[1]}")
        try:
            yield rig
        finally:
            await runner.cleanup()
            await port.close()
