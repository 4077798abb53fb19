"""A real `signoff serve` beside a Teams: the agent through the protocol's own client, people through what they see."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
from agentapprovalprotocol import AsyncClient

from tests.fakes.teams import Channel, FakeTeams, Message, Team, Tenant, User
from tests.fakes.teams.cards.reading import texts
from tests.fakes.teams.dialogs import Dialog
from tests.rigs.house import POLICY
from tests.rigs.proposing import Agent
from tests.rigs.server import Server, serving
from tests.rigs.slack_server import CARD_NUMBER, SECONDS, eventually

PEOPLE = ("dana", "lee", "omar", "vera", "rosa")
Found = TypeVar("Found")


@dataclass
class District:
    """A Teams with a team, its people and a channel, and the server that serves them."""

    teams: FakeTeams
    contoso: Tenant
    users: dict[str, User]
    team: Team
    refunds: Channel
    folder: Path
    server: Server
    agent: Agent

    @property
    def log(self) -> str:
        """Everything that the server has logged."""
        return (self.folder / "server.log").read_text(encoding="utf-8", errors="replace")

    async def command(self, *words: str) -> str:
        """What a command of ``signoff`` prints."""
        return await asyncio.to_thread(self.server.command, *words)

    async def record(self, request_id: str) -> dict[str, Any]:
        """What ``signoff request show --json`` prints of it."""
        found: dict[str, Any] = json.loads(await self.command("request", "show", request_id, "--json"))["request"]
        return found

    async def until(self, seen: Callable[[], Found | None], what: str) -> Found:
        """What is found once Teams has it.

        Raises:
            AssertionError: it did not come.
        """
        try:
            found = await self.teams.until(seen, SECONDS)
        except TimeoutError:
            raise AssertionError(f"it did not come: {what}\n{self.log[-1500:]}") from None
        assert found is not None
        return found

    def cards(self, request_id: str, channel: Channel | None = None) -> list[Message]:
        """Every card of a request in a channel."""
        return [each for each in self.teams.messages(channel or self.refunds) if request_id in str(each.card)]

    async def held(self, amount: float | str = 120, **more: Any) -> tuple[str, Message]:
        """A request that waits, and its card, once that is on record."""
        opened = await self.agent.propose(amount, **more)
        assert opened.status == "pending"
        card = (await self.until(lambda: self.cards(opened.id) or None, "a card"))[0]

        async def recorded() -> bool:
            found = (await self.agent.v1.get(f"/requests/{opened.id}/record")).raise_for_status().json()
            return "request.posted" in [event["type"] for event in found["events"]]

        await eventually(recorded, "its card on record")
        return opened.id, card

    async def says(self, card: Message, *wanted: str) -> None:
        """The base message says all of this, to everybody."""

        def said() -> bool | None:
            text = " ".join(texts(card.card or {}))
            return all(each in text for each in wanted) or None

        await self.until(said, f"{wanted} in {texts(card.card or {})}")

    async def threaded(self, card: Message, *wanted: str) -> None:
        """The thread below a card says all of this."""

        def said() -> bool | None:
            text = " ".join(each.text for each in self.teams.thread(card))
            return all(each in text for each in wanted) or None

        await self.until(said, f"{wanted} in {[each.text for each in self.teams.thread(card)]}")

    async def opens(self, user: User, card: Message, verb: str) -> Dialog:
        """Press a button and see its dialog."""
        clicked = await self.teams.click(user, card, verb)
        assert clicked.ok
        assert clicked.dialog is not None
        return clicked.dialog

    async def require_sound(self) -> None:
        """The record verifies, its views are what its events say, and nobody was shown trouble."""
        assert self.teams.complaints == []
        await self.command("audit", "verify")
        await self.command("audit", "rebuild", "--check")
        trouble = [line for line in self.log.splitlines() if '"level": "error"' in line or "Traceback" in line]
        assert trouble == []
        assert CARD_NUMBER not in self.log


@asynccontextmanager
async def district(
    folder: Path, *, policy: str = POLICY, channels: str = "{{teams: '{teams}'}}", **settings: Any
) -> AsyncIterator[District]:
    """A Teams with one organisation, and a server that serves it; ``channels`` are those of the policy's owner."""
    async with FakeTeams() as teams, AsyncExitStack() as running:
        contoso = teams.tenant("Contoso")
        users = {each: contoso.user(each.title(), email=f"{each}@acme.test", installed=True) for each in PEOPLE}
        team = contoso.team("Support", [*users.values()])
        refunds = team.channel("refunds")
        placed = policy.replace("{slack: C0REFUNDS}", channels.format(teams=refunds.id))
        given = {**registered(teams, folder), **settings}
        process = serving(folder, policy=placed, **given)
        server = await asyncio.to_thread(process.__enter__)
        running.push_async_callback(asyncio.to_thread, process.__exit__, None, None, None)
        teams.connect(server.url)
        agent = await agent_of(server)
        running.push_async_callback(agent.close)
        yield District(teams, contoso, users, team, refunds, folder, server, agent)


def registered(teams: FakeTeams, folder: Path, *, service_url: str = "") -> dict[str, Any]:
    """The settings that lead a server to the fake; ``service_url`` is another's connector."""
    cloud = {
        "openid_url": teams.openid_url,
        "issuer": teams.app.issuer,
        "login_url": teams.login_url,
        "scope": teams.app.scope,
        "service_url": service_url or teams.service_url(),
    }
    path = folder / "cloud.yaml"
    path.write_text("".join(f"{name}: '{value}'\n" for name, value in cloud.items()), encoding="utf-8")
    return {
        "teams_app_id": teams.app.id,
        "teams_app_secret": teams.app.secret,
        "teams_tenant": teams.app.tenant_id,
        "teams_cloud": str(path),
    }


async def agent_of(server: Server) -> Agent:
    """A new agent of a server, about to call it."""
    known = await asyncio.to_thread(server.agent)
    token = known["token"]
    http = httpx.AsyncClient(timeout=40.0, trust_env=False, follow_redirects=False)
    headers = {"Authorization": f"Bearer {token}"}
    v1 = httpx.AsyncClient(base_url=f"{server.url}/api/v1", headers=headers, trust_env=False, timeout=40.0)
    return Agent(AsyncClient(server.aap, token, http=http), v1, token, known["agent"])
