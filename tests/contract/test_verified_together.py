"""Verifying with several processes says what verifying with one says: of good records, of tampered ones, anywhere."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial

import pytest

from adapters.signing import derive_keys
from bot.erasing import erase_request
from bot.proving import together
from bot.proving.keys import Keyring
from bot.proving.record import verify
from bot.proving.surveying import prepare
from bot.proving.together import verify_together
from bot.sealing import seal_once
from store.opening import open_store
from tests.contract.test_record_proven import do
from tests.rigs.history import Written, write_history
from tests.rigs.house import MovedClock, new_house

KEYS = derive_keys(bytes(range(32)))
KEYRING = Keyring([KEYS.public_key])


@asynccontextmanager
async def threads(workers: int, sizes: Sequence[int]) -> AsyncIterator[Executor]:
    """In place of processes, which take a second each to begin."""
    with ThreadPoolExecutor(workers, initializer=prepare, initargs=(sizes,)) as pool:
        yield pool


async def filled(url: str, *, unsealed: bool = True) -> Written:
    clock = MovedClock()
    house = await new_house(await open_store(url, clock, vault_key=KEYS.vault_key), clock)
    written = await write_history(house)
    for limit in (3, 9, 13, 5000):
        await seal_once(house.store.seals, KEYS.signer, clock, limit=limit)
    await erase_request(house.store, written.ran, reason="asked for", by=house.operator)
    await seal_once(house.store.seals, KEYS.signer, clock)
    for _ in range(2 if unsealed else 0):
        await house.propose(31)
    await house.store.close()
    return written


async def require_same(url: str, step: int, *, rows: bool = True) -> bool:
    """That both say the same; returns whether anything was found."""
    clock = MovedClock()
    opener = partial(open_store, url, clock, vault_key=None, migrate=False)
    store = await opener()
    alone = await verify(store, KEYRING, rows=rows)
    several = await verify_together(store, KEYRING, opener, 2, rows=rows, step=step, pool=threads)
    await store.close()
    assert several == alone
    return bool(alone.findings)


@pytest.mark.parametrize("unsealed", [True, False])
@pytest.mark.parametrize("step", [1, 7, 50_000])
async def test_a_good_record(url: str, step: int, unsealed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    await filled(url, unsealed=unsealed)

    async def never(*_: object, **__: object) -> None:
        raise AssertionError("one process had to look after all")

    for rows in (True, False):
        assert not await require_same(url, step, rows=rows)
    monkeypatch.setattr(together, "verify", never)
    opener = partial(open_store, url, MovedClock(), vault_key=None, migrate=False)
    store = await opener()
    report = await verify_together(store, KEYRING, opener, 2, step=step, pool=threads)
    await store.close()
    assert (report.ok, report.unsealed, report.erased) == (True, 2 * unsealed, 6)


WHERE = "WHERE stream = '{stream}' AND seq = {seq}"
TAMPERING = (
    f"UPDATE events SET actor = 'person:mallory' {WHERE}",
    f"UPDATE events SET at = at + 1 {WHERE}",
    f"UPDATE events SET payload = digest {WHERE}",
    f"UPDATE events SET payload = NULL, salt = NULL {WHERE}",
    f"UPDATE events SET prev = digest {WHERE}",
    f"UPDATE events SET hash = digest {WHERE}",
    f"DELETE FROM events {WHERE}",
    "DELETE FROM events WHERE stream = '{stream}'",
    "DELETE FROM events WHERE stream = '{stream}' AND seq >= {seq}",
    f"DELETE FROM leaves {WHERE}",
    "UPDATE checkpoints SET at = at + 1 WHERE size = {size}",
    "UPDATE checkpoints SET root = previous WHERE size = {size}",
    "DELETE FROM checkpoints WHERE size = {size}",
    "DELETE FROM checkpoints WHERE size >= {size}",
    "UPDATE nodes SET hash = (SELECT root FROM checkpoints WHERE size = {size}) WHERE level = {level} AND number = 1",
    "DELETE FROM nodes WHERE level = {level} AND number = 1",
    "UPDATE tallies SET count = count + 1 WHERE key LIKE 'cap:agent_hour%'",
    "UPDATE requests SET version = version + 1 WHERE status = 'rejected'",
    "DELETE FROM requests WHERE status = 'rejected'",
)


@pytest.mark.parametrize("number", range(len(TAMPERING)))
async def test_a_tampered_record(url: str, number: int) -> None:
    await filled(url)
    chance = random.Random(number)
    clock = MovedClock()
    store = await open_store(url, clock, vault_key=None)
    events = [record for _, record in await store.all_events(limit=1000)]
    sizes = [checkpoint.size for checkpoint in await store.seals.checkpoints()]
    await store.close()
    at = chance.choice([record for record in events if record.payload is not None])
    words = {"stream": at.stream, "seq": at.seq, "size": chance.choice(sizes), "level": chance.choice([0, 1, 2])}
    await do(url, TAMPERING[number].format(**words))
    found = [await require_same(url, step, rows=rows) for step in (5, 1000) for rows in (True, False)]
    assert found[0]


async def test_while_others_write(url: str) -> None:
    clock = MovedClock()
    house = await new_house(await open_store(url, clock, vault_key=KEYS.vault_key), clock)
    await write_history(house)
    busy = True

    async def write() -> None:
        while busy:
            await house.propose(10, context={"customer": random.randbytes(4).hex()})
            await seal_once(house.store.seals, KEYS.signer, clock, limit=3)
            await asyncio.sleep(0)

    writing = asyncio.create_task(write())
    opener = partial(open_store, url, clock, vault_key=None, migrate=False)
    for rows in (False, True, False):
        report = await verify_together(house.store, KEYRING, opener, 2, rows=rows, step=9, pool=threads)
        assert report.findings == ()
    busy = False
    await writing
    await house.store.close()
