"""The outbox: at least once, in order within a lane, one at a time a lane. And deadlines, which are rows."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.domain import events as e
from bot.domain.requests import DecisionKind
from bot.ports import Store
from bot.recording import Deadline
from tests.contract.conftest import Opener
from tests.contract.flows import INSTANCE, START, SettableClock, deciding, ending, enrolling, opening

HOLD = timedelta(seconds=30)


async def decided(store: Store, *ids: str) -> None:
    if await store.instance(INSTANCE) is None:
        await store.transact(*enrolling())
    for id_ in ids:
        await store.transact(*opening(id_))
        await store.transact(*deciding(id_, "ada", DecisionKind.REJECTED))


async def lease(store: Store, clock: SettableClock, kind: str = "webhook") -> list[str]:
    return [one.message.subject for one in await store.outbox.lease(kind, clock.now(), hold=HOLD)]


async def test_a_lane_has_one_message_in_flight_and_keeps_its_order(store: Store, clock: SettableClock) -> None:
    await decided(store, "r-1", "r-2")
    assert await lease(store, clock, "chat") == []
    (leased,) = await store.outbox.lease("webhook", clock.now(), hold=HOLD)
    assert (leased.message.subject, leased.attempts, leased.first_attempt_at) == ("r-1", 0, None)
    assert leased.until == clock.now() + HOLD
    assert leased.message.lane == INSTANCE
    assert await lease(store, clock) == []
    await store.outbox.sent(leased.message.id, clock.now())
    assert await lease(store, clock) == ["r-2"]
    assert await store.outbox.backlog() == {"waiting": 1, "sent": 1, "parked": 0}


async def test_a_lease_that_runs_out_is_given_again_with_the_same_id(store: Store, clock: SettableClock) -> None:
    await decided(store, "r-1")
    (first,) = await store.outbox.lease("webhook", clock.now(), hold=HOLD)
    assert await store.outbox.next_attempt("webhook") == first.until
    clock.pass_(seconds=30)
    (again,) = await store.outbox.lease("webhook", clock.now(), hold=HOLD)
    assert again.message == first.message
    assert (again.attempts, again.first_attempt_at) == (1, START)


async def test_while_one_waits_for_its_next_try_others_of_its_lane_go_on(store: Store, clock: SettableClock) -> None:
    await decided(store, "r-1", "r-2")
    (first,) = await store.outbox.lease("webhook", clock.now(), hold=HOLD)
    later = clock.now() + timedelta(minutes=5)
    await store.outbox.retry(first.message.id, at=later, error="500\x00")
    assert await lease(store, clock) == ["r-2"]
    clock.pass_(minutes=1)
    assert await store.outbox.next_attempt("webhook") == clock.now() - timedelta(seconds=30)
    assert await lease(store, clock) == ["r-2"]
    clock.pass_(minutes=4)
    assert await lease(store, clock) == ["r-1"]


async def test_what_is_parked_waits_for_a_person(store: Store, clock: SettableClock) -> None:
    await decided(store, "r-1")
    (first,) = await store.outbox.lease("webhook", clock.now(), hold=HOLD)
    await store.outbox.park(first.message.id, clock.now(), error="gone")
    clock.pass_(days=1)
    assert await lease(store, clock) == []
    assert await store.outbox.next_attempt("webhook") is None
    assert await store.outbox.backlog() == {"waiting": 0, "sent": 0, "parked": 1}
    await store.outbox.sent(first.message.id, clock.now())
    await store.outbox.retry(first.message.id, at=clock.now(), error="late")
    assert await store.outbox.backlog() == {"waiting": 0, "sent": 1, "parked": 0}


async def test_no_message_without_a_webhook(store: Store, clock: SettableClock) -> None:
    await store.transact(*enrolling(webhook=False))
    await decided(store, "r-1")
    assert await lease(store, clock) == []


async def test_many_acknowledge_at_once(store: Store, clock: SettableClock) -> None:
    await decided(store, *(f"r-{n}" for n in range(20)))
    ids = (await store.views()).messages
    await asyncio.gather(*(store.outbox.sent(id_, clock.now()) for id_ in ids))
    assert await store.outbox.backlog() == {"waiting": 0, "sent": 20, "parked": 0}


async def test_two_processes_never_hold_one_lane_together(opened: Opener, clock: SettableClock) -> None:
    one, two = await opened(), await opened()
    await decided(one, *(f"r-{n}" for n in range(8)))
    sent: list[str] = []
    while (await one.outbox.backlog())["waiting"]:
        rounds = await asyncio.gather(
            *(store.outbox.lease("webhook", clock.now(), hold=HOLD) for store in (one, two) for _ in range(4))
        )
        leased = [message for some in rounds for message in some]
        assert len(leased) == 1
        sent.append(leased[0].message.subject)
        await two.outbox.sent(leased[0].message.id, clock.now())
    assert sent == [f"r-{n}" for n in range(8)]


async def test_deadlines_follow_the_requests(store: Store, clock: SettableClock) -> None:
    await store.transact(*enrolling())
    await store.transact(*opening("r-1"))
    clock.pass_(minutes=1)
    await store.transact(*opening("r-2"))
    assert await store.next_due() == START + timedelta(minutes=30)
    assert await store.due(START + timedelta(minutes=29)) == ()
    soon = START + timedelta(minutes=31)
    assert [due.request_id for due in await store.due(soon)] == ["r-1", "r-2"]
    assert [due.request_id for due in await store.due(soon, limit=1)] == ["r-1"]
    await store.transact(*deciding("r-1", "ada"))
    await store.transact(*deciding("r-2", "ada", DecisionKind.REJECTED))
    assert await store.due(soon) == (Deadline("r-1", "grant", clock.now() + timedelta(minutes=10)),)
    await store.transact(*ending("r-1", e.Redeemed("key")))
    assert await store.due(soon) == ()
    assert await store.next_due() is None


async def test_what_waits_is_listed_by_how_its_lane_begins_leased_or_not(store: Store, clock: SettableClock) -> None:
    await decided(store, "r-1", "r-2", "r-3")
    (first,) = await store.outbox.lease("webhook", clock.now(), hold=HOLD)

    async def waiting(lanes: str, limit: int = 10) -> list[str]:
        return [message.subject for message in await store.outbox.waiting("webhook", lanes, limit=limit)]

    assert await waiting(INSTANCE[:4]) == ["r-1", "r-2", "r-3"]
    assert await waiting("") == ["r-1", "r-2", "r-3"]
    assert await waiting(INSTANCE[:4], limit=2) == ["r-1", "r-2"]
    for other in ("%", "_", INSTANCE.swapcase(), INSTANCE + "x"):
        assert await waiting(other) == [], other
    assert list(await store.outbox.waiting("slack", "", limit=10)) == []
    await store.outbox.sent(first.message.id, clock.now())
    (second,) = await store.outbox.lease("webhook", clock.now(), hold=HOLD)
    assert (await store.outbox.waiting("webhook", INSTANCE, limit=10))[0] == second.message
    await store.outbox.park(second.message.id, clock.now(), error="gone")
    assert await waiting(INSTANCE) == ["r-3"]
