"""Killed at random points under load: nothing acknowledged is lost or doubled, and the record is whole.

CRASHES says how often each database is killed (the default keeps the suite short).
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

import pytest

from bot.domain.events import GENESIS, EventRecord, chain_hash, payload_digest
from bot.ports import Store
from tests.contract.conftest import Opener
from tests.contract.flows import require_rebuilt
from tests.rigs.launching import launch

CHILD = "tests.contract.loaded_process"
ROOT = Path(__file__).parents[2]
CI = os.environ.get("CI") == "true"
CRASHES = {"sqlite": 50 if CI else 10, "postgresql": 15 if CI else 5}
Said = dict[str, list[str]]


@pytest.mark.serial
@pytest.mark.timeout(600)
async def test_nothing_acknowledged_is_lost_or_doubled(url: str, opened: Opener) -> None:
    crashes = int(os.environ.get("CRASHES", CRASHES[url.partition(":")[0]]))
    chance = random.Random(7)
    said: Said = defaultdict(list)
    for number in range(crashes):
        killed(url, str(number), chance.uniform(0.02, 0.5), said)
    store = await opened()
    await require_kept(store, said)
    await require_chained(store)
    await require_rebuilt(store)
    await require_delivered(store, said)
    await require_shelved(store, said)


def killed(url: str, round_: str, after: float, said: Said) -> None:
    """Run the process, kill it so many seconds after it is ready, and keep what it said."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as said_by_it:
        child = launch(CHILD, url, round_, folder=ROOT, environment=environment, out=writing, err=2)
        os.close(writing)
        line = said_by_it.readline()
        assert line == b"ready \n", line
        os.set_blocking(reading, False)
        until = time.monotonic() + after
        heard = b""
        while time.monotonic() < until:
            heard += taken(said_by_it)
            time.sleep(0.005)
        child.kill()
        child.wait()
        heard += taken(said_by_it)
    for what, _, which in (text.partition(" ") for text in heard.decode().splitlines(keepends=True)):
        if which.endswith("\n"):
            said[what].append(which.strip())


def taken(pipe: IO[bytes]) -> bytes:
    return pipe.read() or b""


async def require_kept(store: Store, said: Said) -> None:
    views = await store.views()
    assert len(said["opened"]) > len(said["decided"]) > 0
    assert set(said["opened"]) <= views.requests.keys()
    undecided = [id_ for id_ in said["decided"] if views.requests[id_].state.decision is None]
    assert undecided == []
    numbers = sorted(map(int, said["noted"]))
    assert len(set(numbers)) == len(numbers)
    assert numbers[-1] <= views.ledgers["count"].version
    types = Counter((record.stream, record.type) for record in views.records if record.stream.startswith("request:"))
    assert set(types.values()) == {1}


async def require_chained(store: Store) -> None:
    last: dict[str, EventRecord] = {}
    for record in (await store.views()).records:
        before = last.get(record.stream)
        assert record.seq == (before.seq + 1 if before else 1)
        assert record.prev == (before.hash if before else GENESIS)
        assert record.payload is not None
        assert record.salt is not None
        assert record.digest == payload_digest(record.salt, record.payload)
        header = (record.stream, record.seq, record.type, record.at, record.actor, record.surface)
        assert record.hash == chain_hash(*header, record.digest, record.prev)
        last[record.stream] = record


async def require_delivered(store: Store, said: Said) -> None:
    """What was not acknowledged as sent is leased again, under the id that it had."""
    later = datetime.now(UTC) + timedelta(minutes=1)
    again: list[str] = []
    while leased := await store.outbox.lease("webhook", later, hold=timedelta(minutes=1)):
        for one in leased:
            again.append(one.message.id)
            await store.outbox.sent(one.message.id, later)
    assert set(said["sent"]).isdisjoint(again)
    assert len(set(again)) == len(again)
    messages = (await store.views()).messages
    decided = {kept.state.id for kept in (await store.views()).requests.values() if kept.state.decision}
    assert {message.subject for message in messages.values()} == decided
    assert await store.outbox.backlog() == {"waiting": 0, "sent": len(messages), "parked": 0}


async def require_shelved(store: Store, said: Said) -> None:
    now = datetime.now(UTC)
    kept = await store.shelf.entries("kept", now)
    assert set(said["shelved"]) <= kept.keys()
    assert all(value == key.encode() for key, value in kept.items())
    assert len(set(said["taken"])) == len(said["taken"]) > 0
    assert not set(said["taken"]) & (await store.shelf.entries("taken", now)).keys()
