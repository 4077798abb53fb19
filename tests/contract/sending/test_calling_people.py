"""Escalations, reminders and what was put off: each is told once, why, and while it matters."""

from __future__ import annotations

from datetime import timedelta

from bot.deciding import Claim, Reject, Snooze
from bot.domain import events as e
from bot.domain import people
from bot.recording import Needs
from tests.contract.flows import require_rebuilt
from tests.contract.sending.killing import kill_once, killed
from tests.rigs.chatting import FIRST, URGENT, Chatting


async def test_an_escalation_waits_for_no_backlog_of_another_channel(place: Chatting) -> None:
    place.chat.every = 60.0
    requests = await place.burst(40)
    await place.sender.send_due()
    place.clock.move(minutes=10)
    await place.house.sweep()
    start = place.clock.now()
    for _ in range(10):
        await place.sender.send_due()
        place.clock.move(seconds=1)
    assert len(place.chat.cards(FIRST)) < 5, "the channel's own backlog still waits"
    (first, *_) = place.chat.cards(URGENT)
    assert first.at <= start + timedelta(seconds=1)
    assert first.card.request_id in {one.id for one in requests}


async def test_an_escalation_tells_each_of_them_why_and_once(place: Chatting) -> None:
    request = await place.house.held()
    await place.settle()
    await place.house.say(request, Claim(), who="lee")
    place.clock.move(minutes=10)
    await place.house.sweep()
    kill_once(place, "post")
    await killed(place, place.settle)
    await place.settle()
    (dana,), (urgent,) = place.chat.cards("person:dana"), place.chat.cards(URGENT)
    lead = (
        "Refunds promised an answer by 10:15 EST; it has waited since 10:00 EST, claimed by Lee. It went to Lee so far."
        " It expires at 10:30 EST, and is not run then. This is step 1 of 2 of its escalation."
    )
    assert dana.leads[0] == urgent.leads[0] == dana.leads[-1] == lead
    assert urgent.called == ["dana"]
    place.clock.move(minutes=10)
    await place.house.sweep()
    place.chat.gone["person:vera"] = "no account"
    await place.settle()
    (omar,) = place.chat.cards("person:omar")
    assert "It went to Lee, Dana so far." in (omar.leads[0] or "")
    assert await place.unshown(request) == ["person:vera"]
    assert len(place.chat.cards(FIRST)) == 1
    assert not place.shown_twice()
    await require_rebuilt(place.house.store)


async def test_whoever_is_out_of_reach_again_holds_up_nobody(place: Chatting) -> None:
    place.chat.gone[URGENT] = "archived"
    request = await place.house.held()
    for _ in range(2):
        await place.house.store.transact(
            Needs(requests=(request.id,)),
            lambda view: view.record("request", request.id, e.Escalated(1, ("dana",), {"slack": URGENT}), people.CLOCK),
        )
    await place.settle()
    assert len(place.chat.cards("person:dana")) == 2
    assert await place.unshown(request) == [URGENT]


async def test_nobody_is_called_to_what_was_decided(place: Chatting) -> None:
    request = await place.house.held()
    await place.settle()
    place.clock.move(minutes=10)
    await place.house.sweep()
    await place.house.say(request, Reject("wrong_amount", "too much"))
    await place.settle()
    assert not place.chat.cards("person:dana")
    assert not place.chat.cards(URGENT)


async def test_a_snooze_brings_it_back_and_a_reminder_leaves_the_sleeper_alone(place: Chatting) -> None:
    request = await place.house.held()
    await place.settle()
    await place.house.say(request, Snooze(place.clock.now() + timedelta(minutes=8)))
    place.clock.move(minutes=7, seconds=30)
    await place.house.sweep()
    await place.settle()
    (card,) = place.chat.cards(FIRST)
    assert card.thread[-1].called == ["lee", "omar"]
    place.clock.move(minutes=1)
    await place.house.sweep()
    await place.settle()
    (woken,) = place.chat.cards("person:dana")
    late = "This comes 30 s late."
    assert woken.leads[0] == f"You put this off until now. It expires at 10:30 EST unless it is decided. {late}"
