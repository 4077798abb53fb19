"""The loop over the outbox: wakes on commits, gives back what it leased, and survives what an attempt raises."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from bot.errors import Unavailable
from bot.ports import Committed, Leased
from bot.sending import Rounds, rounds
from tests.rigs.chatting import Chatting, chatting

HOLD = timedelta(seconds=30)


@pytest.fixture
async def place() -> Chatting:
    return await chatting()


def rounds_of(
    place: Chatting,
    attempt: Callable[[Leased], Awaitable[None]],
    hears: Callable[[Committed], bool] = lambda _: True,
) -> Rounds:
    return Rounds("slack", place.house.store, place.clock, attempt, hears=hears, hold=HOLD, in_order=True)


@asynccontextmanager
async def running(found: Rounds) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(found.run())
    yield task
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_commit_wakes_it(place: Chatting) -> None:
    tried: asyncio.Queue[Leased] = asyncio.Queue()

    async def attempt(leased: Leased) -> None:
        await place.house.store.outbox.sent(leased.message.id, place.clock.now())
        tried.put_nowait(leased)

    async with running(rounds_of(place, attempt)):
        for _ in range(2):
            request = await place.house.held()
            leased = await asyncio.wait_for(tried.get(), 5)
            assert leased.message.subject == request.id


async def test_what_is_under_way_when_it_ends_is_tried_again_at_once_as_tried(
    place: Chatting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "GRACE_SECONDS", 0.01)
    begun = asyncio.Event()

    async def attempt(_: Leased) -> None:
        begun.set()
        await asyncio.Event().wait()

    await place.house.held()
    async with running(rounds_of(place, attempt)):
        await asyncio.wait_for(begun.wait(), 5)
    (again,) = await place.house.store.outbox.lease("slack", place.clock.now(), hold=HOLD, in_order=True)
    assert again.attempts == 1


async def test_what_is_under_way_when_it_ends_may_come_to_its_end(place: Chatting) -> None:
    begun, finish = asyncio.Event(), asyncio.Event()

    async def attempt(leased: Leased) -> None:
        begun.set()
        await finish.wait()
        await place.house.store.outbox.sent(leased.message.id, place.clock.now())

    await place.house.held()
    async with running(rounds_of(place, attempt)) as task:
        await asyncio.wait_for(begun.wait(), 5)
        task.cancel()
        finish.set()
    assert (await place.house.store.outbox.backlog())["sent"] == 1


async def test_what_was_leased_and_not_begun_is_given_back_as_if_never_taken(place: Chatting) -> None:
    await place.house.held()
    outbox = place.house.store.outbox
    lease, tried = outbox.lease, list[Leased]()

    async def attempt(leased: Leased) -> None:
        tried.append(leased)

    found = rounds_of(place, attempt)
    task = asyncio.create_task(found.run())

    async def lease_and_end(*args: object, **options: object) -> object:
        leased = await lease(*args, **options)  # type: ignore[arg-type]  # passed on as they came
        task.cancel()
        await asyncio.sleep(0)
        return leased

    outbox.lease = lease_and_end  # type: ignore[method-assign,assignment]  # told to stop at the worst moment
    await asyncio.gather(task, return_exceptions=True)
    assert not tried
    (again,) = await lease("slack", place.clock.now(), hold=HOLD, in_order=True)
    assert (again.attempts, again.first_attempt_at) == (0, None)


@pytest.mark.parametrize("problem", [Unavailable("the database went away"), RuntimeError("cust_1")])
async def test_what_an_attempt_raises_stops_nothing_and_is_told_without_what_was_sent(
    place: Chatting, problem: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    async def attempt(_: Leased) -> None:
        raise problem

    await place.house.held()
    found = rounds_of(place, attempt)
    assert await found.send_due() == 1
    assert await found.send_due() == 0, "it waits until its lease has run out"
    place.clock.move(seconds=31)
    assert await found.send_due() == 1
    assert caplog.records
    assert "cust_1" not in caplog.text


async def test_an_outbox_that_can_not_be_read_is_asked_again(place: Chatting) -> None:
    await place.house.held()
    outbox = place.house.store.outbox
    lease, failures, done = outbox.lease, iter([Unavailable("away")]), asyncio.Event()

    async def unreliable(*args: object, **options: object) -> object:
        for failure in failures:
            raise failure
        return await lease(*args, **options)  # type: ignore[arg-type]  # passed on as they came

    async def attempt(leased: Leased) -> None:
        await outbox.sent(leased.message.id, place.clock.now())
        done.set()

    outbox.lease = unreliable  # type: ignore[method-assign,assignment]  # a database that comes back
    async with running(rounds_of(place, attempt)):
        await asyncio.wait_for(done.wait(), 5)


async def test_the_sender_wakes_for_what_its_surface_shows_alone(place: Chatting) -> None:
    heard: list[tuple[str, bool]] = []
    sender = place.sender

    def listen(committed: Sequence[Committed] | None) -> None:
        changes = committed or ()
        heard.extend((one.stream.partition(":")[0], sender._hears(one)) for one in changes)

    stop = place.house.store.subscribe(listen)
    await place.house.held()
    await place.house.propose(5)
    await place.settle()
    stop()
    assert ("request", True) in heard
    assert ("request", False) in heard, "an allowed request wakes nobody"


async def test_it_runs_until_it_is_told_to_stop(place: Chatting) -> None:
    shown = asyncio.Event()

    async def posted(_: str) -> None:
        shown.set()

    place.chat.after = posted
    task = asyncio.create_task(place.sender.run())
    await place.house.held()
    await asyncio.wait_for(shown.wait(), 5)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert len(place.chat.messages) == 1
    assert (await place.house.store.outbox.backlog())["waiting"] == 0
