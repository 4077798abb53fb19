"""A house with a Slack, a Teams and the desk: one real server by a clock that a test moves, and its record."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import uuid
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from agentapprovalprotocol import AsyncClient

from bot.demo.browser import Browser
from tests.fakes.slack import Channel as SlackChannel
from tests.fakes.slack import FakeSlack
from tests.fakes.slack import User as SlackUser
from tests.fakes.teams import Channel, FakeTeams, User
from tests.rigs.jumping_clock import JumpingClock
from tests.rigs.proposing import Agent
from tests.rigs.server import Server, serving
from tests.rigs.slack_server import eventually

PEOPLE = ("dana", "lee", "omar", "olga", "vera", "rosa", "max", "kim", "ada")
CHANNELS = ("refunds", "escalate", "finance")
START = datetime(2031, 3, 3, 15, 0, tzinfo=UTC)
PROGRAM = "tests.rigs.moved"
SOON = 20.0
"""Seconds that anything may take to come."""


@dataclass
class MovedHouse:
    """The process, what its agent proposes, and what stands on record."""

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

    async def opened_at(self, id_: str) -> datetime:
        """When it was opened."""
        return datetime.fromisoformat((await self._events(id_))[0]["at"])

    async def facts(self, id_: str, type_: str) -> list[dict[str, Any]]:
        """What the events of a type say, the oldest first."""
        shown = json.loads(await self.command("request", "show", id_, "--json"))
        return [event["facts"] for event in shown["events"] if event["type"] == type_]

    async def pass_to(self, id_: str, minutes: float, *, late: float = 0.3) -> None:
        """Let the clock go on to so many minutes after a request was opened, and a moment more."""
        wanted = await self.opened_at(id_) + timedelta(minutes=minutes, seconds=late)
        ahead = (wanted - self.clock.now()).total_seconds()
        assert ahead > 0, f"{minutes} minutes have passed already"
        self.clock.jump(ahead)


def _moved_to(name: str, token: str, server: Server) -> Agent:
    http = httpx.AsyncClient(timeout=40.0, trust_env=False, follow_redirects=False)
    headers = {"Authorization": f"Bearer {token}"}
    v1 = httpx.AsyncClient(base_url=f"{server.url}/api/v1", headers=headers, trust_env=False, timeout=40.0)
    return Agent(AsyncClient(server.aap, token, http=http), v1, token, name)
