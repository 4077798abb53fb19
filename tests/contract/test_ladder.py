"""Reminders, escalation and the ends of snoozes: each once, in order, and late ones say so, whoever sweeps and when."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.cards import history
from bot.deciding import Approve, Reassign, Snooze
from bot.domain import events as e
from bot.domain.requests import Request
from bot.escalating import sweep
from bot.ports import Store
from bot.recording import stream_of
from tests.contract.conftest import Opener
from tests.contract.flows import require_rebuilt
from tests.rigs.chatting import FIRST, URGENT, Chatting, chatting
from tests.rigs.house import START, MovedClock

REMINDED = (7.5, e.Reminded(1))
FIRST_STEP = (10.0, e.Escalated(1, ("dana",), {"slack": URGENT}))
SECOND_STEP = (20.0, e.Escalated(2, ("vera", "omar")))


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
async def place(store: Store, clock: MovedClock) -> Chatting:
    return await chatting(store, clock)


async def rungs(store: Store, request: Request) -> list[tuple[float, e.Event]]:
    """What time alone did to a request, with the minutes after its opening."""
    records = await store.events(stream_of("request", request.id))
    return [
        ((record.at - request.opened_at).total_seconds() / 60, e.event_of(record))
        for record in records
        if record.actor == "clock:sweep"
    ]


async def pass_minutes(place: Chatting, minutes: float, *, every: float = 0.5) -> None:
    end = place.clock.at + timedelta(minutes=minutes)
    while place.clock.at < end:
        place.clock.move(minutes=every)
        await place.house.sweep()
        await place.house.sweep()


async def test_each_comes_once_at_its_time_and_in_order(place: Chatting) -> None:
    request = await place.house.held()
    await place.house.say(request, Snooze(START + timedelta(minutes=12)), who="lee")
    await place.house.say(request, Snooze(START + timedelta(minutes=15)), who="omar")
    await place.house.say(request, Snooze(START + timedelta(minutes=14)), who="lee")
    await pass_minutes(place, 25)
    woken = [(14.0, e.Woken("lee")), (15.0, e.Woken("omar"))]
    assert await rungs(place.house.store, request) == [REMINDED, FIRST_STEP, *woken, SECOND_STEP]
    now = await place.now(request)
    assert (now.reminded, now.escalated, now.snoozes) == (1, 2, ())
    await require_rebuilt(place.house.store)


async def test_late_ones_come_all_in_the_order_of_their_times_and_say_so(place: Chatting) -> None:
    request = await place.house.held()
    await place.house.say(request, Snooze(START + timedelta(minutes=9)), who="lee")
    place.clock.move(minutes=25)
    await place.house.sweep()
    assert await rungs(place.house.store, request) == [
        (25.0, e.Reminded(1, 17 * 60 + 30)),
        (25.0, e.Woken("lee", 16 * 60)),
        (25.0, e.Escalated(1, ("dana",), {"slack": URGENT}, 15 * 60)),
        (25.0, e.Escalated(2, ("vera", "omar"), {}, 5 * 60)),
    ]
    assert await place.house.sweep() == 0


async def test_an_approval_that_ends_unused_says_that_it_came_late(place: Chatting) -> None:
    request = await place.house.held()
    grant = (await place.house.say(request, Approve())).grant
    assert grant is not None
    place.clock.at = grant.expires_at + timedelta(seconds=90)
    await place.house.sweep()
    ((_, lapsed),) = await rungs(place.house.store, request)
    assert lapsed == e.Lapsed(90)
    records = await place.house.store.events(stream_of("request", request.id))
    last = history(records, await place.now(request), place.house.policy)[-1]
    assert (last.what, last.note) == ("ended the approval: it was never run", "90 s late")


async def test_a_moment_late_is_not_worth_saying(place: Chatting) -> None:
    request = await place.house.held()
    place.clock.move(minutes=7, seconds=34)
    await place.house.sweep()
    ((_, reminded),) = await rungs(place.house.store, request)
    assert reminded == e.Reminded(1)


async def test_what_has_expired_calls_nobody(place: Chatting) -> None:
    request = await place.house.held()
    place.clock.move(minutes=31)
    await place.house.sweep()
    ((_, event),) = await rungs(place.house.store, request)
    assert isinstance(event, e.Decided)
    await place.settle()
    assert not place.chat.messages


async def test_what_is_decided_is_left_alone(place: Chatting) -> None:
    request = await place.house.held()
    await place.house.say(request, Snooze(START + timedelta(minutes=5)), who="lee")
    await place.house.say(request, Approve())
    await pass_minutes(place, 9)
    assert await rungs(place.house.store, request) == []
    assert (await place.now(request)).snoozes == ()


async def test_handing_it_on_changes_no_time(place: Chatting) -> None:
    request = await place.house.held()
    await place.house.say(request, Reassign("omar"))
    await pass_minutes(place, 21)
    assert await rungs(place.house.store, request) == [REMINDED, FIRST_STEP, SECOND_STEP]


async def test_a_clock_that_jumps_back_and_forth_repeats_nothing(place: Chatting) -> None:
    request = await place.house.held()
    await place.house.say(request, Snooze(START + timedelta(minutes=9)), who="lee")
    for minutes in (8, -6, 9, -11, 10.5, -5, -20, 25, -10, 21, -21, 21):
        place.clock.move(minutes=minutes)
        await place.house.sweep()
    happened = await rungs(place.house.store, request)
    assert [type(event) for _, event in happened] == [e.Reminded, e.Woken, e.Escalated, e.Escalated]
    times = [at for at, _ in happened]
    assert times == sorted(times), "the record's time never goes back"
    await require_rebuilt(place.house.store)


async def test_restarts_repeat_nothing_and_miss_nothing(opened: Opener, clock: MovedClock) -> None:
    place = await chatting(await opened(), clock)
    request = await place.house.held()
    clock.move(minutes=8)
    await place.house.sweep()
    await place.house.store.close()
    for minutes in (0, 3, 0, 10, 0):
        clock.move(minutes=minutes)
        again = await opened()
        await sweep(again, clock)
        await again.close()
    last = await opened()
    assert [type(event) for _, event in await rungs(last, request)] == [e.Reminded, e.Escalated, e.Escalated]


async def test_two_sweepers_and_two_senders_call_everybody_once(opened: Opener, clock: MovedClock) -> None:
    one, two = await opened(), await opened()
    place = await chatting(one, clock)
    senders = [place.sender, place.another_sender(two)]
    requests = [await place.house.held(context={"customer": f"c{n}"}) for n in range(15)]
    await place.settle(*senders)
    for minutes in (7.5, 2.5, 10):
        clock.move(minutes=minutes)
        await asyncio.gather(*(sweep(store, clock) for store in (one, two, one, two)))
        while any(await asyncio.gather(*(sender.send_due() for sender in senders))):
            pass
    for request in requests:
        assert await rungs(one, request) == [REMINDED, FIRST_STEP, SECOND_STEP]
    ids = sorted(request.id for request in requests)
    for where in (FIRST, URGENT, "person:dana", "person:vera", "person:omar"):
        assert sorted(shown.card.request_id for shown in place.chat.cards(where)) == ids, where
    for card in place.chat.cards(FIRST):
        assert card.said == ["reminded that it still waits", "told Dana that it still waits",
                             "told Vera, Omar that it still waits"]  # fmt: skip
    await require_rebuilt(one)
