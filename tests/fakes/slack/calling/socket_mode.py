"""Socket Mode: https://docs.slack.dev/apis/events-api/using-socket-mode ."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from typing import Any

from aiohttp import WSMsgType, web

from tests.fakes.slack.calling.delivery import HTTP_OK, Attempt, Delivery
from tests.fakes.slack.world import World
from tests.fakes.stirring import PATIENCE

Json = dict[str, Any]
MOST_CONNECTIONS = 10


class SocketMode:
    """Serves `/link/` and hands envelopes to the connections in turn."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._connections: list[web.WebSocketResponse] = []
        self._open: set[web.WebSocketResponse] = set()
        self._waiting: dict[str, asyncio.Future[Json]] = {}
        self._changed = asyncio.Event()
        self._turn = 0

    @property
    def connected(self) -> int:
        """How many connections are open."""
        return len(self._connections)

    async def until_connected(self, count: int = 1, within: float = PATIENCE) -> None:
        """Wait until that many connections are open."""
        async with asyncio.timeout(within):
            while self.connected < count:
                self._changed.clear()
                await self._changed.wait()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One connection: hello, then envelopes out and acknowledgements in."""
        ticket = request.query.get("ticket", "")
        if ticket not in self.world.socket_tickets:
            return web.Response(status=404)
        self.world.socket_tickets.discard(ticket)
        if self.connected >= MOST_CONNECTIONS:
            return web.Response(status=429)
        connection = web.WebSocketResponse()
        await connection.prepare(request)
        self._connections.append(connection)
        self._open.add(connection)
        await connection.send_json(
            {
                "type": "hello",
                "num_connections": self.connected,
                "debug_info": {"host": "applink-fake", "build_number": 1, "approximate_connection_time": 18060},
                "connection_info": {"app_id": self.world.app.id},
            }
        )
        self._changed.set()
        try:
            async for message in connection:
                if message.type is WSMsgType.TEXT:
                    self._acknowledged(message.data)
        finally:
            self._open.discard(connection)
            if connection in self._connections:
                self._connections.remove(connection)
            self._changed.set()
        return connection

    async def deliver(self, delivery: Delivery, within: float, extra: Mapping[str, str]) -> Attempt:
        """Send one envelope and wait for its acknowledgement."""
        self._turn += 1
        connection = self._connections[self._turn % self.connected]
        number = f"env-{self.world.minting.number()}"
        envelope: Json = {
            "envelope_id": number,
            "type": delivery.kind,
            "payload": delivery.payload,
            "accepts_response_payload": delivery.kind != "events_api",
        }
        if "X-Slack-Retry-Num" in extra:
            envelope |= {
                "retry_attempt": int(extra["X-Slack-Retry-Num"]),
                "retry_reason": extra.get("X-Slack-Retry-Reason", ""),
            }
        attempt = Attempt(dict(extra))
        began = time.perf_counter()
        answered = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(within):
                await connection.send_json(envelope)
                payload = (await answered).get("payload")
                attempt.status, attempt.body = HTTP_OK, json.dumps(payload) if payload else ""
        except TimeoutError:
            attempt.error = "timeout"
        except ConnectionError:
            attempt.error = "connection_failed"
        finally:
            del self._waiting[number]
        attempt.seconds = time.perf_counter() - began
        return attempt

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Tell every connection to go, as Slack does every few hours; nothing more is sent through it."""
        going, self._connections = self._connections, []
        for connection in going:
            await connection.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-fake"}})

    async def close(self) -> None:
        """Close every connection, those told to go too."""
        for connection in [*self._open]:
            await connection.close()

    def _acknowledged(self, text: str) -> None:
        try:
            found = json.loads(text)
        except ValueError:
            self.world.complain(f"socket mode: not JSON: {text[:80]}")
            return
        waiting = self._waiting.get(found.get("envelope_id", ""))
        if waiting is None:
            self.world.complain("socket mode: an acknowledgement of no envelope, or of one too late")
        elif not waiting.done():
            waiting.set_result(found)
