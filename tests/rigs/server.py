"""A real `signoff serve` in a process of its own, driven from outside: agents through its command line and HTTP APIs,
people through the desk's pages.
"""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from bot.demo.browser import Browser
from bot.demo.reviewer import Reviewer
from bot.demo.server import environment, free_port, settings_in
from tests.rigs.house import POLICY
from tests.rigs.launching import Process, launch, run

SECONDS = 30.0


@dataclass
class Server:
    """A running server; whatever it keeps lies in ``folder``."""

    url: str
    folder: Path
    env: dict[str, str]
    pid: int
    _people: dict[str, httpx.Cookies] = field(default_factory=dict)
    _agents: int = 0

    @property
    def aap(self) -> str:
        """Where the Agent Approval Protocol is served."""
        return f"{self.url}/api/aap"

    def command(self, *words: str) -> str:
        """What a command of ``signoff`` prints."""
        done = run("bot.cli", *words, folder=self.folder, environment=self.env, seconds=SECONDS)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def agent(self, name: str | None = None, actions: str = "*") -> dict[str, Any]:
        """A new agent: its ``agent`` name, ``token`` and ids."""
        self._agents += 1
        words = ("agent", "create", name or f"agent-{self._agents}", "--owner", "olga@acme.test")
        found: dict[str, Any] = json.loads(self.command(*words, "--actions", actions, "--expires", "30d", "--json"))
        return found

    def provisioner(self, agent: str) -> str:
        """A token that creates instances of an agent."""
        token: str = json.loads(self.command("agent", "provisioner", "create", agent, "--json"))["token"]
        return token

    @asynccontextmanager
    async def reviewer(self, person: str = "dana") -> AsyncIterator[Reviewer]:
        """A person of the policy, signed in on the desk (once; the cookie is kept)."""
        cookies = self._people.get(person)
        http = httpx.AsyncClient(timeout=20.0, trust_env=False, follow_redirects=False, cookies=cookies)
        async with Browser(http) as browser:
            if cookies is not None:
                yield Reviewer(browser, self.url)
                return
            told = await asyncio.to_thread(self.command, "desk", "link", f"{person}@acme.test", "--json")
            reviewer = await Reviewer.signed_in(browser, json.loads(told)["url"])
            self._people[person] = http.cookies
            yield reviewer

    async def pending(self, token: str, count: int = 1) -> list[dict[str, Any]]:
        """An instance's pending requests, once there are that many."""
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(trust_env=False, headers=headers) as http, asyncio.timeout(SECONDS):
            while True:
                answer = await http.get(f"{self.url}/api/v1/requests?status=pending")
                found: list[dict[str, Any]] = answer.raise_for_status().json()["requests"]
                if len(found) >= count:
                    return found
                await asyncio.sleep(0.02)

    async def request(self, token: str, id_: str) -> dict[str, Any]:
        """A request as our own API tells of it."""
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(trust_env=False, headers=headers) as http:
            found: dict[str, Any] = (await http.get(f"{self.url}/api/v1/requests/{id_}")).raise_for_status().json()
            return found


@contextmanager
def serving(folder: Path, *, policy: str = POLICY, program: str = "bot.cli", **settings: object) -> Iterator[Server]:
    """Run a server until the block ends; only this process is ended then. ``program`` is the module that is run."""
    (folder / "policy.yaml").write_text(policy, encoding="utf-8")
    given: dict[str, object] = {"allow_private_callbacks": True, "rate_per_minute": 1_000_000, "rate_burst": 10_000}
    chosen = settings_in(folder, folder / "policy.yaml", free_port(), **{**given, **settings})
    env = environment(chosen)
    log = folder / "server.log"
    with log.open("ab") as out:
        process = launch(program, "serve", folder=folder, environment=env, out=out.fileno(), err=out.fileno())
    try:
        _until_ready(chosen.url, process, log)
        yield Server(chosen.url, folder, env, process.pid)
    finally:
        _end(process)


def _until_ready(url: str, process: Process, log: Path) -> None:
    ends = time.monotonic() + SECONDS
    with httpx.Client(trust_env=False, timeout=2.0) as http:
        while time.monotonic() < ends and process.poll() is None:
            with suppress(httpx.TransportError):
                if http.get(f"{url}/readyz").is_success:
                    return
            time.sleep(0.05)
    raise AssertionError(f"the server is not ready:\n{log.read_text(encoding='utf-8', errors='replace')[-3000:]}")


def _end(process: Process) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class LossyProxy:
    """Passes HTTP on, and loses the answers to as many calls as it is told to: the call went through, nobody heard."""

    def __init__(self, url: str) -> None:
        self._target = httpx.URL(url)
        self.lose = 0
        self.lost: list[str] = []
        self.url = ""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[LossyProxy]:
        """Listen on a port of this machine."""
        server = await asyncio.start_server(self._pass_on, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with server:
            yield self

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await _head(reader):
                there, back = await asyncio.open_connection(self._target.host, self._target.port)
                back.write(head + await _body(reader, head))
                answer = await _head(there)
                answer += await _body(there, answer)
                back.close()
                if self.lose > 0:
                    self.lose -= 1
                    self.lost.append(head.split(b"\r\n", 1)[0].decode())
                    return
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""


async def _body(reader: asyncio.StreamReader, head: bytes) -> bytes:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return await reader.readexactly(int(value))
    return b""
