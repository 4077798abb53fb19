"""Feedback items on every store: told to whoever has them, reminded of once and in order, and found by their state."""

from __future__ import annotations

import asyncio

import pytest

from bot.deciding import ChangeFeedback, Reject
from bot.domain.events import event_of
from bot.domain.lessons import FeedbackState, Lesson
from bot.domain.requests import Request
from bot.errors import Conflict
from bot.escalating import sweep
from bot.learning.listing import has, items
from bot.ports import RequestQuery, Store
from tests.contract.flows import require_rebuilt
from tests.rigs.chatting import CHATTY, Chatting, chatting
from tests.rigs.house import MovedClock

KNOWING = CHATTY.replace(
    "    reasons: [", "    knowledge_owner: omar\n    knowledge_channel: {slack: C0KNOW}\n    reasons: [", 1
)
assert KNOWING != CHATTY
ACCEPT = ChangeFeedback(FeedbackState.ACCEPTED)


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
async def place(store: Store, clock: MovedClock) -> Chatting:
    return await chatting(store, clock, policy=KNOWING)


async def rejected(place: Chatting, lesson: Lesson | None = None, by: str = "dana") -> Request:
    held = await place.shown(await place.house.held())
    await place.house.say(held, Reject("wrong_amount", "It was paid already.", lesson), by)
    return held


async def types(place: Chatting, request: Request) -> list[str]:
    records = await place.house.store.events(f"request:{request.id}")
    return [record.type for record in records if record.type.startswith("request.feedback")]


async def test_whoever_gets_it_is_shown_the_case_with_why(place: Chatting) -> None:
    request = await rejected(place)
    await place.settle()
    (shown,) = place.chat.cards("person:rosa")
    lead = str(shown.leads[0])
    assert lead.startswith("Dana asks that this be learned from, by ")
    assert "Keep it as a test case" in lead
    drawn = shown.cards[-1]
    assert drawn.lesson is not None
    assert (drawn.lesson.title, drawn.lesson.who, drawn.lesson.state) == ("Keep it as a test case", "Rosa", "open")
    assert {"accept_item", "finish_item", "decline_item", "change_item"} <= {one.name for one in drawn.abilities}
    assert (await place.now(request)).feedback is not None
    await require_rebuilt(place.house.store)


async def test_a_knowledge_fix_is_shown_in_its_owners_channel_too(place: Chatting) -> None:
    await rejected(place, Lesson.KNOWLEDGE_FIX)
    await place.settle()
    (shown,) = place.chat.cards("C0KNOW")
    assert "Mend the knowledge base" in str(shown.leads[0])
    assert len(place.chat.cards("person:omar")) == 1


async def test_every_card_follows_what_becomes_of_it(place: Chatting) -> None:
    request = await rejected(place)
    await place.settle()
    await place.house.say(request, ACCEPT, "lee")
    await place.settle()
    for where in ("C0REFUNDS", "person:rosa"):
        (shown,) = place.chat.cards(where)
        lesson = shown.cards[-1].lesson
        assert lesson is not None
        assert (lesson.state, lesson.who) == ("accepted", "Lee")


async def test_it_is_reminded_of_once_each_time_in_order_and_late_ones_say_so(place: Chatting) -> None:
    request = await rejected(place)
    await place.settle()
    place.clock.move(days=5)
    await asyncio.gather(*(sweep(place.house.store, place.clock) for _ in range(4)))
    assert (await types(place, request)).count("request.feedback_reminded") == 1
    place.clock.move(days=10)
    await asyncio.gather(*(sweep(place.house.store, place.clock) for _ in range(4)))
    records = [
        record
        for record in await place.house.store.events(f"request:{request.id}")
        if record.type == "request.feedback_reminded"
    ]
    late = [getattr(event_of(record), "late_seconds", None) for record in records]
    assert late == [0, 8 * 86_400, 86_400]
    item = (await place.now(request)).feedback
    assert item is not None
    assert item.reminded == 3
    assert await place.house.store.next_due() is None
    await require_rebuilt(place.house.store)


async def test_a_reminder_comes_to_whoever_has_it_by_then(place: Chatting) -> None:
    request = await rejected(place)
    await place.house.say(request, ChangeFeedback(assignee="vera"), "rosa")
    await place.settle()
    place.clock.move(days=8)
    await place.house.sweep()
    await place.settle()
    leads = [str(shown.leads[0]) for shown in place.chat.cards("person:vera")]
    assert any("This still has to be learned from" in lead and "Its time is over." in lead for lead in leads)
    assert not any("still has to" in str(shown.leads[0]) for shown in place.chat.cards("person:rosa"))


async def test_what_is_finished_is_reminded_of_no_more(place: Chatting) -> None:
    request = await rejected(place)
    await place.house.say(request, ChangeFeedback(FeedbackState.DONE), "rosa")
    place.clock.move(days=30)
    await place.house.sweep()
    assert "request.feedback_reminded" not in await types(place, request)


async def test_of_many_who_accept_at_once_one_does(place: Chatting) -> None:
    request = await rejected(place)
    people = ("lee", "dana", "omar", "rosa")
    outcomes = await asyncio.gather(*(place.house.say(request, ACCEPT, who) for who in people), return_exceptions=True)
    refused = [one for one in outcomes if isinstance(one, Conflict)]
    assert len(refused) == len(people) - 1
    item = (await place.now(request)).feedback
    assert item is not None
    name = place.house.policy.people[item.assignee or ""].name
    assert all(one.message.startswith(f"{name} accepted it at ") for one in refused)


async def test_items_are_found_by_their_state_and_whose_they_are(place: Chatting) -> None:
    first, second = await rejected(place), await rejected(place, Lesson.THRESHOLD)
    await place.house.say(first, ChangeFeedback(FeedbackState.DONE), "rosa")
    found = await place.house.store.requests(RequestQuery(feedback=("open", "accepted")))
    assert [one.id for one in found.items] == [second.id]

    async def fits(request: Request) -> bool:
        return has(request, place.house.person("rosa"))

    mine = await items(place.house.store, fits)
    assert [one.id for one in mine.requests] == [second.id]
    ended = await items(place.house.store, fits, states=("done", "declined"))
    assert [one.id for one in ended.requests] == [first.id]


async def test_several_at_once_are_one_text_that_names_no_case(store: Store, clock: MovedClock) -> None:
    text = KNOWING.replace("gather: never", "gather: 120s")
    assert text != KNOWING
    place = await chatting(store, clock, policy=text)
    held = [await place.house.held(100 + number) for number in range(4)]
    await place.settle()
    for request in held:
        await place.house.say(request, Reject("wrong_amount", "It was paid already."), "dana")
    await place.settle()
    assert place.chat.cards("person:rosa") == []
    (told,) = place.chat.told("rosa")
    assert told == "4 feedback items wait for you. The command feedback lists them, and so does the desk."
