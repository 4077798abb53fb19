"""A digest is noted once for each time at which it is due, in whichever process; of what was missed the newest."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from adapters.timers import next_by_cron
from bot.digesting import Digesting, Due, due_of
from bot.digesting.due import apology
from bot.digesting.noting import PLANNED
from bot.domain import events as e
from bot.domain.people import Actor, ActorKind
from bot.policy.cron import parse_cron
from bot.policy.loading import load
from bot.ports import Store
from bot.recording import DIGEST, DIGEST_DUE, errand_of
from store.memory import MemoryStore
from store.opening import open_store
from tests.rigs.house import MovedClock
from tests.unit.test_policy_digests import policy

DAILY = '[{name: daily, cron: "0 9 * * *", to: [channel, rosa]}]'
LEDGER = "ledger:digests:refunds"
SURFACES = ("slack", "teams")


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path, clock: MovedClock) -> AsyncIterator[Store]:
    if request.param == "memory":
        yield MemoryStore(clock)
        return
    made = await open_store(f"sqlite:///{tmp_path}/digests.db", clock, vault_key=bytes(32))
    yield made
    await made.close()


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


def process(store: Store, clock: MovedClock, digests: str = DAILY, surfaces: tuple[str, ...] = SURFACES) -> Digesting:
    document = load(policy(digests), "policy.yaml")
    return Digesting(store, clock, lambda: document, next_by_cron, lambda: surfaces)


async def noted(store: Store) -> list[Due]:
    events = [e.event_of(record) for record in await store.events(LEDGER)]
    return [due_of(event) for event in events if isinstance(event, e.Noted) and event.what == DIGEST_DUE]


def nine(clock: MovedClock) -> datetime:
    """The next time that it is nine in New York."""
    found = next_by_cron(parse_cron("0 9 * * *"), "America/New_York", clock.now())
    assert found is not None
    return found


async def test_what_is_due_is_noted_once_however_many_look(store: Store, clock: MovedClock) -> None:
    processes = [process(store, clock) for _ in range(3)]
    for one in processes:
        assert 0 < await one.step() <= 60
    assert await noted(store) == []
    due_at = nine(clock)
    clock.move(seconds=(due_at - clock.now()).total_seconds())
    for _ in range(3):
        await asyncio.gather(*(one.step() for one in processes))
    (due,) = await noted(store)
    assert (due.owner, due.digest, due.due_at, due.missed, due.late_seconds) == ("refunds", "daily", due_at, 0, 0)
    assert apology(due) is None
    restarted = process(store, clock)
    await restarted.step()
    assert len(await noted(store)) == 1
    clock.move(days=1)
    await asyncio.gather(*(one.step() for one in (*processes, restarted)))
    assert [one.due_at for one in await noted(store)] == [due_at, due_at + timedelta(days=1)]


async def test_each_place_of_each_surface_has_its_errand(store: Store, clock: MovedClock) -> None:
    one = process(store, clock)
    await one.step()
    clock.move(days=1)
    await one.step()
    found = {
        (message.lane, errand.do, errand.place)
        for surface in SURFACES
        for leased in await store.outbox.lease(surface, clock.now(), hold=timedelta(seconds=30), limit=10)
        for message, errand in [(leased.message, errand_of(leased.message))]
        if errand.do == DIGEST
    }
    assert {place for _, _, place in found} == {"C0REFUNDS", "person:rosa"}
    assert len(found) == 2  # the channel's on Slack; rosa's lane is named alike on both surfaces


async def test_after_a_time_without_a_process_the_newest_comes_and_says_so(store: Store, clock: MovedClock) -> None:
    await process(store, clock).step()
    first = nine(clock)
    clock.move(seconds=(first - clock.now()).total_seconds() + 3 * 86400 + 1800)
    await asyncio.gather(*(process(store, clock).step() for _ in range(3)))
    (due,) = await noted(store)
    assert (due.due_at, due.missed, due.late_seconds) == (first + timedelta(days=3), 3, 1800)
    said = apology(due)
    assert said is not None
    assert "at 09:00 and comes late" in said
    assert "3 before it were missed" in said


async def test_a_digest_that_is_new_or_comes_at_another_time_missed_nothing(store: Store, clock: MovedClock) -> None:
    await process(store, clock).step()
    clock.move(days=10)
    await process(store, clock, '[{name: daily, cron: "0 10 * * *"}]').step()
    await process(store, clock, '[{name: other, cron: "0 9 * * *"}]').step()
    assert await noted(store) == []
    whats = [event.what for record in await store.events(LEDGER) if isinstance(event := e.event_of(record), e.Noted)]
    assert whats == [PLANNED] * 3


async def test_what_somebody_sends_by_hand_changes_nothing_of_the_schedule(store: Store, clock: MovedClock) -> None:
    one = process(store, clock)
    await one.step()
    owner = load(policy(DAILY), "policy.yaml").owners["refunds"]
    sent = await one.send(owner, owner.digests[0], Actor(ActorKind.OPERATOR, "olga", "cli"))
    assert sent.due_at == clock.now()
    due_at = nine(clock)
    clock.move(seconds=(due_at - clock.now()).total_seconds())
    await process(store, clock).step()
    assert [due.due_at for due in await noted(store)] == [sent.due_at, due_at]


async def test_it_goes_where_a_surface_is_connected_and_nowhere_else(store: Store, clock: MovedClock) -> None:
    one = process(store, clock, surfaces=("teams",))
    await one.step()
    clock.move(days=1)
    await one.step()
    assert (await noted(store))[0].places == {"teams": ("person:rosa",)}


@pytest.mark.parametrize(
    ("cron", "start", "wanted"),
    [
        # New York sets its clocks forward on 8 March 2026 at 2:00, and back on 1 November at 2:00.
        ("30 2 * * *", "2026-03-07T12:00+00:00", ["2026-03-08T07:30", "2026-03-09T06:30", "2026-03-10T06:30"]),
        ("30 1 * * *", "2026-10-31T12:00+00:00", ["2026-11-01T05:30", "2026-11-02T06:30", "2026-11-03T06:30"]),
        ("0 9 * * mon", "2026-02-28T00:00+00:00", ["2026-03-02T14:00", "2026-03-09T13:00", "2026-03-16T13:00"]),
        ("0 9 * * sun", "2026-10-20T00:00+00:00", ["2026-10-25T13:00", "2026-11-01T14:00", "2026-11-08T14:00"]),
        ("0 0 29 2 *", "2026-01-01T00:00+00:00", ["2028-02-29T05:00", "2032-02-29T05:00"]),
    ],
)
def test_it_comes_on_the_clocks_of_the_owner_through_every_change(cron: str, start: str, wanted: list[str]) -> None:
    at: datetime | None = datetime.fromisoformat(start)
    found = []
    for _ in wanted:
        assert at is not None
        at = next_by_cron(parse_cron(cron), "America/New_York", at)
        assert at is not None
        found.append(at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M"))
    assert found == wanted


def test_no_time_is_skipped_and_none_comes_twice_over_a_year_of_every_hour() -> None:
    at, seen = datetime(2026, 1, 1, tzinfo=UTC), list[datetime]()
    while len(seen) < 365 * 24:
        found = next_by_cron(parse_cron("0 * * * *"), "Europe/Berlin", at)
        assert found is not None
        assert found > at
        seen.append(at := found)
    # An hour that clocks show twice comes once; one that they skip comes with the next.
    assert len(seen) == len(set(seen))
    gaps = {later - earlier for earlier, later in pairwise(seen)}
    assert gaps == {timedelta(hours=1), timedelta(hours=2)}
