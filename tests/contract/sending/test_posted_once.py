"""Errands reach a chat surface once and in order, whatever goes wrong; every card follows the record."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bot.deciding import Approve, Ask, Claim, Reassign, Unclaim
from bot.domain import events as e
from bot.domain import people
from bot.domain.requests import Request
from bot.errors import Unavailable
from bot.recording import Needs
from tests.contract.conftest import Opener
from tests.contract.flows import require_rebuilt
from tests.contract.sending.killing import kill_once, killed
from tests.fakes.chat import Faults
from tests.rigs.chatting import FIRST, Chatting, chatting
from tests.rigs.house import MovedClock

BURST = 500


async def answer(place: Chatting, request: Request, text: str) -> None:
    question = (await place.now(request)).questions[-1].id
    await place.house.store.transact(
        Needs(requests=(request.id,)),
        lambda view: view.record("request", request.id, e.Answered(question, text), people.agent("agent")),
    )


async def test_a_card_is_posted_once_calls_who_may_decide_and_is_on_record(place: Chatting) -> None:
    request = await place.house.held(700)
    now = await place.shown(request)
    (card,) = place.chat.cards(FIRST)
    assert (card.card.request_id, card.card.status.state) == (request.id, "pending")
    assert card.called == ["dana", "omar"], "700 is above what Lee may sign"
    (ref,) = now.messages
    assert (ref.surface, ref.kind, ref.place, ref.message, ref.upto) == ("slack", "card", FIRST, card.id, 1)
    assert place.chat.searches == 0, "nothing is looked for that can't be there"
    await place.settle()
    assert len(place.chat.messages) == 1
    await require_rebuilt(place.house.store)


async def test_what_the_gate_allowed_or_no_surface_is_connected_for_shows_nothing(place: Chatting) -> None:
    await place.house.propose(5)
    await place.settle()
    assert not place.chat.messages


async def test_a_burst_with_faults_is_posted_in_order_and_none_twice(place: Chatting) -> None:
    place.chat.every = 1.0
    place.chat.faults = Faults(lost=0.05, busy=0.05, refused=0.05)
    count = BURST if "memory" in type(place.house.store).__module__ else 150
    requests = await place.burst(count)
    await place.settle(within=10_000)
    assert [one.card.request_id for one in place.chat.cards(FIRST)] == [one.id for one in requests]
    assert not place.shown_twice()
    assert place.sender.counts["uncertain"] > 0
    assert place.chat.searches < count / 5, "only what may have arrived is looked for"
    assert (await place.house.store.outbox.backlog())["parked"] == 0
    await require_rebuilt(place.house.store)


async def test_two_senders_on_one_database_post_everything_once(opened: Opener, clock: MovedClock) -> None:
    one, two = await opened(), await opened()
    place = await chatting(one, clock)
    place.chat.faults = Faults(lost=0.1, busy=0.05, refused=0.05)
    requests = await place.burst(40)
    senders = [place.sender, place.another_sender(two)]
    for _ in range(400):
        await asyncio.gather(*(sender.send_due() for sender in senders))
        at = await one.outbox.next_attempt("slack", in_order=True)
        if at is None:
            break
        clock.at = max(clock.at, at)
    assert [shown.card.request_id for shown in place.chat.cards(FIRST)] == [each.id for each in requests]
    assert not place.shown_twice()
    await require_rebuilt(one)


async def test_what_was_posted_before_the_process_ended_is_found_again(place: Chatting) -> None:
    request = await place.house.held()
    kill_once(place, "post")
    await killed(place, place.settle)
    now = await place.shown(request)
    (card,) = place.chat.cards(FIRST)
    assert [ref.message for ref in now.messages] == [card.id]


async def test_a_card_that_was_posted_before_the_process_ended_follows_what_was_decided_since(place: Chatting) -> None:
    request = await place.house.held()
    kill_once(place, "post")
    await killed(place, place.settle)
    await place.house.say(request, Approve())
    await place.settle()
    (card,) = place.chat.cards(FIRST)
    assert card.card.status.state == "approved"


async def test_a_database_that_goes_away_after_the_post_makes_no_second_card(place: Chatting) -> None:
    request = await place.house.held()
    transact = place.house.store.transact
    failures = iter([Unavailable("the database went away")])

    async def unreliable(needs: Needs, flow: Callable[..., object]) -> object:
        for failure in failures:
            raise failure
        return await transact(needs, flow)

    place.house.store.transact = unreliable  # type: ignore[method-assign,assignment]  # a database that comes back
    await place.settle()
    (card,) = place.chat.cards(FIRST)
    assert [ref.message for ref in (await place.now(request)).messages] == [card.id]


async def test_what_is_decided_before_its_card_was_posted_is_never_shown(place: Chatting) -> None:
    place.chat.faults = Faults(refused=1.0)
    request = await place.house.held()
    await place.sender.send_due()
    await place.house.say(request, Approve())
    place.chat.faults = Faults()
    await place.settle()
    assert not place.chat.messages


async def test_a_decision_from_anywhere_redraws_every_card_and_tells_the_threads_once(place: Chatting) -> None:
    request = await place.house.held()
    await place.settle()
    await place.house.say(request, Reassign("omar", "please"), surface="desk")
    await place.settle()
    await place.house.say(request, Approve(), who="omar", surface="desk")
    now = await place.shown(request)
    (card,), (ping,) = place.chat.cards(FIRST), place.chat.cards("person:omar")
    assert (card.card.status.state, ping.card.status.state) == ("approved", "approved")
    assert ping.leads == ["Dana handed this to you: please", *ping.leads[1:-1], None]
    assert card.said == ["handed it to Omar", "approved it"]
    assert {ref.kind for ref in now.messages} == {"card", "ping", "lines"}
    assert not place.shown_twice()
    await require_rebuilt(place.house.store)


async def test_lines_that_come_together_are_one_reply(place: Chatting) -> None:
    request = await place.house.held()
    await place.settle()
    for command in (Claim(), Unclaim(), Claim(), Ask("which order?")):
        await place.house.say(request, command)
    await place.settle()
    (card,) = place.chat.cards(FIRST)
    (reply,) = card.thread
    assert card.said == ["claimed it", "let it go", "claimed it", "asked the agent"]
    assert reply.called == []
    await answer(place, request, "A-1001")
    await place.settle()
    assert card.thread[-1].called == ["dana"], "who asked is called by the answer"


async def test_a_reply_whose_answer_was_lost_is_found_and_what_came_since_is_told_after_it(place: Chatting) -> None:
    request = await place.house.held()
    await place.settle()
    await place.house.say(request, Claim())
    kill_once(place, "reply")
    await killed(place, place.settle)
    await place.house.say(request, Unclaim())
    await place.settle()
    (card,) = place.chat.cards(FIRST)
    assert card.said == ["claimed it", "let it go"]


async def test_a_card_that_came_late_has_the_whole_story_below_it(place: Chatting) -> None:
    place.chat.faults = Faults(refused=1.0)
    request = await place.house.held()
    await place.sender.send_due()
    await place.house.say(request, Claim())
    await place.sender.send_due()
    place.chat.faults = Faults()
    await place.settle()
    (card,) = place.chat.cards(FIRST)
    assert card.called == ["dana"], "only whoever has it is called"
    assert card.said == ["claimed it"]
