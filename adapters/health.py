"""Health for orchestrators and figures for Prometheus. Nothing here names a person, a customer or an agent."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.ports import Committed, Outbox, Seals

READY_SECONDS = 2.0
"""How long the database may take to answer before this process calls itself not ready."""


class _Counted(Protocol):
    @property
    def waiting(self) -> int: ...


class Figures:
    """What this process has done, and what stands in the store right now."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.events = Counter(
            "signoff_events_total", "Events committed by this process", ["type"], registry=self.registry
        )
        self.requests = Gauge("signoff_requests", "Requests by status", ["status"], registry=self.registry)
        self.outbox = Gauge("signoff_outbox_messages", "Outbox messages by state", ["state"], registry=self.registry)
        self.waiting = Gauge("signoff_waiting_agents", "Agents in a long poll of this process", registry=self.registry)
        self.sealed = Gauge("signoff_sealed_events", "Events under the newest checkpoint", registry=self.registry)
        self.http = Histogram(
            "signoff_http_seconds",
            "Time to answer, long polls and streams left out",
            ["method", "route", "status"],
            registry=self.registry,
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
        )

    def heard(self, committed: object) -> None:
        """Count what a commit of this process recorded (a listener of the store)."""
        if not isinstance(committed, (list, tuple)):
            return
        for change in committed:
            if isinstance(change, Committed):
                for kind in change.types:
                    self.events.labels(kind).inc()


def mount(
    app: web.Application,
    *,
    figures: Figures,
    ready: Callable[[], Awaitable[bool]],
    counts: Callable[[], Awaitable[dict[str, int]]],
    outbox: Outbox,
    seals: Seals,
    waiting: _Counted,
) -> None:
    """Serve ``/healthz`` (the process lives), ``/readyz`` (it can do its work) and ``/metrics``."""

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def readyz(_: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(READY_SECONDS):
                fine = await ready()
        except Exception:  # noqa: BLE001 - whatever is wrong with the database, the answer is: not ready
            fine = False
        return web.json_response({"status": "ready" if fine else "not ready"}, status=200 if fine else 503)

    async def metrics(_: web.Request) -> web.Response:
        figures.waiting.set(waiting.waiting)
        for status, count in (await counts()).items():
            figures.requests.labels(status).set(count)
        for state, count in (await outbox.backlog()).items():
            figures.outbox.labels(state).set(count)
        last = await seals.last()
        figures.sealed.set(0 if last is None else last.size)
        return web.Response(body=generate_latest(figures.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", metrics)
