"""What is no part of the record: links, sessions, secrets. And the tree over the record."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import SettingsInvalid
from bot.ports import Checkpoint, Sealed, Session, Store, Unsealed
from store.opening import open_store
from store.peaks import peaks_of
from tests.contract.conftest import Opener
from tests.contract.flows import START, SettableClock, noting


async def test_of_any_number_who_use_a_link_one_gets_the_address(store: Store, clock: SettableClock) -> None:
    await store.sessions.add_link("h", "ada@example.com", clock.now() + timedelta(minutes=5))
    assert await store.sessions.peek_link("h", clock.now()) == "ada@example.com"
    used = await asyncio.gather(*(store.sessions.use_link("h", clock.now()) for _ in range(8)))
    assert [address for address in used if address is not None] == ["ada@example.com"]
    assert await store.sessions.peek_link("h", clock.now()) is None


async def test_a_link_and_a_session_end_in_time(store: Store, clock: SettableClock) -> None:
    end = clock.now() + timedelta(minutes=5)
    await store.sessions.add_link("h", "ada@example.com", end)
    session = Session("s", "ada@example.com", "csrf", clock.now(), end)
    await store.sessions.add(session)
    assert await store.sessions.session("s", clock.now()) == session
    clock.pass_(minutes=5)
    assert await store.sessions.session("s", clock.now()) is None
    assert await store.sessions.peek_link("h", clock.now()) is None
    assert await store.sessions.use_link("h", clock.now()) is None


async def test_signing_out_ends_a_session(store: Store, clock: SettableClock) -> None:
    await store.sessions.add(Session("s", "a@example.com", "c", clock.now(), clock.now() + timedelta(hours=1)))
    await store.sessions.end("s")
    await store.sessions.end("s")
    assert await store.sessions.session("s", clock.now()) is None


async def test_secrets_are_kept_replaced_and_forgotten(store: Store) -> None:
    assert await store.vault.get("webhook:1") is None
    await store.vault.put("webhook:1", "whsec_one")
    await store.vault.put("webhook:1", "whsec_two")
    assert await store.vault.get("webhook:1") == "whsec_two"
    await store.vault.drop("webhook:1")
    assert await store.vault.get("webhook:1") is None


async def test_secrets_are_sealed_with_the_key(tmp_path: Path, clock: SettableClock) -> None:
    url = f"sqlite:///{tmp_path}/signoff.db"
    store = await open_store(url, clock, vault_key=bytes(32))
    await store.vault.put("webhook:1", "whsec_one")
    await store.close()
    assert b"whsec_one" not in (tmp_path / "signoff.db").read_bytes()
    for key in (bytes([1]) * 32, None):
        store = await open_store(url, clock, vault_key=key)
        with pytest.raises(SettingsInvalid, match="SIGNOFF_KEY"):
            await store.vault.get("webhook:1")
        await store.close()


async def test_a_key_of_the_wrong_size_is_refused(tmp_path: Path, clock: SettableClock) -> None:
    with pytest.raises(SettingsInvalid, match="32 random bytes"):
        await open_store(f"sqlite:///{tmp_path}/signoff.db", clock, vault_key=b"short")


def test_peaks_are_the_complete_subtrees() -> None:
    assert peaks_of(0) == []
    assert peaks_of(1) == [(0, 0)]
    assert peaks_of(7) == [(2, 0), (1, 2), (0, 6)]
    assert peaks_of(8) == [(3, 0)]


def sealing(seen: list[Unsealed], most: int = 100) -> Callable[[Unsealed], Sealed | None]:
    """A tree without signatures: enough to see what is stored."""

    def make(unsealed: Unsealed) -> Sealed | None:
        seen.append(unsealed)
        start = unsealed.last.size if unsealed.last else 0
        nodes = {**unsealed.peaks}
        new = {}
        for number, leaf in enumerate(unsealed.hashes[:most], start):
            name, hash_ = (0, number), leaf
            new[name] = hash_
            while name[1] % 2:
                level, index = name
                hash_ = hashlib.sha256(({**nodes, **new})[(level, index - 1)] + hash_).digest()
                name = (level + 1, index // 2)
                new[name] = hash_
        size = start + len(unsealed.hashes[:most])
        return Sealed(Checkpoint(size, bytes(32), START, bytes(32), "k", bytes(64)), new)

    return make


async def test_events_become_leaves_once_in_order(store: Store) -> None:
    seen: list[Unsealed] = []
    assert await store.seals.seal(sealing(seen)) is None
    for number in range(5):
        await store.transact(*noting(f"ledger-{number % 2}"))
    first = await store.seals.seal(sealing(seen), limit=3)
    assert first is not None
    assert first.size == 3
    second = await store.seals.seal(sealing(seen))
    assert second is not None
    assert second.size == 5
    assert await store.seals.seal(sealing(seen)) is None
    assert [len(one.hashes) for one in seen] == [3, 2]
    assert sorted(seen[1].peaks) == sorted(peaks_of(3))
    records = [record for _, record in await store.all_events()]
    assert [*seen[0].hashes, *seen[1].hashes] == [record.hash for record in records]
    leaves = await store.seals.leaves(0, 100)
    assert leaves == tuple((number, record.stream, record.seq) for number, record in enumerate(records))
    assert await store.seals.leaves(3, 1) == leaves[3:4]
    streams, seqs = [record.stream for record in records], [record.seq for record in records]
    assert await store.seals.alike(0, streams, seqs) == 5
    assert await store.seals.alike(1, streams[1:3], seqs[1:3]) == 2
    assert await store.seals.alike(3, [*streams[3:], "ledger:more"], [*seqs[3:], 1]) == 2
    assert await store.seals.alike(0, streams, [*seqs[:2], 9, *seqs[3:]]) == 2
    assert await store.seals.alike(1, streams, seqs) == 0
    assert await store.seals.alike(0, [], []) == 0
    assert await store.seals.leaf("ledger:ledger-1", 2) == 3
    assert await store.seals.leaf("ledger:ledger-1", 9) is None
    assert await store.seals.last() == second
    assert await store.seals.checkpoints() == (first, second)
    assert set(await store.seals.nodes([(0, 4), (2, 0), (3, 0)])) == {(0, 4), (2, 0)}


async def test_a_seal_that_is_not_made_changes_nothing(store: Store) -> None:
    await store.transact(*noting("desk"))
    assert await store.seals.seal(lambda _: None) is None
    assert await store.seals.last() is None
    assert await store.seals.leaves(0, 10) == ()


async def test_two_processes_seal_one_tree(opened: Opener) -> None:
    one, two = await opened(), await opened()
    seen: list[Unsealed] = []

    async def work(store: Store, name: str) -> None:
        for _ in range(10):
            await store.transact(*noting(name))
            await store.seals.seal(sealing(seen))

    await asyncio.gather(work(one, "one"), work(two, "two"))
    while await one.seals.seal(sealing(seen)) is not None:
        pass
    leaves = await two.seals.leaves(0, 100)
    assert [number for number, _, _ in leaves] == list(range(20))
    assert len({leaf[1:] for leaf in leaves}) == 20
    for name in ("one", "two"):
        assert [seq for _, stream, seq in leaves if stream == f"ledger:{name}"] == list(range(1, 11))
