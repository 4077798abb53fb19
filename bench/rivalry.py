"""Rivals: the same unit of work, open and decide, in LangGraph, DBOS and awaithumans, in the same rounds as the engine.

They live in an environment of their own, made here with pip from a lock. Where the packages can't be had, they are
left out.
"""

from __future__ import annotations

import json
import secrets
import socket
import subprocess
import sys
from functools import partial
from pathlib import Path

from bench.databases import SQLITE
from bench.engine import MANY, lifecycle
from bench.figures import at_least, ratios
from bench.frame import Bench, LeftOut, Samples
from bench.http_client import Connection, connect, expect
from bench.load import run
from bench.processes import ROOT, Failed, output, running
from bench.workload import house, proposal

VENV = ROOT / ".venv-rivals"
LOCK = Path(__file__).parent / "rivals" / "requirements.txt"
NAMES = {"langgraph": "LangGraph", "dbos": "DBOS"}
GOALS = {("langgraph", True): 20, ("dbos", True): 40, ("langgraph", False): 15, ("dbos", False): 30}
INSTALL_SECONDS = 300


async def measure(bench: Bench) -> None:
    """Every rival on every database, and the engine right beside it."""
    python = environment()
    for kind in bench.options.databases:
        samples = Samples()
        for _ in range(min(bench.options.rounds, bench.options.size(3, 1))):
            with bench.databases.fresh(kind) as url:
                await _engine(url, samples, bench.options.size(3200, 960))
            for rival, name in NAMES.items():
                with bench.part(f"{name} on {kind}"), bench.databases.fresh(kind) as url:
                    _rival(python, rival, url, samples, bench.options.size(320, 128))
        _report(bench, kind, samples)
    if SQLITE in bench.options.databases:
        with bench.part("awaithumans"):
            await _awaithumans(bench, python)


def environment() -> Path:
    """The rivals' Python, with what the lock says.

    Raises:
        LeftOut: when the packages can't be installed.
    """
    python, stamp = VENV / "bin" / "python", VENV / ".installed"
    lock = LOCK.read_bytes()
    if stamp.exists() and stamp.read_bytes() == lock:
        return python
    print("installing the rivals ...", flush=True)
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    pip: list[str | Path] = [
        python,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "--no-input",
        "-q",
        "-q",
        "--timeout",
        "15",
    ]
    try:
        output([*pip, "install", "--require-hashes", "-r", LOCK], seconds=INSTALL_SECONDS)
    except Failed as error:
        raise LeftOut(f"their packages can't be installed here: {str(error)[-300:]}") from error
    stamp.write_bytes(lock)
    return python


async def _engine(url: str, samples: Samples, count: int) -> None:
    async with house(url) as engine:
        numbers = iter(range(10**9))
        await lifecycle(engine, MANY, 256, numbers)
        opening, deciding, _ = await lifecycle(engine, MANY, count, numbers)
    samples.add(open=opening.rate, decide=deciding.rate)


def _rival(python: Path, rival: str, url: str, samples: Samples, count: int) -> None:
    command: list[str | Path] = [python, "-m", f"bench.rivals.{rival}_rival", "--database", url, "--clients", str(MANY)]
    try:
        said = output([*command, "--count", str(count)], seconds=120)
    except Failed as error:
        raise LeftOut(str(error)[-300:]) from error
    figures = json.loads(said.splitlines()[-1])
    samples.add(**{f"{rival}_open": figures["open"], f"{rival}_decide": figures["decide"]})


def _report(bench: Bench, kind: str, samples: Samples) -> None:
    add = partial(bench.report.add, f"rivals on {kind}, 64 clients")
    for what in ("open", "decide"):
        add(f"{what}, Signoff's engine", "/s", samples[what])
        for rival, name in NAMES.items():
            theirs = samples[f"{rival}_{what}"]
            add(f"{what}, {name}", "/s", theirs)
            if len(theirs) == len(samples[what]):
                goal = at_least(GOALS[rival, kind == SQLITE])
                add(f"{what}, Signoff ÷ {name}", "x", ratios(samples[what], theirs), goal)


# --- awaithumans, over HTTP -------------------------------------------------------------------------------------------


async def _awaithumans(bench: Bench, python: Path) -> None:
    token = secrets.token_hex(16)
    port = _free_port()
    env = {
        "AWAITHUMANS_ADMIN_API_TOKEN": token,
        "AWAITHUMANS_PAYLOAD_KEY": secrets.token_urlsafe(32),
        "AWAITHUMANS_LOG_LEVEL": "WARNING",
        "AWAITHUMANS_DB_PATH": str(bench.databases.path()),
    }
    where = ["--host", "127.0.0.1", "--port", str(port), "--no-access-log"]
    command: list[str | Path] = [python, "-m", "uvicorn", *where, "--factory", "awaithumans.server.app:create_app"]
    headers = f"Authorization: Bearer {token}\r\n".encode()
    try:
        with running(command, until="Uvicorn running", env=env) as _:
            rates = [await _create(port, headers, number, bench.options.size(256, 128)) for number in range(3)]
    except (Failed, AssertionError, ConnectionError) as error:
        raise LeftOut(f"its server did not do the work: {str(error)[-300:]}") from error
    bench.report.add("rivals over HTTP", "create, awaithumans on SQLite, 64 connections", "/s", rates)


async def _create(port: int, headers: bytes, number: int, count: int) -> float:
    connections = [await connect(f"http://127.0.0.1:{port}") for _ in range(MANY)]
    free = list(connections)

    async def create(key: str) -> None:
        connection = free.pop()
        expect(await _post_task(connection, headers, key), 201)
        free.append(connection)

    load = await run(MANY, (partial(create, f"key-{number}-{unit}") for unit in range(count)))
    for connection in connections:
        connection.close()
    return load.rate


async def _post_task(connection: Connection, headers: bytes, key: str) -> tuple[int, bytes]:
    body = {
        "task": "Approve a refund",
        "payload": proposal(1),
        "payload_schema": {"type": "object"},
        "response_schema": {"type": "object"},
        "timeout_seconds": 3600,
        "idempotency_key": key,
    }
    return await connection.call("POST", "/api/tasks", headers, json.dumps(body).encode())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
