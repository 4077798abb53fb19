"""One day at a house with a Slack, a Teams and the desk: one real server whose clock a test moves, and its people.

The day is Monday, 3 March 2031, and begins at ten in the morning in New York. People are named by their ids in the
policy, and are the same ones on each surface.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from agentapprovalprotocol import AsyncClient

from bot.demo.browser import Browser, Page
from tests.fakes.slack import Channel as SlackChannel
from tests.fakes.slack import FakeSlack, View
from tests.fakes.slack import Message as SlackMessage
from tests.fakes.slack import User as SlackUser
from tests.fakes.teams import Channel, FakeTeams, Message, User
from tests.fakes.teams.cards.reading import texts
from tests.rigs.a_days_policy import placed
from tests.rigs.jumping_clock import JumpingClock
from tests.rigs.proposing import Agent
from tests.rigs.server import Server, serving
from tests.rigs.slack_server import eventually
from tests.rigs.slack_sights import lines_of, named, words
from tests.rigs.teams_server import agent_of, registered

PEOPLE = ("dana", "lee", "omar", "olga", "vera", "rosa", "max", "kim", "ada")
CHANNELS = ("refunds", "escalate", "finance")
START = datetime(2031, 3, 3, 15, 0, tzinfo=UTC)
PROGRAM = "tests.rigs.moved"
SOON = 20.0
"""Seconds that anything may take to come."""


@dataclass
class Day:
    """What is seen and done on it."""

    folder: Path
    clock: JumpingClock
    slack: FakeSlack
    teams: FakeTeams
    in_slack: dict[str, SlackUser]
    in_teams: dict[str, User]
    slack_channels: dict[str, SlackChannel]
    teams_channels: dict[str, Channel]
    settings: dict[str, Any]
    policy: str
    server: Server = field(init=False)
    agent: Agent = field(init=False)
    _running: AsyncExitStack | None = None
    _browsers: dict[str, Browser] = field(default_factory=dict)

    # -------------------------------------------------------------------------------------------- the process

    async def start(self) -> None:
        """Start the server, and let both platforms and the agent call it."""
        self._running, self._browsers = AsyncExitStack(), {}
        process = serving(self.folder, policy=self.policy, program=PROGRAM, **self.settings)
        self.server = await asyncio.to_thread(process.__enter__)
        self.server.command = self._command  # type: ignore[method-assign]  # its commands by the same clock
        self._running.push_async_callback(asyncio.to_thread, process.__exit__, None, None, None)
        self.slack.connect(self.server.url)
        self.teams.connect(self.server.url)

    async def stop(self) -> None:
        """End the server, and everybody's sessions on the desk."""
        for browser in self._browsers.values():
            await browser.__aexit__(None, None, None)
        running, self._running = self._running, None
        if running is not None:
            await running.aclose()

    async def killed(self) -> None:
        """The server is killed without a word, and another takes its place."""
        os.kill(self.server.pid, signal.SIGKILL)
        token, url = self.agent.token, self.server.url
        await self.stop()
        await self.start()
        await self.agent.close()
        self.agent = _moved_to(self.agent.name, token, self.server)
        assert self.server.url != url

    def _command(self, *said: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", PROGRAM, *said],
            cwd=self.folder, env=self.server.env, capture_output=True, text=True, timeout=40, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    async def command(self, *said: str) -> str:
        """What a command of ``signoff`` prints."""
        return await asyncio.to_thread(self._command, *said)

    async def require_sound(self) -> None:
        """The record verifies, its views are what its events say, and nobody was shown trouble."""
        assert self.slack.complaints == []
        assert self.teams.complaints == []
        await self.command("audit", "verify")
        await self.command("audit", "rebuild", "--check")
        log = (self.folder / "server.log").read_text(encoding="utf-8", errors="replace")
        assert [line for line in log.splitlines() if '"level": "error"' in line or "Traceback" in line] == []

    # ---------------------------------------------------------------------------------------------- the record

    async def opened(self, tool: str, within: str = "10h", **arguments: Any) -> str:
        """A request that waits, once its cards stand in both chats and that is on record."""
        key = str(uuid.uuid4())
        context = {"customer": f"c-{key}", "session": key}
        submission = {"tool": tool, "arguments": arguments, "timeout": within, "context": context}
        asked = await self.agent.aap.create(submission, key)
        assert asked.status == "pending"

        async def stand() -> bool:
            return [type_ for type_, _ in await self.record(asked.id)].count("request.posted") > 1

        await eventually(stand, "cards in both chats")
        return asked.id

    async def record(self, id_: str) -> list[tuple[str, str]]:
        """Every event of it: type and author."""
        return [(event["type"], event["actor"]) for event in await self._events(id_)]

    async def _events(self, id_: str) -> list[dict[str, Any]]:
        found = (await self.agent.v1.get(f"/requests/{id_}/record")).raise_for_status().json()
        return list(found["events"])

    async def facts(self, id_: str, type_: str) -> list[dict[str, Any]]:
        """What the events of a type say, the oldest first."""
        shown = json.loads(await self.command("request", "show", id_, "--json"))
        return [event["facts"] for event in shown["events"] if event["type"] == type_]

    async def pass_to(self, id_: str, minutes: float, *, late: float = 0.3) -> None:
        """Let the clock go on to so many minutes after a request was opened, and a moment more."""
        wanted = datetime.fromisoformat((await self._events(id_))[0]["at"]) + timedelta(minutes=minutes, seconds=late)
        ahead = (wanted - self.clock.now()).total_seconds()
        assert ahead > 0, f"{minutes} minutes have passed already"
        self.clock.jump(ahead)

    # ----------------------------------------------------------------------------------------- what people see

    def slack_cards(self, id_: str) -> list[SlackMessage]:
        """Every card of it in Slack, those in channels first."""
        (acme,) = self.slack.world.workspaces.values()
        there = [each for one in acme.channels.values() for each in self.slack.messages(one)]
        found = [each for each in there if named(each) == f"request|{id_}"]
        return sorted(found, key=lambda each: each.channel.kind.value == "im")

    def teams_cards(self, id_: str) -> list[Message]:
        """Every card of it in Teams, those in channels first."""
        places = [self.teams.messages(one) for one in self.teams_channels.values()]
        places += [self.teams.chat(each) for each in self.in_teams.values()]
        return [each for place in places for each in place if id_ in str(each.card)]

    def cards(self, id_: str) -> dict[str, str]:
        """What each card of it says, by where it stands: ``slack:refunds``, ``teams:lee`` (the newest there)."""
        found = {}
        for shown in self.slack_cards(id_):
            mine = [name for name, user in self.in_slack.items() if user in shown.channel.members]
            private = shown.channel.kind.value == "im"
            found[f"slack:{mine[0] if private else shown.channel.name}"] = words(shown)
        for each in self.teams_cards(id_):
            name = getattr(each.place, "name", None) or str(getattr(each.place, "user").email).partition("@")[0]  # noqa: B009 - a channel has a name, a chat its user
            found[f"teams:{name}"] = " ".join(texts(each.card or {}))
        return found

    async def until(self, true: Callable[[], Any], what: Callable[[], str]) -> None:
        """Wait until something is so; AssertionError with what there is instead."""

        async def seen() -> Any:
            return true()

        try:
            await eventually(seen, "", SOON)
        except AssertionError:
            raise AssertionError(what()) from None

    async def says(self, id_: str, *wanted: str, without: tuple[str, ...] = ()) -> None:
        """Every card in both chats, and the page on the desk, say all of this and nothing of that."""

        def right() -> bool:
            said = self.cards(id_).values()
            return bool(said) and all(_says(each, wanted, without) for each in said)

        await self.until(right, lambda: f"{wanted} (not {without}) in {json.dumps(self.cards(id_), indent=1)}")
        page = (await self.page("rosa", id_)).words
        assert _says(page, wanted, without), f"{wanted} (not {without}) in {page}"

    async def lines(self, id_: str, *wanted: str) -> None:
        """The threads of its cards in both chats, and its history on the desk, tell of all of this."""

        def threads() -> tuple[str, str]:
            slack = " | ".join(line for card in self.slack_cards(id_) for line in lines_of(card))
            teams = [each for card in self.teams_cards(id_) for each in self.teams.thread(card)]
            return slack, " | ".join(each.text.replace("**", "") for each in teams)

        await self.until(lambda: all(_says(each, wanted) for each in threads()), lambda: f"{wanted} in {threads()}")
        history = (await self.page("rosa", id_)).words
        assert _says(history, wanted), f"{wanted} in {history}"

    async def pinged(self, who: str, id_: str, *wanted: str) -> None:
        """Somebody (or a channel) was shown its card in both chats, and it says all of this."""
        places = (f"slack:{who}", f"teams:{who}")

        def shown() -> bool:
            said = self.cards(id_)
            return all(_says(said.get(place, ""), (*wanted, " ")) for place in places)

        await self.until(shown, lambda: f"{wanted} to {who} in {json.dumps(self.cards(id_), indent=1)}")

    async def page(self, who: str, id_: str) -> Page:
        """The request's page on the desk as somebody sees it."""
        return await (await self._browser(who)).open(f"{self.server.url}/desk/requests/{id_}")

    # ------------------------------------------------------------------------------------------ what people do

    async def in_slack_press(self, who: str, id_: str, what: str, typed: dict[str, Any] | None = None) -> None:
        """Press a button of its card in Slack, or of the menu, and send the form that it opens."""
        user = self.in_slack[who]
        card = next(each for each in self.slack_cards(id_) if user in each.channel.members)
        if what in self.slack.offers(card):
            assert (await self.slack.click(user, card, what)).ok
        else:
            assert (await self.slack.overflow(user, card, "more", f"{what}|{id_}")).ok
        if typed is None:
            return
        await self.until(lambda: _filled(self.slack.views(user)), lambda: f"no form for {what}")
        sent = await self.slack.submit(self.slack.views(user)[-1], typed)
        assert sent.closed, sent.errors

    async def in_teams_press(self, who: str, id_: str, what: str, typed: dict[str, Any] | None = None) -> str:
        """Press a button of its card in Teams, and send the dialog that it opens; what the card then says to them."""
        user = self.in_teams[who]
        card = next(each for each in self.teams_cards(id_) if user in each.place.people)
        clicked = await self.teams.click(user, card, what)
        assert clicked.ok
        if typed is None:
            return " ".join(self.teams.texts(user, card))
        assert clicked.dialog is not None, clicked
        assert (await self.teams.submit(clicked.dialog, typed)).closed, clicked.dialog.said
        return ""

    async def by_slack_command(self, who: str, text: str, typed: dict[str, Any]) -> None:
        """Send the form that ``/signoff`` opens."""
        user = self.in_slack[who]
        assert (await self.slack.command(user, self.slack_channels["refunds"], "/signoff", text)).ok
        await self.until(lambda: _filled(self.slack.views(user)), lambda: f"no form for {text}")
        sent = await self.slack.submit(self.slack.views(user)[-1], typed)
        assert sent.errors == {}
        for view in reversed(self.slack.views(user)):
            await self.slack.close(view)

    async def by_teams_command(self, who: str, text: str, typed: dict[str, Any]) -> None:
        """Send the dialog behind the button with which ``@Signoff`` answers."""
        user = self.in_teams[who]
        before = len(self.teams.chat(user))
        await self.teams.mention(user, self.teams_channels["refunds"], text)
        await self.until(lambda: len(self.teams.chat(user)) > before, lambda: f"no answer to {text}")
        answer = self.teams.chat(user)[-1]
        clicked = await self.teams.click(user, answer, text.partition(" ")[0])
        assert clicked.dialog is not None
        sent = await self.teams.submit(clicked.dialog, typed)
        assert sent.delivery.ok
        if not clicked.dialog.closed:
            self.teams.close(clicked.dialog)

    async def on_desk_press(self, who: str, id_: str, what: str, typed: dict[str, str] | None = None) -> Page:
        """Send a form of its page on the desk, confirmed where it asks again."""
        browser, page = await self._browser(who), await self.page(who, id_)
        url = f"{self.server.url}/desk/requests/{id_}"
        answer = await browser.post(url, page.form(f"/{what}"), typed)
        if any("confirmed" in form.fields for form in answer.forms):
            answer = await browser.post(url, answer.form(f"/{what}"))
        assert answer.status == 303, answer.words
        return answer

    async def refused(self, who: str, id_: str, why: str) -> None:
        """Somebody presses *Approve* in both chats and is told why not; the desk offers it no more and says so too."""
        before = await self.record(id_)
        user = self.in_slack[who]
        await self.in_slack_press(who, id_, "approve")

        def told() -> str:
            return " ".join(words(each) for each in (*self.slack.ephemerals(user), *self.slack.dms(user)))

        await self.until(lambda: why in told(), lambda: f"{why!r} in {told()}")
        said = await self.in_teams_press(who, id_, "approve")
        assert why in said, said
        page = await self.page(who, id_)
        assert why in page.words, page.words
        assert not [form for form in page.forms if form.action.endswith("/approve")]
        kept = ("request.posted", "request.lines_posted")
        assert [one for one in await self.record(id_) if one[0] not in kept] == [
            one for one in before if one[0] not in kept
        ]

    async def _browser(self, who: str) -> Browser:
        if who not in self._browsers:
            told = await self.command("desk", "link", f"{who}@acme.test", "--json")
            link = json.loads(told)["url"]
            http = httpx.AsyncClient(timeout=20.0, trust_env=False, follow_redirects=False)
            browser = self._browsers[who] = Browser(http)
            page = await browser.open(link)
            assert (await browser.post(link, page.form(httpx.URL(link).path))).status == 303
        return self._browsers[who]


@asynccontextmanager
async def a_day(folder: Path) -> AsyncIterator[Day]:
    """A house whose server runs; at the end its record must be sound, and nobody have been shown trouble."""
    clock = JumpingClock(folder / "clock")
    clock.jump((START - clock.now()).total_seconds())
    async with FakeSlack(clock=clock) as slack, FakeTeams(clock=clock, token_clock=clock) as teams:
        slack.rates.enabled = teams.rates.enabled = False
        acme, contoso = slack.workspace("Acme", id="T0ACME"), teams.tenant("Contoso")
        in_slack = {each: acme.user(each, email=f"{each}@acme.test") for each in PEOPLE}
        in_teams = {each: contoso.user(each.title(), email=f"{each}@acme.test", installed=True) for each in PEOPLE}
        team = contoso.team("Support", [*in_teams.values()])
        channels = {each: acme.channel(each, in_slack.values(), id=f"C0{each.upper()}") for each in CHANNELS}
        rooms = {each: team.channel(each) for each in CHANNELS}
        settings: dict[str, Any] = {
            "slack_api_url": slack.api_url,
            "slack_message_seconds": 0.0,
            "slack_bot_token": acme.token,
            "slack_signing_secret": slack.app.signing_secret,
            **registered(teams, folder),
        }
        policy = placed(**{name: room.id for name, room in rooms.items()})
        day = Day(folder, clock, slack, teams, in_slack, in_teams, channels, rooms, settings, policy)
        try:
            await day.start()
            day.agent = await agent_of(day.server)
            yield day
            await day.agent.close()
            await day.require_sound()
        finally:
            await day.stop()


def _moved_to(name: str, token: str, server: Server) -> Agent:
    http = httpx.AsyncClient(timeout=40.0, trust_env=False, follow_redirects=False)
    headers = {"Authorization": f"Bearer {token}"}
    v1 = httpx.AsyncClient(base_url=f"{server.url}/api/v1", headers=headers, trust_env=False, timeout=40.0)
    return Agent(AsyncClient(server.aap, token, http=http), v1, token, name)


def _says(said: str, wanted: tuple[str, ...], without: tuple[str, ...] = ()) -> bool:
    return all(each in said for each in wanted) and not any(each in said for each in without)


def _filled(views: list[View]) -> bool:
    """Whether a form stands in front, and no longer only that it is loading."""
    return bool(views) and views[-1].definition["callback_id"] != "loading"
