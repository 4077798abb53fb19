"""The shelf: kept and replaced, added once, taken once, gone in time."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.errors import BadInput
from bot.ports import Store
from tests.contract.conftest import Opener
from tests.contract.flows import SettableClock, noting

ROOM = "seen"
SOON = timedelta(minutes=5)
AWKWARD = ("", "a\x00b", "a\x010b", "é\U0001f642", "%_'\"\\", "A", "a")


async def test_a_thing_is_kept_replaced_and_dropped(store: Store, clock: SettableClock) -> None:
    assert await store.shelf.get(ROOM, "k", clock.now()) is None
    await store.shelf.put(ROOM, "k", b"one", expires_at=clock.now() + SOON)
    await store.shelf.put(ROOM, "k", b"\x00two\xff")
    clock.pass_(days=1000)
    assert await store.shelf.get(ROOM, "k", clock.now()) == b"\x00two\xff"
    assert await store.shelf.get("other", "k", clock.now()) is None
    for _ in range(2):
        await store.shelf.drop(ROOM, "k")
        assert await store.shelf.get(ROOM, "k", clock.now()) is None


async def test_what_has_expired_is_gone_to_the_microsecond(store: Store, clock: SettableClock) -> None:
    end = clock.now() + SOON
    await store.shelf.put(ROOM, "k", b"v", expires_at=end)
    before = end - timedelta(microseconds=1)
    assert await store.shelf.get(ROOM, "k", before) == b"v"
    assert await store.shelf.entries(ROOM, before) == {"k": b"v"}
    assert await store.shelf.get(ROOM, "k", end) is None
    assert await store.shelf.entries(ROOM, end) == {}
    assert await store.shelf.take(ROOM, "k", end) is None


async def test_of_any_number_who_add_one_is_told_so(store: Store, clock: SettableClock) -> None:
    now, end = clock.now(), clock.now() + SOON
    told = await asyncio.gather(*(store.shelf.add(ROOM, "k", b"%d" % n, expires_at=end, now=now) for n in range(64)))
    assert sum(told) == 1
    assert await store.shelf.get(ROOM, "k", now) == b"%d" % told.index(True)


async def test_what_has_expired_may_be_added_again_and_what_has_not_may_not(store: Store, clock: SettableClock) -> None:
    end = clock.now() + SOON
    assert await store.shelf.add(ROOM, "k", b"one", expires_at=end, now=clock.now())
    assert not await store.shelf.add(ROOM, "k", b"two", now=end - timedelta(microseconds=1))
    assert await store.shelf.add(ROOM, "k", b"three", now=end)
    assert not await store.shelf.add(ROOM, "k", b"four", expires_at=end, now=end + SOON)
    assert await store.shelf.get(ROOM, "k", end + SOON) == b"three"


async def test_of_any_number_who_take_one_gets_it(store: Store, clock: SettableClock) -> None:
    await store.shelf.put(ROOM, "k", b"v")
    taken = await asyncio.gather(*(store.shelf.take(ROOM, "k", clock.now()) for _ in range(64)))
    assert [value for value in taken if value is not None] == [b"v"]
    assert await store.shelf.add(ROOM, "k", b"again", now=clock.now())


async def test_a_room_s_entries_are_its_own(store: Store, clock: SettableClock) -> None:
    for key in AWKWARD:
        await store.shelf.put(ROOM, key, key.encode())
        await store.shelf.put(ROOM + "\x00", key, b"other")
    assert await store.shelf.entries(ROOM, clock.now()) == {key: key.encode() for key in AWKWARD}
    for key in AWKWARD:
        assert await store.shelf.take(ROOM, key, clock.now()) == key.encode()
    assert await store.shelf.entries(ROOM, clock.now()) == {}
    assert len(await store.shelf.entries(ROOM + "\x00", clock.now())) == len(AWKWARD)


async def test_clearing_deletes_what_has_expired_and_nothing_else(store: Store, clock: SettableClock) -> None:
    end = clock.now() + SOON
    await asyncio.gather(*(store.shelf.put(f"room-{n % 3}", f"k-{n}", b"", expires_at=end) for n in range(1201)))
    await store.shelf.put(ROOM, "kept", b"")
    await store.shelf.put(ROOM, "later", b"", expires_at=end + SOON)
    assert await store.shelf.clear_expired(end - timedelta(microseconds=1)) == 0
    assert await store.shelf.clear_expired(end) == 1201
    assert await store.shelf.clear_expired(end) == 0
    assert (await store.shelf.entries(ROOM, end)).keys() == {"kept", "later"}


async def test_what_is_just_within_bounds_is_kept(store: Store, clock: SettableClock) -> None:
    room, key, value = "\U0001f642" * 64, "\U0001f643" * 512, bytes(256 * 1024)
    assert await store.shelf.add(room, key, value, now=clock.now())
    assert await store.shelf.get(room, key, clock.now()) == value
    assert await store.shelf.entries(room, clock.now()) == {key: value}


@pytest.mark.parametrize(
    ("field", "room", "key", "value"),
    [
        ("room", "r" * 65, "k", b""),
        ("room", "\ud800", "k", b""),
        ("key", ROOM, "k" * 513, b""),
        ("key", ROOM, "\udfff", b""),
        ("value", ROOM, "k", bytes(256 * 1024 + 1)),
    ],
)
async def test_what_does_not_fit_is_refused_by_name(
    store: Store, clock: SettableClock, field: str, room: str, key: str, value: bytes
) -> None:
    attempts = [store.shelf.put(room, key, value), store.shelf.add(room, key, value, now=clock.now())]
    if field != "value":
        attempts += [store.shelf.drop(room, key)]
    for attempt in attempts:
        with pytest.raises(BadInput) as refused:
            await attempt
        assert refused.value.field == field
        assert refused.value.remedy
    if field != "value":
        with pytest.raises(BadInput):
            await store.shelf.get(room, key, clock.now())
        with pytest.raises(BadInput):
            await store.shelf.take(room, key, clock.now())
    assert await store.shelf.entries(ROOM, clock.now()) == {}


async def test_the_shelf_is_no_part_of_the_record(store: Store) -> None:
    await store.transact(*noting("desk"))
    before = await store.views()
    await store.shelf.put(ROOM, "k", b"v")
    assert await store.views() == before


async def test_two_processes_share_a_shelf(opened: Opener, clock: SettableClock) -> None:
    one, two = await opened(), await opened()
    now = clock.now()
    told = await asyncio.gather(
        *((one, two)[n % 2].shelf.add(ROOM, f"k-{n // 8}", b"%d" % n, now=now) for n in range(64))
    )
    assert [sum(told[start : start + 8]) for start in range(0, 64, 8)] == [1] * 8
    assert await one.shelf.entries(ROOM, now) == await two.shelf.entries(ROOM, now)
    taken = await asyncio.gather(*((one, two)[n % 2].shelf.take(ROOM, "k-0", now) for n in range(16)))
    assert sum(value is not None for value in taken) == 1


async def test_what_was_shelved_outlives_the_process(opened: Opener, clock: SettableClock) -> None:
    first = await opened()
    await first.shelf.put(ROOM, "k", b"v", expires_at=clock.now() + SOON)
    await first.close()
    assert await (await opened()).shelf.get(ROOM, "k", clock.now()) == b"v"


async def test_clearing_from_two_processes_counts_each_once(opened: Opener, clock: SettableClock) -> None:
    one, two = await opened(), await opened()
    await asyncio.gather(*(one.shelf.put(ROOM, f"k-{n}", b"", expires_at=clock.now()) for n in range(700)))
    assert sum(await asyncio.gather(*(store.shelf.clear_expired(clock.now()) for store in (one, two)))) == 700
