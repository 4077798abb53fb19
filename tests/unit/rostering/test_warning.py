"""Whoever answers for a rotation is told of gaps: once each, at most once a day, in time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.policy.loading import load
from bot.recording import stream_of
from bot.rostering import Planned, Roster
from bot.rostering.warning import warn_of_gaps
from bot.sending import ChatSender
from store.memory import MemoryStore
from tests.fakes.chat import FakeChat
from tests.rigs.house import MovedClock
from tests.rigs.rotas import ROTAS

POLICY = load(
    ROTAS.replace("escalate: [{after: 30m, to: [refunds_on_call, weekdays]}, ", "escalate: ["),
    "policy.yaml",
)
"""Its ladder names the calendar alone: Vera answers for it."""
NEW_YORK = ZoneInfo("America/New_York")
FAR = timedelta(days=60)


def at(hour: int, day: int = 3) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=NEW_YORK)


def roster(*missing: tuple[datetime, datetime]) -> Roster:
    """Dana is on call by the calendar but for these times."""
    entries, since = [], at(0, 1)
    for begins, ends in sorted(missing):
        entries.append(Planned("dana", since, begins))
        since = ends
    return Roster(POLICY, planned={"from_calendar": (*entries, Planned("dana", since, since + FAR))})


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock(at(10))


@pytest.fixture
async def store(clock: MovedClock) -> AsyncIterator[MemoryStore]:
    made = MemoryStore(clock)
    yield made
    await made.close()


async def warned(store: MemoryStore, clock: MovedClock, *missing: tuple[datetime, datetime]) -> int:
    return await warn_of_gaps(store, clock, roster(*missing), ("slack",))


async def test_each_gap_is_told_once_and_new_ones_the_next_day(store: MemoryStore, clock: MovedClock) -> None:
    first, second = (at(0, 8), at(12, 8)), (at(0, 10), at(6, 10))
    assert await warned(store, clock) == 0
    assert await warned(store, clock, first) == 1
    assert await warned(store, clock, first) == 0
    assert await warned(store, clock, first, second) == 0, "once a day"
    clock.at = at(8, 4)
    assert await warned(store, clock, first, second) == 0, "not before the morning"
    clock.at = at(9, 4)
    assert await warned(store, clock, first, second) == 1
    clock.at = at(9, 5)
    assert await warned(store, clock, first, second, (at(3, 8), at(4, 8))) == 0, "a part of what was told is not new"


async def test_what_is_near_waits_for_no_day_and_what_is_nearer_for_no_morning(
    store: MemoryStore, clock: MovedClock
) -> None:
    assert await warned(store, clock, (at(0, 8), at(12, 8))) == 1
    assert await warned(store, clock, (at(9, 4), at(12, 4))) == 1, "within a day"
    clock.at = at(1, 5)
    assert await warned(store, clock, (at(10, 5), at(12, 5))) == 0, "it can wait until the morning"
    assert await warned(store, clock, (at(3, 5), at(4, 5))) == 1


async def test_a_calendar_without_anybody_is_told_of_once(store: MemoryStore, clock: MovedClock) -> None:
    for _ in range(6):
        await warn_of_gaps(store, clock, Roster(POLICY), ("slack",))
        clock.move(days=5)
    assert len(await store.events(stream_of("ledger", "gaps:vera"))) == 2, "each time where what was told of ends"


async def test_however_many_processes_there_are_it_is_told_once_and_in_words(
    store: MemoryStore, clock: MovedClock
) -> None:
    gap = (at(0, 8), at(12, 8))
    assert sum(await asyncio.gather(*(warned(store, clock, gap) for _ in range(8)))) == 1
    chat = FakeChat(clock)
    sender = ChatSender(store, clock, lambda: POLICY, chat.conforms(), jitter=lambda: 0.0)
    await sender.send_due()
    (told,) = chat.told("vera")
    assert "By calendar: from Sun 2026-03-08 00:00 EST until Sun 2026-03-08 12:00 EDT" in told
    assert await warn_of_gaps(store, clock, Roster(POLICY), ()) == 0
