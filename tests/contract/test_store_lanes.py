"""Leasing in order, and giving leases back."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.requests import DecisionKind
from bot.ports import Leased, Store
from store import outbox
from store.sql import Sql
from tests.contract.conftest import Opener
from tests.contract.flows import START, SettableClock, deciding, enrolling, opening
from tests.contract.test_store_outbox import HOLD, decided

KIND = "webhook"


async def lease(store: Store, clock: SettableClock, *, limit: int = 32) -> list[Leased]:
    return list(await store.outbox.lease(KIND, clock.now(), hold=HOLD, limit=limit, in_order=True))


def subjects(leased: list[Leased]) -> list[str]:
    return [one.message.subject for one in leased]


async def test_later_messages_wait_for_one_that_is_put_off(store: Store, clock: SettableClock) -> None:
    await decided(store, "r-1", "r-2", "r-3")
    (first,) = await lease(store, clock)
    assert first.message.subject == "r-1"
    assert await lease(store, clock) == []
    later = clock.now() + timedelta(minutes=5)
    await store.outbox.retry(first.message.id, at=later, error="500")
    assert await lease(store, clock) == []
    assert await store.outbox.next_attempt(KIND, in_order=True) == later
    clock.pass_(minutes=5)
    (again,) = await lease(store, clock)
    assert (again.message, again.attempts) == (first.message, 1)
    await store.outbox.sent(again.message.id, clock.now())
    assert subjects(await lease(store, clock)) == ["r-2"]


async def test_a_lease_that_ran_out_holds_up_nothing_but_what_is_later(store: Store, clock: SettableClock) -> None:
    await decided(store, "r-1", "r-2")
    (first,) = await lease(store, clock)
    assert await store.outbox.next_attempt(KIND, in_order=True) == first.until
    clock.pass_(seconds=30)
    assert subjects(await lease(store, clock)) == ["r-1"]
    assert await lease(store, clock) == []


async def test_what_is_parked_or_sent_holds_up_nothing(store: Store, clock: SettableClock) -> None:
    await decided(store, "r-1", "r-2", "r-3")
    (first,) = await lease(store, clock)
    await store.outbox.park(first.message.id, clock.now(), error="gone")
    (second,) = await lease(store, clock)
    await store.outbox.sent(second.message.id, clock.now())
    assert subjects(await lease(store, clock)) == ["r-3"]
    assert await store.outbox.next_attempt("chat", in_order=True) is None


async def test_lanes_do_not_wait_for_each_other_and_the_oldest_come_first(store: Store, clock: SettableClock) -> None:
    await lanes(store, "b", "a", "c")
    (oldest,) = await lease(store, clock, limit=1)
    assert oldest.message.lane == "b"
    await store.outbox.retry(oldest.message.id, at=clock.now() + timedelta(minutes=1), error="500")
    assert [one.message.lane for one in await lease(store, clock)] == ["a", "c"]
    assert await lease(store, clock) == []


async def test_a_crowded_lane_hides_no_other(store: Store, clock: SettableClock) -> None:
    await lanes(store, "a")
    await many_more(store, "a", 600)
    await lanes(store, "b", "c")
    assert [one.message.lane for one in await lease(store, clock)] == ["a", "b", "c"]
    assert await lease(store, clock) == []


async def test_a_message_that_was_leased_out_of_order_keeps_its_lane(store: Store, clock: SettableClock) -> None:
    await decided(store, "r-1", "r-2")
    (first,) = await lease(store, clock)
    await store.outbox.retry(first.message.id, at=clock.now() + timedelta(seconds=1), error="500")
    (second,) = await store.outbox.lease(KIND, clock.now(), hold=HOLD)
    assert second.message.subject == "r-2"
    clock.pass_(seconds=1)
    assert await lease(store, clock) == []
    clock.pass_(seconds=29)
    assert subjects(await lease(store, clock)) == ["r-1"]


async def test_two_processes_keep_a_lane_s_order(opened: Opener, clock: SettableClock) -> None:
    one, two = await opened(), await opened()
    await decided(one, *(f"r-{n}" for n in range(6)))
    sent: list[str] = []
    while (await one.outbox.backlog())["waiting"]:
        rounds = await asyncio.gather(*(lease(store, clock) for store in (one, two) for _ in range(4)))
        ((leased,),) = [some for some in rounds if some]
        if leased.attempts == 0:
            await two.outbox.retry(leased.message.id, at=clock.now(), error="once more")
            continue
        sent.append(leased.message.subject)
        await two.outbox.sent(leased.message.id, clock.now())
    assert sent == [f"r-{n}" for n in range(6)]


async def test_a_lease_that_is_given_back_was_never_taken(store: Store, clock: SettableClock) -> None:
    await decided(store, "r-1", "r-2")
    (first,) = await store.outbox.lease(KIND, clock.now(), hold=HOLD)
    clock.pass_(seconds=10)
    await store.outbox.release([first.message.id, "unknown"], clock.now())
    assert await store.outbox.next_attempt(KIND) == START
    (again,) = await store.outbox.lease(KIND, clock.now(), hold=HOLD)
    assert (again.message, again.attempts, again.first_attempt_at) == (first.message, 0, None)


async def test_giving_a_lease_back_keeps_the_tries_before(store: Store, clock: SettableClock) -> None:
    await decided(store, "r-1")
    (first,) = await store.outbox.lease(KIND, clock.now(), hold=HOLD)
    later = clock.pass_(minutes=1)
    await store.outbox.retry(first.message.id, at=later, error="500")
    await store.outbox.lease(KIND, clock.now(), hold=HOLD)
    await store.outbox.release([first.message.id, first.message.id], clock.now())
    assert await store.outbox.next_attempt(KIND) == later
    (again,) = await store.outbox.lease(KIND, clock.now(), hold=HOLD)
    assert (again.attempts, again.first_attempt_at) == (1, START)


async def test_only_a_lease_that_is_held_can_be_given_back(store: Store, clock: SettableClock) -> None:
    await decided(store, "r-1", "r-2")
    await store.outbox.release([], clock.now())
    (first,) = await store.outbox.lease(KIND, clock.now(), hold=HOLD)
    for _ in range(2):
        await store.outbox.release([first.message.id], clock.now())
    (first,) = await store.outbox.lease(KIND, clock.now(), hold=HOLD)
    assert first.attempts == 0
    clock.pass_(seconds=30)
    await store.outbox.release([first.message.id], clock.now())
    (again,) = await store.outbox.lease(KIND, clock.now(), hold=HOLD)
    assert (again.message.subject, again.attempts) == ("r-1", 1)
    await store.outbox.sent(again.message.id, clock.now())
    await store.outbox.release([again.message.id], clock.now())
    assert (await store.outbox.backlog())["sent"] == 1


@pytest.mark.parametrize(
    ("statement", "given"),
    [
        (outbox._FIRST_IN_ORDER, 3),
        (outbox._CANDIDATES_IN_ORDER, 3),
        (outbox._NEXT_IN_ORDER, 1),
        (outbox._CLAIM_IN_ORDER, 4),
        (outbox._CLAIM, 4),
    ],
)
def test_sqlite_never_reads_a_lane_through(sqlite_template: bytes, tmp_path: Path, statement: Sql, given: int) -> None:
    """Only the 500 that are longest due are read in a row; all else is found by its place in an index."""
    path = tmp_path / "signoff.db"
    path.write_bytes(sqlite_template)
    with closing(sqlite3.connect(path)) as connection:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {statement.sqlite}", (None,) * given).fetchall()
    reads = {row[3].partition("INDEX ")[2] for row in plan if " INDEX ix_outbox" in row[3]}
    due = {"ix_outbox_next (kind=? AND next_at<?)"} if statement is outbox._FIRST_IN_ORDER else set()
    assert reads
    assert reads <= due | {
        "ix_outbox_leased (kind=? AND lane=? AND leased_until>?)",
        "ix_outbox_order (kind=?)",
        "ix_outbox_order (kind=? AND lane>?)",
    }


async def lanes(store: Store, *names: str) -> None:
    """A waiting message in each of these lanes, in this order: a lane is an instance."""
    for name in names:
        await store.transact(*enrolling(instance_id=name))
        await many_more(store, name, 1)


async def many_more(store: Store, lane: str, count: int) -> None:
    ids = [f"{lane}-{number}" for number in range(count)]
    await asyncio.gather(*(store.transact(*opening(f"{id_}-{count}", instance_id=lane)) for id_ in ids))
    await asyncio.gather(*(store.transact(*deciding(f"{id_}-{count}", "ada", DecisionKind.REJECTED)) for id_ in ids))
