"""A burst into one channel of a Slack that keeps its rates, loses answers and fails, and a server killed in its middle.

Slack's second between two messages is thirty milliseconds here, its limits a minute are as many times higher, and the
servers wait less by themselves (``tests.rigs.hurried``). What Slack asks to wait is whole seconds, as always.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.domain.ids import derived_uuid
from tests.fakes.slack import Channel, FakeSlack, Fault, Message
from tests.rigs.server import Server, serving
from tests.rigs.slack_server import POLICY, eventually, staffed

BURST = 500
GAP = 0.03
"""Seconds between two messages in a channel."""
FASTER = round(1 / GAP)
ENOUGH_TO_KILL = 150
"""Cards that stand when a server is killed."""
RUSHED_AT = 60
"""After so many requests one is opened that escalates after two seconds, while hundreds of cards wait."""
ESCALATES = timedelta(seconds=2)
SOON = 5.0
"""Seconds within which it stands, though Slack may lose the answer or ask to wait; ordinarily it is a tenth of one."""
SECONDS = 240.0
BUSY = POLICY.replace("channels: {slack: C0RUSH}", "channels: {slack: C0REFUNDS}")


@dataclass
class Burst:
    """The Slack, and the servers on one database; the first of those that run is asked."""

    slack: FakeSlack
    refunds: Channel
    escalations: Channel
    settings: dict[str, Any]
    stack: AsyncExitStack
    folder: Path
    servers: list[Server] = field(default_factory=list)
    rushed: str = ""

    async def start(self) -> None:
        """One more server on the database."""
        folder = self.folder / f"server-{len(list(self.folder.iterdir()))}"
        folder.mkdir()
        process = serving(folder, policy=BUSY, program="tests.rigs.hurried", **self.settings)
        self.servers.append(await asyncio.to_thread(process.__enter__))
        self.stack.push_async_callback(asyncio.to_thread, process.__exit__, None, None, None)
        self.slack.connect(self.servers[0].url)

    def kill(self) -> None:
        """End the first server as a power cut would."""
        os.kill(self.servers.pop(0).pid, signal.SIGKILL)

    async def open(self, token: str) -> list[str]:
        """The burst, one after the other, at each server in turn; returns the ids in order."""
        headers = {"Authorization": f"Bearer {token}"}
        opened: list[str] = []
        async with httpx.AsyncClient(headers=headers, trust_env=False, timeout=30) as http:
            for number in range(BURST + 1):
                rushed = number == RUSHED_AT
                body = {
                    "tool": "rush_order" if rushed else "issue_refund",
                    "arguments": {"amount": 120, "reason": f"number {number}"},
                    "timeout": "1h",
                    "context": {"customer": f"c-{number}", "session": f"s-{number}"},
                }
                server = self.servers[number % len(self.servers)]
                url, key = f"{server.url}/api/v1/requests", {"Idempotency-Key": f"key-{number}"}
                answer = (await http.post(url, json=body, headers=key)).raise_for_status().json()
                assert answer["status"] == "pending"
                opened.append(answer["id"])
                self.rushed = answer["id"] if rushed else self.rushed
        return opened

    def cards(self, channel: Channel) -> list[Message]:
        """What stands in a channel, as it was posted."""
        return sorted(self.slack.messages(channel), key=lambda each: each.ts)

    def gaps(self) -> list[float]:
        """The seconds between one card and the next, the longest last."""
        times = [float(card.ts) for card in self.cards(self.refunds)]
        return sorted(later - earlier for earlier, later in pairwise(times))

    async def until_posted(self, count: int) -> None:
        await self.slack.until(lambda: len(self.cards(self.refunds)) >= count, SECONDS)

    async def until_quiet(self) -> None:
        """Until nothing waits to be sent."""

        async def nothing_waits() -> bool:
            return (await self._outbox())["waiting"] == 0

        await eventually(nothing_waits, "an empty outbox", SECONDS)

    async def _outbox(self) -> dict[str, int]:
        async with httpx.AsyncClient(trust_env=False) as http:
            text = (await http.get(f"{self.servers[0].url}/metrics")).text
        counted = {"waiting": 0, "parked": 0}
        for line in text.splitlines():
            for state in counted:
                if line.startswith(f'signoff_outbox_messages{{state="{state}"}}'):
                    counted[state] = int(float(line.split()[-1]))
        assert counted["parked"] == 0
        return counted

    async def record(self, token: str, ids: list[str]) -> dict[str, list[dict[str, Any]]]:
        """The events of each request."""
        url, headers = f"{self.servers[0].url}/api/v1/requests", {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(headers=headers, trust_env=False, timeout=30) as http:
            return {id_: (await http.get(f"{url}/{id_}/record")).raise_for_status().json()["events"] for id_ in ids}

    async def require_sound(self) -> None:
        """The record verifies, and is what everything else says."""
        assert self.slack.complaints == []
        for words in (("audit", "verify"), ("audit", "rebuild", "--check")):
            await asyncio.to_thread(self.servers[0].command, *words)
        for log in self.folder.glob("*/server.log"):
            assert "Traceback" not in log.read_text(encoding="utf-8")


@asynccontextmanager
async def burst(folder: Path, database: str, servers: int) -> AsyncIterator[Burst]:
    """Servers beside a Slack whose time is short, and which fails on one of seven messages."""
    async with FakeSlack() as slack, AsyncExitStack() as stack:
        slack.rates.message_every = timedelta(seconds=GAP)
        slack.rates.tiers = {method: limit * FASTER for method, limit in slack.rates.tiers.items()}
        acme, users = staffed(slack, "Acme", id="T0ACME")
        refunds = acme.channel("refunds", users.values(), id="C0REFUNDS")
        escalations = acme.channel("escalate", users.values(), id="C0ESCALATE")
        for fault in (Fault.LOST, Fault.RATE_LIMITED, Fault.SERVER_ERROR):
            slack.faults.next("chat.postMessage", fault, times=None, share=0.05)
        settings = {
            "database": database,
            "key": "5a" * 32,
            "slack_bot_token": acme.token,
            "slack_signing_secret": slack.app.signing_secret,
            "slack_api_url": slack.api_url,
            "slack_message_seconds": GAP,
        }
        made = Burst(slack, refunds, escalations, settings, stack, folder)
        for _ in range(servers):
            await made.start()
        yield made


def _request(card: Message) -> str:
    return str(card.blocks[0]["block_id"]).partition("|")[2]


async def _require_all_once_and_in_order(town: Burst, token: str, opened: list[str]) -> None:
    cards = town.cards(town.refunds)
    assert [_request(card) for card in cards] == opened
    posted = [(card.metadata or {})["event_payload"]["id"] for card in cards]
    assert posted == [derived_uuid("errand", "slack", id_, "1", "card") for id_ in opened]
    events = await town.record(token, opened)
    for id_, found in events.items():
        types = Counter(event["type"] for event in found)
        # Where it escalated to, and to whom, it is posted as well.
        assert types["request.posted"] == (3 if id_ == town.rushed else 1), types
        assert types["request.unshown"] == 0


async def _require_escalated_at_once(town: Burst, token: str) -> float:
    """Its latency in seconds: of one post, not of a backlog."""
    (ping,) = await town.slack.until(lambda: town.cards(town.escalations), SECONDS)
    assert _request(ping) == town.rushed
    (events,) = (await town.record(token, [town.rushed])).values()
    due = datetime.fromisoformat(events[0]["at"]) + ESCALATES
    late = float(ping.ts) - due.timestamp()
    assert 0 <= late < SOON
    return late


@pytest.mark.timeout(600)
@pytest.mark.parametrize("servers", [1, 2], ids=["one on sqlite", "two on postgres"])
async def test_a_burst_is_posted_in_order_and_none_twice_though_a_server_is_killed(
    servers: int, tmp_path: Path, request: pytest.FixtureRequest, record_property: Any
) -> None:
    database = f"sqlite:///{tmp_path / 'signoff.db'}"
    if servers > 1:
        database = request.getfixturevalue("fresh_postgres_url")
    homes = tmp_path / "servers"
    homes.mkdir()
    async with burst(homes, database, servers) as town:
        token = (await asyncio.to_thread(town.servers[0].agent))["token"]
        opened = await town.open(token)
        record_property("seconds from due to escalated", await _require_escalated_at_once(town, token))
        await town.until_posted(ENOUGH_TO_KILL)
        assert len(town.cards(town.refunds)) < BURST
        town.kill()
        if not town.servers:
            await town.start()
        await town.until_posted(BURST + 1)
        await town.until_quiet()
        record_property("seconds of the longest pause", town.gaps()[-1])
        await _require_all_once_and_in_order(town, token, opened)
        (ping,) = town.cards(town.escalations)
        assert sum(card.ts > ping.ts for card in town.cards(town.refunds)) > BURST // 4, "it passed a backlog"
        await town.require_sound()
