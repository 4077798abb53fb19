"""One Teams, and servers on one database that are started, stopped and killed."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx

from tests.fakes.teams import Channel, FakeTeams, Message, Tenant, User
from tests.rigs.house import POLICY
from tests.rigs.server import Server, serving
from tests.rigs.slack_server import eventually
from tests.rigs.teams_server import PEOPLE, registered

Found = TypeVar("Found")
SECONDS = 60.0
RUSH = """
  rush:
    title: Rush orders
    accountable: vera
    risk_owner: rosa
    channels: {teams: "PLACE"}
    approvers: [supervisors]
    sla:
      respond_within: 2s
      gather: never
      remind_at: [1s]
      escalate:
        - {after: 2s, to: [vera], post_to: {teams: "LATE"}}
      expire_after: 1h
    reasons: [wrong_amount]
  batch:
    title: Batch orders
    accountable: vera
    risk_owner: rosa
    channels: {teams: "PLACE"}
    approvers: [supervisors]
    sla: {respond_within: 3s, gather: 4s, escalate: [{after: 3s, to: [dana]}], expire_after: 1h}
    reasons: [wrong_amount]
actions:
  rush_order:
    title: Rush an order
    class: other
    level: commit
    owner: rush
    tools: [rush_order]
  batch_order:
    title: Order in a batch
    class: other
    level: commit
    owner: batch
    tools: [batch_order]
"""


@dataclass
class Fleet:
    """What stands in Teams, and the servers that run; the first of them is asked and called."""

    teams: FakeTeams
    contoso: Tenant
    users: dict[str, User]
    refunds: Channel
    late: Channel
    folder: Path
    program: str
    settings: dict[str, Any]
    servers: list[Server] = field(default_factory=list)
    token: str = ""
    _running: dict[int, AbstractContextManager[Server]] = field(default_factory=dict)

    @property
    def policy(self) -> str:
        """Refunds, and orders that escalate after two seconds to another channel, both shown in one."""
        text = POLICY.replace("{slack: C0REFUNDS}", f"{{teams: '{self.refunds.id}'}}")
        return text.replace("\nactions:\n", RUSH.replace("PLACE", self.refunds.id).replace("LATE", self.late.id))

    async def start(self) -> Server:
        """One more server on the database."""
        folder = self.folder / f"server-{len(list(self.folder.glob('server-*')))}"
        folder.mkdir()
        process = serving(folder, policy=self.policy, program=self.program, **self.settings)
        server = await asyncio.to_thread(process.__enter__)
        self.servers.append(server)
        self._running[server.pid] = process
        self.teams.connect(self.servers[0].url)
        if not self.token:
            self.token = (await asyncio.to_thread(server.agent))["token"]
        await self._forgive()
        return server

    async def stop(self) -> None:
        """End the first server as an operator does."""
        server = self.servers.pop(0)
        await asyncio.to_thread(self._running.pop(server.pid).__exit__, None, None, None)
        if self.servers:
            self.teams.connect(self.servers[0].url)

    async def stop_all(self) -> None:
        """End every server."""
        while self.servers:
            await self.stop()
        for process in self._running.values():  # what was killed
            await asyncio.to_thread(process.__exit__, None, None, None)

    async def kill(self) -> None:
        """End the first server as a power cut would; what was under way to it meets nobody, which is no complaint."""
        os.kill(self.servers.pop(0).pid, signal.SIGKILL)
        if self.servers:
            self.teams.connect(self.servers[0].url)
        await self._forgive()

    async def _forgive(self) -> None:
        """Forget calls that met nobody, once none of them is under way."""
        await self.teams.drawn()
        complaints = self.teams.complaints
        complaints[:] = [each for each in complaints if "connection_failed" not in each]

    async def open(self, number: int, tool: str = "issue_refund") -> str:
        """Propose something at each server in turn; its id."""
        body = {
            "tool": tool,
            "arguments": {"amount": 120, "reason": f"number {number}"},
            "timeout": "1h",
            "context": {"customer": f"c-{number}", "session": f"s-{number}"},
        }
        server, key = self.servers[number % len(self.servers)], {"Idempotency-Key": f"key-{tool}-{number}"}
        async with self._api(server) as http:
            answer = (await http.post("/requests", json=body, headers=key)).raise_for_status().json()
        assert answer["status"] == "pending"
        return str(answer["id"])

    async def events(self, id_: str) -> list[dict[str, Any]]:
        """The record of a request."""
        async with self._api(self.servers[0]) as http:
            found: list[dict[str, Any]] = (
                (await http.get(f"/requests/{id_}/record")).raise_for_status().json()["events"]
            )
            return found

    async def types(self, id_: str) -> list[str]:
        """The kinds of its events."""
        return [event["type"] for event in await self.events(id_)]

    def cards(self, channel: Channel, id_: str = "") -> list[Message]:
        """The cards that stand in a channel, of one request or of all."""
        return [each for each in self.teams.messages(channel) if each.card is not None and id_ in str(each.card)]

    def chat(self, name: str, id_: str = "") -> list[Message]:
        """The cards that somebody was shown alone."""
        mine = self.teams.chat(self.users[name])
        return [each for each in mine if each.card is not None and id_ in str(each.card)]

    async def until(self, seen: Callable[[], Found], seconds: float = SECONDS) -> Found:
        """What is found once Teams has it."""
        return await self.teams.until(seen, seconds)

    async def until_quiet(self) -> None:
        """Until nothing waits to be sent; nothing was given up."""

        async def nothing_waits() -> bool:
            async with httpx.AsyncClient(trust_env=False) as http:
                text = (await http.get(f"{self.servers[0].url}/metrics")).text
            counted = dict(
                line.rsplit(" ", 1) for line in text.splitlines() if line.startswith("signoff_outbox_messages{")
            )
            assert float(counted.get('signoff_outbox_messages{state="parked"}', "0")) == 0
            return float(counted.get('signoff_outbox_messages{state="waiting"}', "0")) == 0

        await eventually(nothing_waits, "an empty outbox", SECONDS)

    async def require_sound(self) -> None:
        """The record verifies and is what everything else says, and nobody was shown trouble."""
        assert self.teams.complaints == []
        for words in (("audit", "verify"), ("audit", "rebuild", "--check")):
            await asyncio.to_thread(self.servers[0].command, *words)
        for log in self.folder.glob("server-*/server.log"):
            assert "Traceback" not in log.read_text(encoding="utf-8")

    def _api(self, server: Server) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.AsyncClient(base_url=f"{server.url}/api/v1", headers=headers, trust_env=False, timeout=30)


@asynccontextmanager
async def fleet(
    folder: Path, database: str = "", *, servers: int = 1, program: str = "bot.cli"
) -> AsyncIterator[Fleet]:
    """A Teams with one organisation and servers beside it, on SQLite unless told otherwise."""
    async with FakeTeams() as teams:
        contoso = teams.tenant("Contoso")
        users = {each: contoso.user(each.title(), email=f"{each}@acme.test", installed=True) for each in PEOPLE}
        team = contoso.team("Support", [*users.values()])
        settings = {
            "database": database or f"sqlite:///{folder / 'signoff.db'}",
            "key": "5a" * 32,
            **registered(teams, folder),
        }
        made = Fleet(teams, contoso, users, team.channel("refunds"), team.channel("late"), folder, program, settings)
        try:
            for _ in range(servers):
                await made.start()
            yield made
        finally:
            await made.stop_all()
