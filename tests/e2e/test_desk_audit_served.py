"""Verifying from the desk of a running server: in a process of its own, over the database as it lies there."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import httpx
import pytest

from adapters.signing import derive_keys
from bot.app.verifying import verifier
from bot.deciding import Approve
from bot.demo.browser import Browser
from bot.demo.reviewer import Reviewer
from bot.errors import Unavailable
from bot.proving.findings import Kind
from store.opening import open_store
from tests.rigs.desk import served
from tests.rigs.filed import KEYS, sealed
from tests.rigs.house import POLICY, MovedClock
from tests.rigs.server import serving


async def test_a_process_verifies_the_database_and_names_what_was_changed(tmp_path: Path) -> None:
    file, clock = tmp_path / "signoff.db", MovedClock()
    url = f"sqlite:///{file}"
    store = await open_store(url, clock, vault_key=bytes(32))
    steps: list[tuple[int, int]] = []
    async with served(policy=POLICY, store=store, clock=clock) as desk:
        held = await desk.house.held()
        await desk.house.say(held, Approve(), "dana")
        await sealed(desk.house)
        events = len(await store.all_events(limit=1000))
        verify = verifier(store, url, KEYS.public_key)
        report = await verify(lambda more, total: steps.append((more, total)))
        assert report.ok
        assert report.events == events
        assert sum(more for more, _ in steps) >= events
        assert {total for _, total in steps} == {events}
        stranger = verifier(store, url, derive_keys(bytes(32)).public_key)
        assert {one.kind for one in (await stranger(lambda *_: None)).findings} == {Kind.FORGED_SIGNATURE}
        with closing(sqlite3.connect(file)) as database, database:
            database.execute(
                "UPDATE events SET type = 'request.claimed' WHERE stream = ? AND seq = 2", (f"request:{held.id}",)
            )
        found = await verify(lambda *_: None)
        assert (found.findings[0].kind, found.findings[0].place.partition(",")[0]) == (
            Kind.CHANGED,
            f"request:{held.id} #2",
        )


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="it looks for processes in /proc")
async def test_a_run_that_is_ended_takes_its_process_with_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'signoff.db'}"
    store = await open_store(url, MovedClock(), vault_key=bytes(32))
    async with served(policy=POLICY, store=store) as desk:
        await sealed(desk.house)
        under_way = asyncio.ensure_future(verifier(store, url, KEYS.public_key)(lambda *_: None))
        async with asyncio.timeout(30):
            while True:
                if found := _verifying():
                    break
                await asyncio.sleep(0.01)
        under_way.cancel()
        await asyncio.wait({under_way})
        assert not _verifying() & found


def _verifying() -> set[str]:
    """The processes of this machine that verify, by id."""
    found = set()
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it ended meanwhile
            if b"bot.app.verifying" in line.read_bytes():
                found.add(line.parent.name)
    return found


async def test_a_process_that_can_not_do_it_is_no_good_verdict(tmp_path: Path) -> None:
    store = await open_store("memory:", MovedClock(), vault_key=None)
    with pytest.raises(Unavailable):
        await verifier(store, f"sqlite:///{tmp_path / 'none.db'}", KEYS.public_key)(lambda *_: None)
    await store.close()


async def test_a_running_server_verifies_itself_and_draws_its_dashboard(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        server.agent()
        async with httpx.AsyncClient(timeout=30.0, trust_env=False) as http, Browser(http) as browser:
            told = await asyncio.to_thread(server.command, "desk", "link", "rosa@acme.test", "--json")
            await Reviewer.signed_in(browser, json.loads(told)["url"])
            page = await browser.open(f"{server.url}/desk/audit")
            answer = await browser.post(f"{server.url}/desk/audit", page.form("/verify"))
            assert answer.status == 303
            async with asyncio.timeout(60):
                while "Nothing was changed" not in (page := await browser.open(f"{server.url}/desk/audit")).words:
                    assert "could not be finished" not in page.words
                    await asyncio.sleep(0.2)
            assert "rows compared" in page.words
        assert '"ok": true' in await asyncio.to_thread(server.command, "audit", "verify", "--json")
