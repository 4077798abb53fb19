"""A digest by schedule: once in Slack and once in Teams, from three processes of which one is killed, or from one that
is killed in the middle of sending.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters.clock import SystemClock
from tests.fakes.slack import Channel, FakeSlack, Fault, Message
from tests.fakes.teams import FakeTeams, User
from tests.fakes.teams import Message as Card
from tests.rigs.house import POLICY
from tests.rigs.server import Server, serving
from tests.rigs.slack_server import staffed, words
from tests.rigs.teams_server import PEOPLE, registered
from tests.unit.test_policy_alarms import REASONS

SECONDS = 60.0


@dataclass
class Place:
    """Both chats, and servers on one database."""

    slack: FakeSlack
    teams: FakeTeams
    channel: Channel
    thread: Any
    folder: Path
    settings: dict[str, Any]
    running: AsyncExitStack
    dana: User
    servers: list[Server] = field(default_factory=list)

    async def start(self, digests: str) -> Server:
        """One more server; ``digests`` are the owner's."""
        folder = self.folder / f"server-{len(list(self.folder.glob('server-*')))}"
        folder.mkdir()
        places = f"{{slack: {self.channel.id}, teams: '{self.thread.id}'}}"
        text = POLICY.replace("{slack: C0REFUNDS}", places).replace(REASONS, f"{REASONS}    digests: {digests}\n")
        process = serving(folder, policy=text, **self.settings)
        server = await asyncio.to_thread(process.__enter__)
        self.running.push_async_callback(asyncio.to_thread, process.__exit__, None, None, None)
        self.servers.append(server)
        self.slack.connect(self.servers[0].url)
        self.teams.connect(self.servers[0].url)
        return server

    def kill(self) -> None:
        """As a power cut would."""
        os.kill(self.servers.pop(0).pid, signal.SIGKILL)
        if self.servers:
            self.slack.connect(self.servers[0].url)
            self.teams.connect(self.servers[0].url)

    def in_slack(self) -> list[Message]:
        """Every summary that stands in the channel."""
        return [each for each in self.slack.messages(self.channel) if "Refunds, the last" in words_of(each)]

    def in_teams(self) -> list[Card]:
        """Every summary that stands in the channel."""
        return [each for each in self.teams.messages(self.thread) if "Refunds, the last" in str(each.card)]

    async def work(self) -> None:
        """Requests that were decided: one approved, one rejected, one let through, one that waits."""
        server = self.servers[0]
        token = (await asyncio.to_thread(server.agent))["token"]
        headers = {"Authorization": f"Bearer {token}"}
        ids = []
        async with httpx.AsyncClient(base_url=f"{server.url}/api/v1", headers=headers, trust_env=False) as http:
            for number in range(3):
                body = {"tool": "issue_refund", "arguments": {"amount": 120 + number, "reason": "Late"}}
                body |= {"timeout": "1h", "context": {"customer": f"c-{number}", "session": f"s-{number}"}}
                sent = await http.post("/requests", json=body, headers={"Idempotency-Key": f"key-{number}"})
                ids.append(sent.raise_for_status().json()["id"])
        async with server.reviewer() as dana:
            await dana.approve(ids[0])
            await dana.reject(ids[1], "not_eligible", "No receipt")


def words_of(message: Message) -> str:
    return f"{message.text} {message.blocks}"


async def shown_in_teams(here: Place, card: Card) -> None:
    """The digest's card shows the same to whoever looks again, and a summary that is asked for has its chart."""
    shown = card.card
    refreshed = await here.teams.refresh(here.dana, card)
    assert refreshed.ok
    assert "data:image/png;base64," in str(refreshed.answer)
    assert card.card == shown
    await here.teams.direct(here.dana, "summary refunds 24h")

    def answered() -> bool:
        return any("data:image/png;base64," in str(each.card) for each in here.teams.chat(here.dana))

    await here.teams.until(answered, SECONDS)


@asynccontextmanager
async def place(folder: Path, database: str = "") -> AsyncIterator[Place]:
    async with FakeSlack() as slack, FakeTeams() as teams, AsyncExitStack() as running:
        slack.rates.enabled = False
        acme, users = staffed(slack, "Acme", id="T0ACME")
        channel = acme.channel("refunds", users.values(), id="C0REFUNDS")
        contoso = teams.tenant("Contoso")
        people = {each: contoso.user(each.title(), email=f"{each}@acme.test", installed=True) for each in PEOPLE}
        thread = contoso.team("Support", [*people.values()]).channel("refunds")
        settings = {
            "database": database or f"sqlite:///{folder / 'signoff.db'}",
            "key": "5a" * 32,
            "slack_api_url": slack.api_url,
            "slack_message_seconds": 0.0,
            "slack_bot_token": acme.token,
            "slack_signing_secret": slack.app.signing_secret,
            **registered(teams, folder),
        }
        made = Place(slack, teams, channel, thread, folder, settings, running, people["dana"])
        yield made
        assert slack.complaints == []
        assert teams.complaints == []
        assert "Traceback" not in logged(folder)


def logged(folder: Path) -> str:
    """What every server has logged."""
    return "".join(log.read_text(encoding="utf-8") for log in folder.glob("server-*/server.log"))


def soon(least: float) -> tuple[datetime, str]:
    """A whole minute, so many seconds away at least, and the cron expression that comes then."""
    at = (SystemClock().now() + timedelta(seconds=least + 60)).replace(second=0, microsecond=0)
    return at, f"{at.minute} * * * *"


@pytest.mark.timeout(240)
async def test_three_processes_send_it_once_although_one_is_killed(tmp_path: Path, fresh_postgres_url: str) -> None:
    async with place(tmp_path, fresh_postgres_url) as here:
        first = await here.start("[]")
        await here.work()
        os.kill(first.pid, signal.SIGTERM)
        here.servers.clear()
        at, cron = soon(10)
        digests = f'[{{name: hourly, cron: "{cron}", period: 24h}}]'
        await asyncio.gather(*(here.start(digests) for _ in range(3)))
        assert SystemClock().now() < at, "the servers took too long to start"
        await asyncio.sleep(max(0.0, (at - SystemClock().now()).total_seconds() + 0.1))
        here.kill()
        (message,) = await here.slack.until(here.in_slack, SECONDS)
        (card,) = await here.teams.until(here.in_teams, SECONDS)
        replies = await here.slack.until(lambda: message.replies, SECONDS)
        names = sorted(file["name"].rpartition(".")[2] for reply in replies for file in reply.files)
        assert names == ["csv", "png"]
        picture = next(file for reply in replies for file in reply.files if file["name"].endswith("png"))
        assert "how they ended" in picture["alt_txt"]
        assert "data:image/png;base64," in str(card.card)
        await shown_in_teams(here, card)
        assert "3 of 3 proposed actions waited for a person" in message.text
        await asyncio.sleep(3)  # another process would have sent its own by now
        assert (len(here.in_slack()), len(here.in_teams())) == (1, 1)
        assert len([reply for reply in message.replies if reply.files]) == 1
        for words_ in (("audit", "verify"), ("audit", "rebuild", "--check")):
            await asyncio.to_thread(here.servers[0].command, *words_)


@pytest.mark.parametrize("method", ["files.completeUploadExternal", "chat.postMessage"])
async def test_one_that_is_killed_in_the_middle_arrives_once(tmp_path: Path, method: str) -> None:
    digests = '[{name: yearly, cron: "0 0 1 1 *", period: 24h}]'
    async with place(tmp_path) as here:
        await here.start(digests)
        await here.work()
        here.slack.faults.next(method, Fault.HANG, seconds=20)
        await asyncio.to_thread(here.servers[0].command, "digest", "refunds", "--send")
        await here.slack.until(lambda: [call for call in here.slack.calls() if call.outcome == "hang"], SECONDS)
        here.kill()
        await here.start(digests)
        await here.slack.until(lambda: _whole(here), SECONDS)
        await here.teams.until(here.in_teams, SECONDS)
        (message,) = here.in_slack()
        assert len(here.in_teams()) == 1
        names = sorted(file["name"].rpartition(".")[2] for reply in message.replies for file in reply.files)
        assert names == ["csv", "png"]
        assert words(message.blocks)


def _whole(here: Place) -> bool:
    found = here.in_slack()
    return len(found) == 1 and any(reply.files for reply in found[0].replies)
