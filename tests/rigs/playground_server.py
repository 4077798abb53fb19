"""A real `signoff serve` with Microsoft's Playground as its Teams, and the Playground's page in a real browser.

Tokens, of which the Playground has none, are the fake Teams': it is there for its keys and its directory alone.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agentapprovalprotocol import Request
from playwright.async_api import Browser, Locator, Page, ViewportSize

from tests.fakes.teams import FakeTeams
from tests.rigs.house import POLICY
from tests.rigs.playground import ME, OTHERS, REFUNDS, Playground, account, playing
from tests.rigs.playground_post import Passed, Post
from tests.rigs.proposing import Agent
from tests.rigs.server import Server, serving
from tests.rigs.slack_server import eventually
from tests.rigs.teams_pictures import ZONE
from tests.rigs.teams_server import agent_of, registered

Json = dict[str, Any]
SECONDS = 45.0
"""How long anything that is waited for may take; a page of ten megabytes on a busy machine takes its time."""
_MILLISECONDS = SECONDS * 1000
SIZE: ViewportSize = {"width": 1280, "height": 1080}
WITHOUT_LOG: ViewportSize = {"width": 948, "height": 1080}
OTHER_NAME = "second"
"""What the policy calls a channel that has to be linked."""


@dataclass
class Game:
    """The server, the Playground, and its page with Dana before it."""

    post: Post
    playground: Playground
    page: Page
    server: Server
    agent: Agent
    folder: Path
    thrown: list[str] = field(default_factory=list)
    """What scripts of the page threw and did not catch."""

    async def proposes(self, customer: str, amount: float = 120) -> Request:
        """An agent asks for a refund that has to wait."""
        submission = {
            "tool": "issue_refund",
            "arguments": {"amount": amount, "reason": "The parcel came two weeks late"},
            "timeout": "30m",
            "context": {"customer": customer, "session": customer},
            "agent_reasoning": "The customer wrote twice, and the carrier confirms the delay.",
        }
        opened = await self.agent.aap.create(submission, str(uuid.uuid4()))
        assert opened.status == "pending"
        return opened

    async def opens(self, place: str) -> None:
        """Dana goes to a channel (``Support - refunds``) or to her chat with the bot (``Personal Chat``)."""
        await self.page.get_by_role("treeitem", name=place).click()

    async def mentions(self, text: str) -> None:
        """Dana begins a thread in the channel that she is in, by calling the bot."""
        box = self.page.get_by_role("textbox").first
        await box.press_sequentially("@Sig")
        await self.page.get_by_role("menuitem", name="Signoff").click()
        await box.press_sequentially(f" {text}")
        await self.page.get_by_role("button", name="Post", exact=True).click()

    def card(self, *words: str) -> Locator:
        """The card on the page that says all of this."""
        found = self.page.locator(".ac-adaptiveCard")
        for each in words:
            found = found.filter(has_text=each)
        return found

    async def sees(self, *words: str) -> Locator:
        """That card, once it is there.

        Raises:
            playwright.async_api.TimeoutError: it did not come.
        """
        found = self.card(*words)
        await found.wait_for()
        return found

    async def reads(self, text: str) -> None:
        """Wait for a line that is on no card."""
        await self.page.get_by_text(text).first.wait_for()

    async def posted(self, request_id: str) -> Passed:
        """The call by which a card was posted into a channel, once the server has that on record."""

        async def found() -> Passed | None:
            posts = [each for each in self.post.to_playground if each.path.endswith("/v3/conversations")]
            recorded = request_id in str([each.body for each in posts]) and await self._recorded(request_id)
            return next(each for each in posts if request_id in str(each.body)) if recorded else None

        call: Passed = await eventually(found, "its card on record", SECONDS)
        return call

    async def called(self, matching: Callable[[Passed], bool], what: str) -> Passed:
        """The newest call of the Playground to the bot that matches, once it was answered."""

        async def found() -> Passed | None:
            return next((each for each in reversed(self.post.to_bot) if matching(each)), None)

        call: Passed = await eventually(found, what, SECONDS)
        return call

    async def record(self, request_id: str) -> Json:
        """What ``signoff request show --json`` prints of it."""
        told: Json = json.loads(await self.command("request", "show", request_id, "--json"))["request"]
        return told

    async def command(self, *words: str) -> str:
        """What a command of ``signoff`` prints."""
        return await asyncio.to_thread(self.server.command, *words)

    async def picture(self, path: Path, shown: Locator) -> None:
        """What the page shows around a card: the Playground's window without its log."""
        path.parent.mkdir(parents=True, exist_ok=True)
        await shown.scroll_into_view_if_needed()
        await self.page.screenshot(path=path, clip={"x": 0, "y": 0, **WITHOUT_LOG})

    async def require_sound(self) -> None:
        """The record verifies, no error was logged, no script threw, the Playground took every call and stayed here."""
        await self.command("audit", "verify")
        log = (self.folder / "server.log").read_text(encoding="utf-8", errors="replace")
        assert [line for line in log.splitlines() if '"level": "error"' in line or "Traceback" in line] == []
        assert self.thrown == []
        assert [each for each in self.post.to_playground if each.status not in {200, 201}] == []
        assert self.playground.reached_for == ""

    async def _recorded(self, request_id: str) -> bool:
        told = (await self.agent.v1.get(f"/requests/{request_id}/record")).raise_for_status().json()
        return "request.posted" in [event["type"] for event in told["events"]]


@asynccontextmanager
async def game(folder: Path, package: Path, browser: Browser) -> AsyncIterator[Game]:
    """All of it, with the page open in the channel that the policy names; ``package`` is the Playground's folder."""
    async with FakeTeams() as teams, Post(teams).standing() as post, AsyncExitStack() as running:
        playground = await running.enter_async_context(playing(package, folder / "playground", post))
        given = registered(teams, folder, service_url=post.service_url)
        process = serving(folder, policy=_policy(), **given)
        server = await asyncio.to_thread(process.__enter__)
        running.push_async_callback(asyncio.to_thread, process.__exit__, None, None, None)
        post.bot = f"{server.url}/api/messages"
        agent = await agent_of(server)
        running.push_async_callback(agent.close)
        page = await browser.new_page(viewport=SIZE, timezone_id=ZONE, locale="en-US", color_scheme="light")
        running.push_async_callback(page.close)
        playing_now = Game(post, playground, page, server, agent, folder)
        page.set_default_timeout(_MILLISECONDS)
        page.on("pageerror", lambda error: playing_now.thrown.append(str(error)))
        await page.goto(playground.url)
        await playing_now.opens("Support - refunds")
        yield playing_now


def _policy() -> str:
    """The house's with its channels in the Playground, Dana to answer for them, and everybody's account by its id."""
    policy = POLICY.replace("{slack: C0REFUNDS}", f"{{teams: ['{REFUNDS}', {OTHER_NAME}]}}")
    policy = policy.replace("accountable: vera", f"accountable: {ME}")
    for name in (ME, *OTHERS):
        policy = policy.replace(f"email: {name}@acme.test", f"email: {name}@acme.test, teams: {account(name)}")
    return policy
