"""Serving: a real ``signoff serve`` process on a database, with agents' tokens and a reviewer who is signed in.

The load comes from this process over loopback: server and load generator share the machine's cores.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from adapters.signing import load_keys
from bench import processes
from bench.http_client import Connection, connect, expect, request_bytes
from bench.workload import POLICY, Worker, house, proposal
from bot.domain.jsontext import Json
from bot.ports import Session
from bot.sealing import seal_once

FORM = b"application/x-www-form-urlencoded"
KEY_FILE = "bench.key"
REQUESTS = "/api/aap/v1/requests"
START_SECONDS = 60
READY_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Reviewer:
    """A person who is signed in on the desk."""

    cookie: str
    csrf: str


@dataclass(frozen=True, slots=True)
class Staff:
    """Who is known to the database: agents with their tokens, and a reviewer."""

    workers: list[Worker]
    reviewer: Reviewer

    def headers(self, number: int) -> bytes:
        """Whose request this number is."""
        return f"Authorization: Bearer {self.workers[number % len(self.workers)].token}\r\n".encode()


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers."""

    url: str
    pid: int
    seconds: float
    """From its start until it was ready."""

    def open_bytes(self, staff: Staff, number: int, key: str) -> bytes:
        """The whole request with which an agent proposes; made before the clock runs."""
        headers = staff.headers(number) + f"Idempotency-Key: {key}\r\n".encode()
        body = json.dumps(proposal(number)).encode()
        return request_bytes("POST", REQUESTS, urlsplit(self.url).netloc, headers, body, b"application/json")

    async def wait(self, connection: Connection, staff: Staff, number: int, id_: str) -> Json:
        """Wait until the request is decided; returns it."""
        return expect(await connection.call("GET", f"{REQUESTS}/{id_}?wait=30s", staff.headers(number)), 200)

    async def approve(self, connection: Connection, reviewer: Reviewer, id_: str) -> None:
        """Sign it on the desk, as the form there does."""
        headers = f"Cookie: signoff={reviewer.cookie}\r\nOrigin: {self.url}\r\n".encode()
        form = urlencode({"csrf": reviewer.csrf, "confirmed": "yes", "note": ""}).encode()
        status, body = await connection.call("POST", f"/desk/requests/{id_}/approve", headers, form, FORM)
        assert status == 303, f"{status}: {body[:500]!r}"


async def seal_all(url: str, folder: Path) -> None:
    """Seal what was preloaded, with which a server would otherwise be busy for some seconds."""
    signer = load_keys(folder / KEY_FILE, "").signer
    async with house(url) as engine:
        while await seal_once(engine.store.seals, signer, engine.clock):
            pass


async def staff(url: str) -> Staff:
    """Enrol agents and sign a reviewer in, before any server runs on the database."""
    async with house(url, webhooks=False) as engine:
        now = datetime.now(UTC)
        cookie, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        hashed = hashlib.sha256(cookie.encode()).hexdigest()
        await engine.store.sessions.add(Session(hashed, engine.person.email, csrf, now, now + timedelta(hours=2)))
        return Staff(engine.workers, Reviewer(cookie, csrf))


@asynccontextmanager
async def serving(url: str, folder: Path, *, program: str = "bot.cli", **more: str) -> AsyncIterator[Server]:
    """Start ``signoff serve`` on a free port and stop it afterwards; ``more`` are settings, by name."""
    settings = {
        "SIGNOFF_DATABASE": url,
        "SIGNOFF_POLICY": str(POLICY),
        "SIGNOFF_KEY_FILE": str(folder / KEY_FILE),
        "SIGNOFF_PORT": "0",
        "SIGNOFF_RATE_PER_MINUTE": "100000000",
        "SIGNOFF_RATE_BURST": "100000000",
        "SIGNOFF_LOG_LEVEL": "warning",
        **{f"SIGNOFF_{name.upper()}": value for name, value in more.items()},
    }
    start = time.perf_counter()
    with processes.running(
        [sys.executable, "-m", program, "serve"], until="listens on", seconds=START_SECONDS, env=settings
    ) as (process, line):
        where = line.split()[-1]
        await _ready(where)
        yield Server(where, process.pid, time.perf_counter() - start)


async def _ready(url: str) -> None:
    connection = await connect(url)
    until = time.monotonic() + READY_SECONDS
    while (await connection.call("GET", "/readyz"))[0] != 200:
        assert time.monotonic() < until, "the server does not get ready"
    connection.close()
