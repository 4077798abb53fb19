"""When the database goes away: what failed is said to have failed, what was done is said to be done, and it goes on."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from bot.domain.requests import Request
from bot.errors import Unavailable
from bot.ports import Store
from store import schema
from store.opening import open_store
from store.postgres import writer as writer_module
from store.sqlite.lock import WriterLock
from tests.contract.conftest import VAULT_KEY
from tests.contract.flows import START, SettableClock, deciding, enrolling, noting, opening, require_rebuilt
from tests.rigs.postgres import Server, _launch, start


async def until(done: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await done():  # noqa: ASYNC110 - another process is waited for
            await asyncio.sleep(0.05)


async def works(store: Store) -> bool:
    try:
        await store.transact(*noting("probe"))
        await store.counts()
        await store.outbox.backlog()
        await store.sessions.end("nobody")
        await store.shelf.put("probe", "k", b"v", expires_at=START)
        await store.shelf.entries("probe", START)
    except Unavailable:
        return False
    return True


async def cut(url: str) -> None:
    """Have the server end every connection of a store."""
    connection = await asyncpg.connect(url)
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'signoff-%' "
        "AND datname = current_database()"
    )
    await connection.close()


async def test_connections_that_were_cut_are_made_again(fresh_postgres_url: str, clock: SettableClock) -> None:
    store = await open_store(fresh_postgres_url, clock, vault_key=VAULT_KEY)
    await store.transact(*noting("desk"))
    for _ in range(3):
        await cut(fresh_postgres_url)
        await until(lambda: works(store))
    heard: list[object] = []
    store.subscribe(heard.append)
    other = await open_store(fresh_postgres_url, clock, vault_key=VAULT_KEY)

    async def told() -> bool:
        await other.transact(*noting("desk"))
        return bool(heard)

    await until(told)
    await require_rebuilt(store)
    await store.close()
    await other.close()


@pytest.mark.parametrize("done", [True, False])
async def test_the_lost_answer_to_a_commit_is_found_out(
    fresh_postgres_url: str, clock: SettableClock, monkeypatch: pytest.MonkeyPatch, done: bool
) -> None:
    store = await open_store(fresh_postgres_url, clock, vault_key=VAULT_KEY)
    await store.transact(*enrolling())
    finish = writer_module.Writer._finish
    lost: list[bool] = []

    async def losing(self: Any, connection: Any, changes: Any, attempt: Any) -> None:
        if lost:
            return await finish(self, connection, changes, attempt)
        lost.append(True)
        if done:
            await connection.execute("COMMIT")
        connection.terminate()
        return await finish(self, connection, changes, attempt)

    monkeypatch.setattr(writer_module.Writer, "_finish", losing)
    if done:
        assert isinstance(await store.transact(*opening("r-1")), Request)
    else:
        with pytest.raises(Unavailable):
            await store.transact(*opening("r-1"))
    assert (await store.request("r-1") is not None) is done
    await store.transact(*opening("r-2"))
    await require_rebuilt(store)
    await store.close()


@pytest.fixture
async def own_server() -> AsyncIterator[Server]:
    server = await asyncio.to_thread(start)
    yield server
    await asyncio.to_thread(server.stop)


@pytest.mark.serial
@pytest.mark.postgres
async def test_a_restart_loses_and_doubles_nothing(own_server: Server, clock: SettableClock) -> None:
    url = own_server.url(own_server.create())
    await asyncio.to_thread(schema.upgrade, url)
    store = await open_store(url, clock, vault_key=VAULT_KEY)
    await store.transact(*enrolling())
    acknowledged: list[str] = []
    going = True

    async def client(number: int) -> None:
        count = 0
        while going:
            count += 1
            try:
                await store.transact(*opening(f"r-{number}-{count}"))
                await store.transact(*deciding(f"r-{number}-{count}", "ada"))
            except Unavailable:
                await asyncio.sleep(0.02)
            else:
                acknowledged.append(f"r-{number}-{count}")

    clients = [asyncio.create_task(client(number)) for number in range(16)]
    await asyncio.sleep(0.5)
    await asyncio.to_thread(restart, own_server)
    before = len(acknowledged)

    async def goes_on() -> bool:
        return len(acknowledged) > before + 50

    await until(goes_on)
    going = False
    await asyncio.gather(*clients)
    views = await store.views()
    assert all(views.requests[id_].state.decision for id_ in acknowledged)
    await require_rebuilt(store)
    await store.close()


def restart(server: Server) -> None:
    """As after a crash of the machine: no goodbye, then recovery."""
    server.process.send_signal(signal.SIGQUIT)
    server.process.wait(30)
    server.process = _launch(server.binaries, server.home, server.port, True, server.identity)
    ready: list[str | Path] = [server.binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(server.port)]
    while subprocess.run(ready, check=False, cwd="/", **server.identity).returncode:
        pass


async def test_a_file_that_another_keeps_locked_is_unavailable(
    tmp_path: Path, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "signoff.db"
    store = await open_store(f"sqlite:///{path}", clock, vault_key=VAULT_KEY)
    lock = WriterLock(path)
    monkeypatch.setattr("store.sqlite.lock.PATIENCE", 0.1)
    await store.shelf.put("seen", "old", b"v")
    with lock.held():
        answers = await asyncio.gather(*(store.transact(*noting("x")) for _ in range(3)), return_exceptions=True)
        added = await asyncio.gather(store.shelf.add("seen", "k", b"", now=START), return_exceptions=True)
        assert await store.shelf.get("seen", "old", START) == b"v"
    assert [type(answer) for answer in (*answers, *added)] == [Unavailable] * 4
    assert await store.shelf.get("seen", "k", START) is None
    assert await works(store)
    lock.close()
    await store.close()


async def test_a_full_disk_is_said_and_got_over(tmp_path: Path, clock: SettableClock) -> None:
    path = tmp_path / "signoff.db"
    store = await open_store(f"sqlite:///{path}", clock, vault_key=VAULT_KEY)
    await store.transact(*enrolling())
    connection: sqlite3.Connection = store._file._writer._handle.__self__._connection  # type: ignore[attr-defined]  # a look at its insides
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count={pages}")
    answers = await asyncio.gather(
        *(store.transact(*opening(f"r-{n}", customer="c" * 5000)) for n in range(40)), return_exceptions=True
    )
    refused = [answer for answer in answers if isinstance(answer, Unavailable)]
    assert refused
    assert "full" in str(refused[0])
    connection.execute("PRAGMA max_page_count=1000000")
    await store.transact(*opening("r-last"))
    kept = {f"r-{n}" for n, answer in enumerate(answers) if isinstance(answer, Request)}
    assert (await store.views()).requests.keys() == kept | {"r-last"}
    await require_rebuilt(store)
    await store.close()


async def test_the_log_is_copied_back_when_there_is_time(tmp_path: Path, clock: SettableClock) -> None:
    path = tmp_path / "signoff.db"
    store = await open_store(f"sqlite:///{path}", clock, vault_key=VAULT_KEY)
    before = path.stat().st_mtime_ns
    await store.transact(*noting("desk"))

    async def copied() -> bool:
        return path.stat().st_mtime_ns > before

    await until(copied)
    await store.close()
    assert not path.with_name("signoff.db-wal").exists()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_two_stores_keep_the_file_whole(tmp_path: Path, clock: SettableClock) -> None:
    path = tmp_path / "signoff.db"
    stores = [await open_store(f"sqlite:///{path}", clock, vault_key=VAULT_KEY) for _ in range(2)]
    await asyncio.gather(*(stores[n % 2].transact(*noting(f"ledger-{n % 5}")) for n in range(200)))
    for store in stores:
        await store.close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT count(*) FROM events").fetchone() == (200,)
