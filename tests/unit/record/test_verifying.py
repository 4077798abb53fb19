"""An untouched record verifies; the memory store's is reached into here, a real file's in the tests of the command."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from msgspec.structs import replace

from adapters.signing import derive_keys
from bot.domain.events import Claimed, EventRecord, chain_hash, keep
from bot.proving.findings import Kind, Report
from bot.proving.keys import Keyring
from bot.proving.record import verify
from bot.sealing import seal_once
from store.memory import MemoryStore
from tests.rigs.history import Written, write_history
from tests.rigs.house import House, new_house

KEYS = derive_keys(bytes(range(32)))
KEYRING = Keyring([KEYS.public_key])


class Sealed:
    """A house whose history is sealed in several steps, with a few events still unsealed."""

    def __init__(self, house: House, written: Written) -> None:
        self.house = house
        self.written = written
        assert isinstance(house.store, MemoryStore)
        self.store = house.store

    @property
    def records(self) -> list[EventRecord]:
        return self.store._rows.records

    def place(self, request_id: str, seq: int) -> int:
        stream = f"request:{request_id}"
        return next(n for n, record in enumerate(self.records) if (record.stream, record.seq) == (stream, seq))

    async def verify(self, *, rows: bool = True) -> Report:
        return await verify(self.store, KEYRING, rows=rows)

    async def seal(self, limit: int = 5000) -> None:
        await seal_once(self.store.seals, KEYS.signer, self.house.clock, limit=limit)


@pytest.fixture
async def sealed() -> AsyncIterator[Sealed]:
    house = await new_house()
    made = Sealed(house, await write_history(house))
    for limit in (1, 7, 20, 5000):
        await made.seal(limit)
    await house.held(25.5)
    await house.held(26.5)
    yield made
    await house.store.close()


async def test_an_empty_record_verifies() -> None:
    house = await new_house()
    house.store = MemoryStore(house.clock)
    report = await verify(house.store, KEYRING)
    assert (report.ok, report.events, report.checkpoints) == (True, 0, 0)


async def test_an_untouched_record_verifies_and_says_what_is_unsealed(sealed: Sealed) -> None:
    report = await sealed.verify()
    assert report.findings == ()
    assert (report.checkpoints, report.unsealed, report.views) == (4, 2, "compared")
    assert report.events == report.sealed + 2 == len(sealed.records)
    assert report.unsealed_since == sealed.house.clock.now()
    assert report.sealed_at == sealed.house.clock.now()


async def test_every_number_of_unsealed_events_verifies() -> None:
    house = await new_house()
    made = Sealed(house, await write_history(house))
    while made.records:
        report = await made.verify(rows=False)
        assert report.ok, report.findings
        if not report.unsealed:
            break
        await made.seal(3)


def changed(record: EventRecord, **fields: Any) -> EventRecord:
    return replace(record, **fields)


def recomputed(record: EventRecord, **fields: Any) -> EventRecord:
    """With its hash made to fit again."""
    made = replace(record, **fields)
    hashed = chain_hash(made.stream, made.seq, made.type, made.at, made.actor, made.surface, made.digest, made.prev)
    return replace(made, hash=hashed)


Change = Callable[[EventRecord], EventRecord]


@pytest.mark.parametrize("seq", [1, 3, 6])
@pytest.mark.parametrize(
    "change",
    [
        lambda record: changed(record, payload=record.payload[:-1] + b" "),
        lambda record: changed(record, salt=bytes(16)),
        lambda record: changed(record, salt=None),
        lambda record: changed(record, actor="person:mallory"),
        lambda record: changed(record, surface="cli"),
        lambda record: changed(record, type="request.lapsed"),
        lambda record: changed(record, at_micros=record.at_micros + 1),
        lambda record: changed(record, digest=bytes(32)),
        lambda record: changed(record, prev=bytes([1] * 32)),
        lambda record: changed(record, hash=bytes(32)),
        lambda record: recomputed(record, actor="person:mallory"),
    ],
    ids=[
        "payload", "salt", "no salt", "actor", "surface", "type", "time", "digest", "prev", "hash", "rewritten",
    ],
)  # fmt: skip
async def test_a_changed_event_is_named(sealed: Sealed, seq: int, change: Change) -> None:
    place = sealed.place(sealed.written.ran, seq)
    sealed.records[place] = change(sealed.records[place])
    report = await sealed.verify()
    assert {(finding.kind, finding.stream, finding.seq) for finding in report.findings} == {
        (Kind.CHANGED, f"request:{sealed.written.ran}", seq)
    }
    assert report.views.startswith("not compared")


async def test_a_missing_payload_is_named(sealed: Sealed) -> None:
    place = sealed.place(sealed.written.ran, 2)
    sealed.records[place] = changed(sealed.records[place], payload=None, salt=None)
    (finding,) = (await sealed.verify()).findings
    assert (finding.kind, finding.seq) == (Kind.PAYLOAD_MISSING, 2)


async def test_an_event_put_after_the_newest_is_named(sealed: Sealed) -> None:
    last = next(record for record in reversed(sealed.records) if record.stream == f"request:{sealed.written.ran}")
    forged = keep(
        Claimed(),
        stream=last.stream,
        seq=last.seq + 1,
        at=last.at,
        actor=sealed.house.operator,
        salt=bytes(16),
        prev=last.hash,
    )
    sealed.records.append(forged)
    (finding,) = (await sealed.verify()).findings
    assert (finding.kind, finding.stream, finding.seq) == (Kind.INSERTED, last.stream, last.seq + 1)


async def test_a_cut_unsealed_tail_is_named_by_the_views(sealed: Sealed) -> None:
    gone = sealed.records.pop()
    (finding,) = (await sealed.verify()).findings
    assert (finding.kind, finding.stream, finding.seq) == (Kind.CUT_TAIL, gone.stream, gone.seq)
