"""Gathered pings: whoever many late requests come to hears of them by one message, once, and it shows the truth."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.cards.gathered import NAMED, headline
from bot.deciding import Approve, Reassign, Reject
from bot.domain import events as e
from bot.domain import people
from bot.domain.duties import Duties, QuietHours
from bot.domain.events import Reassigned
from bot.domain.people import CLOCK
from bot.domain.requests import Request
from bot.erasing import erase_request
from bot.ports import Store
from bot.recording import Needs, View
from tests.contract.conftest import Opener
from tests.contract.flows import require_rebuilt
from tests.fakes.chat import Faults, Shown
from tests.rigs.chatting import CHATTY, Chatting, chatting
from tests.rigs.house import MovedClock

WINDOW = 120
GATHERED = CHATTY.replace("gather: never", f"gather: {WINDOW}s").replace("remind_at: [50%]", "remind_at: []")
QUIET = Duties(quiet={"dana": QuietHours("dana", 22 * 60, 7 * 60, "Europe/London")})


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
async def place(store: Store, clock: MovedClock) -> Chatting:
    return await chatting(store, clock, policy=GATHERED)


async def late(place: Chatting, count: int, **more: str) -> list[Request]:
    """So many requests whose first step has come at the same second, their cards in their channel already."""
    held = [await place.house.held(100 + n, within="4h", context={"customer": f"c{n}"}, **more) for n in range(count)]
    await place.settle()
    place.clock.move(minutes=10)
    await place.house.sweep()
    return sorted(held, key=lambda request: request.id)  # as a list names those whose time ends at the same moment


async def given(place: Chatting, request: Request) -> None:
    """The policy gives it to Dana."""

    def flow(view: View) -> None:
        view.record("request", request.id, Reassigned("dana"), people.policy("p-1"))

    await place.house.store.transact(Needs(requests=(request.id,)), flow)


def pings(place: Chatting, person: str = "dana") -> tuple[list[Shown], list[Shown]]:
    return place.chat.cards(f"person:{person}"), place.chat.gathered(person)


async def refs(place: Chatting, request: Request) -> list[tuple[str, int]]:
    now = await place.now(request)
    return [(ref.kind, ref.upto) for ref in now.messages if ref.place == "person:dana"]


@pytest.mark.parametrize("count", [20, 200])
async def test_many_late_requests_are_one_list_for_whom_they_come_to(place: Chatting, count: int) -> None:
    if count > 20 and "memory" not in type(place.house.store).__module__:
        pytest.skip("twenty show what a database could change about it")
    held = await late(place, count)
    await place.settle()
    cards, (listed,) = pings(place)
    assert cards == [], "of requests that come together there is one list and no card"
    shown = listed.lists[-1]
    assert (len(shown.named), shown.others, shown.waiting) == (min(count, NAMED), count - min(count, NAMED), count)
    assert [one.request_id for one in shown.named] == [one.id for one in held[:NAMED]], "least time left first"
    customers = [one.assessment.context.customer for one in held]
    assert [one.title.rpartition(" for ")[2] for one in shown.named] == customers[:NAMED]
    assert shown.named[0].title.startswith("Refund a customer: ")
    assert (shown.named[0].owner, shown.named[0].open) == ("Refunds", True)
    for request in held:
        assert [kind for kind, _ in await refs(place, request)] == ["gathered"]
    assert place.sender.counts["unreached"] == place.sender.counts["surprised"] == 0
    await require_rebuilt(place.house.store)


async def test_the_first_comes_at_once_and_what_follows_within_the_window_as_one_list(place: Chatting) -> None:
    (first,) = await late(place, 1)
    await place.sender.send_due()
    told_at = place.clock.now()
    more = [await place.house.held(200, within="4h", context={"customer": f"m{n}"}) for n in range(5)]
    for request in more:
        await given(place, request)
        place.clock.move(seconds=10)
        await place.sender.send_due()
    (card,), lists = pings(place)
    assert (card.card.request_id, lists) == (first.id, [])
    assert "promised an answer" in (card.leads[0] or ""), "the whole case, and why"
    await place.settle()
    (card,), (listed,) = pings(place)
    assert listed.at == told_at + timedelta(seconds=WINDOW)
    assert {one.request_id for one in listed.lists[-1].named} == {one.id for one in more}
    later = await place.house.held(300, within="4h", context={"customer": "later"})
    await given(place, later)
    await place.settle()
    cards, lists = pings(place)
    assert [one.card.request_id for one in cards] == [first.id, later.id], "one alone is shown whole"
    assert cards[-1].at >= listed.at + timedelta(seconds=WINDOW)
    assert len(lists) == 1


async def test_what_one_person_hands_to_another_comes_at_once_whatever_came_before(place: Chatting) -> None:
    await late(place, 1)
    await place.sender.send_due()
    start = place.clock.now()
    for n in range(3):
        request = await place.house.held(200, within="4h", context={"customer": f"h{n}"})
        await place.house.say(request, Reassign("dana", "please"), who="lee")
    await place.sender.send_due()
    cards, lists = pings(place)
    assert (len(cards), lists) == (4, [])
    assert {one.at for one in cards} == {start}


async def test_what_is_urgent_is_never_gathered(place: Chatting) -> None:
    for n in range(4):
        request = await place.house.held(0, tool="change_payout", context={"customer": f"u{n}"}, within="4h")
        assert request.routing.gather_seconds == 0
    place.clock.move(minutes=10)
    await place.house.sweep()
    start = place.clock.now()
    await place.sender.send_due()
    cards, lists = pings(place)
    assert (len(cards), lists) == (4, [])
    assert {one.at for one in cards} == {start}


async def test_a_list_shows_how_its_requests_end_and_says_when_all_have(place: Chatting) -> None:
    held = await late(place, 22)
    await place.settle()
    _, (listed,) = pings(place)
    await place.house.say(held[0], Approve())
    await place.house.say(held[1], Reject("wrong_amount", "too much"))
    await place.house.say(held[21], Approve())
    await place.settle()
    shown = listed.lists[-1]
    assert [one.status.label for one in shown.named[:3]] == ["Approved", "Rejected", "Waiting for a decision"]
    assert (shown.others, shown.others_open) == (2, 1)
    assert headline(shown) == "19 of 22 requests still wait for a decision"
    for request in held[2:21]:
        await place.house.say(request, Approve())
    await place.settle()
    assert headline(listed.lists[-1]) == "All 22 of these requests are decided"
    assert not any(one.open for one in listed.lists[-1].named)
    assert len(listed.lists) < 12, "what is decided together is drawn together"


async def test_what_is_decided_while_it_waits_is_not_told(place: Chatting) -> None:
    (first,) = await late(place, 1)
    await place.sender.send_due()
    second, third = [await place.house.held(200, within="4h", context={"customer": f"m{n}"}) for n in range(2)]
    for request in (second, third):
        await given(place, request)
    await place.sender.send_due()
    await place.house.say(second, Approve())
    await place.settle()
    cards, lists = pings(place)
    assert [one.card.request_id for one in cards] == [first.id, third.id]
    assert lists == []


class Killed(BaseException):
    """The process is no more."""


@pytest.mark.parametrize("decided", [False, True])
async def test_a_list_that_was_posted_before_the_process_ended_is_found_again(place: Chatting, decided: bool) -> None:
    held = await late(place, 6)

    async def kill(called: str) -> None:
        if called == "post_list":
            place.chat.after = None
            raise Killed

    place.chat.after = kill
    with pytest.raises(Killed):
        await place.settle()
    if decided:
        for request in held:
            await place.house.say(request, Approve())
    place.sender = place.another_sender()
    place.clock.move(seconds=WINDOW + 31)
    await place.settle()
    cards, (listed,) = pings(place)
    assert cards == []
    assert listed.lists[-1].waiting == (0 if decided else 6)
    for request in held:
        assert [kind for kind, _ in await refs(place, request)] == ["gathered"]
    await require_rebuilt(place.house.store)


async def test_mishaps_of_the_platform_make_no_second_list(place: Chatting) -> None:
    place.chat.faults = Faults(lost=0.3, busy=0.2, refused=0.1)
    held = await late(place, 12)
    await place.settle()
    assert sorted(one.request_id for listed in pings(place)[1] for one in listed.lists[-1].named) == sorted(
        one.id for one in held
    ), "each is in one list"
    assert pings(place)[0] == []
    assert (await place.house.store.outbox.backlog())["parked"] == 0


async def test_two_processes_tell_everybody_once(opened: Opener, clock: MovedClock) -> None:
    one, two = await opened(), await opened()
    place = await chatting(one, clock, policy=GATHERED)
    senders = [place.sender, place.another_sender(two)]
    held = await late(place, 12)
    for _ in range(200):
        await asyncio.gather(*(sender.send_due() for sender in senders))
        at = await one.outbox.next_attempt("slack", in_order=True)
        if at is None:
            break
        clock.at = max(clock.at, at)
    cards, (listed,) = pings(place)
    assert cards == []
    assert {each.request_id for each in listed.lists[-1].named} == {each.id for each in held}
    await require_rebuilt(one)


async def test_somebody_out_of_reach_is_noted_on_each_of_them_and_holds_up_nobody(place: Chatting) -> None:
    place.chat.gone["person:dana"] = "no account"
    held = await late(place, 5)
    start = place.clock.now()
    await place.settle()
    assert pings(place) == ([], [])
    for request in held:
        assert [one.place for one in (await place.now(request)).undelivered] == ["person:dana"]
    assert len(place.chat.cards("C0URGENT")) == 5
    assert {one.at for one in place.chat.cards("C0URGENT")} == {start}, "the channel waits for no person's window"


async def test_a_list_that_was_deleted_or_is_forgotten_breaks_nothing(place: Chatting) -> None:
    held = await late(place, 3)
    await place.settle()
    _, (listed,) = pings(place)
    (ref,) = [ref for ref in (await place.now(held[0])).messages if ref.kind == "gathered"]
    await place.house.store.shelf.drop("gathered", f"slack:{ref.workspace}:{ref.channel}:{ref.message}")
    await place.house.say(held[0], Approve())
    await place.settle()
    assert listed.lists[-1].over
    listed.deleted = True
    await place.house.say(held[1], Approve())
    await place.settle()
    assert (await place.house.store.outbox.backlog())["parked"] == 0


async def test_what_is_erased_is_taken_out_of_lists(place: Chatting) -> None:
    held = await late(place, 3)
    await place.settle()
    await place.house.say(held[1], Reject("wrong_amount", "too much"))
    await erase_request(place.house.store, held[1].id, reason="asked for", by=place.house.operator)
    await place.settle()
    _, (listed,) = pings(place)
    gone, stays = (str(one.assessment.context.customer) for one in held[1:])
    titles = [one.title for one in listed.lists[-1].named]
    assert not any(title.endswith(f" {gone}") for title in titles)
    assert any(title.endswith(f" {stays}") for title in titles)


async def night(store: Store, clock: MovedClock, at: datetime, duties: Duties = QUIET) -> Chatting:
    """Ten minutes before the first step of what is held then comes."""
    clock.at = at - timedelta(minutes=10)
    place = await chatting(store, clock, policy=GATHERED.replace("expire_after: 4h", "expire_after: 24h"))
    place.house.duties = duties
    return place


@pytest.mark.parametrize(
    ("now", "wakes"),
    [
        (datetime(2026, 3, 3, 23, 0, tzinfo=UTC), datetime(2026, 3, 4, 7, 0, tzinfo=UTC)),
        (datetime(2026, 3, 28, 23, 0, tzinfo=UTC), datetime(2026, 3, 29, 6, 0, tzinfo=UTC)),  # an hour forwards
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), datetime(2026, 10, 25, 7, 0, tzinfo=UTC)),  # an hour back
    ],
)
async def test_quiet_hours_are_left_alone_and_end_with_one_list(
    store: Store, clock: MovedClock, now: datetime, wakes: datetime
) -> None:
    place = await night(store, clock, now)
    held = [await place.house.held(100 + n, within="24h", context={"customer": f"c{n}"}) for n in range(3)]
    assert all(one.deadline_at > wakes for one in held)
    place.clock.move(minutes=10)
    await place.house.sweep()
    while place.clock.now() < wakes - timedelta(minutes=1):
        await place.sender.send_due()
        place.clock.move(minutes=7)
    assert pings(place) == ([], [])
    place.clock.at = wakes
    await place.settle()
    cards, (listed,) = pings(place)
    assert cards == []
    assert listed.at == wakes
    assert len(listed.lists[-1].named) == 3


async def escalate(place: Chatting, request: Request, on_call: tuple[str, ...]) -> None:
    step = e.Escalated(1, ("dana",), on_call=on_call)
    await place.house.store.transact(
        Needs(requests=(request.id,)), lambda view: view.record("request", request.id, step, CLOCK)
    )


async def test_who_is_on_call_for_it_or_would_wake_too_late_is_told_at_night(store: Store, clock: MovedClock) -> None:
    now = datetime(2026, 3, 3, 23, 0, tzinfo=UTC)
    place = await night(store, clock, now)
    short = await place.house.held(100, within="7h", context={"customer": "short"})
    on_call, waits = [await place.house.held(200, within="24h", context={"customer": f"c{n}"}) for n in range(2)]
    place.clock.move(minutes=10)
    for request, called in ((on_call, ("dana",)), (waits, ()), (short, ())):
        await escalate(place, request, called)
    await place.sender.send_due()
    cards, lists = pings(place)
    assert {one.card.request_id for one in cards} | {
        one.request_id for listed in lists for one in listed.lists[-1].named
    } == {short.id, on_call.id}
    place.clock.move(minutes=3)
    await place.sender.send_due()
    assert pings(place) == (cards, lists), "the third lets them sleep"


async def test_who_asked_for_it_themselves_and_what_is_urgent_wake_them(store: Store, clock: MovedClock) -> None:
    place = await night(store, clock, datetime(2026, 3, 3, 23, 0, tzinfo=UTC))
    urgent = await place.house.held(0, tool="change_payout", within="24h")
    place.clock.move(minutes=10)
    await place.house.sweep()
    await place.sender.send_due()
    ((card,), lists) = pings(place)
    assert (card.card.request_id, lists) == (urgent.id, [])


async def test_quiet_hours_that_are_ended_early_let_what_waits_come_within_a_quarter_of_an_hour(
    store: Store, clock: MovedClock
) -> None:
    place = await night(store, clock, datetime(2026, 3, 3, 23, 0, tzinfo=UTC))
    request = await place.house.held(100, within="24h")
    place.clock.move(minutes=10)
    await place.house.sweep()
    await place.sender.send_due()
    assert pings(place) == ([], [])
    place.house.duties = Duties()
    place.clock.move(minutes=15)
    await place.sender.send_due()
    ((card,), _) = pings(place)
    assert card.card.request_id == request.id


async def test_a_clock_that_goes_back_an_hour_keeps_nobody_waiting_for_that_long(place: Chatting) -> None:
    await late(place, 1)
    await place.sender.send_due()
    place.clock.move(hours=-1)
    place.chat._turns.clear()  # the platform's own clock is another
    request = await place.house.held(200, within="4h", context={"customer": "later"})
    await given(place, request)
    start = place.clock.now()
    await place.settle()
    cards, _ = pings(place)
    assert cards[-1].card.request_id == request.id
    assert cards[-1].at <= start + timedelta(minutes=1)
