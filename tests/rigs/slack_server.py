"""A real `signoff serve` beside a Slack: the agent through the protocol's own client, people through what they see.

The server runs in a process of its own with the unmodified Bolt and SDK; the Slack is `tests.fakes.slack`, in the
test's. What people are shown is found by the request that a card names, in whatever channel it stands.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
from agentapprovalprotocol import AsyncClient

from tests.fakes.slack import Channel, FakeSlack, Message, User, View, Workspace
from tests.rigs.proposing import Agent
from tests.rigs.server import Server, serving
from tests.rigs.slack_policy import POLICY
from tests.rigs.slack_sights import lines_of, named, words

__all__ = ["POLICY", "Agent", "Town", "eventually", "lines_of", "staffed", "town", "words"]

PEOPLE = ("dana", "lee", "omar", "vera", "rosa")
CARD_NUMBER = "4111222233334444"
SECONDS = 20.0
"""How long anything that people or agents wait for may take here."""
LEARNING = "be learned from"
"""What stands above a card that came to somebody because of its feedback item."""

Found = TypeVar("Found")


@dataclass
class Town:
    """A Slack with people and channels, and the server that serves them."""

    slack: FakeSlack
    acme: Workspace
    users: dict[str, User]
    channels: dict[str, Channel]
    folder: Path
    settings: dict[str, Any]
    policy: str
    server: Server = field(init=False)
    agent: Agent = field(init=False)
    patience: float = SECONDS
    """Seconds that anything is waited for; what a killed process had taken up is left to it for thirty."""
    _running: AsyncExitStack | None = None
    _agent_facts: dict[str, Any] = field(default_factory=dict)

    # ---------------------------------------------------------------------------------------------- the process

    async def start(self) -> None:
        """Start the server, point Slack at it and let the agent call it."""
        self._running = AsyncExitStack()
        process = serving(self.folder, policy=self.policy, **self.settings)
        self.server = await asyncio.to_thread(process.__enter__)
        self._running.push_async_callback(asyncio.to_thread, process.__exit__, None, None, None)
        self.slack.connect(self.server.url)
        if not self._agent_facts:
            self._agent_facts = await asyncio.to_thread(self.server.agent)
        self.agent = await self.another_agent(self._agent_facts)
        self._running.push_async_callback(self.agent.close)

    async def another_agent(self, facts: dict[str, Any] | None = None) -> Agent:
        """An agent with calls of its own; close it."""
        known = await asyncio.to_thread(self.server.agent) if facts is None else facts
        token = known["token"]
        http = httpx.AsyncClient(timeout=40.0, trust_env=False, follow_redirects=False)
        headers = {"Authorization": f"Bearer {token}"}
        v1 = httpx.AsyncClient(base_url=f"{self.server.url}/api/v1", headers=headers, trust_env=False, timeout=40.0)
        return Agent(AsyncClient(self.server.aap, token, http=http), v1, token, known["agent"])

    async def stop(self) -> None:
        """End the server by SIGTERM, and wait until it has."""
        running, self._running = self._running, None
        if running is not None:
            await running.aclose()

    async def restart(self) -> None:
        """As an operator does: it is stopped, and another takes its place."""
        await self.stop()
        await self.start()

    async def command(self, *words: str) -> str:
        """What a command of ``signoff`` prints."""
        return await asyncio.to_thread(self.server.command, *words)

    async def record(self, request_id: str) -> dict[str, Any]:
        """What ``signoff request show --json`` prints of it."""
        shown = json.loads(await self.command("request", "show", request_id, "--json"))
        found: dict[str, Any] = shown["request"]
        return found

    async def types(self, request_id: str) -> list[str]:
        """The types of its events."""
        found = (await self.agent.v1.get(f"/requests/{request_id}/record")).raise_for_status().json()
        return [event["type"] for event in found["events"]]

    async def require_sound(self) -> None:
        """The record verifies, its views are what its events say, and no user was shown trouble."""
        assert self.slack.complaints == []
        await self.command("audit", "verify")
        await self.command("audit", "rebuild", "--check")
        trouble = [line for line in self.log.splitlines() if '"level": "error"' in line or "Traceback" in line]
        assert trouble == []
        assert CARD_NUMBER not in self.log

    @property
    def log(self) -> str:
        """Everything that the server has logged."""
        return (self.folder / "server.log").read_text(encoding="utf-8", errors="replace")

    # --------------------------------------------------------------------------------------- what people are shown

    def cards(self, request_id: str) -> list[Message]:
        """Every card of a request, wherever it stands, channels before private conversations.

        Those are left out that came to whoever is to learn from it: they come when it is decided, sooner or later.
        """
        everywhere = [channel for space in self.slack.world.workspaces.values() for channel in space.channels.values()]
        shown = [
            each
            for channel in everywhere
            for each in self.slack.messages(channel)
            if named(each) == f"request|{request_id}" and LEARNING not in each.versions[0].text
        ]
        return sorted(shown, key=lambda each: each.channel.kind.value == "im")

    async def card(self, request_id: str, place: str | None = None) -> Message:
        """Its card in a channel (by name), once it stands there and is on record; without one its first anywhere."""

        def stands() -> Message | None:
            there = self.cards(request_id)
            return next((each for each in there if place is None or each.channel.name == place), None)

        found = await self.until(stands, f"a card in {place}")

        async def recorded() -> bool:
            return "request.posted" in await self.types(request_id)

        await eventually(recorded, "its card on record")
        return found

    async def held(self, amount: float | str = 120, **more: Any) -> tuple[str, Message]:
        """A request that waits, and its card."""
        opened = await self.agent.propose(amount, **more)
        assert opened.status == "pending"
        return opened.id, await self.card(opened.id)

    async def until(self, seen: Callable[[], Found | None], what: str = "") -> Found:
        """What is found once Slack has it.

        Raises:
            AssertionError: it did not come.
        """
        try:
            found = await self.slack.until(seen, self.patience)
        except TimeoutError:
            raise AssertionError(f"it did not come: {what}\n{self.log[-1500:]}") from None
        assert found is not None
        return found

    async def says(self, request_id: str, *texts: str, cards: int = 1) -> list[Message]:
        """Every card of it, of which there are so many, once each of them says all of this."""

        def say() -> list[Message]:
            there = self.cards(request_id)
            right = len(there) == cards and all(text in words(each) for each in there for text in texts)
            return there if right else []

        try:
            return await self.until(say, f"{cards} cards that say {texts}")
        except AssertionError as error:
            there = "\n---\n".join(f"{each.channel.name}: {words(each)}" for each in self.cards(request_id))
            raise AssertionError(f"{error}\nthere are:\n{there}") from None

    async def thread(self, card: Message, *texts: str) -> list[str]:
        """The lines below a card, once each of these texts stands in one of them."""
        await self.until(
            lambda: all(any(text in line for line in lines_of(card)) for text in texts) or None,
            f"{texts} in {lines_of(card)}",
        )
        return lines_of(card)

    async def view(self, user: User, title: str, *, within: str | None = None) -> View:
        """The modal in front of a user, once it has this title and is filled in."""

        def front() -> View | None:
            stack = self.slack.views(user)
            view = stack[-1] if stack and stack[-1].title == title else None
            if view is None or view.definition["callback_id"] == "loading":
                return None
            return view if within is None or within in words(view) else None

        return await self.until(
            front, f"a modal {title!r}; there are {[each.title for each in self.slack.views(user)]}"
        )

    async def opens(self, user: User, card: Message, name: str, title: str) -> View:
        """Press a button, or choose from the menu, and wait for its modal."""
        offered = self.slack.offers(card)
        ack = await (self.slack.click(user, card, name) if name in offered else self.more(user, card, name))
        assert ack.ok
        return await self.view(user, title)

    async def more(self, user: User, card: Message, name: str) -> Any:
        """Choose an entry of a card's menu."""
        request_id = named(card).partition("|")[2]
        return await self.slack.overflow(user, card, "more", f"{name}|{request_id}")

    def menu(self, card: Message) -> list[str]:
        """The entries of a card's menu, by command."""
        if "more" not in self.slack.offers(card):
            return []
        return [each["value"].partition("|")[0] for each in self.slack.element(card, "more")["options"]]

    async def told(self, user: User, text: str) -> str:
        """What was said to this user alone, cards aside, once something says this."""

        def said() -> str | None:
            heard = (*self.slack.ephemerals(user), *self.slack.dms(user))
            texts = [words(each) for each in heard if not named(each).startswith("request|")]
            return next((each for each in texts if text in each), None)

        return await self.until(said, f"{user.name} is told {text!r}")

    async def command_answer(self, user: User, text: str, channel: str = "refunds") -> str:
        """What ``/signoff`` answers somebody in private."""
        before = len(self.slack.ephemerals(user))
        delivery = await self.slack.command(user, self.channels[channel], "/signoff", text)
        assert delivery.ok
        await self.until(lambda: len(self.slack.ephemerals(user)) > before or None, f"an answer to {text!r}")
        return words(self.slack.ephemerals(user)[-1])


async def eventually(true: Callable[[], Awaitable[Any]], what: str, within: float = SECONDS) -> Any:
    """What is asked of another process, once it is not empty.

    Raises:
        AssertionError: it stayed empty.
    """
    found: Any = None
    try:
        async with asyncio.timeout(within):
            while not (found := await true()):  # noqa: ASYNC110 - it happens in another process
                await asyncio.sleep(0.03)
    except TimeoutError:
        raise AssertionError(f"it did not come within {within} s: {what}; last {found!r}") from None
    return found


def staffed(slack: FakeSlack, name: str, **more: Any) -> tuple[Workspace, dict[str, User]]:
    """A workspace with the policy's people, who have other ids in each."""
    workspace = slack.workspace(name, **more)
    return workspace, {each: workspace.user(each, email=f"{each}@acme.test") for each in PEOPLE}


@asynccontextmanager
async def town(
    folder: Path, *, policy: str = POLICY, mode: str = "http", start: bool = True, **settings: Any
) -> AsyncIterator[Town]:
    """A Slack with one workspace, its people in every channel, and a server that serves it.

    ``mode`` is ``http`` or ``socket`` for one workspace by its token, or ``oauth``, where nobody has installed it yet.
    Messages follow one another without Slack's second between them unless the settings say otherwise.
    """
    async with FakeSlack() as slack:
        slack.rates.enabled = False
        acme, users = staffed(slack, "Acme", id="T0ACME", **({"scopes": None} if mode == "oauth" else {}))
        channels = {
            name: acme.channel(name, users.values(), id=f"C0{name.upper()}")
            for name in ("refunds", "second", "rush", "escalate")
        }
        given = {"slack_api_url": slack.api_url, "slack_message_seconds": 0.0, **_means(slack, acme, mode), **settings}
        made = Town(slack, acme, users, channels, folder, given, policy)
        try:
            if start:
                await made.start()
            if mode == "socket" and start:
                await slack.sockets.until_connected()
            yield made
        finally:
            await made.stop()


def _means(slack: FakeSlack, acme: Workspace, mode: str) -> dict[str, Any]:
    if mode == "socket":
        return {"slack_bot_token": acme.token, "slack_app_token": slack.app.app_token}
    secret = {"slack_signing_secret": slack.app.signing_secret}
    if mode == "oauth":
        whose = {"slack_client_id": slack.app.client_id, "slack_client_secret": slack.app.client_secret}
        return {**secret, **whose, "slack_workspaces": acme.id}
    return {**secret, "slack_bot_token": acme.token}
